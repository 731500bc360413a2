"""Where an agent finds its client, its shops and its books: one file, and secrets in files of their own.

Laws of this module
- The file says what a caller in Python would write; paths in it are relative to it.
- A secret never stands in the file: it is read from one that its owner alone can read (mode 0600).
- Every problem is told by its path in the file; no value is quoted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from expressplatform.errors import InvalidInput, Problem, SignatureInvalid
from expressplatform_cli.exits import ExtraMissing
from expressplatform_cli.folders import text_of

if TYPE_CHECKING:
    from expressplatform.ports import KeyStore, Shelf, ShopConnector
    from expressplatform.transport import Transport
    from expressplatform_agent import Agent
    from expressplatform_http.client import TraderClient

DEFAULT: Final = Path("agent.toml")
SIGNING: Final = "signing.key"
SEALING: Final = "sealing.key"
PLATFORMS: Final = ("taobao", "jd")
_TEXTS: Final = ("platform", "organisation", "person", "signing_key", "store", "keys")
_LISTS: Final = ("council_keys", "sealing_keys")
_SHOP: Final = ("app_key", "secret", "redirect_uri")
_ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {"taobao": ("gateway",), "jd": ("sp", "router", "oauth")}
_KEY_BYTES: Final = 32
_OTHERS: Final = 0o077


@attrs.frozen
class App:
    """An application at a trading platform. ``addresses`` are other than the public ones: those of a simulator."""

    key: str
    secret: Path
    redirect_uri: str
    addresses: Mapping[str, str]


@attrs.frozen
class AgentPlace:
    """What the configuration of an agent says. Paths lead to secrets; none is among the values."""

    platform: str
    organisation: str
    person: str
    council_keys: tuple[bytes, ...]
    signing_key: Path
    sealing_keys: tuple[Path, ...]
    store: Path
    keys: Path
    apps: Mapping[str, App]
    obtains: bool = True


def read_agent_configuration(path: Path) -> AgentPlace:
    """What a configuration file says; raises InvalidInput with every problem by path."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise InvalidInput((Problem("$", "toml", "the configuration file must be TOML in UTF-8"),)) from None
    if found := tuple(_problems(document)):
        raise InvalidInput(found)
    folder = path.parent
    return AgentPlace(
        document["platform"],
        document["organisation"],
        document["person"],
        tuple(bytes.fromhex(one) for one in document["council_keys"]),
        folder / document["signing_key"],
        tuple(folder / one for one in document["sealing_keys"]),
        folder / document["store"],
        folder / document["keys"],
        {name: _app(folder, name, document[name]) for name in PLATFORMS if name in document},
        document.get("obtains", True),
    )


def _app(folder: Path, name: str, section: Mapping[str, str]) -> App:
    addresses = {one: section[one] for one in _ADDRESSES[name] if one in section}
    return App(section["app_key"], folder / section["secret"], section["redirect_uri"], addresses)


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if {*document} - {*_TEXTS, *_LISTS, *PLATFORMS, "obtains"}:
        known = ", ".join((*_TEXTS, *_LISTS, "obtains", *PLATFORMS))
        yield Problem("$", "unknown_field", f"only {known} are known")
    yield from _texts(document, _TEXTS, "$")
    for name in _LISTS:
        given = document.get(name)
        if not (isinstance(given, list) and given and all(isinstance(one, str) and one for one in given)):
            yield Problem(f"$.{name}", "type", "must be a list of text, and not empty")
        elif name == "council_keys" and not all(_is_key(one) for one in given):
            yield Problem(f"$.{name}", "value", "must be public keys: 64 hexadecimal digits each")
    if not isinstance(document.get("obtains", True), bool):
        yield Problem("$.obtains", "type", "must be true or false")
    for name in PLATFORMS:
        if name in document:
            yield from _shop(document[name], name)


def _shop(section: object, name: str) -> Iterator[Problem]:
    if not isinstance(section, dict):
        yield Problem(f"$.{name}", "type", "must be a table")
        return
    if {*section} - {*_SHOP, *_ADDRESSES[name]}:
        yield Problem(f"$.{name}", "unknown_field", f"only {', '.join((*_SHOP, *_ADDRESSES[name]))} are known")
    yield from _texts(section, _SHOP, f"$.{name}")
    yield from _texts(section, [one for one in _ADDRESSES[name] if one in section], f"$.{name}")


def _texts(document: Mapping[str, Any], names: Sequence[str], path: str) -> Iterator[Problem]:
    for name in names:
        if name not in document:
            yield Problem(f"{path}.{name}", "missing", "must be given")
        elif not (isinstance(document[name], str) and document[name]):
            yield Problem(f"{path}.{name}", "type", "must be text that is not empty")


def _is_key(text: str) -> bool:
    return len(text) == 2 * _KEY_BYTES and all(char in "0123456789abcdefABCDEF" for char in text)


def secret_of(path: Path, at: str) -> str:
    """The text of a file that holds a secret.

    Raises InvalidInput where others than its owner could read it too, and where it is none in UTF-8.
    """
    if not path.is_file():
        raise InvalidInput((Problem(at, "missing", "there is no such file"),))
    if path.stat().st_mode & _OTHERS:
        raise InvalidInput((Problem(at, "mode", "others could read that file: have its mode be 0600"),))
    if (text := text_of(path)) is None:
        raise InvalidInput((Problem(at, "encoding", "the file must hold text in UTF-8"),))
    return text.strip()


def key_of(path: Path, at: str) -> bytes:
    """The 32 bytes of a private key, kept in hexadecimal digits in a file of mode 0600."""
    text = secret_of(path, at)
    if not _is_key(text):
        raise InvalidInput((Problem(at, "value", "the file must hold a private key: 64 hexadecimal digits"),))
    return bytes.fromhex(text)


@attrs.frozen
class Opened:
    """An agent with what it is made of."""

    place: AgentPlace
    client: TraderClient
    connectors: Mapping[str, ShopConnector]
    agent: Agent


@contextmanager
def opened(place: AgentPlace) -> Iterator[Opened]:
    """The agent of a configuration, over its own store and keys, which are made where they are not there."""
    try:
        import httpx
    except ModuleNotFoundError:
        raise ExtraMissing("client") from None
    from expressplatform.transport import HttpxTransport
    from expressplatform_agent import Agent, Terms
    from expressplatform_sqlite.keys import LocalKeyStore
    from expressplatform_sqlite.shelf import SqliteShelf

    with ExitStack() as stack:
        shelf = stack.enter_context(closing(SqliteShelf(place.store)))
        keys = stack.enter_context(closing(LocalKeyStore(place.keys)))
        transport = HttpxTransport(stack.enter_context(httpx.Client()))
        connectors = {name: _connector(place, name, transport=transport, shelf=shelf, keys=keys) for name in place.apps}
        client = client_of(place, transport)
        terms = Terms(obtains=place.obtains)
        agent = Agent(client, connectors, shelf=shelf, keys=keys, owner=place.organisation, terms=terms)
        yield Opened(place, client, connectors, agent)


def client_of(place: AgentPlace, transport: Transport) -> TraderClient:
    """The trader's client, under the agent's own staff id."""
    from expressplatform.sealing import EncryptionPair
    from expressplatform.signing import SigningKey, VerifyingKey
    from expressplatform_http.client import MemoryKeys, Options, TraderClient, Trust

    signing = SigningKey.from_bytes(key_of(place.signing_key, "$.signing_key"))
    sealing = [EncryptionPair.of(key_of(one, "$.sealing_keys")) for one in place.sealing_keys]
    try:
        councils = tuple(VerifyingKey(one) for one in place.council_keys)
    except SignatureInvalid:
        raise InvalidInput((Problem("$.council_keys", "value", "must be Ed25519 public keys"),)) from None
    return TraderClient(
        place.platform,
        transport,
        keys=MemoryKeys(signing, sealing),
        trust=Trust(place.organisation, councils),
        options=Options(place.person),
    )


def _connector(place: AgentPlace, name: str, *, transport: Transport, shelf: Shelf, keys: KeyStore) -> ShopConnector:
    app = place.apps[name]
    secret = secret_of(app.secret, f"$.{name}.secret")
    if name == "taobao":
        from expressplatform_taobao.connector import TaobaoConnector
        from expressplatform_taobao.protocol import GATEWAY
        from expressplatform_taobao.protocol import App as TaobaoApp

        return TaobaoConnector(
            TaobaoApp(app.key, secret),
            transport=transport,
            shelf=shelf,
            keys=keys,
            owner=place.organisation,
            gateway=app.addresses.get("gateway", GATEWAY),
        )
    from expressplatform_jd.connector import JdConnector
    from expressplatform_jd.protocol import App as JdApp
    from expressplatform_jd.protocol import Endpoints

    return JdConnector(
        JdApp(app.key, secret),
        transport=transport,
        shelf=shelf,
        keys=keys,
        owner=place.organisation,
        endpoints=Endpoints(**app.addresses),
    )


def agent_configuration() -> str:
    """The text of a configuration to fill in."""
    return (
        "# The agent at a trader's desk. Paths are relative to this file; secrets stand in files of mode 0600.\n"
        'platform = "https://express.council.example"  # the council\'s server\n'
        'organisation = "taobao"  # your id in the scheme\n'
        'person = "agent-1"  # the staff id under which the agent acts: opaque, never a name\n'
        f'council_keys = ["{"0" * 64}"]  # the council\'s public keys: ask its operator, on a way of its own\n'
        f'signing_key = "{SIGNING}"\n'
        f'sealing_keys = ["{SEALING}"]\n'
        'store = "agent.db"  # what the agent remembers, sealed\n'
        'keys = "agent-keys.db"  # what opens it: back it up apart\n'
        "obtains = true  # false: wait until one of your people has obtained a case\n"
        "\n"
        "# [taobao]\n"
        '# app_key = "12345678"\n'
        '# secret = "taobao.secret"\n'
        '# redirect_uri = "https://agent.example/back"  # as registered with the platform\n'
        "\n"
        "# [jd]\n"
        '# app_key = "..."\n'
        '# secret = "jd.secret"\n'
        '# redirect_uri = "https://agent.example/back"\n'
    )
