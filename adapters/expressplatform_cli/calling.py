"""`call` and `make-keys`: one signed request by hand, with everything that was signed to be seen.

Laws of this module: a private key is read from a file that nobody else may read, and is never shown. What is sent comes
from a file or standard input, never from the command line: it may hold what is personal. The answer goes to standard
output as it came; what was signed goes to standard error.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click
import orjson

from expressplatform.errors import ExpressPlatformError
from expressplatform.fields import refuse
from expressplatform.reading import parse
from expressplatform.sealing import EncryptionPair
from expressplatform.signing import SigningKey
from expressplatform_cli.documents import LARGEST
from expressplatform_cli.exits import ExtraMissing
from expressplatform_cli.folders import write_private
from expressplatform_cli.options import FILE, answers
from expressplatform_cli.output import say_json

if TYPE_CHECKING:
    from expressplatform.transport import HttpRequest, HttpResponse

_SECONDS: Final = 30.0
_MEMBERS: Final = ("organisation", "person", "signing", "sealing")


@attrs.frozen(repr=False)
class MemberKeys:
    """An organisation's private keys as a file holds them, in hex, with who acts: JSON, readable by its owner alone.

    ``at`` is the address of the platform that they are for, where the file names it.
    """

    organisation: str
    person: str
    signing: SigningKey
    sealing: EncryptionPair
    at: str = ""

    def document(self) -> dict[str, str]:
        """What is written into the file."""
        private = {"signing": self.signing.seed().hex(), "sealing": self.sealing.private.hex()}
        return {"organisation": self.organisation, "person": self.person, **private}

    def public(self) -> dict[str, str]:
        """What may be told to anybody."""
        return {
            "key_id": self.signing.key_id,
            "signing": self.signing.public.hex(),
            "sealing": self.sealing.public.hex(),
        }


@click.command("make-keys")
@click.argument("file", type=FILE)
@click.option("--organisation", required=True, help="The organisation's id in the scheme.")
@click.option("--person", required=True, help="Who acts by these keys: an opaque staff id, not a name.")
@answers
def make_keys(file: Path, organisation: str, person: str, as_json: bool) -> None:
    """Make an organisation's keys into a new FILE that only its owner may read; shows their public halves.

    One key signs requests, details are sealed to the other. Keep the file: what was sealed to a key that is lost
    cannot be read again.
    """
    from expressplatform.sealing import new_encryption_pair

    made = MemberKeys(organisation, person, SigningKey.generate(), new_encryption_pair())
    write_private(file, orjson.dumps(made.document(), option=orjson.OPT_INDENT_2))
    if as_json:
        say_json(made.public())
        return
    for name, value in made.public().items():
        click.echo(f"{name}: {value}")


@click.command()
@click.argument("method", type=click.Choice(["GET", "POST"], case_sensitive=False))
@click.argument("path")
@click.option("--base", metavar="URL", help="The address of the platform [default: the one in the file of keys].")
@click.option("--member-keys", type=FILE, required=True, help="The file that 'make-keys' or a sandbox made.")
@click.option("--body", type=FILE, help="The document to send: a file, or - for standard input.")
@click.option("--key", metavar="KEY", default="", help="The idempotency key of a write [default: a new one].")
@click.option("--if-match", "version", type=int, help="The version of the case that this was decided on.")
@click.option("--dry-run", is_flag=True, help="Show what would be signed and send nothing.")
@answers
def call(
    method: str,
    path: str,
    base: str | None,
    member_keys: Path,
    body: Path | None,
    key: str,
    version: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Sign one request, show what was signed, send it, and write the answer to standard output.

    PATH begins with /v1. What was signed (the signature base of RFC 9421) and the two headers that came of it go to
    standard error: compare them line by line with those of a client of your own. With --json all of it is one document.
    """
    keys = read_member_keys(member_keys)
    content = b"" if body is None else _read(body)
    if method.upper() == "POST" and not content:
        content = b'{"v":1}'
    request = _request(method.upper(), _base(base, keys) + path, content, keys, key, version)
    text, signed = _signed(request, keys)
    if not as_json:
        _show_signed(text, signed)
    answer = None if dry_run else _sent(signed)
    if as_json:
        say_json({"signed": text, "sent": _sent_document(signed), "answer": _answer_document(answer)})
    elif answer is not None:
        click.echo(f"{answer.status} {answer.header('request-id')}", err=True)
        click.echo(answer.body.decode("utf-8", "replace"))
    if answer is not None and answer.status >= 400:
        raise _error(answer)


def _base(given: str | None, keys: MemberKeys) -> str:
    base = given if given is not None else keys.at
    if not base:
        raise click.UsageError("Say where the platform is: --base URL.")
    return base.rstrip("/")


def read_member_keys(file: Path) -> MemberKeys:
    """The keys in a file; raises InvalidInput without quoting it."""
    document: Any = parse(_read(file))
    if not isinstance(document, dict) or not all(isinstance(document.get(name), str) for name in _MEMBERS):
        raise refuse("$", "type", "must be a file that 'expressplatform make-keys' made")
    try:
        signing, sealing = (bytes.fromhex(document[name]) for name in ("signing", "sealing"))
        at = str(document.get("at", ""))
        return MemberKeys(
            document["organisation"], document["person"], SigningKey.from_bytes(signing), EncryptionPair.of(sealing), at
        )
    except (ValueError, ExpressPlatformError):
        raise refuse("$.signing", "value", "must be keys of 32 bytes, in hexadecimal digits") from None


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _request(method: str, url: str, content: bytes, keys: MemberKeys, key: str, version: int | None) -> HttpRequest:
    from expressplatform.transport import HttpRequest

    headers = [("expressplatform-version", "1"), ("expressplatform-person", keys.person)]
    if content:
        headers.append(("content-type", "application/json"))
    if method == "POST":
        headers.append(("idempotency-key", key or secrets.token_hex(16)))
    if version is not None:
        headers.append(("if-match", f'"{version}"'))
    return HttpRequest(method, url, tuple(headers), content)


def _signed(request: HttpRequest, keys: MemberKeys) -> tuple[str, HttpRequest]:
    """The signature base, and the request with its signature."""
    from expressplatform.platform import utc_now
    from expressplatform_http.protocol.signatures import prepare

    nonce = secrets.token_urlsafe(16)
    prepared = prepare(request, key_id=keys.signing.key_id, created=utc_now(), nonce=nonce)
    return prepared.base.decode(), prepared.signed(keys.signing.sign(prepared.base))


def _show_signed(base: str, signed: HttpRequest) -> None:
    click.echo(f"{base}\n", err=True)
    for name in ("signature-input", "signature"):
        click.echo(f"{name}: {signed.header(name)}", err=True)
    click.echo("", err=True)


def _sent_document(request: HttpRequest) -> dict[str, object]:
    """What was sent, without its body: whoever sent it has that."""
    return {"method": request.method, "url": request.url, "headers": [*request.headers]}


def _answer_document(answer: HttpResponse | None) -> dict[str, object] | None:
    if answer is None:
        return None
    try:
        body: object = orjson.loads(answer.body)
    except ValueError:
        body = answer.body.decode("utf-8", "replace")
    return {"status": answer.status, "headers": [*answer.headers], "body": body}


def _sent(request: HttpRequest) -> HttpResponse:
    from expressplatform.transport import HttpxTransport

    try:
        import httpx
    except ModuleNotFoundError:
        raise ExtraMissing("client") from None
    with httpx.Client() as client:
        return HttpxTransport(client).send(request, _SECONDS)


def _error(answer: HttpResponse) -> ExpressPlatformError:
    from expressplatform_http.protocol.problems import read_problem

    return read_problem(answer)
