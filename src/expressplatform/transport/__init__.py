"""What adapters that speak HTTP share: a request, its answer, who carries it, and how often it is tried.

Laws of this package: it knows no address and no document, and imports no HTTP library; the client that carries
requests is handed in by whoever owns its proxy, certificates and pools. One call has one deadline, whatever is tried
within it. Nothing here prints a body, a header's value or what stands in an address after its host.

- `messages`: `HttpRequest`, `HttpResponse`, and the ports `Transport` and `AsyncTransport`;
- `retrying`: `exchange`, which tries a request until it is answered, and the policy by which it does;
- `clients`: `HttpxTransport` and `AsyncHttpxTransport`, over a client of httpx or of httpx2.
"""

from expressplatform.transport.clients import AsyncHttpxTransport, HttpxTransport
from expressplatform.transport.messages import (
    AsyncTransport,
    HttpRequest,
    HttpResponse,
    LiftedTransport,
    Supply,
    Take,
    Transport,
)
from expressplatform.transport.retrying import (
    NO_RETRY,
    Attempt,
    Call,
    RetryPolicy,
    Surroundings,
    exchange,
    retry_after,
)

__all__ = [
    "NO_RETRY",
    "AsyncHttpxTransport",
    "AsyncTransport",
    "Attempt",
    "Call",
    "HttpRequest",
    "HttpResponse",
    "HttpxTransport",
    "LiftedTransport",
    "RetryPolicy",
    "Supply",
    "Surroundings",
    "Take",
    "Transport",
    "exchange",
    "retry_after",
]
