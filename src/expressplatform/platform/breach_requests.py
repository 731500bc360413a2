"""What is asked about a breach, judged before anything is looked up.

Laws of this file: as those of `requests`: every problem is told by its path, and nothing that was brought is repeated.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import attrs

from expressplatform.codes import BreachOf
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import CODE, Constraint
from expressplatform.platform.requests import ACTORS, KEY, text_problems
from expressplatform.privacy.breaches import LONGEST

BREACH_ID: Final = re.compile(r"b[0-9a-f]{31}")
"""The number of a breach."""
_ABOUT: Final = Constraint(longest=80, pattern=CODE, wanted="must be the id of an organisation or of a case")
_PERSON: Final = Constraint(longest=500)
_WORDS: Final = Constraint(longest=LONGEST)
_ABOUT_ONE: Final = frozenset({BreachOf.TRADER})
_ABOUT_NONE: Final = frozenset({BreachOf.SUBJECT, BreachOf.BACKUP})


@attrs.frozen
class BreachRequest:
    """What is known when a breach is opened; see `Platform.open_breach`. Name and contact never print."""

    what: BreachOf
    about: str
    name: str = attrs.field(repr=False)
    contact: str = attrs.field(repr=False)
    since: datetime
    until: datetime
    noticed_at: datetime | None
    cause: str = attrs.field(repr=False)
    harm: str = attrs.field(repr=False)
    measures: str = attrs.field(repr=False)


def judged_breach(request: BreachRequest, by: Actor, key: str, now: datetime) -> None:
    """Raises InvalidInput with every problem of a breach that is to be opened at an instant."""
    if type(request.what) is not BreachOf:
        found = [Problem("$.what", "code", "must be one of: " + ", ".join(BreachOf))]
    else:
        found = [*_whom(request.what, request)]
    found += [*ACTORS.problems(by, Actor, "$.by"), *text_problems(key, KEY, "$.key"), *_span(request, now)]
    found += [] if str(request.cause).strip() else [Problem("$.cause", "missing", "must be given")]
    for name in ("cause", "harm", "measures"):
        found += text_problems(getattr(request, name), _WORDS, f"$.{name}")
    if found:
        raise InvalidInput(tuple(found))


def judged_words(**words: str) -> None:
    """Raises InvalidInput for words that are none, or too many."""
    if found := [one for name, value in words.items() for one in text_problems(value, _WORDS, f"$.{name}")]:
        raise InvalidInput(tuple(found))


def judged_past(at: datetime, now: datetime, path: str) -> None:
    """Raises InvalidInput for what is no instant, or one that has not come."""
    if found := _past(at, now, path):
        raise InvalidInput(tuple(found))


def _whom(what: BreachOf, request: BreachRequest) -> list[Problem]:
    found = text_problems(request.about, _ABOUT, "$.about")
    if what in _ABOUT_ONE and not request.about:
        found.append(Problem("$.about", "missing", "must name the organisation"))
    if what in _ABOUT_NONE and request.about:
        found.append(Problem("$.about", "value", "must be empty"))
    for name in ("name", "contact"):
        value = getattr(request, name)
        found += text_problems(value, _PERSON, f"$.{name}")
        if (what is BreachOf.SUBJECT) is not bool(str(value).strip()):
            told = "must be given" if what is BreachOf.SUBJECT else "must be empty: it is not about one person"
            found.append(Problem(f"$.{name}", "value", told))
    return found


def _span(request: BreachRequest, now: datetime) -> list[Problem]:
    found = [*_instant(request.since, "$.since"), *_instant(request.until, "$.until")]
    if not found and request.until <= request.since:
        found.append(Problem("$.until", "date_order", "must be after the beginning of the span"))
    return found if request.noticed_at is None else [*found, *_past(request.noticed_at, now, "$.noticed_at")]


def _past(at: datetime, now: datetime, path: str) -> list[Problem]:
    found = _instant(at, path)
    return found if found or at <= now else [Problem(path, "instant", "must not lie in the future")]


def _instant(value: datetime, path: str) -> list[Problem]:
    if type(value) is datetime and value.utcoffset() is not None:
        return []
    return [Problem(path, "instant", "must be a date and time with an offset from UTC")]
