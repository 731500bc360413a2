"""Write the reference page of the HTTP interface from the table of routes and the OpenAPI document.

    python tools/make_http_page.py        writes docs/reference/http.md

`written` returns it without writing, so a test holds the tree equal to what would be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from expressplatform_http.protocol import openapi
from expressplatform_http.protocol.routes import ROUTES, Content, Route, Who

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "http.md"
_WHO: Final = {
    Who.SIGNATURE: "Signed by an organisation of that role.",
    Who.OWN_KEY: "Signed by the key that the request brings.",
    Who.SESSION: "Under the session of the complainant whose case it is.",
    Who.ANYBODY: "Anybody.",
}
_TITLES: Final = {
    "council": "For councils",
    "trader": "For traders",
    "complainant": "For complainants",
    "public": "For everybody",
    "operation": "For whoever runs the server",
}
_CARRIED: Final = {
    Content.FILE: "a file, in pieces", Content.STREAM: "a sealed stream", Content.OPEN: "a JSON object",
    Content.TEXT: "text", Content.PAGE: "a page",
}  # fmt: skip
_HEAD: Final = """# The HTTP interface

<!-- Written by tools/make_http_page.py; never edited by hand. -->

What can be asked over the wire, and what is answered: `expressplatform_http.protocol.routes.ROUTES` is this table, and
nothing else is there. The same as an OpenAPI 3.1 document: `GET /v1/public/openapi.json`. How requests are signed and
details are sealed stands in the protocol's own page; how to run a server, in {doc}`../how-to/run-the-server`.

- Bodies are JSON objects that say their version: `{"v": 1, ...}`. A field that is not known is refused.
- Every write needs an `Idempotency-Key` of 1 to 100 letters, digits and `. _ : / -`. It is stored in clear.
- `Expressplatform-Person` says who acts for an organisation: an opaque staff id. It is signed with the rest.
- `ETag` is the version of a case or a participant; sent back as `If-Match`, nothing is done where somebody wrote since.
- `Expressplatform-Version` names the edition of the wire, by itself the newest; the one before is served too.
- A problem is a document of RFC 9457 with a stable `code`, and every fault of a document by its path.
- A case that is not the caller's is answered as one that is not there, and so is every address under another role.
"""


def written() -> dict[Path, str]:
    """The page, and what should stand in it."""
    return {PAGE: page()}


def page() -> str:
    """The page."""
    parts = [_HEAD]
    for tag, title in _TITLES.items():
        rows = [route for route in ROUTES if route.tag == tag]
        parts.append(f"\n## {title}\n\n| Ask | | Send | Answer |\n|---|---|---|---|\n" + "".join(map(_row, rows)))
    parts.append("\n## Documents\n")
    parts += [_schema(name, schema) for name, schema in _schemas()]
    return "".join(parts)


def _row(route: Route) -> str:
    who = f" {_WHO[route.who]}" if route.who not in (Who.SIGNATURE, Who.SESSION) and route.tag != "public" else ""
    query = f" Query: {_name(route.query)}." if route.query is not None else ""
    address = f"`{route.method} {route.path}`"
    told = f"{route.status}: {_name(route.answer)}"
    return f"| {address} | {_plain(route.summary)}{query}{who} | {_name(route.body)} | {told} |\n"


def _plain(said: str) -> str:
    """A docstring's words as Markdown has them."""
    return said.replace("``", "`")


def _name(carried: object) -> str:
    if carried is None:
        return "-"
    if isinstance(carried, Content):
        return _CARRIED[carried]
    return f"`{getattr(carried, '__name__', carried)}`"


def _schemas() -> Iterator[tuple[str, Mapping[str, Any]]]:
    schemas = openapi.every_schema()
    yield from sorted(schemas.items())


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    said = _plain(schema.get("description", ""))
    if "enum" in schema:
        return f"\n### {name}\n\n{said} One of: {', '.join(f'`{one}`' for one in schema['enum'])}.\n"
    needed = set(schema.get("required", ()))
    fields = "".join(
        f"- `{field}`: {_kind(kind)}{'' if field in needed else '; may be left out'}\n"
        for field, kind in schema.get("properties", {}).items()
    )
    return f"\n### {name}\n\n{said}\n" + (f"\n{fields}" if fields else "")


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    kind = {"string": "text", "integer": "a whole number", "boolean": "true or false", "null": "null"}.get(
        schema.get("type", ""), "an object"
    )
    if schema.get("type") == "array":
        items = schema.get("items", {})
        return f"a list of {_kind(items)}{_bounds(schema, 'minItems', 'maxItems', 'entries')}"
    if "format" in schema:
        kind = {"date": "a day", "date-time": "an instant"}[schema["format"]]
    length = _bounds(schema, "minLength", "maxLength", "characters")
    return f"{kind}{length}{_bounds(schema, 'minimum', 'maximum', '')}"


def _bounds(schema: Mapping[str, Any], least: str, most: str, what: str) -> str:
    low, high = schema.get(least), schema.get(most)
    of = f" {what}" if what else ""
    if low is not None and high is not None:
        return f", {low}{of}" if low == high else f", {low} to {high}{of}"
    if high is not None:
        return f", at most {high}{of}"
    return f", at least {low}{of}" if low is not None else ""


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
