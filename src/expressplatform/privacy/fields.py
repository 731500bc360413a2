"""The register of fields: what a person is asked for, whether it must be given, and what follows from leaving it out.

Laws of this file: every field of the disclosure table has an entry (a test walks the classes). What must be given is
derived, never written down again: a field without which no complaint can be made, and one that a criterion of the
scheme asks for which blocks or asks (PDPO DPP1(3)(a)). A consent is never obligatory: one that had to be given would be
none (PIPL Arts 14, 16). A field that is not registered cannot be sent at all: the wire refuses it (PDPO DPP1(1)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

import attrs

from expressplatform.codes import Effect
from expressplatform.complaint import Complaint
from expressplatform.privacy import table as t
from expressplatform.scheme import Criterion
from expressplatform.wording.privacy import CONSEQUENCES, FIELDS
from expressplatform.wording.scripts import Texts

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "claim": ("nature", *(one for one in t.CLAIM if one != "evidence"), *t.ORDER, "proceedings"),
        "name": t.NAME,
        "contact": (
            "complainant.language",
            "complainant.channel",
            *(one for one in t.CONTACTS if one != "particulars.representative_contact"),
            *t.CALL_CODE,
        ),
        "representative": (
            "complainant.represented",
            *t.AUTHORITY_GIVEN,
            *t.REPRESENTATIVE,
            "particulars.representative_contact",
        ),
        "trace": (*t.TRACE, "particulars.trader_contact"),
        "account": (*t.STORY, *(one for one in t.ASIDE if one != "particulars.trader_contact"), *t.MESSAGES),
        "documents": ("evidence", *t.EVIDENCE_NAMES),
        "person": ("complainant.buyer", *t.PERSON),
        "circumstances": ("flags.testing_needed", *t.CHARACTER),
        "file": t.FILE,
    }
)
"""Kinds of data, as a notice names them: the fields of each, every field in one of them (PIPL Arts 17, 23)."""

_KIND_OF: Final = MappingProxyType({field: kind for kind, fields in KINDS.items() for field in fields})

NOT_ASKED: Final = frozenset({*t.SHOWN, *t.CALL_CODE, *t.MESSAGES, "council_reference", "flags.suspected_abuse"})
"""What nobody is asked for: the council notes it."""
_FREE: Final = MappingProxyType({"consents": "no_sending", "research_consent": "no_research"})
_NOT_DEMANDED: Final = NOT_ASKED.union(_FREE)
_ASKING: Final = frozenset({Effect.BLOCK, Effect.ASK})


@attrs.frozen
class FieldEntry:
    """One field: what people call it, the kind of data it is, and whether it must be given.

    ``obligatory``: it must, or another of the same group in ``instead``, where there are any. ``consequence`` says what
    follows from leaving it out; ``criteria`` are the numbers of those that ask for it. ``asked`` is False where the
    council notes it by itself.
    """

    field: str
    label: Texts
    kind: str
    asked: bool
    obligatory: bool
    instead: tuple[tuple[str, ...], ...]
    consequence: Texts
    criteria: tuple[str, ...]


def _required(cls: Any, path: str = "") -> Iterator[str]:
    for one in attrs.fields(attrs.resolve_types(cls)):
        if one.default is attrs.NOTHING:
            here = f"{path}{one.name}"
            yield from _required(one.type, f"{here}.") if attrs.has(cast(type, one.type)) else (here,)


REQUIRED: Final = tuple(_required(Complaint))
"""The fields without which no complaint can be written down."""


def kinds_of(fields: Sequence[str]) -> frozenset[str]:
    """The kinds of data to which fields belong (PIPL Arts 17, 23)."""
    return frozenset(_KIND_OF[one] for one in fields)


def _fields(path: str) -> tuple[str, ...]:
    """The fields that a criterion's path reaches: one, or all of the part that it names."""
    name = path.removeprefix("$.")
    return tuple(one for one in t.EVERY_FIELD if one == name or one.startswith(f"{name}."))


def _asked_by(criterion: Criterion) -> Iterator[tuple[str, ...]]:
    """What a criterion asks for, in groups: of each one is enough."""
    groups = {path: group for group in criterion.choices for path in group}
    for path in criterion.paths:
        if path in groups:
            yield tuple(field for one in groups[path] for field in _fields(one))
        else:
            yield from ((field,) for field in _fields(path))


def must_give(criteria: Sequence[Criterion]) -> tuple[tuple[str, ...], ...]:
    """What must be given, in groups of fields of which one is enough (PDPO DPP1(3)(a)).

    Derived from the criteria that block or ask, and from what no complaint can do without.
    """
    asked = (group for one in criteria if one.effect in _ASKING for group in _asked_by(one))
    given = (tuple(field for field in group if field not in _NOT_DEMANDED) for group in asked)
    return tuple(dict.fromkeys((*((one,) for one in REQUIRED), *(group for group in given if group))))


def entries(criteria: Sequence[Criterion]) -> tuple[FieldEntry, ...]:
    """The register under a scheme's criteria, in the table's order (PDPO DPP1(1), DPP1(3)(a))."""
    must = must_give(criteria)
    asking: dict[str, list[Criterion]] = {field: [] for field in t.EVERY_FIELD}
    for criterion in criteria:
        for field in dict.fromkeys(field for path in criterion.paths for field in _fields(path)):
            asking[field].append(criterion)
    return tuple(_entry(field, [one for one in must if field in one], asked) for field, asked in asking.items())


def _entry(field: str, groups: Sequence[tuple[str, ...]], asking: Sequence[Criterion]) -> FieldEntry:
    alone = any(len(one) == 1 for one in groups)
    others = tuple(tuple(other for other in one if other != field) for one in groups)
    return FieldEntry(
        field=field,
        label=FIELDS[field],
        kind=_KIND_OF[field],
        asked=field not in NOT_ASKED,
        obligatory=bool(groups),
        instead=() if alone else others,
        consequence=CONSEQUENCES[_consequence(field, bool(groups), asking)],
        criteria=tuple(one.id for one in asking),
    )


def _consequence(field: str, obligatory: bool, asking: Sequence[Criterion]) -> str:
    if field in NOT_ASKED:
        return "not_asked"
    if field in _FREE:
        return _FREE[field]
    if field in REQUIRED:
        return "not_recorded"
    if obligatory:
        return "asked_again"
    return "officer" if any(one.effect is Effect.OFFICER for one in asking) else "none"
