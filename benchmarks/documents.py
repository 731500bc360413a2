"""A complaint to bytes and back; beside pydantic v2 models of the same shape and the same constraints.

The models are made from our classes, field by field: same names, types, defaults, lengths and patterns, unknown
fields refused. Ours also bounds size and depth before parsing, refuses a key that stands twice, and compares dates,
currencies and ids with each other.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any

import attrs

from benchmarks.measure import Contest, Effort, Row, held, row
from expressplatform.complaint import Complaint, Erased
from expressplatform.events import Event
from expressplatform.fields import constraint_of
from expressplatform.records import event_row, read_event, with_particulars
from expressplatform.wire import read_complaint, write_complaint
from tests.whole_complaint import WHOLE, put

Model = Any
"""A class that pydantic made."""

STATEMENT = "The jacket came with a torn lining; the shop says that it was worn, and no longer answers. " * 6
LONGER = put(
    put(put(WHOLE, "particulars.statement", STATEMENT), "particulars.phone", "+852 5555 0100"),
    "particulars.order_number",
    "E20250501-8837",
)
"""The whole complaint with a story of the usual length."""


def model_of(cls: Any, known: dict[Any, Model] | None = None) -> Model:
    """The pydantic model of one of our classes, and of those inside it."""
    from pydantic import ConfigDict, create_model

    made: dict[Any, Model] = {} if known is None else known
    if cls not in made:
        attrs.resolve_types(cls)
        fields: dict[str, Any] = {
            one.name: (_type(one.type, one, made), _default(one, made)) for one in attrs.fields(cls)
        }
        made[cls] = create_model(cls.__name__, __config__=ConfigDict(extra="forbid"), **fields)
    return made[cls]


def _default(one: Any, made: dict[Any, Model]) -> object:
    if one.default is attrs.NOTHING:
        return ...
    if isinstance(one.default, Erased):
        return None
    return made[type(one.default)]() if attrs.has(type(one.default)) else one.default


def _type(kind: Any, one: Any, made: dict[Any, Model]) -> Any:
    from pydantic import AwareDatetime

    if isinstance(kind, types.UnionType):
        solid = next(arm for arm in typing.get_args(kind) if arm not in (types.NoneType, Erased))
        return _type(solid, one, made) | None
    if typing.get_origin(kind) is tuple:
        entries: Any = _type(typing.get_args(kind)[0], None, made)
        return types.GenericAlias(tuple, (entries, ...))
    if attrs.has(kind):
        return model_of(kind, made)
    return AwareDatetime if kind is datetime else date if kind is date else _bounded(kind, one)


def _bounded(kind: Any, one: Any) -> Any:
    from pydantic import Field, StringConstraints

    constraint = constraint_of(one) if one is not None else None
    if constraint is None or kind not in (str, int):
        return kind
    if kind is int:
        return Annotated[int, Field(ge=constraint.least, le=constraint.most)]
    shape = f"^(?:{constraint.pattern})?$" if constraint.pattern else None
    return Annotated[str, StringConstraints(max_length=constraint.longest, pattern=shape)]


def _checked(model: Model, written: bytes) -> Model:
    """The same complaint as a model, after both have read each other's bytes."""
    document = written.replace(b'{"v":1,', b"{", 1)
    theirs = model.model_validate_json(document)
    ours = read_complaint(b'{"v":1,' + theirs.model_dump_json().encode()[1:])
    if ours != LONGER:
        raise LookupError("the models hold something else")
    return theirs


def contests() -> dict[str, Contest]:
    """Writing, reading, and both after one another."""
    model, written = model_of(Complaint), write_complaint(LONGER)
    theirs = _checked(model, written)
    dump, load, text = theirs.model_dump_json, model.model_validate_json, theirs.model_dump_json().encode()
    return {
        "a complaint to bytes": Contest({"ours": lambda: write_complaint(LONGER), "pydantic": lambda: dump().encode()}),
        "bytes to a complaint": Contest({"ours": lambda: read_complaint(written), "pydantic": lambda: load(text)}),
        "a complaint to bytes and back": Contest(
            {
                "ours": lambda: read_complaint(write_complaint(LONGER)),
                "pydantic": lambda: load(dump().encode()),
            }
        ),
    }


def stored() -> Contest:
    """The stored form: facts and particulars apart, read back by the path of one's own rows."""
    from benchmarks.ways import NUMBERS, OFFICER
    from expressplatform import commands as c
    from expressplatform.case import decide
    from expressplatform.schemes import HK_CCA

    at = datetime(2025, 6, 3, 2, tzinfo=UTC)
    (event,) = decide(None, c.Lodge(LONGER), by=OFFICER, at=at, scheme=HK_CCA, known=NUMBERS)

    def ours() -> Event:
        kind, facts, personal = event_row(event)
        return with_particulars(read_event(kind, 1, facts), personal or b"")

    model = model_of(type(event))
    same = model.model_validate_json(_whole(event))
    load = model.model_validate_json
    return Contest({"ours": ours, "pydantic": lambda: load(same.model_dump_json().encode())})


def _whole(event: Event) -> bytes:
    from expressplatform.wire import write

    return write(event, particulars=True).replace(b'{"v":1,', b"{", 1)


def rows(effort: Effort) -> Iterator[Row]:
    """Three rows of the document, one of the stored event."""
    for name, contest in contests().items():
        yield row(name, held(contest, effort), ours="ours", theirs="pydantic", goal=1.0)
    note = "Facts and particulars are written and read apart; a stored row is not validated again."
    times = held(stored(), effort)
    yield row("a stored Lodged event to bytes and back", times, ours="ours", theirs="pydantic", note=note)
