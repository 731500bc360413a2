"""Shops' tokens on the shelf: sealed, replaced by whoever read what stands, and the lock of those who renew them.

Laws of this file

- In clear stand the owner, the platform, and a digest of the shop's account; all else is sealed under a secret of its
  year, bound to where it stands. Nothing here prints a token.
- A record is the lock: who renews writes a lease into it first, and only the record that was read is followed. So of
  many processes one renews, and who was killed meanwhile holds nobody up for longer than a lease.
- A shop that is lost keeps its record without a token, so that it is shown as lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs
import orjson

from expressplatform.complaint import Veiled
from expressplatform.connectors.tongue import Tokens
from expressplatform.errors import StoreUnusable
from expressplatform.ports import (
    WARN_BEFORE,
    AsyncShelf,
    Authorised,
    Connection,
    KeyStore,
    ShelfRow,
    Sought,
    shelf_rows,
)
from expressplatform.records import read_whole, write_whole
from expressplatform.sealing import CaseKey, Context, KeyRing, Secrets

LEASE: Final = timedelta(minutes=1)
"""How long one who renews is waited for, and for how long tokens are too new to be renewed again."""
ENDED: Final = "disconnected"
"""Why a shop has no tokens whose owner ended it here."""
NEVER_CONNECTED: Final = "never_connected"
_KIND: Final = "shop_tokens"
_SCHEMA: Final = 1
_TRIES: Final = 20


@attrs.frozen(repr=False, str=False)
class Kept(Veiled):
    """What is kept of a shop. Never prints. Without ``access`` it is disconnected, for ``reason``."""

    platform: str
    shop: str
    access: str = ""
    renewal: str = ""
    ends_at: datetime | None = None
    renewable_from: datetime | None = None
    renewable_until: datetime | None = None
    writes_until: datetime | None = None
    reason: str = ""
    parked_until: datetime | None = None
    leased_until: datetime | None = None
    given_at: datetime | None = None

    def under(self, tokens: Tokens, now: datetime) -> Kept:
        """The same shop under tokens that were given now, its lease and its loss forgotten."""
        return attrs.evolve(
            self,
            access=tokens.access,
            renewal=tokens.renewal,
            ends_at=tokens.ends_at,
            renewable_from=tokens.renewable_from,
            renewable_until=tokens.renewable_until,
            writes_until=tokens.writes_until,
            reason="",
            leased_until=None,
            given_at=now,
        )

    def without(self, reason: str) -> Kept:
        """The shop without its tokens."""
        return attrs.evolve(Kept(self.platform, self.shop, reason=reason), parked_until=self.parked_until)

    def tokens(self) -> Tokens:
        """What may be renewed."""
        ends = (self.ends_at, self.renewable_from, self.renewable_until, self.writes_until)
        return Tokens(self.shop, self.access, self.renewal, *ends)

    def connection(self, now: datetime) -> Connection:
        """How it stands at an instant."""
        parked = self.parked_until if self.parked_until is not None and self.parked_until > now else None
        return Connection(self.platform, self.shop, self._state(now), self.ends_at, self.reason, parked)

    def _state(self, now: datetime) -> Authorised:
        if not self.access:
            return Authorised.DISCONNECTED
        if self.ends_at is None or now < self.ends_at - WARN_BEFORE:
            return Authorised.CONNECTED
        return Authorised.ENDING if now < self.ends_at else Authorised.ENDED


@attrs.frozen
class Standing:
    """A record as it stands on the shelf, and the version that the next one follows (0: there is none yet)."""

    kept: Kept
    version: int


class Book:
    """The shops of one organisation on one platform. Safe to share, between processes too."""

    __slots__ = ("_now", "_owner", "_platform", "_ring", "_shelf")

    def __init__(
        self, shelf: AsyncShelf, keys: KeyStore, platform: str, owner: str, now: Callable[[], datetime]
    ) -> None:
        self._shelf, self._platform, self._owner, self._now = shelf, platform, owner, now
        self._ring = KeyRing(Secrets(keys))

    async def read(self, shop: str) -> Standing:
        """What is kept of a shop; of one that never was here, an empty record."""
        row = await self._shelf.get(self._owner, self._kind, self._id(shop))
        if row is None:
            return Standing(Kept(self._platform, shop, reason=NEVER_CONNECTED), 0)
        return Standing(self._opened_row(row), row.version)

    async def follow(self, standing: Standing, kept: Kept) -> bool:
        """Puts a record in the place of the one that was read; False: somebody was first."""
        year = str(self._now().year)
        clear = ShelfRow(self._owner, self._kind, self._id(kept.shop), standing.version + 1, "", (), year, b"")
        sealed = self._key(year).seal(write_whole(kept), _context(clear))
        (done,) = await self._shelf.put((attrs.evolve(clear, body=sealed),))
        return done

    async def change(self, shop: str, by: Callable[[Kept], Kept | None]) -> Kept:
        """Changes what stands, again and again until nobody was first; None from ``by``: leave it as it is."""
        for _ in range(_TRIES):
            standing = await self.read(shop)
            kept = by(standing.kept)
            if kept is None:
                return standing.kept
            if await self.follow(standing, kept):
                return kept
        raise StoreUnusable("crowded", "a shop's record is being changed all the time: look for a program that loops")

    async def all(self) -> list[Kept]:
        """Every shop's record."""
        found = [self._opened_row(row) async for row in shelf_rows(self._shelf, self._owner, self._kind, Sought())]
        return sorted(found, key=lambda one: one.shop)

    def digest(self, shop: str) -> Callable[[bytes], bytes]:
        """The keyed digest of a shop's cursors."""
        key, begin = self._key("cursors"), orjson.dumps([self._owner, self._platform, shop])
        return lambda content: key.address(begin + content)

    @property
    def _kind(self) -> str:
        return f"{_KIND}:{self._platform}"

    def _id(self, shop: str) -> str:
        return self._key("ids").address(orjson.dumps([self._owner, self._platform, shop])).hex()

    def _opened_row(self, row: ShelfRow) -> Kept:
        return read_whole(Kept, self._key(row.year).open(row.body, _context(row)))

    def _key(self, use: str) -> CaseKey:
        return self._ring.get(f"shelf:{self._kind}:{use}")


def _context(row: ShelfRow) -> Context:
    """Where a record is sealed: its id, version and kind, and the rest of what stands in clear."""
    return Context(row.id, row.version, row.kind, _SCHEMA, orjson.dumps([row.owner, row.year]), "shop tokens")
