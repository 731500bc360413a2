"""A JD that answers as the platform does at the wire, for tests and trials: an ASGI application and its world.

    simulator = JdSimulator()
    shop = simulator.world.open_shop("10086", "20086", "示範旗艦店")
    token = simulator.sessions.connect(shop.vender_id)
    uvicorn.run(simulator, log_config=None, access_log=False, date_header=False)

Both gateways (``/routerjson``, ``/rest/...``) and ``/oauth2/...`` answer there, with JD's signatures, skew, sessions,
permissions, limits and layers of refusal. Answers are dated by the world's clock, and an address of OAuth carries the
app's secret: hence the two switches. `demo` makes one for ``uvicorn --factory expressplatform_jd.simulator:demo``, with
``--no-access-log --no-date-header``.

Laws of this package: it knows no connector and shares nothing with one but the signature and JD's clock. What nobody
has published is assumed, in one place (`codes`), and may be set otherwise. Nothing that is sent to it is logged.
"""

from expressplatform_jd.simulator.asgi import SIMULATED_APP, Endpoint, JdSimulator, demo
from expressplatform_jd.simulator.faults import WRITES, Fault, Faults, Kind
from expressplatform_jd.simulator.manners import PLAIN, ROUGH, Manners
from expressplatform_jd.simulator.records import AfterSale, RefundApplication, ShopOrder, SimulatedShop
from expressplatform_jd.simulator.sessions import Limit, Registered, Sessions
from expressplatform_jd.simulator.statuses import IllegalMove
from expressplatform_jd.simulator.world import World

__all__ = [
    "PLAIN",
    "ROUGH",
    "SIMULATED_APP",
    "WRITES",
    "AfterSale",
    "Endpoint",
    "Fault",
    "Faults",
    "IllegalMove",
    "JdSimulator",
    "Kind",
    "Limit",
    "Manners",
    "RefundApplication",
    "Registered",
    "Sessions",
    "ShopOrder",
    "SimulatedShop",
    "World",
    "demo",
]
