"""The cursor of changes: where the reading stands, and what of the overlap has been handed out. Pure.

Laws of this file

- Nothing is left out: reading begins again before the place where it stood, by the overlap.
- Nothing comes twice: what was handed out and would be read again is known by a digest.
- The cursor is all the memory there is. Whoever loses it, or dies before keeping it, reads again and misses nothing.
- What holds for one connector, platform and shop is refused by every other.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Final

import attrs

from expressplatform.complaint import Veiled
from expressplatform.connectors.tongue import Bill
from expressplatform.fields import refuse
from expressplatform.ports import Suggestion

Digest = Callable[[bytes], bytes]
"""A keyed digest: equal bytes meet, and nobody without the key can make one."""

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD: Final = struct.Struct(">BqI")
_SEEN: Final = struct.Struct(">q8s")
_EDITION: Final = 1
_PROOF: Final = 16
_SECOND: Final = timedelta(seconds=1)
LONGEST: Final = 2_000_000
"""Characters of the longest cursor that is read."""


def whole_second(at: datetime) -> datetime:
    """An instant without its fraction of a second, in UTC: platforms count in seconds."""
    return at.astimezone(UTC).replace(microsecond=0)


@attrs.frozen(repr=False, str=False)
class Cursor(Veiled):
    """Where a reading stands: everything up to ``place`` was handed out, and of what is later, what ``seen`` holds.

    ``seen`` are instants and digests of what was handed out and will be read again.
    """

    place: datetime
    seen: tuple[tuple[datetime, bytes], ...] = ()

    def text(self, digest: Digest) -> str:
        """The cursor as text."""
        rows = b"".join(_SEEN.pack((at - _EPOCH) // _SECOND, one) for at, one in self.seen)
        body = _HEAD.pack(_EDITION, (self.place - _EPOCH) // _SECOND, len(self.seen)) + rows
        return base64.urlsafe_b64encode(body + digest(body)[:_PROOF]).decode("ascii")

    def after(self, handed: Iterable[tuple[datetime, bytes]], place: datetime, overlap: timedelta) -> Cursor:
        """The cursor once changes were handed out and everything up to ``place`` was."""
        since = place - overlap
        kept = {one: at for at, one in (*self.seen, *handed) if at >= since}
        return Cursor(place, tuple(sorted((at, one) for one, at in kept.items())))


def read_cursor(text: str, digest: Digest) -> Cursor:
    """The cursor in a text. Raises InvalidInput where it is none that was made under the same key."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(raw).decode("ascii") != text:
            raise ValueError  # the same bytes, spelt in another way
        body, proof = raw[:-_PROOF], raw[-_PROOF:]
        if not compare_digest(digest(body)[:_PROOF], proof):
            raise ValueError
        edition, place, count = _HEAD.unpack_from(body)
        if edition != _EDITION or len(body) != _HEAD.size + count * _SEEN.size:
            raise ValueError
        rows = _SEEN.iter_unpack(body[_HEAD.size :])
        return Cursor(_EPOCH + place * _SECOND, tuple((_EPOCH + at * _SECOND, one) for at, one in rows))
    except (ValueError, struct.error, OverflowError):
        raise refuse("$.cursor", "cursor", "must be a cursor that this connector gave for this shop") from None


# --- what is handed out ---------------------------------------------------------------------------------------


@attrs.frozen(repr=False, str=False)
class Change(Veiled):
    """A bill that was read, when it counts as changed, and the digest by which this change is known again."""

    at: datetime
    digest: bytes
    bill: Bill

    def suggestion(self) -> Suggestion:
        """As a person is told."""
        one = self.bill
        return Suggestion(self.digest.hex(), one.order_number, one.id, one.suggests, one.status, self.at, one.amount)


def changes_of(bills: Iterable[tuple[str, Bill]], until: datetime, digest: Digest) -> Sequence[Change]:
    """Bills of feeds as changes, the earliest first, each once. One without an instant counts as changed ``until``."""
    found: dict[bytes, Change] = {}
    for feed, bill in bills:
        told = "" if bill.changed_at is None else str((bill.changed_at - _EPOCH) // _SECOND)
        what = "\0".join((feed, bill.id, told, bill.status, bill.suggests.value)).encode("utf-8", "replace")
        change = Change(whole_second(bill.changed_at or until), digest(what)[:8], bill)
        found[change.digest] = change
    return sorted(found.values(), key=lambda one: (one.at, one.digest))


def handed_out(
    cursor: Cursor, changes: Sequence[Change], until: datetime, overlap: timedelta, limit: int
) -> tuple[Sequence[Change], Cursor, bool]:
    """Which changes are new, at most ``limit``; the cursor after them; and whether there are more before ``until``."""
    seen = {one for _, one in cursor.seen}
    new = [change for change in changes if change.digest not in seen]
    told = new[:limit]
    more = len(new) > len(told)
    place = max(cursor.place, told[-1].at) if more and told else max(cursor.place, until)
    return told, cursor.after([(one.at, one.digest) for one in told], place, overlap), more
