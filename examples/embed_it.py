"""Embed it: an asynchronous service with the platform inside, and the two loops that keep it going.

Run it as a script. `Service` is what a web framework would hold for its whole life: handlers call `platform` and are
answered in its own event loop; `tick` takes the steps that time asks for, `work` carries out what steps left to be
done (here: telling traders that a case waits). The script runs the service for a moment, lets a few people use it at
once, and stops it. Errors become status codes in one place.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Self

import expressplatform as ep
from expressplatform.commands import Accept, Upload
from expressplatform.ports import Alert
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.keys import LocalKeyStore

SCHEME = ep.HK_CCA
OFFICER = ep.Actor(ep.Role.COUNCIL, "officer-7", SCHEME.council)
TRADER = ep.Actor(ep.Role.TRADER, "desk-1", "taobao")
ASSESSMENT = ep.ImpactAssessment(
    id="pia-2026-01",
    recipient="*",
    instrument=ep.Instrument.COLLABORATION_AGREEMENT,
    made_on=date(2026, 1, 5),
    valid_until=date(2036, 1, 4),
    lawful="A trader cannot conciliate without knowing who complains of what.",
    effect="Somebody else might call in the trader's name.",
    measures="The fewest fields, one contact, a code that callers must say, an end of use.",
    approved_by="officer-2",
)


class Doorbell:
    """A gateway to one trader: it hears that a case waits, and until when. In earnest it calls the trader's service."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def alert(self, alert: Alert, /) -> None:
        """An alert may come twice: whoever knows the case already drops it."""
        if alert.case_id not in self.waiting:
            self.waiting.append(alert.case_id)


class Service:
    """The platform with its loops, from the start of a process to its end."""

    def __init__(self, place: Path, *, every: float) -> None:
        self.doorbell = Doorbell()
        self.platform = ep.AsyncPlatform(
            scheme=SCHEME,
            store=AsyncSqliteStore(place / "council.db"),
            keys=LocalKeyStore(place / "keys.db"),
            gateways={"taobao": self.doorbell},
        )
        self._every = every
        self._loops: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.platform.open()
        await self.platform.record_impact_assessment(ASSESSMENT, by=OFFICER)  # uploads name it
        self._loops = [asyncio.create_task(self._again(self._tick)), asyncio.create_task(self._again(self._work))]
        return self

    async def __aexit__(self, *raised: object) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.platform.close()

    async def _again(self, once: Callable[[], Awaitable[None]]) -> None:
        while True:
            await once()
            await asyncio.sleep(self._every)

    async def _tick(self) -> None:
        while (await self.platform.tick()).steps:
            pass

    async def _work(self) -> None:
        await self.platform.work()

    async def answer(self, asked: Awaitable[ep.Case]) -> tuple[int, str]:
        """What a handler sends back: a status code and a word. Nothing personal can be in either."""
        try:
            case = await asked
        except ep.NoSuchCase:
            return 404, "no_such_case"
        except ep.Refused as refused:
            return 409, refused.code
        except ep.StaleVersion as stale:
            return 412, stale.code
        except (ep.InvalidInput, ep.KeyReused) as wrong:
            return 422, wrong.code
        except ep.OperatorMustAct as broken:
            return 503, broken.code
        return 200, case.status.value


def complaint(number: int) -> ep.Complaint:
    """What the web form sent."""
    now = ep.utc_now()
    return ep.Complaint(
        trader=ep.TraderRef("taobao", ep.Shop("taobao", "shop-88")),
        category=ep.Category.CLOTHING,
        nature=ep.Nature.DEFECTIVE,
        purchase=ep.Purchase(
            ordered_on=SCHEME.day(now) - timedelta(days=20),
            paid=ep.Money("CNY", 25900),
            bought_by=ep.BoughtBy.WEB,
            subject=ep.Subject.GOODS,
            supplier=ep.Supplier.BUSINESS,
        ),
        redress=(ep.Redress.REFUND,),
        prior_contact=ep.PriorContact(contacted=True),
        proceedings=ep.Proceedings.NONE,
        flags=ep.Flags(injury=False, crime=False, testing_needed=False, suspected_abuse=False),
        complainant=ep.Complainant(ep.Buyer.PRIVATE, ep.AgeBand.ADULT, ep.Residence.HONG_KONG),
        evidence=(ep.Evidence("order", ep.EvidenceKind.ORDER),),
        consents=tuple(
            ep.Consent(to, ep.Purpose.HANDLING, SCHEME.notice, now, ep.Channel.WEB) for to in ("taobao", "cca")
        ),
        notice_shown=ep.NoticeShown(SCHEME.notice, ep.Language.ENGLISH, now, ep.Channel.WEB),
        particulars=ep.Particulars(
            name="A. Person", email="a.person@example.org", order_number=f"88-{number}", statement="A seam is open."
        ),
    )


async def take_in(service: Service, number: int) -> tuple[int, str]:
    """One visitor's form, all the way to the trader."""
    platform = service.platform
    case = await platform.lodge(complaint(number), by=OFFICER, key=f"form-{number}")
    await platform.act(case.id, Accept(), by=OFFICER, key="accept")
    upload = Upload(ASSESSMENT.instrument, ASSESSMENT.id)
    return await service.answer(platform.act(case.id, upload, by=OFFICER, key="upload"))


async def main() -> None:
    """A moment in the life of the service."""
    with tempfile.TemporaryDirectory() as place:
        async with Service(Path(place), every=0.05) as service:
            answers = await asyncio.gather(*(take_in(service, number) for number in range(5)))
            print(answers)
            async with asyncio.timeout(10):
                while len(service.doorbell.waiting) < len(answers):
                    await asyncio.sleep(0.05)
            print(len(service.doorbell.waiting), "cases wait for the trader, who reads one")
            read = await service.platform.obtain(service.doorbell.waiting[0], by=TRADER, key="read-1")
            print(len(read.values), "fields, for", read.purpose)
            stranger = ep.Actor(ep.Role.COUNCIL, "officer-1", "elsewhere")
            again = service.platform.act(service.doorbell.waiting[0], Accept(), by=stranger, key="accept")
            print(await service.answer(again))


if __name__ == "__main__":
    asyncio.run(main())
