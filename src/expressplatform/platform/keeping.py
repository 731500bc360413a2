"""Records on the shelf: sealed on the way in, opened on the way out, gone when their years are over.

Laws of this file: what stands on the shelf in clear are names, places and labels; the value itself is sealed under a
secret of its kind and year, bound to its clear parts. A value is replaced as a whole, by whoever read the one that
stands. When a kind's years are over its records are deleted, and with a year's last record its secret.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar, cast

import attrs
import orjson

from expressplatform.platform.desk import Desk
from expressplatform.platform.membership import Delivery, Nonce, Signed
from expressplatform.ports import EVERYONE, ShelfRow, Sought, shelf_rows
from expressplatform.privacy.breaches import Breach
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.log import Access
from expressplatform.privacy.rights import Refusal, RightsRequest
from expressplatform.records import read_whole, write_whole
from expressplatform.sealing import Context

T = TypeVar("T")

SCHEMA: Final = 1
_BATCH: Final = 500


@attrs.frozen
class Kind(Generic[T]):
    """A kind of record: its name on the shelf, its class, and for how many years it is kept (None: until deleted).

    ``to_the_day``: its place is the instant at which it is over, and it is kept until then and no longer.
    """

    name: str
    cls: type[T]
    years: int | None
    to_the_day: bool = False


@attrs.frozen
class Untold:
    """A message that reached nobody: of which case, with whom it is, since when somebody is to tell the complainant.

    ``occasion`` is what it was about, as `messages` names it; empty in what was kept before occasions had names.
    """

    case_id: str
    reference: str
    trader: str
    since: datetime
    occasion: str = ""


@attrs.frozen
class Affected:
    """A stretch of those whom a breach concerns: for each person the ids of their cases, the last lodged first."""

    people: tuple[tuple[str, ...], ...]


@attrs.frozen
class BreachTold:
    """That one person was told of a breach: under which case, when, and whether by a message that was sent."""

    case_id: str
    at: datetime
    sent: bool


@attrs.frozen
class Link:
    """A link to the page of one case: which, and until when it leads there."""

    case_id: str
    until: datetime


@attrs.frozen
class CodeSent:
    """The code that was last sent for a case: its digest, until when it holds, how often it was tried.

    ``sent`` is when codes were sent within the last hour, this one included.
    """

    digest: str
    until: datetime
    tries: int
    sent: tuple[datetime, ...]


@attrs.frozen
class Entered:
    """A complainant's session: on which case, at which version of it they came in, and until when."""

    case_id: str
    version: int
    until: datetime


@attrs.frozen
class New(Generic[T]):
    """A value that is to be put on the shelf: under which id, where, found by which labels."""

    id: str
    value: T
    place: str
    labels: tuple[str, ...] = ()


ACCESS: Final = Kind("access", Access, 3)
"""Who read what (PIPL Arts 55-56: records of processing are kept three years)."""
REQUEST: Final = Kind("rights", RightsRequest, 3)
"""What people asked about their own data: three years from the answer or the refusal, a default of this library."""
REFUSAL: Final = Kind("refusal", Refusal, 4)
"""The log of refusals (PDPO s.27: four years)."""
IMPACT: Final = Kind("impact", ImpactAssessment, 3)
"""Impact assessments (PIPL Art 56: three years), counted from the end of each."""
UNTOLD: Final = Kind("untold", Untold, 1)
"""Messages that reached nobody, until an officer has told the complainant."""
BREACH: Final = Kind("breach", Breach, 3)
"""Breaches (PIPL Arts 55-57): three years from the closing of each."""
AFFECTED: Final = Kind("affected", Affected, 3)
"""Whom a breach concerns, by case."""
BREACH_TOLD: Final = Kind("breach_told", BreachTold, 3)
"""Who was told of a breach, by case."""
SIGNED: Final = Kind("signed", Signed, None)
"""Requests as organisations signed them, until the case that they are about is erased."""
DELIVERY: Final = Kind("delivery", Delivery, 1)
"""Attempts to tell organisations that something waits."""
NONCE: Final = Kind("nonce", Nonce, 0)
"""Signed requests that were seen: each until its signature is over."""
LINK: Final = Kind("link", Link, 1, to_the_day=True)
"""Links to the pages of cases, under the digests of what stands in them."""
CODE: Final = Kind("code", CodeSent, 1, to_the_day=True)
"""Codes that were sent to complainants, by case."""
SESSION: Final = Kind("session", Entered, 1, to_the_day=True)
"""Sessions of complainants, under the digests of their tokens."""
KINDS: Final = cast(
    tuple[Kind[object], ...],
    (ACCESS, REQUEST, REFUSAL, IMPACT, UNTOLD, BREACH, AFFECTED, BREACH_TOLD, DELIVERY, NONCE, LINK, CODE, SESSION),
)
"""Every kind that comes to its end by itself."""


@attrs.frozen
class Standing(Generic[T]):
    """A value as it stands on the shelf: its id, the version to be followed, whose it is, and where."""

    id: str
    version: int
    owner: str
    place: str
    labels: tuple[str, ...]
    value: T


def place_of(at: datetime) -> str:
    """An instant as a place: text of one length that sorts as instants do, in UTC."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat("T", "microseconds")[:26] + "Z"


OPEN_PLACE: Final = "open:"
"""How the place of what is still open begins: after every instant, so that no clearing reaches it."""


class Keeping(Desk):
    """What keeps small records."""

    async def keep(
        self,
        kind: Kind[T],
        id: str,
        value: T,
        *,
        owner: str,
        place: str,
        labels: Sequence[str] = (),
        follows: int = 0,
    ) -> bool:
        """Puts a value on the shelf, in the place of version ``follows`` (0: of none); False: somebody was first."""
        (kept,) = await self.shelf.put((self._row(kind, id, value, owner, place, tuple(labels), follows + 1),))
        return kept

    async def keep_new(self, kind: Kind[T], owner: str, new: Iterable[New[T]]) -> None:
        """Puts new values on the shelf, all in one go; one that stands already stays as it is."""
        rows = [self._row(kind, one.id, one.value, owner, one.place, tuple(one.labels), 1) for one in new]
        await self.shelf.put(rows)

    async def kept(self, kind: Kind[T], id: str, owner: str) -> Standing[T] | None:
        """A value by its id; None where there is none for that organisation."""
        row = await self.shelf.get(owner, kind.name, id)
        return None if row is None else self._standing(kind, row)

    async def shelved(
        self, kind: Kind[T], owner: str, *, label: str = "", since: str = "", until: str = ""
    ) -> AsyncIterator[Standing[T]]:
        """Every value of a kind in order of place: with a label, from one place (included) to another (not)."""
        async for row in shelf_rows(self.shelf, owner, kind.name, Sought(label, since, until)):
            yield self._standing(kind, row)

    async def clear_shelf(self, now: datetime) -> int:
        """Deletes what has been kept for its years, and the secrets that nothing needs any more: how many records."""
        cleared = 0
        for kind in KINDS:
            if kind.years is None:
                continue
            until = place_of(now if kind.to_the_day else _years_before(now, kind.years))
            stood = standing = {*(await self.shelf.years(kind.name))}
            while stood and (rows := (await self._ended(kind, until))):
                await self.shelf.delete(EVERYONE, kind.name, rows)
                cleared += len(rows)
                standing = {*(await self.shelf.years(kind.name))}
            for year in {*stood, *map(str, range(now.year - kind.years - 2, now.year - kind.years + 1))}:
                if year not in standing and (kind.years or year < str(now.year)):
                    self.keys.forget(_secret(kind.name, year))
        return cleared

    async def _ended(self, kind: Kind[object], until: str) -> list[str]:
        """The ids of some records that have been kept for their years."""
        page = await self.shelf.list(EVERYONE, kind.name, Sought(until=until), "", _BATCH)
        return [row.id for row in page.rows]

    async def drop_labelled(self, kind: str, label: str) -> None:
        """Deletes every record of a kind (its name) that carries a label."""
        while rows := (await self.shelf.list(EVERYONE, kind, Sought(label), "", _BATCH)).rows:
            await self.shelf.delete(EVERYONE, kind, [row.id for row in rows])

    def _row(
        self, kind: Kind[T], id: str, value: T, owner: str, place: str, labels: tuple[str, ...], version: int
    ) -> ShelfRow:
        year = str(self.now().year)
        body = write_whole(cast(attrs.AttrsInstance, value))
        clear = ShelfRow(owner, kind.name, id, version, place, labels, year, b"")
        sealed = self.secrets.get(_secret(kind.name, year)).seal(body, context_of(clear))
        return attrs.evolve(clear, body=sealed)

    def _standing(self, kind: Kind[T], row: ShelfRow) -> Standing[T]:
        body = self.secrets.get(_secret(row.kind, row.year)).open(row.body, context_of(row))
        return Standing(row.id, row.version, row.owner, row.place, row.labels, read_whole(kind.cls, body))


def _secret(kind: str, year: str) -> str:
    """What the key store calls the secret of a kind's records of a year."""
    return f"shelf:{kind}:{year}"


def context_of(row: ShelfRow) -> Context:
    """Where a record's body is sealed: its id, version and kind, and as facts the rest of what stands in clear."""
    clear = orjson.dumps([row.owner, row.place, list(row.labels), row.year])
    return Context(row.id, row.version, row.kind, SCHEMA, clear, "shelf")


def _years_before(at: datetime, years: int) -> datetime:
    """The same instant so many years earlier; the last of February for a day that its year does not have."""
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)
