"""A trader's agent: complaints go the whole way, and what a shop's record proves about promised money is said on them.

Run it as a script. `Agent` joins the trader's client with the connectors of its shops: it obtains what was uploaded,
compares the purchase with the shop's record, leaves a note for the seller's own people, and watches promised refunds.
Everything else it finds is a line for a person.

In earnest the client speaks to a council's server, the connectors to Taobao and JD, and ``shelf`` and ``keys`` are
files (``expressplatform agent run`` does that from a configuration). Here everything is on this machine: `FakePlatform`
is the real server, the two platforms are simulated at the wire, and all of them live by one clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import attrs
import httpx
import uvicorn

import expressplatform as ep
from expressplatform import commands as c
from expressplatform.codes import Channel, Instrument, Outcome, Redress, Role
from expressplatform.complaint import Actor, Shop, TraderRef
from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.ports import ShopConnector
from expressplatform.transport import HttpxTransport
from expressplatform_agent import About, Agent
from expressplatform_http.testing import FakePlatform, made_up_complaint
from expressplatform_jd.connector import JdConnector
from expressplatform_jd.protocol import App, Endpoints
from expressplatform_jd.simulator import Endpoint, JdSimulator
from expressplatform_taobao.connector import TaobaoConnector
from expressplatform_taobao.simulator import TaobaoSimulator

OFFICER = Actor(Role.COUNCIL, "officer-1", ep.HK_CCA.council)
PRICE = ep.Money("CNY", 19900)
STATE = "an-unguessable-word"  # of one use, made anew for each owner who is asked


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """A simulator behind a socket of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, date_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@attrs.define
class Street:
    """The council, the two platforms with a shop on each, and an agent for each trader."""

    council: FakePlatform
    taobao: TaobaoSimulator
    jd: JdSimulator
    http: httpx.Client
    agents: dict[str, Agent]

    def complain(self, trader: str, shop: str, order: str, number: int) -> str:
        """Somebody complains over an order; the council accepts and uploads: the number of the case."""
        made = made_up_complaint(ep.HK_CCA, trader, self.council.clock(), number=number)
        assert isinstance(made.particulars, ep.Particulars)
        complaint = attrs.evolve(
            made,
            trader=TraderRef(trader, Shop(trader, shop)),
            purchase=attrs.evolve(made.purchase, paid=PRICE, ordered_on=ep.HK_CCA.day(self.council.clock())),
            particulars=ep.Particulars(
                name=made.particulars.name,
                email=made.particulars.email,
                order_number=order,
                statement="It broke on the second day.",
                request="A refund.",
            ),
        )
        case = self.council.platform.lodge(complaint, by=OFFICER, key=f"form-{number}")
        self.council.act(case.id, c.Accept(), role=Role.COUNCIL)
        self.council.act(case.id, c.Upload(Instrument.COLLABORATION_AGREEMENT, "pia-1"), role=Role.COUNCIL)
        return case.id

    def settle(self, trader: str, case_id: str) -> None:
        """The trader's people speak with the complainant, and report that they have paid the price back."""
        desk = self.council.trader(HttpxTransport(self.http), trader)
        desk.act(case_id, c.ReportContact(Channel.PHONE, code_given=True), key=f"{case_id}-call")
        result = c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), PRICE)
        desk.act(case_id, result, key=f"{case_id}-result")

    def rounds(self) -> None:
        """Every agent does what waits; in earnest every few minutes."""
        for agent in self.agents.values():
            agent.round()


@contextmanager
def street() -> Iterator[Street]:
    """Everything runs, and each shop's owner has said yes."""
    with ExitStack() as stack:
        council, http = stack.enter_context(FakePlatform()), stack.enter_context(httpx.Client())
        taobao, jd = TaobaoSimulator(now=council.clock), JdSimulator(now=council.clock)
        top, there = stack.enter_context(listening(taobao)), Endpoint(stack.enter_context(listening(jd)))
        transport, around = HttpxTransport(http), council.around()
        shelves = {trader: (MemoryShelf(), MemoryKeyStore()) for trader in ("taobao", "jd")}
        connectors: dict[str, ShopConnector] = {
            "taobao": TaobaoConnector(
                taobao.app.as_known(), transport=transport, shelf=shelves["taobao"][0], keys=shelves["taobao"][1],
                owner="taobao", gateway=f"{top}/router/rest", around=around,
            ),
            "jd": JdConnector(
                App("simulated-app", "simulated-secret"), transport=transport, shelf=shelves["jd"][0],
                keys=shelves["jd"][1], owner="jd", endpoints=Endpoints(there.sp, there.router, there.oauth),
                around=around,
            ),
        }  # fmt: skip
        taobao.owner = taobao.world.open_shop().number
        jd.sessions.owner = jd.world.open_shop("10086", "20086", "示範旗艦店").vender_id
        agents = {}
        for trader, (shelf, keys) in shelves.items():
            connector = connectors[trader]
            link = connector.authorise("https://agent.example/back", STATE)
            back = http.get(link.replace("https://oauth.taobao.com", top)).headers["location"]
            connector.connect(urlsplit(back).query, STATE)
            desk = council.trader(transport, trader)
            agents[trader] = Agent(
                desk, {trader: connector}, shelf=shelf, keys=keys, owner=trader, now=council.clock
            )  # fmt: skip
        yield Street(council, taobao, jd, http, agents)


def main() -> None:
    """Two refunds arrive and are confirmed; one was claimed and never came."""
    with street() as here:
        shop, council = here.taobao.owner, here.council
        kept, broken = (here.taobao.world.place(shop, PRICE.minor_units) for _ in range(2))
        here.jd.world.place_order("10086", "300000000001", PRICE.minor_units, state="FINISHED_L")
        first = here.complain("taobao", shop, kept.number, 1)
        second = here.complain("jd", "10086", "300000000001", 2)
        third = here.complain("taobao", shop, broken.number, 3)

        here.rounds()  # obtained, compared, and a note stands at each order
        assert council.platform.facts(first, by=OFFICER).case.reference in kept.memo

        council.advance(hours=20)
        for trader, case_id in (("taobao", first), ("jd", second), ("taobao", third)):
            here.settle(trader, case_id)
        council.advance(hours=1)
        here.taobao.world.agree(here.taobao.world.ask_back(kept, PRICE.minor_units))
        here.taobao.world.refuse(here.taobao.world.ask_back(broken, PRICE.minor_units))
        bill = here.jd.world.ask_after_sale("300000000001").bill_id
        here.jd.world.pay_back(bill)
        council.advance(days=1)
        here.rounds()  # what the shops' records prove is said on the cases, with evidence

        council.confirm(first, rating=5)
        council.confirm(second)
        for case_id in (first, second):
            case = council.platform.facts(case_id, by=OFFICER).case
            assert case.status is ep.Status.RESOLVED
            assert case.account.proved
            assert (case.claimed_by, case.confirmed_by) == (Role.TRADER, Role.COMPLAINANT)
            print(f"{case.reference}: {case.status}, the refund proved, confirmed by the {case.confirmed_by}")
        case = council.platform.facts(third, by=OFFICER).case
        assert case.status is ep.Status.REFERRED_BACK
        assert case.account.contradicted
        assert case.confirmed_by is None
        print(f"{case.reference}: {case.status}, the refund that was claimed never came")
        told = [line.about for agent in here.agents.values() for line in agent.lines()]
        assert (told.count(About.REPORTED), told.count(About.CONTRADICTED)) == (2, 1)


if __name__ == "__main__":
    main()
