"""The platform behind HTTP: a Starlette application that translates, while the platform decides.

Laws of this package: no rule of the scheme stands here, and no answer is made up; what the table of routes does not
name is not there. The event loop is never kept waiting by work: what steps leave to be done is done by a `worker`.
Logs, metrics and problem documents hold codes and numbers alone.
"""

from expressplatform_http.server.app import create_app
from expressplatform_http.server.service import Sessions, Settings
from expressplatform_http.server.webhooks import WebhookGateways
from expressplatform_http.server.worker import Worker

__all__ = ["Sessions", "Settings", "WebhookGateways", "Worker", "create_app"]
