"""What both clients can do, for those who do not await: the same flow, driven to its end at each call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Final, Self

from expressplatform.codes import EvidenceKind
from expressplatform.commands import Command
from expressplatform.driving import run
from expressplatform.platform import KeyUse
from expressplatform.transport import Surroundings
from expressplatform_http.client.aio_member import ALL_FIGURES, ALL_PUBLISHED, AsyncMember, Progress, utc_now
from expressplatform_http.client.calling import Options
from expressplatform_http.client.files import Content
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q


async def _sleep(seconds: float) -> None:
    time.sleep(seconds)


SLEEPING: Final = Surroundings(pause=_sleep, now=utc_now)
"""The world of synchronous callers."""


class Member:
    """A connected organisation's calls: the same whatever its role. Safe to share between threads."""

    _flow: AsyncMember
    __slots__ = ("_flow",)

    @property
    def options(self) -> Options:
        """How its calls are made."""
        return self._flow.options

    def with_options(self, options: Options) -> Self:
        """The same client, with other options: another member of staff, another deadline."""
        made = copy(self)
        made._flow = self._flow.with_options(options)
        return made

    def act(self, case_id: str, command: Command, *, key: str, expected: int | None = None) -> o.Acted:
        """Sends a command on a case; where the case stands afterwards, as facts.

        ``key`` makes the call safe to repeat, in another process too: one key names one command, for ever. Make it of
        something of your own, such as the number of a ticket and of the step in it; it must say nothing about a person.
        ``expected`` is the version that the decision was made on; None takes whatever stands. Raises Refused,
        InvalidInput, NoSuchCase, StaleVersion, KeyReused, Unauthenticated, LimitReached, ServerFailed, TransportFailed.
        """
        return run(self._flow.act(case_id, command, key=key, expected=expected))

    def evidence(self, case_id: str) -> tuple[o.DocumentShown, ...]:
        """The documents of a case, described; for a trader, those that were shared with it."""
        return run(self._flow.evidence(case_id))

    def upload_evidence(
        self,
        case_id: str,
        content: Content,
        *,
        kind: EvidenceKind,
        name: str = "",
        key: str,
        progress: Progress | None = None,
    ) -> o.Acted:
        """Hands a document in; ``name`` is what you call it. Raises as `act` does.

        ``content`` is its bytes, the path where it lies, or an open file that can be read again from where it stands;
        of a path or file little is in memory at a time: it is read once for its digest and once at each attempt, and
        must not change meanwhile. A large one may need more than the seconds that `Options` give to an attempt.
        """
        return run(self._flow.upload_evidence(case_id, content, kind=kind, name=name, key=key, progress=progress))

    def register(self, code: str, *, signing: bytes, sealing: bytes | None = None, key: str) -> o.OrganisationShown:
        """Connects the organisation by the code of its invitation, with its first public keys (32 bytes each).

        The client signs with the private half of ``signing``. ``sealing`` is the key that details are sealed to.
        """
        return run(self._flow.register(code, signing=signing, sealing=sealing, key=key))

    def keys(self) -> tuple[o.KeyShown, ...]:
        """The organisation's own keys, ended ones too."""
        return run(self._flow.keys())

    def add_key(self, use: KeyUse, public: bytes, *, key: str) -> o.KeyShown:
        """One more public key (32 bytes); the older ones stay good until they are ended."""
        return run(self._flow.add_key(use, public, key=key))

    def end_key(self, key_id: str, *, key: str, at: datetime | None = None) -> o.KeyShown:
        """Ends a key of the organisation's own, at once or from the instant ``at`` on."""
        return run(self._flow.end_key(key_id, key=key, at=at))

    def indicators(self, query: q.FiguresQuery = ALL_FIGURES) -> Mapping[str, object]:
        """Counts and rates over the organisation's own cases, as a document of figures."""
        return run(self._flow.indicators(query))

    def published_indicators(self, query: q.PublishedQuery = ALL_PUBLISHED) -> Mapping[str, object]:
        """The published figures: small counts are left out."""
        return run(self._flow.published_indicators(query))

    def participants(self) -> o.ParticipantsShown:
        """The traders that take part."""
        return run(self._flow.participants())

    def diagram(self) -> o.DiagramShown:
        """The machine by which cases move."""
        return run(self._flow.diagram())

    def privacy_statement(self) -> Mapping[str, object]:
        """How personal data are handled."""
        return run(self._flow.privacy_statement())
