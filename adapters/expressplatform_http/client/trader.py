"""`TraderClient`: what a trader's own system calls, without awaiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from expressplatform.codes import KeptGround, Status
from expressplatform.driving import run
from expressplatform.transport import LiftedTransport, Surroundings, Transport
from expressplatform_http.client.aio_member import new_nonce
from expressplatform_http.client.aio_trader import AsyncTraderClient, Obtained, Trust
from expressplatform_http.client.calling import Options
from expressplatform_http.client.files import ReceivedDocument, ReceivedFile
from expressplatform_http.client.keys import KeyHolder
from expressplatform_http.client.member import SLEEPING, Member
from expressplatform_http.client.rows import Rows, Stretch
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.received import ReceivedDetails
from expressplatform_http.protocol.webhooks import Headers, Secret, Webhook


class TraderClient(Member):
    """A trader's calls: cases as they wait, their details opened, steps, documents, duties, webhooks.

    ``base`` is the address of the platform, ``transport`` carries requests (`HttpxTransport` over a client of httpx or
    httpx2 that is yours), ``keys`` signs and opens, ``trust`` says who you are and whose seals you take.
    """

    _flow: AsyncTraderClient
    __slots__ = ()

    def __init__(
        self,
        base: str,
        transport: Transport,
        *,
        keys: KeyHolder,
        trust: Trust,
        options: Options,
        around: Surroundings = SLEEPING,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        lifted = LiftedTransport(transport)
        self._flow = AsyncTraderClient(
            base, lifted, keys=keys, trust=trust, options=options, around=around, nonce=nonce
        )

    def cases(
        self,
        *,
        status: Sequence[Status] = (),
        changed_since: datetime | None = None,
        due_before: datetime | None = None,
        shop: str = "",
        unread: bool | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Rows[o.TraderRow]:
        """The cases that are with the trader, or about which it owes something, as an iterator that can go on.

        They come in the order in which they moved. What is left out does not matter; instants are aware. ``after`` is
        the cursor of an earlier iterator of the same list, even of one that came to its end: then only what has moved
        since comes. ``limit`` is how many rows are fetched at once.
        """
        rows = self._flow.cases(
            status=status,
            changed_since=changed_since,
            due_before=due_before,
            shop=shop,
            unread=unread,
            after=after,
            limit=limit,
        )
        return Rows(lambda place: run(rows.fetch(place)), after)

    def page(self, query: q.TraderQuery) -> Stretch[o.TraderRow]:
        """One page of the list."""
        return run(self._flow.page(query))

    def case(self, case_id: str) -> o.TraderRow:
        """Where a case stands. Raises NoSuchCase."""
        return run(self._flow.case(case_id))

    def obtain(self, case_id: str, *, key: str) -> ReceivedDetails:
        """The details of a case, their seal checked and opened. Each reading is a disclosure, and stands on record.

        The same key shows again what that reading showed. Raises Refused (``no_consent``, ...), NoSuchCase, and where
        the seal is not right SignatureInvalid (not by a council that is trusted, or not for this case) or SealBroken
        (``unknown_key``: it was sealed to a key that is not held any more).
        """
        return run(self._flow.obtain(case_id, key=key))

    def obtain_several(self, case_ids: Sequence[str], *, key: str) -> tuple[Obtained, ...]:
        """The details of up to 100 cases at once, in their order; what is refused of one does not stop the others."""
        return run(self._flow.obtain_several(case_ids, key=key))

    def obtain_evidence(self, case_id: str, evidence_id: str, *, key: str) -> ReceivedDocument:
        """A document that was shared with the trader, its seal checked and opened; raises as `obtain` does."""
        return run(self._flow.obtain_evidence(case_id, evidence_id, key=key))

    def obtain_evidence_file(self, case_id: str, evidence_id: str, *, key: str) -> ReceivedFile:
        """A document that was shared with the trader, in pieces. Close it when you are done.

        It is handed over once it is here whole and every piece of it is proven: raises as `obtain` does. Until then it
        lies sealed under a key that nobody keeps, in memory or in a file without a name; little of it is in memory at
        a time. Where the line breaks it is asked for again from its beginning, within the deadline of the call.
        """
        return run(self._flow.obtain_evidence_file(case_id, evidence_id, key=key))

    def duties(self) -> tuple[o.OwedShown, ...]:
        """What the trader owes beside its steps, the most urgent first: deletions to confirm, corrections to read."""
        return run(self._flow.duties())

    def confirm_deletion(self, case_id: str, *, ground: KeptGround, kept: Sequence[str] = (), key: str) -> o.Acted:
        """Says that what was obtained is deleted: ``kept`` are the fields that were not, on that ``ground``.

        Raises as `act` does.
        """
        return run(self._flow.confirm_deletion(case_id, ground=ground, kept=kept, key=key))

    def verify_webhook(self, body: bytes, headers: Headers, now: datetime, *, secrets: Sequence[Secret]) -> Webhook:
        """What a webhook says; raises WebhookInvalid for everything that is not one, whatever it is.

        ``body`` is exactly as it was received. One comes now and then twice, or late: drop an ``id`` that you know.
        """
        return self._flow.verify_webhook(body, headers, now, secrets=secrets)

    def endpoints(self) -> tuple[o.EndpointShown, ...]:
        """Where the trader is told."""
        return run(self._flow.endpoints())

    def add_endpoint(self, url: str, *, key: str) -> o.EndpointShown:
        """One more endpoint, at a public https address. Its secret is in the answer this once."""
        return run(self._flow.add_endpoint(url, key=key))

    def rotate_endpoint(self, id: str, *, key: str) -> o.EndpointShown:
        """A new secret beside the old one, which stays good for a while."""
        return run(self._flow.rotate_endpoint(id, key=key))

    def remove_endpoint(self, id: str, *, key: str) -> o.EndpointShown:
        """No more is sent there."""
        return run(self._flow.remove_endpoint(id, key=key))

    def deliveries(self) -> tuple[o.DeliveryShown, ...]:
        """What became of webhooks, the last first."""
        return run(self._flow.deliveries())

    def replay_delivery(self, id: str, *, key: str) -> o.DeliveryShown:
        """Has a webhook sent again."""
        return run(self._flow.replay_delivery(id, key=key))
