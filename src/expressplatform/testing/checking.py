"""From a name to a contract: what ``my_store:make_store`` makes, what it can do, and how its calls are written down.

Laws of this file: it imports what it is told to and nothing else. All contracts come here alike: a contract is a class
with checks and one method that makes what is checked.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType, ModuleType
from typing import Any, Final

import attrs

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
from expressplatform.testing.stores.history import REOPEN, SECOND, Call, bare, recorded


@attrs.frozen
class Kind:
    """What may be checked: its contracts, methods by which it is known, and what the contract calls its maker.

    ``helpers`` are the optional methods of the contract that unlock more checks. ``lacks`` names a method that another
    kind has besides. ``alone``: a maker is enough; otherwise a
    subclass of the contract must be named, and calls are not written down.
    """

    contract: type[Any]
    awaited: type[Any] | None
    methods: tuple[str, ...]
    maker: str = "make_store"
    helpers: tuple[str, ...] = (REOPEN, SECOND, "dump_bytes")
    lacks: str = ""
    alone: bool = True

    def fits(self, made: object) -> bool:
        """Whether something has the methods, and not the one that something else has besides."""
        return all(hasattr(made, one) for one in self.methods) and not (self.lacks and hasattr(made, self.lacks))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "store": Kind(StoreContract, AsyncStoreContract, ("append", "load", "claim")),
        "evidence": Kind(
            EvidenceContract,
            AsyncEvidenceContract,
            ("put", "get", "delete", "list"),
            lacks="years",
        ),
        "shelf": Kind(ShelfContract, AsyncShelfContract, ("put", "years"), "make_shelf", (REOPEN, SECOND)),
        "keys": Kind(KeyStoreContract, None, ("create", "destroy", "secret")),
        "messenger": Kind(
            MessengerContract,
            AsyncMessengerContract,
            ("send",),
            "make_messenger",
            ("outbox", "break_way"),
            lacks="open_shop",
        ),
        "gateway": Kind(GatewayContract, None, ("alert",), "make_gateway", ("received", "break_way")),
        "witness": Kind(WitnessContract, None, ("checkpoint",), "make_witness", ("received", "break_way")),
        "register": Kind(RegisterContract, None, ("note", "entries"), "make_register", (REOPEN, SECOND, "tear")),
        "scan": Kind(ScanContract, None, ("scan",), "make_scan", ("harmful", "break_way"), lacks="claim"),
        "strip": Kind(StripContract, None, ("strip",), "make_strip", ("samples", "unfold", "pages", "patience")),
        "connector": Kind(
            ConnectorContract, AsyncConnectorContract, ("open_shop", "answer_link"), "make_world", (), alone=False
        ),
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
    calls: list[Call]


def contract_of(target: str | Callable[[], Any], kind: str = "", *, awaited: bool | None = None) -> Any:
    """The contract of what ``module:maker`` makes; its calls are written down. It is a `Checked` too.

    A maker itself does as well as its name. It is called without arguments. Helpers (``reopen``,
    ``second_connection``, ``dump_bytes``, ...) are attributes of the maker, or stand beside it in its module. A
    subclass of a contract may be named instead of a maker. Raises UnknownTargetError.
    """
    module, maker = _loaded(target) if isinstance(target, str) else (inspect.getmodule(target), target)
    target = target if isinstance(target, str) else f"{maker.__module__}:{maker.__qualname__}"
    if inspect.isclass(maker) and (known := _known(maker)):
        return _recording(target, *known, maker, None, _overridden(maker, KINDS[known[0]]))
    name, is_awaited = _probed(target, maker, kind, awaited)
    if not KINDS[name].alone:
        raise UnknownTargetError(
            f"{target}: name a subclass of {KINDS[name].contract.__name__}, which brings its {name}"
        )
    contract = KINDS[name].awaited if is_awaited else KINDS[name].contract
    if contract is None:
        raise UnknownTargetError(f"{target}: there is no contract for an awaited {name}")
    beside = {one: getattr(maker, one, None) or getattr(module, one, None) for one in KINDS[name].helpers}
    helpers = {one: helper for one, helper in beside.items() if callable(helper)}
    return _recording(target, name, is_awaited, contract, maker, helpers)


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
        raise UnknownTargetError(f"{target} cannot be imported: {type(error).__name__}: {error}") from error
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


def _probed(target: str, maker: Any, kind: str, awaited: bool | None) -> tuple[str, bool]:
    """What a maker makes: its kind, and whether it is awaited."""
    try:
        made = maker()
        if inspect.isawaitable(made) or (hasattr(made, "__aenter__") and not _kind_of(made)):
            return asyncio.run(_probed_awaited(made, kind)), True
        if isinstance(made, AbstractContextManager) and not _kind_of(made):
            with made as port:
                return _judged(port, kind, awaited)
        found = _judged(made, kind, awaited)
        closing = made.close() if hasattr(made, "close") else None
        if inspect.isawaitable(closing):
            asyncio.run(_awaited(closing))
            return found[0], True if awaited is None else awaited
        return found
    except UnknownTargetError as error:
        raise UnknownTargetError(f"{target} {error}") from None
    except Exception as error:
        raise UnknownTargetError(f"{target} could not be called: {type(error).__name__}: {error}") from error


async def _probed_awaited(made: Any, kind: str) -> str:
    made = await made if inspect.isawaitable(made) else made
    if _kind_of(made):
        name = _judged(made, kind, None)[0]
        await made.close()
        return name
    async with made as port:
        return _judged(port, kind, None)[0]


async def _awaited(answer: Any) -> Any:
    return await answer


def _kind_of(made: Any) -> str:
    return next((name for name, kind in KINDS.items() if kind.fits(made)), "")


def _judged(made: Any, kind: str, awaited: bool | None) -> tuple[str, bool]:
    name = kind or _kind_of(made)
    if not name or not all(hasattr(made, one) for one in KINDS[name].methods):
        asked = kind or "one of " + ", ".join(KINDS)
        raise UnknownTargetError(f"makes a {type(made).__name__}, which has not the methods of {asked}")
    is_coroutine = any(inspect.iscoroutinefunction(getattr(made, one)) for one in KINDS[name].methods)
    return name, is_coroutine if awaited is None else awaited


def _recording(
    target: str, name: str, awaited: bool, contract: type[Any], maker: Any, helpers: Mapping[str, Any]
) -> Any:
    """A contract over a maker (None: its own), whose calls are written down."""
    kind, calls = KINDS[name], list[Call]()

    def make(self: Any) -> Any:
        calls.clear()
        made = maker() if maker is not None else getattr(contract, kind.maker)(self)
        return recorded(made, calls, 0, kind.methods[0]) if kind.alone else made

    parts: dict[str, Any] = {kind.maker: make, "target": target, "kind": name, "awaited": awaited, "calls": calls}
    parts["helpers"] = tuple(helpers)
    for one, helper in helpers.items():
        parts[one] = _helper(kind, one, helper, calls, bound=maker is None)
    return type("Checked", (Checked, contract), parts)()


def _helper(kind: Kind, name: str, helper: Any, calls: list[Call], *, bound: bool) -> Callable[..., Any]:
    def helped(self: Any, *given: Any) -> Any:
        door = getattr(given[0], "door", 0) if given else 0
        if name in _DOORS:
            calls.append(Call(door, name))
        plain = tuple(map(bare, given))
        made = helper(self, *plain) if bound else helper(*plain)
        return recorded(made, calls, door if name == REOPEN else 1, kind.methods[0]) if name in _DOORS else made

    return helped


_DOORS: Final = (REOPEN, SECOND)
