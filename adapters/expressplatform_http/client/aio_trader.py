"""`AsyncTraderClient`: what a trader's own system calls. `TraderClient` is the same for those who do not await."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from expressplatform.codes import KeptGround, Role, Status
from expressplatform.commands import ConfirmDeletion
from expressplatform.errors import ExpressPlatformError, InvalidInput, SealBroken, SignatureInvalid
from expressplatform.signing import VerifyingKey
from expressplatform.transport import AsyncTransport, Surroundings
from expressplatform_http.client.aio_member import AWAKE, AsyncMember, case_of, new_nonce
from expressplatform_http.client.calling import Caller, Options, Sent
from expressplatform_http.client.files import ReceivedDocument, ReceivedFile, obtained
from expressplatform_http.client.keys import KeyHolder
from expressplatform_http.client.rows import AsyncRows, Stretch
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.details import open_details, read_sealed
from expressplatform_http.protocol.problems import read_problem_document
from expressplatform_http.protocol.received import ReceivedDetails
from expressplatform_http.protocol.streams import Expected
from expressplatform_http.protocol.webhooks import Headers, Secret, Webhook, verify


@attrs.frozen
class Trust:
    """Whose word is taken: ``organisation`` is the trader's own id, ``councils`` the public keys of its councils.

    A council's keys come from its operator, on a way of their own, and never out of an answer. While they change, the
    old and the new are named.
    """

    organisation: str
    councils: tuple[VerifyingKey, ...]


@attrs.frozen
class Obtained:
    """What came of obtaining one of several cases: its details, or the error that refused it."""

    case_id: str
    details: ReceivedDetails | None = None
    error: ExpressPlatformError | None = None


class AsyncTraderClient(AsyncMember):
    """A trader's calls: cases as they wait, their details opened, steps, documents, duties, webhooks.

    ``base`` is the address of the platform, ``transport`` carries requests (`AsyncHttpxTransport` over a client of
    httpx or httpx2 that is yours), ``keys`` signs and opens, ``trust`` says who you are and whose seals you take.
    """

    _role = Role.TRADER
    __slots__ = ("_keys", "_trust")

    def __init__(
        self,
        base: str,
        transport: AsyncTransport,
        *,
        keys: KeyHolder,
        trust: Trust,
        options: Options,
        around: Surroundings = AWAKE,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        super().__init__(base, transport, signer=keys, options=options, around=around, nonce=nonce)
        self._keys, self._trust = keys, trust

    def _with(self, caller: Caller) -> AsyncTraderClient:
        made = super()._with(caller)
        made._keys, made._trust = self._keys, self._trust
        return made

    # --- cases ----------------------------------------------------------------------------------------------------

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
    ) -> AsyncRows[o.TraderRow]:
        """The cases that are with the trader, or about which it owes something, as an iterator that can go on.

        They come in the order in which they moved. What is left out does not matter; instants are aware. ``after`` is
        the cursor of an earlier iterator of the same list, even of one that came to its end: then only what has moved
        since comes. ``limit`` is how many rows are fetched at once.
        """
        query = q.TraderQuery(after, limit, tuple(status), changed_since, due_before, shop, unread)
        return AsyncRows(lambda place: self.page(attrs.evolve(query, after=place)), after)

    async def page(self, query: q.TraderQuery) -> Stretch[o.TraderRow]:
        """One page of the list."""
        found = await self._caller.read(o.TraderList, "trader.cases", Sent(query=query))
        return Stretch(found.cases, found.after, found.more, found.gone)

    async def case(self, case_id: str) -> o.TraderRow:
        """Where a case stands. Raises NoSuchCase."""
        return await self._caller.read(o.TraderRow, "trader.case", Sent(case_of(case_id)))

    async def obtain(self, case_id: str, *, key: str) -> ReceivedDetails:
        """The details of a case, their seal checked and opened. Each reading is a disclosure, and stands on record.

        The same key shows again what that reading showed. Raises Refused (``no_consent``, ...), NoSuchCase, and where
        the seal is not right SignatureInvalid (not by a council that is trusted, or not for this case) or SealBroken
        (``unknown_key``: it was sealed to a key that is not held any more).
        """
        shown = await self._caller.read(o.SealedShown, "trader.obtain", Sent(case_of(case_id), key=key))
        return self._opened(case_id, shown)

    async def obtain_several(self, case_ids: Sequence[str], *, key: str) -> tuple[Obtained, ...]:
        """The details of up to 100 cases at once, in their order; what is refused of one does not stop the others."""
        sent = Sent(body=q.ObtainSeveral(tuple(case_ids)), key=key)
        found = await self._caller.read(o.ObtainedSeveral, "trader.obtain_several", sent)
        return tuple(self._one(one) for one in found.cases)

    def _one(self, one: o.ObtainedOne) -> Obtained:
        if one.sealed is None:
            return Obtained(one.case_id, error=read_problem_document(one.problem or {}, case_id=one.case_id))
        try:
            return Obtained(one.case_id, self._opened(one.case_id, one.sealed))
        except (SealBroken, SignatureInvalid, InvalidInput) as error:
            return Obtained(one.case_id, error=error)

    def _opened(self, case_id: str, shown: o.SealedShown) -> ReceivedDetails:
        sealed = read_sealed(
            {one.name: getattr(shown, one.name) for one in attrs.fields(o.SealedShown)}  # a Sealed checks what it is
        )
        return open_details(
            sealed,
            case_id=case_id,
            recipient=self._trust.organisation,
            opener=self._keys,
            councils=self._trust.councils,
        )

    async def obtain_evidence(self, case_id: str, evidence_id: str, *, key: str) -> ReceivedDocument:
        """A document that was shared with the trader, its seal checked and opened; raises as `obtain` does."""
        with await self.obtain_evidence_file(case_id, evidence_id, key=key) as file:
            assert file.kind is not None
            assert file.use_until is not None
            return ReceivedDocument(case_id, evidence_id, file.kind, file.media_type, file.whole(), file.use_until)

    async def obtain_evidence_file(self, case_id: str, evidence_id: str, *, key: str) -> ReceivedFile:
        """A document that was shared with the trader, in pieces. Close it when you are done.

        It is handed over once it is here whole and every piece of it is proven: raises as `obtain` does. Until then it
        lies sealed under a key that nobody keeps, in memory or in a file without a name; little of it is in memory at
        a time. Where the line breaks it is asked for again from its beginning, within the deadline of the call.
        """
        sent = Sent({**case_of(case_id), "evidence_id": evidence_id}, key=key)
        return await obtained(
            lambda taker: self._caller.ask("trader.obtain_evidence", attrs.evolve(sent, taker=taker)),
            Expected(case_id, evidence_id, self._trust.organisation, self._trust.councils),
            self._keys,
        )

    # --- duties ---------------------------------------------------------------------------------------------------

    async def duties(self) -> tuple[o.OwedShown, ...]:
        """What the trader owes beside its steps, the most urgent first: deletions to confirm, corrections to read."""
        return (await self._caller.read(o.OwedList, "trader.duties")).duties

    async def confirm_deletion(
        self, case_id: str, *, ground: KeptGround, kept: Sequence[str] = (), key: str
    ) -> o.Acted:
        """Says that what was obtained is deleted: ``kept`` are the fields that were not, on that ``ground``.

        Raises as `act` does.
        """
        return await self.act(case_id, ConfirmDeletion(ground, tuple(kept)), key=key)

    # --- being told -----------------------------------------------------------------------------------------------

    def verify_webhook(self, body: bytes, headers: Headers, now: datetime, *, secrets: Sequence[Secret]) -> Webhook:
        """What a webhook says; raises WebhookInvalid for everything that is not one, whatever it is.

        ``body`` is exactly as it was received. One comes now and then twice, or late: drop an ``id`` that you know.
        """
        return verify(body, headers, now, secrets=secrets)

    async def endpoints(self) -> tuple[o.EndpointShown, ...]:
        """Where the trader is told."""
        return (await self._caller.read(o.EndpointsShown, "trader.endpoints")).endpoints

    async def add_endpoint(self, url: str, *, key: str) -> o.EndpointShown:
        """One more endpoint, at a public https address. Its secret is in the answer this once."""
        return await self._caller.read(o.EndpointShown, "trader.add_endpoint", Sent(body=q.NewEndpoint(url), key=key))

    async def rotate_endpoint(self, id: str, *, key: str) -> o.EndpointShown:
        """A new secret beside the old one, which stays good for a while."""
        return await self._caller.read(o.EndpointShown, "trader.rotate_endpoint", Sent({"id": id}, key=key))

    async def remove_endpoint(self, id: str, *, key: str) -> o.EndpointShown:
        """No more is sent there."""
        return await self._caller.read(o.EndpointShown, "trader.remove_endpoint", Sent({"id": id}, key=key))

    async def deliveries(self) -> tuple[o.DeliveryShown, ...]:
        """What became of webhooks, the last first."""
        return (await self._caller.read(o.DeliveriesShown, "trader.deliveries")).deliveries

    async def replay_delivery(self, id: str, *, key: str) -> o.DeliveryShown:
        """Has a webhook sent again."""
        return await self._caller.read(o.DeliveryShown, "trader.replay_delivery", Sent({"id": id}, key=key))
