"""What is changed: the disclosure table, cell by cell and row by row, and every function that guards consent."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform.codes import Audience, Basis, Purpose, Stage
from expressplatform.lifecycle import ROWS, Guard, Row
from expressplatform.privacy.table import ALWAYS, EVERY_FIELD, FREE_TEXT, TABLE, WITHHELD, Condition, DisclosureRow
from expressplatform.privacy.transfer import GBA_CITIES
from tests.mutation.mutants import Mutant, of_code, of_value

_TABLE: Final = "expressplatform.privacy.table"
_DISCLOSURE: Final = "expressplatform.privacy.disclosure"
_NEXT: Final = {Stage.BEFORE: Stage.HANDLING, Stage.HANDLING: Stage.AFTER, Stage.AFTER: Stage.BEFORE}

Rows = tuple[DisclosureRow, ...]

# --- the table -------------------------------------------------------------------------------------------------


def _table(said: str, change: Callable[[Rows], Rows]) -> Mutant:
    return of_value(_TABLE, "TABLE", said, change)


def cells() -> Iterator[Mutant]:
    """For each field, audience, purpose and stage: shown though it was not, or no longer shown."""
    for field in EVERY_FIELD:
        for audience in Audience:
            for purpose in Purpose:
                for stage in Stage:
                    yield _cell(field, audience, purpose, stage)


def _cell(field: str, audience: Audience, purpose: Purpose, stage: Stage) -> Mutant:
    where = f"{field}, {audience}, {purpose}, {stage}"
    if any(_is_at(row, field, audience, purpose, stage) for row in TABLE):
        return _table(f"dropped: {where}", lambda old: tuple(_without(old, field, audience, purpose, stage)))
    return _table(f"shown: {where}", _with(field, audience, purpose, frozenset({stage})))


def _with(field: str, audience: Audience, purpose: Purpose, stages: frozenset[Stage]) -> Callable[[Rows], Rows]:
    added = DisclosureRow(field, audience, purpose, stages, TABLE[0].citation)
    return lambda old: (*old, added)


def _is_at(row: DisclosureRow, field: str, audience: Audience, purpose: Purpose, stage: Stage) -> bool:
    return (row.field, row.audience, row.purpose) == (field, audience, purpose) and stage in row.stages


def _without(old: Rows, field: str, audience: Audience, purpose: Purpose, stage: Stage) -> Iterator[DisclosureRow]:
    for row in old:
        if not _is_at(row, field, audience, purpose, stage):
            yield row
        elif row.stages != {stage}:
            yield attrs.evolve(row, stages=row.stages - {stage})


def rows() -> Iterator[Mutant]:
    """Each row dropped, open at every stage, at the next stage, without its condition or with another one."""
    for index, row in enumerate(TABLE):
        where = f"{row.field}, {row.audience}, {row.purpose}, {'+'.join(one for one in Stage if one in row.stages)}"
        yield _table(f"no row: {where}", functools.partial(_replaced, index, {}))
        shifted = frozenset(_NEXT[stage] for stage in row.stages)
        changes: dict[str, dict[str, Any]] = {
            "open at every stage": {"stages": ALWAYS},
            "a stage later": {"stages": shifted},
            **{f"on the condition {one}": {"condition": one} for one in (None, *Condition)},
        }
        for said, change in changes.items():
            if any(getattr(row, name) != value for name, value in change.items()):
                yield _table(f"{said}: {where}", functools.partial(_replaced, index, change))


def _replaced(index: int, change: Mapping[str, Any], old: Rows) -> Rows:
    """The rows with one changed; without it, where there is no change."""
    here = dict(change)
    if here.get("condition") is not None:
        # Of the world's own kind, which is another than the real one.
        here["condition"] = old[_CONDITIONED[here["condition"]]].condition
    return (*old[:index], *([attrs.evolve(old[index], **here)] if here else []), *old[index + 1 :])


_CONDITIONED: Final = {one: next(i for i, row in enumerate(TABLE) if row.condition is one) for one in Condition}
"""For each condition a row that has it."""


def rulings() -> Iterator[Mutant]:
    """Each thing that is withheld, shown after all for handling; each free text read as it was typed."""
    for field, audience in WITHHELD:
        yield _table(f"no longer withheld: {field}, {audience}", _with(field, audience, Purpose.HANDLING, ALWAYS))
    for field in sorted(FREE_TEXT):
        yield of_value(_TABLE, "FREE_TEXT", f"not masked: {field}", _toggled(field))


def _toggled(one: object) -> Callable[[frozenset[Any]], frozenset[Any]]:
    """A set without a member; with it, where it is none."""
    return lambda old: old ^ {one}


# --- what stands beside the functions --------------------------------------------------------------------------


def settings() -> Iterator[Mutant]:
    """The grounds, the outsiders, the purposes that need a consent apart, the area of the GBA contract."""
    for audience in Audience:
        for basis in Basis:
            said = f"ground {basis} of {audience}: admitted where it was not, and not where it was"
            yield of_value(_DISCLOSURE, "_GROUNDS", said, _toggled_ground(audience, basis))
        said = f"an outsider: {audience} is where it was not, and is not where it was"
        yield of_value(_DISCLOSURE, "_OUTSIDE", said, _toggled(audience))
    for purpose in Purpose:
        said = f"a consent apart: {purpose} needs it where it did not, and does not where it did"
        yield of_value("expressplatform.privacy.purposes", "_APART", said, _toggled(purpose))
    for city in (*sorted(GBA_CITIES), "macao", "beijing", ""):
        said = f"the area: with {city!r} where it was without, or without"
        yield of_value("expressplatform.privacy.transfer", "GBA_CITIES", said, _toggled(city))


def _toggled_ground(audience: Audience, basis: Basis) -> Callable[[Any], Any]:
    def changed(old: Mapping[Audience, Mapping[Basis, str]]) -> Any:
        grounds = dict(old[audience])
        if grounds.pop(basis, None) is None:
            grounds[basis] = "another article"
        return MappingProxyType({**old, audience: MappingProxyType(grounds)})

    return changed


# --- the functions ---------------------------------------------------------------------------------------------

FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "expressplatform.privacy.purposes": {
        "needs_fresh_consent": "return False",
        "covers": "return True",
    },
    "expressplatform.privacy.consent": {
        "live": "return consents[-1] if consents else None",
        "still_given": "return True",
        "informed": "return True",
        "missing_for_upload": "return ()",
    },
    _DISCLOSURE: {
        "disclose": "return object.__new__(Disclosure)",
        "_check_recipient": "return",
        "_admitted": "return tuple(asked) if asked else fields_for(audience, purpose, stage)",
        "_ground": "return basis or next(iter(_GROUNDS[audience]))",
        "_consent": "return consents[-1]",
        "one_contact": "return 'particulars.email'",
        "_met": "return tuple(fields)",
        "_values": "return {field: _plain(_at(complaint, field)) for field in fields}",
        "_masked": "return value",
    },
    "expressplatform.privacy.transfer": {
        "_city": "return name",
        "gba_contract_applies": "return True",
        "transfer_problem": "return None",
    },
    "expressplatform.case.guards_of_admission": {
        "participation": "return None",
        "consent": "return None",
        "transfer": "return None",
        "consent_given": "return None",
        "current_notice": "return None",
        "owes_deletion": "return None",
        "audience": "return None",
    },
    "expressplatform.eligibility.criteria": {
        "consents_to_each_recipient": "return MET",
        "notice_was_shown_first": "return MET",
    },
    "expressplatform.scheme": {
        "Scheme.informed_by": "return True",
        "Scheme.has_notice": "return True",
        "ImpactAssessmentRef.covers": "return True",
    },
}
"""Each function that guards consent, and the body of one that lets everything pass."""


def functions() -> Iterator[Mutant]:
    """Every code mutant of every function that guards consent."""
    for module, fine in FUNCTIONS.items():
        yield from of_code(module, fine)


_ASKED: Final = {Guard.CONSENT, Guard.TRANSFER, Guard.CONSENT_GIVEN, Guard.CURRENT_NOTICE, Guard.AUDIENCE}


def guards() -> Iterator[Mutant]:
    """Each row of the lifecycle that asks after consent, not asking."""
    for index, row in enumerate(ROWS):
        for guard in row.guards:
            if guard in _ASKED:
                source = row.source.value if row.source is not None else "nothing"
                said = f"{row.command.__name__} from {source} by {row.by} does not ask {guard}"
                yield of_value("expressplatform.lifecycle", "ROWS", said, _unasked(index, guard))


def _unasked(index: int, guard: Guard) -> Callable[[tuple[Row, ...]], tuple[Row, ...]]:
    def changed(old: tuple[Row, ...]) -> tuple[Row, ...]:
        row = old[index]
        left = tuple(one for one in row.guards if one.value != guard.value)
        return (*old[:index], attrs.evolve(row, guards=left), *old[index + 1 :])

    return changed
