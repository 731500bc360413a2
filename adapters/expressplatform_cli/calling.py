"""`call`: one request, signed and sent, with everything that was signed shown.

Laws of this module: what is shown is what was sent, to the byte. The private key never leaves its file. A body with
words about a person is read from a file or standard input; its bytes are not shown, only their digest.
"""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
import click
import orjson

from expressplatform.errors import ExpressPlatformError, TransportFailed
from expressplatform.platform import utc_now
from expressplatform.signing import SigningKey
from expressplatform.transport import HttpRequest, HttpResponse
from expressplatform_cli import documents
from expressplatform_cli.options import answers, exit_of, json_option, message_of
from expressplatform_cli.output import plain, say_json
from expressplatform_http.protocol.problems import read_problem
from expressplatform_http.protocol.signatures import prepare

_SECONDS: Final = 30.0
_HERE: Final = ("127.0.0.1", "::1", "localhost")
_METHODS: Final = ("GET", "POST")
_NEEDED: Final = ("organisation", "person", "signing")


@attrs.frozen(repr=False)
class _Keys:
    """Who calls: from a file of keys as a sandbox writes it."""

    at: str
    person: str
    key: SigningKey


@click.command()
@click.argument("method", type=click.Choice(_METHODS, case_sensitive=False))
@click.argument("path")
@click.argument("body", metavar="[JSON|-]", required=False)
@click.option("--keys", "keys_file", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Your keys, as a sandbox writes them: organisation, person, signing (hex), and 'at'.")  # fmt: skip
@click.option("--at", metavar="URL", help="The platform's address [default: the one in the file of keys].")
@click.option("--file", "file", metavar="FILE|-", help="The body, from a file or standard input.")
@click.option("--key", metavar="KEY", help="The idempotency key of a write [default: random].")
@click.option("--if-match", "expected", metavar="N", type=click.IntRange(1), help="Only at this version of the case.")
@json_option
@answers
def call(
    method: str,
    path: str,
    body: str | None,
    keys_file: Path,
    at: str | None,
    file: str | None,
    key: str | None,
    expected: int | None,
    as_json: bool,
) -> None:
    """Sign one request with your key, send it, and show the signature base, the request and the answer.

    PATH begins with a slash and may have a query. A body gets "v": 1 where it has none. An answer that refuses is shown
    too, and ends the command with the exit code of its kind.

    Example: call POST /v1/trader/cases/CASE/report-contact '{"channel": "phone"}' --keys trader.json
    """
    keys = _read(keys_file, at)
    request = _request(method.upper(), keys, path, _body(method.upper(), body, file), key, expected)
    made = prepare(request, key_id=keys.key.key_id, created=utc_now(), nonce=secrets.token_urlsafe(16))
    signed = made.signed(keys.key.sign(made.base))
    answer = _sent(signed)
    if as_json:
        say_json(_document(made.base, signed, answer))
    else:
        _show(made.base, signed, answer)
    if answer.status >= 300:
        raise click.exceptions.Exit(int(exit_of(_error(answer))))


def _read(path: Path, at: str | None) -> _Keys:
    try:
        found: Any = json.loads(path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _NEEDED):
        raise click.UsageError(f"The file of keys must be a JSON object with {', '.join(_NEEDED)} (and 'at').")
    base = at if at is not None else found.get("at")
    if not isinstance(base, str):
        raise click.UsageError("Say where the platform is: --at URL.")
    try:
        return _Keys(_checked(base), found["person"], SigningKey.from_bytes(bytes.fromhex(found["signing"])))
    except ValueError:
        raise click.UsageError("'signing' in the file of keys must be 32 bytes in hexadecimal.") from None


def _checked(base: str) -> str:
    try:
        where = urlsplit(base)
        port = where.port
    except ValueError:
        raise click.UsageError("The address of the platform is not one.") from None
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _HERE):
        raise click.UsageError("The address begins with https, unless the platform is on this machine.")
    return f"{where.scheme}://{where.hostname if ':' not in (where.hostname or '') else f'[{where.hostname}]'}" + (
        f":{port}" if port else ""
    )


def _body(method: str, body: str | None, file: str | None) -> bytes:
    if method == "GET":
        if body is not None or file is not None:
            raise click.UsageError("A GET has no body.")
        return b""
    return orjson.dumps({"v": 1, **documents.read_object(body, file)})


def _request(method: str, keys: _Keys, path: str, body: bytes, key: str | None, expected: int | None) -> HttpRequest:
    if not path.startswith("/"):
        raise click.UsageError("PATH begins with a slash, such as /v1/trader/cases.")
    headers = [
        ("accept", "application/json"),
        ("expressplatform-version", "1"),
        ("expressplatform-person", keys.person),
    ]
    if body:
        headers += [("content-type", "application/json"), ("idempotency-key", key or secrets.token_hex(16))]
    if expected is not None:
        headers.append(("if-match", f'"{expected}"'))
    return HttpRequest(method, keys.at + path, tuple(headers), body)


def _sent(request: HttpRequest) -> HttpResponse:
    """The answer, whatever it is; raises TransportFailed where there is none."""
    where = urlsplit(request.url)
    host, target = where.hostname or "", (where.path or "/") + (f"?{where.query}" if where.query else "")
    line = (
        http.client.HTTPSConnection(host, where.port, timeout=_SECONDS, context=ssl.create_default_context())
        if where.scheme == "https"
        else http.client.HTTPConnection(host, where.port, timeout=_SECONDS)
    )
    try:
        line.request(request.method, target, request.body or None, dict(request.headers))
        answer = line.getresponse()
        return HttpResponse(answer.status, tuple(answer.getheaders()), answer.read())
    except TimeoutError:
        raise TransportFailed("timeout") from None
    except (OSError, http.client.HTTPException):
        raise TransportFailed("broken") from None
    finally:
        line.close()


def _error(answer: HttpResponse) -> ExpressPlatformError:
    return read_problem(answer)


# ---- shown --------------------------------------------------------------------------------------------------------


def _document(base: bytes, request: HttpRequest, answer: HttpResponse) -> dict[str, object]:
    return {
        "base": base.decode("ascii"),
        "request": {"method": request.method, "url": request.url, "headers": [*request.headers]},
        "answer": {"status": answer.status, "headers": [*answer.headers], "body": _read_body(answer)},
    }


def _read_body(answer: HttpResponse) -> object:
    try:
        return orjson.loads(answer.body)
    except ValueError:
        return None


def _show(base: bytes, request: HttpRequest, answer: HttpResponse) -> None:
    click.secho("Signed:", bold=True)
    _indented(base.decode("ascii"))
    click.secho("\nSent:", bold=True)
    _indented(f"{request.method} {request.url}")
    _indented("\n".join(f"{name}: {value}" for name, value in request.headers))
    click.secho(f"\nAnswered: {answer.status}", bold=True)
    _indented("\n".join(f"{name}: {plain(value)}" for name, value in answer.headers))
    body = _read_body(answer)
    if body is not None:
        click.echo()
        _indented(plain(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()))
    elif answer.body:
        click.echo(f"\n  ({len(answer.body)} bytes)")
    if answer.status >= 300:
        click.echo()
        for line in message_of(_error(answer)).lines():
            click.echo(line, err=True)


def _indented(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"  {line}")
