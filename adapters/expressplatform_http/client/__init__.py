"""The clients that traders and councils embed: one flow over the pure protocol, with and without awaiting.

Laws of this package: the client of httpx or httpx2 that carries requests is handed in and stays its owner's. Nothing is
kept between calls but what was handed in; there is no state of a module. Everything that is raised is of the one tree,
and says who must act and whether to ask again.
"""

from expressplatform_http.client.aio_council import AsyncCouncilClient
from expressplatform_http.client.aio_member import new_key
from expressplatform_http.client.aio_trader import AsyncTraderClient, Obtained, Trust
from expressplatform_http.client.calling import Options
from expressplatform_http.client.council import CouncilClient
from expressplatform_http.client.files import ReceivedDocument, ReceivedFile
from expressplatform_http.client.keys import KeyHolder, MemoryKeys
from expressplatform_http.client.rows import AsyncRows, Rows, Stretch
from expressplatform_http.client.trader import TraderClient
from expressplatform_http.protocol.answers import is_known, write_answer
from expressplatform_http.protocol.received import ReceivedDetails
from expressplatform_http.protocol.webhooks import Secret, Webhook
from expressplatform_http.protocol.webhooks import verify as verify_webhook

__all__ = [
    "AsyncCouncilClient",
    "AsyncRows",
    "AsyncTraderClient",
    "CouncilClient",
    "KeyHolder",
    "MemoryKeys",
    "Obtained",
    "Options",
    "ReceivedDetails",
    "ReceivedDocument",
    "ReceivedFile",
    "Rows",
    "Secret",
    "Stretch",
    "TraderClient",
    "Trust",
    "Webhook",
    "is_known",
    "new_key",
    "verify_webhook",
    "write_answer",
]
