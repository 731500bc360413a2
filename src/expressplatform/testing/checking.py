"""From a name to a contract: what ``my_store:make_store`` makes, what it can do, and how its calls are written down.

Laws of this file: it imports what it is told to and nothing else. All contracts come here alike: a contract is a class
with checks and one method that makes what is checked.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType, ModuleType
from typing import Any, Final

import attrs

from expressplatform.ports import (
    CaseStore,
    EvidenceStore,
    KeyStore,
    Messenger,
    Register,
    Scan,
    Shelf,
    Strip,
    TraderGateway,
    Witness,
)
from expressplatform.testing.connectors.world import ShopWorld
from expressplatform.testing.contracts import (
    AsyncConnectorContract,
    AsyncEvidenceContract,
    AsyncMessengerContract,
    AsyncShelfContract,
    AsyncStoreContract,
    ConnectorContract,
    EvidenceContract,
    GatewayContract,
    KeyStoreContract,
    MessengerContract,
    RegisterContract,
    ScanContract,
    ShelfContract,
    StoreContract,
    StripContract,
    WitnessContract,
)
from expressplatform.testing.stores.history import REOPEN, SECOND, Call, Calls, bare, recorded


@attrs.frozen
class Kind:
    """What may be checked: its contracts, the port by whose methods it is known, and what the contract calls its maker.

    ``helpers`` are the optional methods of the contract that unlock more checks. ``alone``: a maker is enough;
    otherwise a subclass of the contract must be named, and calls are not written down.
    """

    contract: type[Any]
    awaited: type[Any] | None
    port: type[Any]
    maker: str = "make_store"
    helpers: tuple[str, ...] = (REOPEN, SECOND, "dump_bytes")
    alone: bool = True

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods of the port, in the order in which it names them."""
        return tuple(name for name, one in vars(self.port).items() if inspect.isfunction(one) and name[0] != "_")

    def nearness(self, made: object) -> tuple[int, int]:
        """How many of the methods something has, closing apart, and how few it lacks: the more, the nearer."""
        named = [name for name in self.methods if name != "close"]
        has = sum(callable(getattr(made, name, None)) for name in named)
        return has, has - len(named)


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "store": Kind(StoreContract, AsyncStoreContract, CaseStore),
        "evidence": Kind(EvidenceContract, AsyncEvidenceContract, EvidenceStore),
        "shelf": Kind(ShelfContract, AsyncShelfContract, Shelf, "make_shelf", (REOPEN, SECOND)),
        "keys": Kind(KeyStoreContract, None, KeyStore),
        "messenger": Kind(
            MessengerContract, AsyncMessengerContract, Messenger, "make_messenger", ("outbox", "break_way")
        ),
        "gateway": Kind(GatewayContract, None, TraderGateway, "make_gateway", ("received", "break_way")),
        "witness": Kind(WitnessContract, None, Witness, "make_witness", ("received", "break_way")),
        "register": Kind(RegisterContract, None, Register, "make_register", (REOPEN, SECOND, "tear")),
        "scan": Kind(ScanContract, None, Scan, "make_scan", ("harmful", "break_way")),
        "strip": Kind(StripContract, None, Strip, "make_strip", ("samples", "unfold", "pages", "patience")),
        "connector": Kind(ConnectorContract, AsyncConnectorContract, ShopWorld, "make_world", (), alone=False),
    }
)
"""Every contract by the name that the command line gives it. That of connectors is run as a subclass, never as a maker:
it needs a world beside the connector.
"""


class UnknownTargetError(Exception):
    """What was named cannot be checked, and why."""


class Checked:
    """What `contract_of` adds to a contract: what it is called, and the calls of the store that was opened last."""

    target: str
    kind: str
    awaited: bool
    helpers: tuple[str, ...]
    calls: Calls
    notes: tuple[str, ...]


def contract_of(target: str | Callable[[], Any], kind: str = "", *, awaited: bool | None = None) -> Any:
    """The contract of what ``module:maker`` makes; its calls are written down. It is a `Checked` too.

    A maker itself does as well as its name. It is called without arguments. Helpers (``reopen``,
    ``second_connection``, ``dump_bytes``, ...) are attributes of the maker, or stand beside it in its module. A
    subclass of a contract may be named instead of a maker. Raises UnknownTargetError.
    """
    module, maker = _loaded(target) if isinstance(target, str) else (inspect.getmodule(target), target)
    target = target if isinstance(target, str) else f"{maker.__module__}:{maker.__qualname__}"
    if inspect.isclass(maker) and (known := _known(maker)):
        return _recording(target, _Judged(*known, ()), maker, None, _overridden(maker, KINDS[known[0]]))
    found = _probed(target, maker, kind, awaited)
    name = found.kind
    if not KINDS[name].alone:
        raise UnknownTargetError(
            f"{target}: name a subclass of {KINDS[name].contract.__name__}, which brings its {name}"
        )
    contract = KINDS[name].awaited if found.awaited else KINDS[name].contract
    if contract is None:
        raise UnknownTargetError(f"{target}: there is no contract for an awaited {name}")
    beside = {one: getattr(maker, one, None) or getattr(module, one, None) for one in KINDS[name].helpers}
    helpers = {one: helper for one, helper in beside.items() if callable(helper)}
    return _recording(target, found, contract, maker, helpers)


def _loaded(target: str) -> tuple[ModuleType, Any]:
    name, colon, attribute = target.partition(":")
    if not name or not colon or not attribute:
        raise UnknownTargetError(f"{target}: say module:maker")
    try:
        module = importlib.import_module(name)
        found: Any = module
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:
        hint = f"; leave out .py: {target.replace('.py:', ':')}" if name.endswith(".py") else ""
        raise UnknownTargetError(f"{target} cannot be imported: {_where(error)}{hint}") from error
    if not callable(found):
        raise UnknownTargetError(f"{target} is nothing that can be called")
    return module, found


def _known(maker: type[Any]) -> tuple[str, bool] | None:
    """The kind of contract that a class derives from, and whether it is for what is awaited."""
    for name, kind in KINDS.items():
        if issubclass(maker, kind.contract):
            return name, False
        if kind.awaited is not None and issubclass(maker, kind.awaited):
            return name, True
    return None


def _overridden(maker: type[Any], kind: Kind) -> Mapping[str, Callable[..., Any]]:
    own = {name: getattr(maker, name) for name in kind.helpers if hasattr(maker, name)}
    bases = tuple(one for one in (kind.contract, kind.awaited) if one is not None)
    return {name: one for name, one in own.items() if all(one is not getattr(base, name, None) for base in bases)}


@attrs.frozen
class _Judged:
    """What a maker makes: its kind, whether it is awaited, and what is odd about its methods."""

    kind: str
    awaited: bool
    notes: tuple[str, ...]


def _probed(target: str, maker: Any, kind: str, awaited: bool | None) -> _Judged:
    try:
        made = maker()
        if inspect.isawaitable(made) or (hasattr(made, "__aenter__") and not _kind_of(made)):
            return asyncio.run(_probed_awaited(made, kind))
        if isinstance(made, AbstractContextManager) and not _kind_of(made):
            with made as port:
                return _judged(port, kind, awaited)
        found = _judged(made, kind, awaited)
        closing = made.close() if callable(getattr(made, "close", None)) else None
        if inspect.isawaitable(closing):
            asyncio.run(_awaited(closing))
            return _judged(made, kind, True if awaited is None else awaited)
        return found
    except UnknownTargetError as error:
        raise UnknownTargetError(f"{target} {error}") from None
    except (Exception, SystemExit) as error:
        raise UnknownTargetError(f"{target} could not be called: {_where(error)}") from error


async def _probed_awaited(made: Any, kind: str) -> _Judged:
    made = await made if inspect.isawaitable(made) else made
    if not hasattr(made, "__aenter__") or _kind_of(made):
        found = _judged(made, kind, True)
        closing = made.close() if callable(getattr(made, "close", None)) else None
        if inspect.isawaitable(closing):
            await closing
        return found
    async with made as port:
        return _judged(port, kind, True)


async def _awaited(answer: Any) -> Any:
    return await answer


def _where(error: BaseException) -> str:
    """An error, and the line of the caller's that it came from."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "importlib" not in one.filename][1:]
    line = f" (line {frames[-1].lineno} of {frames[-1].filename})" if frames else ""
    return f"{type(error).__name__}: {error}{line}"


def _kind_of(made: Any) -> str:
    """The kind of which something has the most methods; empty where it has fewer than two of any, and not all."""
    name = max(KINDS, key=lambda one: KINDS[one].nearness(made))
    has, lacks = KINDS[name].nearness(made)
    return name if has >= 2 or (has and not lacks) else ""


def _judged(made: Any, kind: str, awaited: bool | None) -> _Judged:
    if made is None:
        raise UnknownTargetError("gives None: it must return what is to be checked")
    if inspect.isclass(made):
        raise UnknownTargetError(f"gives the class {made.__name__} itself: return {made.__name__}(...), made")
    name = kind or _kind_of(made)
    if not name or not KINDS[name].nearness(made)[0]:
        asked = kind or "one of " + ", ".join(KINDS)
        raise UnknownTargetError(f"makes a {type(made).__name__}, which has not the methods of {asked}")
    coroutines = [one for one in KINDS[name].methods if inspect.iscoroutinefunction(getattr(made, one, None))]
    is_awaited = awaited if awaited is not None else 2 * len(coroutines) > len(KINDS[name].methods)
    return _Judged(name, is_awaited, tuple(_odd(made, KINDS[name], () if is_awaited else coroutines)))


def _odd(made: Any, kind: Kind, awaited: Sequence[str]) -> Iterator[str]:
    """What is odd about the methods of something, where its kind is to have them: no check can go well with it."""
    for name in kind.methods:
        wanted = _signature(getattr(kind.port, name), beside="self")
        method = getattr(made, name, None)
        if not callable(method):
            yield f"{name}{wanted} is {'missing' if method is None else 'nothing that can be called'}"
        elif name in awaited:
            yield f"{name} is a coroutine function, the others are not: leave out async, or make all of them so"
        elif not _takes(method, wanted):
            yield f"{name}{_signature(method)} cannot be called as {name}{wanted}"


def _signature(method: Any, beside: str = "") -> inspect.Signature:
    """What a method takes, by name alone."""
    empty, only, either = (
        inspect.Parameter.empty,
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    found = inspect.signature(method)
    plain = [
        one.replace(annotation=empty, kind=either if one.kind is only else one.kind)
        for name, one in found.parameters.items()
        if name != beside
    ]
    return found.replace(parameters=plain, return_annotation=empty)


def _takes(method: Any, wanted: inspect.Signature) -> bool:
    """Whether a method can be called with what is wanted; of what has no signature nobody knows."""
    try:
        inspect.signature(method).bind(*wanted.parameters)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _recording(target: str, found: _Judged, contract: type[Any], maker: Any, helpers: Mapping[str, Any]) -> Any:
    """A contract over a maker (None: its own), whose calls are written down."""
    kind, calls = KINDS[found.kind], Calls()

    def make(self: Any) -> Any:
        calls.open()
        made = maker() if maker is not None else getattr(contract, kind.maker)(self)
        return recorded(made, calls, 0, kind.methods[0]) if kind.alone else made

    parts: dict[str, Any] = {kind.maker: make, "target": target, "calls": calls, **attrs.asdict(found)}
    parts["helpers"] = tuple(helpers)
    for one, helper in helpers.items():
        parts[one] = _helper(kind, one, helper, calls, bound=maker is None)
    return type("Checked", (Checked, contract), parts)()


def _helper(kind: Kind, name: str, helper: Any, calls: Calls, *, bound: bool) -> Callable[..., Any]:
    def helped(self: Any, *given: Any) -> Any:
        door = getattr(given[0], "door", 0) if given else 0
        if name in _DOORS:
            calls.append(Call(door, name))
        plain = tuple(map(bare, given))
        made = helper(self, *plain) if bound else helper(*plain)
        return recorded(made, calls, door if name == REOPEN else 1, kind.methods[0]) if name in _DOORS else made

    return helped


_DOORS: Final = (REOPEN, SECOND)
