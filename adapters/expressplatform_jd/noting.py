"""Where a hand-over stands at an order of JD's: in the shop's remark, and where that is full, on an after-sales bill.

Laws of this file

- The remark comes first: it is the shop's own, whole, and what was written is certainly read back.
- What the shop wrote stays letter for letter: a remark that could not be read is not an empty one.
- A note on a bill is written only where somebody said that notes show in a bill's log, since that is documented
  nowhere: without it nobody could see that a case was handed over already.
"""

from __future__ import annotations

from typing import Final

import attrs

from expressplatform.connectors import Note
from expressplatform.fields import refuse
from expressplatform.shops import GatewayError, Ok, Result
from expressplatform_jd.changes import Asking
from expressplatform_jd.protocol import AddNote, GetRemark, ListBills, ListEntries, Remark, SetRemark
from expressplatform_jd.protocol.calls import is_id
from expressplatform_jd.protocol.remarks import LONGEST

ROOM: Final = 160
"""A remark with less room than this, in characters, may be too full for a line."""
_MOST_PAGES: Final = 20
_TITLE: Final = 50


@attrs.frozen
class _Beside:
    """What goes with a note that was read: the remark's flag; the bill that may take a line, and the remark's length.

    ``ours``: the note is a line for that bill and nothing else.
    """

    flag: str
    bill: str = ""
    length: int = 0
    ours: bool = False

    def text(self) -> str:
        return f"{self.flag}:{self.bill}:{self.length}:{'y' if self.ours else ''}" if self.bill else self.flag

    @classmethod
    def of(cls, text: str) -> _Beside:
        flag, bill, length, ours = [*text.split(":"), "", "", "", ""][:4]
        return cls(flag, bill, int(length or 0), bool(ours))


async def read_note(asking: Asking, number: str, *, on_bills: bool) -> Result[Note]:
    """The remark; where it is nearly full and may be helped by a bill, the log of the order's newest bill after it."""
    found = await asking.ask(GetRemark(number))
    if not isinstance(found, Ok):
        return found
    remark = found.value
    flag = "" if remark.flag is None else str(remark.flag)
    if not on_bills or len(remark.text) <= LONGEST - ROOM:
        return Ok(Note(remark.text, flag))
    bills = await asking.ask(ListBills(order_id=number))
    if not isinstance(bills, Ok):
        return bills
    numbers = [one.bill_id for one in bills.value.items if is_id(one.bill_id)]
    if not numbers:
        return Ok(Note(remark.text, flag))
    bill = max(numbers, key=int)
    log = await _log(asking, bill)
    if not isinstance(log, Ok):
        return log
    return Ok(Note(f"{remark.text}\n{log.value}", _Beside(flag, bill, len(remark.text)).text()))


def with_line(note: Note, line: str) -> Note:
    """Theirs and one line more; where that is too long and there is a bill, the line alone, for the bill.

    Raises InvalidInput where it does not fit, or where theirs could not be written back letter for letter: a letter of
    it was not readable, or is one that no request may hold.
    """
    beside = _Beside.of(note.beside)
    standing = Remark(note.text[: beside.length] if beside.bill else note.text, None)
    if standing.holds(line):
        raise refuse("$.note", "text", "must not be there already")
    if "\ufffd" in standing.text or "\x00" in standing.text:
        raise refuse("$.note", "text", "must be readable to its last letter")
    if beside.bill and len(standing.text) + 1 + len(line) > LONGEST:
        return Note(line, attrs.evolve(beside, ours=True).text())
    return Note(standing.with_line(line), beside.flag)


async def write_note(asking: Asking, number: str, note: Note) -> Result[object]:
    """Writes the remark with the flag that was read, or the line for the bill."""
    beside = _Beside.of(note.beside)
    if beside.ours:
        return await asking.ask(AddNote(beside.bill, note.text[:_TITLE], note.text))
    flag = int(beside.flag) if beside.flag in ("0", "1", "2", "3", "4", "5") else 0
    return await asking.ask(SetRemark(number, note.text, flag))


async def _log(asking: Asking, bill: str) -> Result[str]:
    """Every line of a bill's log."""
    lines: list[str] = []
    for number in range(1, _MOST_PAGES + 1):
        page = await asking.ask(ListEntries(bill, number))
        if not isinstance(page, Ok):
            return page
        lines += [one.text for one in page.value.items]
        last = page.value.last
        if number >= last if last is not None else not page.value.more:
            return Ok("\n".join(lines))
    return GatewayError("too_many_pages")
