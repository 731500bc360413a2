"""What happens in `demo --traders`: three complaints, from lodging to their ends.

Laws of this module: it makes people act, and the agents do the rest. What it tells is read back: from the council's
store, from the seller's own notes, from the agents' lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Channel, EvidenceKind, Outcome, Redress, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Particulars, Shop, TraderRef
from expressplatform.money import Money
from expressplatform.schemes import HK_CCA
from expressplatform_agent import About, Line
from expressplatform_cli.simulated_lives import IMPACT_ASSESSMENT
from expressplatform_cli.traders_world import VENDER, World
from expressplatform_http.testing import made_up_complaint

OFFICER: Final = Actor(Role.COUNCIL, "officer-1", HK_CCA.council)
COMPLAINANT: Final = Actor(Role.COMPLAINANT, "account-1", HK_CCA.council)
AMOUNTS: Final = (Money("CNY", 19900), Money("CNY", 8900), Money("CNY", 32000))
TRADERS: Final = ("taobao", "jd", "taobao")
JD_ORDER: Final = "300000000001"
_SAYS: Final = {
    About.MATCHED: "the purchase agrees with the shop's record",
    About.REPORTED: "the money arrived: said on the case, with evidence",
    About.CONTRADICTED: "the money did not come: said on the case, with evidence",
}


@attrs.frozen
class Told:
    """What has just happened, in sentences; each begins with who did it."""

    at: datetime
    title: str
    sentences: tuple[str, ...]


@attrs.define
class Story:
    """The three cases, in the order in which they were lodged."""

    world: World
    cases: list[str] = attrs.Factory(list)
    orders: list[str] = attrs.Factory(list)
    seen: set[str] = attrs.Factory(set)

    def run(self) -> Iterator[Told]:
        """Everything that happens, one day after the other."""
        steps: tuple[tuple[str, timedelta, Callable[[], list[str]]], ...] = (
            ("Three complaints come in", timedelta(), self._lodge),
            ("The agents take the cases in", timedelta(hours=1), self._take_in),
            ("The traders' people speak with the complainants, and report", timedelta(hours=22), self._report),
            ("On the platforms", timedelta(hours=3), self._move),
            ("A day later: what the agents find", timedelta(hours=24), self._rounds),
            ("JD pays the money back", timedelta(hours=20), self._jd_pays),
            ("The agents look again", timedelta(hours=4), self._rounds),
            ("The complainants speak, and the council takes back what failed", timedelta(hours=26), self._end),
        )
        for title, span, step in steps:
            self.world.clock.at += span
            self.world.settle()
            told = step()
            self.world.settle()
            yield Told(self.world.clock.at, title, tuple(told))

    def case(self, number: int) -> Case:
        """A case as the council's store holds it: facts alone."""
        return self.world.platform.facts(self.cases[number], by=OFFICER).case

    # --- what people do ---------------------------------------------------------------------------------------

    def _lodge(self) -> list[str]:
        platform = self.world.platform
        platform.record_impact_assessment(IMPACT_ASSESSMENT, by=OFFICER)
        bought = [self.world.taobao.world.place(self.world.shop, AMOUNTS[at].minor_units).number for at in (0, 2)]
        self.world.jd.world.place_order(VENDER, JD_ORDER, AMOUNTS[1].minor_units, state="FINISHED_L")
        self.orders = [bought[0], JD_ORDER, bought[1]]
        told = []
        for number, trader in enumerate(TRADERS):
            case = self._lodge_one(number, trader)
            self.cases.append(case.id)
            self._does(case.id, c.Accept(), OFFICER)
            self._does(case.id, c.Upload(IMPACT_ASSESSMENT.instrument, IMPACT_ASSESSMENT.id), OFFICER)
            told.append(f"council: {case.reference} against {trader}, {AMOUNTS[number]}: eligible, uploaded")
        return told

    def _lodge_one(self, number: int, trader: str) -> Case:
        now = self.world.clock.at
        made = made_up_complaint(HK_CCA, trader, now, number=number + 1)
        shop = self.world.shop if trader == "taobao" else VENDER
        complaint = attrs.evolve(
            made,
            trader=TraderRef(trader, Shop(trader, shop)),
            purchase=attrs.evolve(made.purchase, paid=AMOUNTS[number], ordered_on=HK_CCA.day(now)),
            particulars=Particulars(
                name="A. Person",
                email=f"person-{number + 1}@example.org",
                order_number=self.orders[number],
                statement="It broke on the second day.",
                request="The money back.",
            ),
        )
        return self.world.platform.lodge(complaint, by=OFFICER, key=f"form-{number + 1}")

    def _take_in(self) -> list[str]:
        told = self._rounds()
        for number, case_id in enumerate(self.cases):
            reference = self.world.platform.facts(case_id, by=OFFICER).case.reference
            note = self._note(number)
            if reference in note:
                told.append(f'seller\'s people: at the order they read "{note}"')
        return told

    def _note(self, number: int) -> str:
        if TRADERS[number] == "jd":
            return self.world.jd.world.orders[self.orders[number]].remark or ""
        trade = self.world.taobao.world.trade(self.world.shop, self.orders[number])
        return trade.memo if trade is not None else ""

    def _report(self) -> list[str]:
        by = HK_CCA.day(self.world.clock.at) + timedelta(days=5)
        told = []
        for number, trader in enumerate(TRADERS):
            desk, case_id = self.world.traders[trader].client, self.cases[number]
            desk.act(case_id, c.ReportContact(Channel.PHONE, code_given=True), key=f"call-{number}")
            promised = None if number == 2 else by  # the third says that it has paid already
            result = c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), AMOUNTS[number], promised)
            reference = desk.act(case_id, result, key=f"result-{number}").reference
            when = "paid already" if promised is None else f"to be paid by {promised:%d %B}"
            told.append(f"{trader}'s people: {reference} settled, {AMOUNTS[number]} {when}")
        return told

    def _move(self) -> list[str]:
        shops, jd = self.world.taobao.world, self.world.jd.world
        refunds = []
        for number in (0, 2):
            trade = shops.trade(self.world.shop, self.orders[number])
            if trade is not None:
                refunds.append(shops.ask_back(trade, AMOUNTS[number].minor_units))
        shops.agree(refunds[0])
        shops.refuse(refunds[1])
        bill = jd.ask_after_sale(JD_ORDER).bill_id
        for status in ("10041", "10010"):
            jd.move_sale(bill, status)
        return [
            "Taobao: the first refund ends in SUCCESS",
            "JD: the after-sales bill is finished, and no money has moved",
            "Taobao: the shop refuses the refund that it says it has paid",
        ]

    def _jd_pays(self) -> list[str]:
        (sale,) = self.world.jd.world.sales
        self.world.jd.world.pay_back(sale.bill_id)
        return ["JD: the refund of the finished bill is paid"]

    def _end(self) -> list[str]:
        told = []
        for number in (0, 1):
            case = self._does(self.cases[number], c.Confirm(5 - number), COMPLAINANT)
            told.append(f"complainant: {case.reference} is resolved, {5 - number} of 5")
        case = self._does(self.cases[2], c.TakeUp(), OFFICER)
        told.append(f"council: {case.reference} is taken up for further handling, with the evidence on it")
        return told

    # --- what agents do ---------------------------------------------------------------------------------------

    def _rounds(self) -> list[str]:
        told: list[str] = []
        for trader, side in self.world.traders.items():
            side.agent.round()
            new = [line for line in side.agent.lines() if line.id not in self.seen]
            told += [self._said(trader, line) for line in sorted(new, key=_in_order)]
            self.seen |= {line.id for line in side.agent.lines()}
        awaited = sum(side.agent.standing().awaiting for side in self.world.traders.values())
        return [*told, *([f"agents: money is still awaited for {awaited}"] if awaited else [])]

    def _said(self, trader: str, line: Line) -> str:
        if line.about is About.CHANGE:
            return f"{trader}'s agent, to a person: at {line.reference}'s order, {line.suggests} ({line.status})"
        return f"{trader}'s agent: {line.reference}: {_SAYS.get(line.about, line.about)}"

    def _does(self, case_id: str, command: Command, by: Actor) -> Case:
        return self.world.platform.act(case_id, command, by=by, key=f"{case_id}-{type(command).__name__}")


def _in_order(line: Line) -> tuple[str, bool]:
    """By case; what was said on it after what somebody should look at."""
    return line.reference, line.about is not About.CHANGE


@attrs.frozen
class End:
    """How a case ended, by the council's store alone."""

    reference: str
    trader: str
    status: Status
    claimed: Outcome | None
    confirmed_by: Role | None
    outcome: Outcome | None
    proved: bool
    contradicted: bool
    evidence: int


def end_of(case: Case) -> End:
    """The end of a case."""
    account = case.account
    proofs = sum(one.kind is EvidenceKind.REFUND_PROOF for one in case.file.evidence)
    return End(
        case.reference, case.trader, case.status, account.claimed, account.confirmed_by, account.outcome,
        account.proved, account.contradicted, proofs,
    )  # fmt: skip
