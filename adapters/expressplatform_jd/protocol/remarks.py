"""The shop's own remark on an order: read, added to, written whole.

Laws of this file: JD keeps one remark an order, and a write replaces it. So what the shop wrote is never lost: a remark
that could not be read is not an empty one, and what would not fit is refused. The text is the shop's staff's to read;
no buyer and no judge of JD's sees it. It is written by the agent of the shop, never in a consumer's words.

Gateway: routerjson. The SP-API can write a remark (``PUT .../vender-remarks``) but has no way to read one without the
order and its addressee around it (see `orders`), and nothing is written here before it has been read.
"""

from __future__ import annotations

from typing import ClassVar, Final

import attrs

from expressplatform.fields import refuse, whole
from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import ID, RouterCall, words
from expressplatform_jd.protocol.replies import Family, read_router
from expressplatform_jd.protocol.values import Thing, Unreadable, identifier, text, thing
from expressplatform_jd.protocol.values import whole as number_of

LONGEST: Final = 500
"""Characters of a remark (error 10100039 beyond; from a third party's client)."""

READ: Final = Family(("venderRemarkQueryResult",), "api_jos_result")
WRITE: Final = Family(("modifyvenderremark_result",))


@attrs.frozen
class Remark:
    """What the shop wrote, empty where nothing; ``flag`` is its colour, 0 grey to 5 purple, None where none is told."""

    text: str = attrs.field(repr=False)
    flag: int | None

    def holds(self, line: str) -> bool:
        """Whether a line stands in it already: a hand-over twice over is one."""
        return line in self.text.splitlines()

    def with_line(self, line: str) -> str:
        """Theirs, then the line on its own. Raises InvalidInput where both together are too long."""
        found = f"{self.text}\n{line}" if self.text else line
        if len(found) > LONGEST:
            raise refuse("$.remark", "value", f"the remark would have more than {LONGEST} characters")
        return found


@attrs.frozen
class GetRemark:
    """``jingdong.order.venderRemark.queryByOrderId``."""

    order_id: str = attrs.field(repr=False, validator=ID)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Takes the order's number and nothing else."""
        return RouterCall("jingdong.order.venderRemark.queryByOrderId", {"order_id": int(self.order_id)})

    def read(self, status: int, body: bytes) -> Result[Remark]:
        """An empty remark only where JD says that there is none: ``vender_remark`` is there and holds nothing."""
        return read_router(status, body, READ, self._remark)

    def _remark(self, found: Thing) -> Remark:
        if "vender_remark" not in found:
            raise Unreadable
        row = thing(found["vender_remark"]) or {}
        if row and ("remark" not in row or identifier(row.get("order_id")) not in ("", self.order_id)):
            raise Unreadable
        return Remark(text(row.get("remark")), number_of(row.get("flag")))


@attrs.frozen
class SetRemark:
    """``jingdong.pop.order.modifyVenderRemark``: replaces the remark, so make ``remark`` by `Remark.with_line`."""

    order_id: str = attrs.field(repr=False, validator=ID)
    remark: str = attrs.field(repr=False, validator=words(LONGEST))
    flag: int = attrs.field(default=0, validator=whole(0, 5))
    reads: ClassVar[bool] = False

    def call(self) -> RouterCall:
        """``flag`` is required: send the one that was read."""
        business = {"order_id": int(self.order_id), "remark": self.remark, "flag": self.flag}
        return RouterCall("jingdong.pop.order.modifyVenderRemark", business)

    def read(self, status: int, body: bytes) -> Result[None]:
        """Nothing but that it was done."""
        return read_router(status, body, WRITE, lambda _: None)
