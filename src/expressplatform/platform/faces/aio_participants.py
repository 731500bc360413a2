"""What `AsyncPlatform` does about who takes part: `sync_participants`, awaited."""

from __future__ import annotations

from datetime import date

from expressplatform.complaint import Actor
from expressplatform.enrolment import ChangeParticipant, Enrol, LetLeave, Participation
from expressplatform.platform.flow import Flow
from expressplatform.scheme import Participant


class AsyncParticipantsFace:
    """The part of the face that is about who takes part; the platform gives it its flow."""

    _flow: Flow

    async def enrol(self, asked: Enrol, *, by: Actor, key: str, expected: int | None = None) -> Participation:
        """Has a trader take part from a day on: its row lies on top of the scheme's own list, from the next step on.

        ``key`` makes the call safe to repeat; ``expected`` is the version that was decided on (None: whatever stands).
        For the officers of the scheme's council: raises Refused (``not_the_schemes_council``, ``takes_part`` where it
        takes part on one of those days already, ``too_many_entries``, ``changed_meanwhile``), InvalidInput,
        StaleVersion, KeyReused.
        """
        return await self._flow.enter(asked.organisation, asked, by=by, key=key, expected=expected)

    async def change_participant(
        self, organisation: str, asked: ChangeParticipant, *, by: Actor, key: str, expected: int | None = None
    ) -> Participation:
        """Changes what is told of a participant, from a day on; days before it stay as they were told.

        Raises as `enrol`, and Refused (``no_such_participant``, ``takes_no_part`` on that day).
        """
        return await self._flow.enter(organisation, asked, by=by, key=key, expected=expected)

    async def let_leave(
        self, organisation: str, asked: LetLeave, *, by: Actor, key: str, expected: int | None = None
    ) -> Participation:
        """Lets a participant leave with a day: after it nothing is uploaded to it, and cases filed later are outside.

        Cases that it holds go on, and those filed until that day stay eligible. Raises as `change_participant`.
        """
        return await self._flow.enter(organisation, asked, by=by, key=key, expected=expected)

    async def participants(self) -> tuple[Participant, ...]:
        """Everybody who takes part, did or will: for anybody to see, a row for each stretch of days.

        First those in code, in the order of the scheme and of what the platform was given, then those who were
        enrolled besides, in that of their enrolment; the rows of each in order of time.
        """
        return await self._flow.participants()

    async def participant(self, organisation: str, *, on: date | None = None) -> Participant | None:
        """An organisation as it takes part on a local day of the scheme (None: today); None where it takes no part."""
        return await self._flow.participant(organisation, on)

    async def called(self, organisation: str) -> str:
        """What people call an organisation: by its row of today, else by the last there is; its id where none is."""
        return await self._flow.called(organisation)

    async def participations(self, *, by: Actor) -> tuple[Participation, ...]:
        """Everybody, in the order of `participants`: rows, what was entered by whom, and the version that comes to.

        For councils, the operator and auditors: raises Refused (``wrong_role``).
        """
        return await self._flow.participations(by=by)

    async def participation(self, organisation: str, *, by: Actor) -> Participation:
        """The same for one organisation. Raises Refused (``wrong_role``, ``no_such_participant``)."""
        return await self._flow.participation(organisation, by=by)
