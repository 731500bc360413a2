"""Which row of the table answers an address: found segment by segment, however many rows there are.

Laws of this file: what is written in a row goes before what a row leaves open; an address that no row has is not there,
and one that a row has for another method says which. An address is taken as it was sent: what a row writes is spelled
so and in no other way, lest a proxy that keeps one spelling from the outside lets another one through. Only what a row
leaves open is decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final
from urllib.parse import unquote

from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from expressplatform_http.server.incoming import path_of

_OPEN: Final = "{}"
"""What a segment that a row leaves open is called in the tree."""


class _Node:
    """What can follow so much of an address, and who answers it by method."""

    __slots__ = ("answers", "below", "names")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.answers: dict[str, ASGIApp] = {}
        self.names: tuple[str, ...] = ()


@final
class Table(BaseRoute):
    """Many addresses as one route."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, path: str, app: ASGIApp) -> None:
        """One more address; parts in braces are left open."""
        node, names = self._root, []
        for part in path.split("/")[1:]:
            if part.startswith("{"):
                names.append(part[1:-1])
                part = _OPEN
            node = node.below.setdefault(part, _Node())
        node.names = tuple(names)
        node.answers[method] = app

    def row_of(self, scope: Scope) -> ASGIApp | None:
        """Who answers a request, told what stands in the open parts; None: it is for `handle`, or not here."""
        found = self._found(scope)
        if found is None:
            return None
        node, scope["path_params"] = found
        return node.answers.get(scope["method"])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether there is such an address; then who answers it, and what stands in its open parts."""
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self._found(scope)
        if found is None:
            return Match.NONE, {}
        node, places = found
        return Match.FULL, {"path_params": places, "endpoint": node}

    def _found(self, scope: Scope) -> tuple[_Node, Mapping[str, str]] | None:
        node, values, path = self._root, [], path_of(scope)
        for part in path.split("/")[1:]:
            below = node.below.get(part)
            if below is None:
                below = node.below.get(_OPEN)
                if below is None or not part:
                    return None
                values.append(unquote(part) if "%" in part else part)
            node = below
        return (node, dict(zip(node.names, values, strict=True))) if node.answers else None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on; raises HTTPException (405) for another method."""
        answers: Mapping[str, ASGIApp] = scope["endpoint"].answers
        app = answers.get(scope["method"])
        if app is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(answers))})
        await app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """No address is made here: the table of routes tells them."""
        raise NoMatchFound(name, path_params)
