"""What the simulated gateway answers: documents and refusals, as JSON, simplified JSON or XML.

Laws of this file: a refusal is a document like any other, under HTTP 200, with the platform's code; its sentence is the
platform's, in two languages. XML is what comes where nothing else is asked for.

Source: the platform's tables of errors, as copied by third parties, and its page on formats (article 101617).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

import attrs
import orjson

Document = Mapping[str, object]
_LISTED: Final = ' list="true"'

MESSAGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        7: "App Call Limited",
        9: "HTTP action not allowed",
        10: "Service currently unavailable",
        11: "Insufficient isv permissions",
        12: "Insufficient user permissions",
        15: "Remote service error",
        21: "Missing method",
        22: "Invalid method",
        23: "Invalid format",
        24: "Missing signature",
        25: "Invalid signature",
        26: "Missing session",
        27: "Invalid session",
        28: "Missing app key",
        29: "Invalid app key",
        30: "Missing timestamp",
        31: "Invalid timestamp",
        32: "Missing version",
        33: "Invalid version",
        40: "Missing required arguments",
        41: "Invalid arguments",
    }
)
"""The platform's sentence for each of its codes that the simulator knows."""


@attrs.frozen
class Refusal(Exception):
    """The gateway or a service says no: by a code, and mostly a sub-code."""

    code: int
    sub_code: str = ""
    sub_msg: str = ""
    about: str = ""

    def document(self, request_id: str) -> Document:
        """As it is sent."""
        told = f":{self.about}" if self.about else ""
        found: dict[str, object] = {"code": self.code, "msg": MESSAGES[self.code] + told}
        if self.sub_code:
            found["sub_code"] = self.sub_code
        if self.sub_msg:
            found["sub_msg"] = self.sub_msg
        return {"error_response": {**found, "request_id": request_id}}


def yuan(fen: int) -> str:
    """An amount in fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def envelope(method: str, answer: Document, request_id: str) -> Document:
    """An answer in its method's envelope."""
    name = method.removeprefix("taobao.").replace(".", "_") + "_response"
    return {name: {**answer, "request_id": request_id}}


def rows(name: str, found: list[Document]) -> Document:
    """A list as the platform nests it; an empty one is left out altogether."""
    return {name: found} if found else {}


def written(document: Document, form: str, *, simplified: bool) -> tuple[bytes, str]:
    """The bytes and the media type of a document."""
    if form == "xml":
        ((name, inner),) = document.items()
        return f'<?xml version="1.0" encoding="utf-8" ?>{_xml(name, inner)}'.encode(), "text/xml;charset=UTF-8"
    return orjson.dumps(_simple(document) if simplified else document), "application/json;charset=UTF-8"


def _xml(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        nested = len(value) == 1 and isinstance(next(iter(value.values())), list)
        inner = "".join(_xml(key, one) for key, one in value.items())
        return f"<{name}{_LISTED if nested else ''}>{inner}</{name}>"
    if isinstance(value, list):
        return "".join(_xml(name, one) for one in value)
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def _simple(document: Document) -> object:
    """Without the outer key and the inner ones of lists; refusals keep theirs."""
    ((name, inner),) = document.items()
    return document if name == "error_response" else _flat(inner)


def _flat(value: object) -> object:
    if isinstance(value, Mapping):
        only = next(iter(value.values())) if len(value) == 1 else None
        if isinstance(only, list):
            return [_flat(one) for one in only]
        return {key: _flat(one) for key, one in value.items()}
    return [_flat(one) for one in value] if isinstance(value, list) else value
