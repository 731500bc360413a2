"""The schemes that a place may belong to: those of the library, and those that are installed beside it.

Laws of this module:
- A scheme is code, and comes as code does: in a distribution that is installed, which names it under its id as an entry
  point of the group `GROUP`. No configuration and no environment variable names code to run.
- Whoever brings a scheme of the library's under its id brings all its editions.
- What cannot be used is refused with the name of the distribution that brings it, and never left out in silence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

import click

from expressplatform.errors import StoreUnusable

if TYPE_CHECKING:
    from expressplatform.scheme import Scheme

GROUP: Final = "expressplatform.schemes"
"""The group of entry points: each has a scheme's id as its name, and names a `Scheme`, or its editions, newest last."""
OWN: Final = ("hk-cca", "consumidor-br")
"""The ids of the library's own schemes, for what must not wait for these to be imported; a test holds them to it."""


def one_that_is_there(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The id of a scheme that is there, as an option's value; schemes themselves are not loaded for it."""
    try:
        known = names()
    except StoreUnusable:
        return value  # the command tells it when it asks for the scheme, and in its own way
    if value not in known:
        raise click.BadParameter(f"There is no such scheme here. There are: {', '.join(known)}.", ctx, param)
    return value


def names() -> tuple[str, ...]:
    """The id of every scheme that is there, the library's first."""
    return tuple(dict.fromkeys((*OWN, *sorted(_installed()))))


def editions_of(scheme_id: str) -> tuple[Scheme, ...]:
    """Every edition of a scheme, the newest last.

    Raises StoreUnusable: ``unknown_scheme`` where there is none of that id, ``broken_scheme`` where what is installed
    under it cannot be used.
    """
    from expressplatform.schemes import EDITIONS

    brought = _installed().get(scheme_id, ())
    if len(brought) > 1:
        told = " and ".join(sorted(_of(one) for one in brought))
        raise StoreUnusable("broken_scheme", f"several distributions bring the scheme: {told}")
    if brought:
        return _loaded(brought[0])
    if scheme_id not in EDITIONS:
        raise StoreUnusable("unknown_scheme", "no scheme of that id is installed here")
    return EDITIONS[scheme_id]


def brought_by(scheme_id: str) -> str:
    """The distributions that bring a scheme; the library where nobody else does."""
    return ", ".join(sorted(_of(one) for one in _installed().get(scheme_id, ()))) or "expressplatform"


def _installed() -> Mapping[str, tuple[EntryPoint, ...]]:
    """What distributions bring, by the ids of schemes; the same one found twice on the path counts once."""
    found: dict[str, dict[tuple[str, str], EntryPoint]] = {}
    try:
        entries = entry_points(group=GROUP)
    except Exception as error:  # its reader knows no fault: a line without a value is a TypeError, and names no file
        raise StoreUnusable(
            "broken_scheme", "the entry points of a distribution that is installed here cannot be read"
        ) from error
    for one in entries:
        found.setdefault(one.name, {}).setdefault((_of(one), one.value), one)
    return {name: tuple(entries.values()) for name, entries in found.items()}


def _of(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "?"


def _loaded(entry: EntryPoint) -> tuple[Scheme, ...]:
    """The editions that an entry point names, as they may be used."""
    from expressplatform.scheme import Scheme

    try:
        with redirect_stdout(sys.stderr):  # what a command answers is its own alone
            value = entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever somebody else's module raises, an end of the process too
        raise _broken(entry, f"{entry.value} cannot be loaded: {type(error).__name__}{_said(error)}") from error
    editions = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not editions or not all(isinstance(one, Scheme) for one in editions):
        raise _broken(entry, f"{entry.value} is neither a Scheme nor a tuple of its editions")
    if any(one.id != entry.name for one in editions):
        raise _broken(entry, f"{entry.value} is a scheme of another id than its entry point")
    if len({one.edition for one in editions}) < len(editions):
        raise _broken(entry, f"{entry.value} has an edition twice")
    if len({one.council for one in editions}) > 1:
        raise _broken(entry, f"{entry.value} has editions of several councils")
    return editions


def _said(error: BaseException) -> str:
    """What an error says, on one line; nothing where it cannot say it."""
    try:
        return f": {' '.join(str(error).split())}"
    except Exception:  # noqa: BLE001  somebody else's `__str__`
        return ""


def _broken(entry: EntryPoint, what: str) -> StoreUnusable:
    return StoreUnusable("broken_scheme", f"the scheme {entry.name} of the distribution {_of(entry)}: {what}")
