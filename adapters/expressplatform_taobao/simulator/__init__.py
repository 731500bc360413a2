"""A simulated Taobao at the wire, for tests and trials: an ASGI application, run under any server.

It checks what the platform checks (signatures, times, sessions, packages, bans), answers in its forms (JSON, simplified
JSON, XML where nothing is said), and has shops whose orders and refunds move through their real statuses. It knows the
methods that the connector uses and those that its limits speak of; it is a stand-in, not the platform: what rests on
assumptions is named where it stands.

    uvicorn --factory expressplatform_taobao.simulator:demo
"""

from expressplatform_taobao.simulator.asgi import Arrived, TaobaoSimulator, demo
from expressplatform_taobao.simulator.faults import Kind
from expressplatform_taobao.simulator.sessions import Registered

__all__ = ["Arrived", "Kind", "Registered", "TaobaoSimulator", "demo"]
