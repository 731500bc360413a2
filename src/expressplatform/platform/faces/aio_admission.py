"""What `AsyncPlatform` does about complainants who come in by themselves, and about letters that came back."""

from __future__ import annotations

from expressplatform.complaint import Actor
from expressplatform.platform.admitting import Session, SignedIn
from expressplatform.platform.flow import Flow


class AsyncAdmissionFace:
    """The part of the face that lets complainants in; the platform gives it its flow."""

    _flow: Flow

    async def open_link(self, case_id: str, *, by: Actor) -> str:
        """A new link to a case's own page, for an officer to hand to the complainant; each letter holds one as well.

        It leads there for 30 days, and nobody in without the code that `send_code` sends. Only its digest is kept.
        Where the platform was given no ``link``, the bare token. For the council alone: raises Refused
        (``not_the_council``, ``wrong_status``), NoSuchCase.
        """
        return await self._flow.open_link(case_id, by=by)

    async def send_code(self, link: str) -> None:
        """Sends a code of six digits to the complainant of the case that a link (its token alone) leads to.

        It holds for ten minutes and five tries; a new one takes its place, and at most five are sent in an hour.
        Whoever asks is not told whether one was sent. Raises what the messenger raises that may go by itself.
        """
        await self._flow.send_code(link)

    async def sign_in(self, link: str, code: str) -> SignedIn:
        """A session of thirty minutes for whoever has a link's token and the code that was sent for it.

        Raises Refused (``not_admitted``), the same for whatever does not fit.
        """
        return await self._flow.sign_in(link, code)

    async def session(self, token: str) -> Session:
        """Whose session a token opens: the complainant as they act, on one case alone (`Session.of`).

        It ends after thirty minutes, when the case is withdrawn, and when it is erased. Raises Refused
        (``not_admitted``), the same for whatever does not fit.
        """
        return await self._flow.session(token)

    async def sign_out(self, token: str) -> None:
        """Ends a session; harmless when there is none."""
        await self._flow.sign_out(token)

    async def bounced(self, message_id: str, *, by: Actor) -> None:
        """Takes down that a message came back: an officer is to tell its reader by other means (see `queue`).

        ``message_id`` is that of a `Message`; the same one again changes nothing while it waits. For the council's
        officers and the operator: raises Refused (``wrong_role``), NoSuchCase for an id of no message of theirs.
        """
        await self._flow.bounced(message_id, by=by)
