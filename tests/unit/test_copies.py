"""A part of a case is copied quickly, and the copy is what `attrs.evolve` would have made."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from expressplatform.case.copies import changed, new_case
from tests.walking import Walk

CASE = Walk().conciliating().case
PARTS: list[tuple[Any, dict[str, Any]]] = [
    (CASE.file, {"acknowledged": True, "assignee": "officer-9"}),
    (CASE.turn, {"attempts": 3}),
    (CASE.account, {"rating": 4, "late": True}),
]


@pytest.mark.parametrize(("part", "fields"), PARTS, ids=lambda one: type(one).__name__)
class TestACopy:
    """It has every field of the part but those that change, its class, and stays frozen."""

    def test_it_is_what_evolve_makes(self, part: Any, fields: dict[str, Any]) -> None:
        copy = changed(part, **fields)
        assert type(copy) is type(part)
        assert copy == attrs.evolve(part, **fields)
        assert repr(copy) == repr(attrs.evolve(part, **fields))

    def test_the_part_itself_does_not_change(self, part: Any, fields: dict[str, Any]) -> None:
        before = repr(part)
        changed(part, **fields)
        assert repr(part) == before

    def test_it_cannot_be_written_to(self, part: Any, fields: dict[str, Any]) -> None:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(changed(part, **fields), next(iter(fields)), None)

    def test_a_field_that_is_none_is_refused(self, part: Any, fields: dict[str, Any]) -> None:
        with pytest.raises(AttributeError):
            changed(part, nobody_has_this=1)


def test_a_case_made_quickly_is_a_case() -> None:
    made = new_case(*(getattr(CASE, one.name) for one in attrs.fields(type(CASE))))
    assert type(made) is type(CASE)
    assert made == CASE
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.version = 0  # type: ignore[misc]
