"""What `Platform` answers those who watch over privacy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from expressplatform.complaint import Actor
from expressplatform.driving import run
from expressplatform.platform.flow import Flow
from expressplatform.platform.inquiring import Given, Waits
from expressplatform.platform.requests import Opened, Reapplied
from expressplatform.privacy.log import Access


class PrivacyFace:
    """The part of the face that is about privacy; the platform gives it its flow."""

    _flow: Flow

    def read(self, case_id: str, *, by: Actor, reason: str) -> Opened:
        """A case and everything that happened in it, as one reading: for whom and why as in `Platform.case`."""
        return run(self._flow.read(case_id, by=by, reason=reason))

    def reapply(self, *, person: str, progress: Callable[[int], None] | None = None) -> Reapplied:
        """Undoes again what was undone since a copy was made that has been put back. Call it before serving anybody.

        What the register, the key store or the store says is erased loses its key and is put on record as erased,
        wherever it stands (PDPO s.26); consents that had been taken back are taken back again, by the council, for
        which ``person`` (a staff id) stands (PIPL Art 15). Consents given since are left alone. Harmless when
        repeated. ``progress`` is called with the number of cases looked at. Raises StoreUnusable; what fails for one
        case alone is in the answer.
        """
        return run(self._flow.reapply(person=person, progress=progress))

    def access_log(
        self,
        *,
        by: Actor,
        case_id: str = "",
        staff: str = "",
        name: str = "",
        contact: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Access, ...]:
        """Who read particulars, in order of time: of a case, by somebody, of a person (PDPO DPP4; PIPL Art 51).

        ``staff`` is an id. ``name`` and ``contact`` together name a person, whose cases are found without opening any;
        that search is on record itself. ``since`` (included) and ``until`` (not) are instants. Empty and None do not
        matter. For the council's people and its auditors: raises Refused (``not_a_watcher``), NoSuchCase for what is no
        number of a case.
        """
        return run(
            self._flow.access_log(
                by=by, case_id=case_id, staff=staff, name=name, contact=contact, since=since, until=until
            )
        )

    def disclosures(
        self,
        *,
        by: Actor,
        to: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Given, ...]:
        """Who received which fields of which case, when, for what purpose, on what basis (PIPL Arts 23, 55; PDPO DPP3).

        ``to`` is one recipient's id, empty for all; ``since`` (included) and ``until`` (not) are instants. From facts
        alone, in order of time; ``progress`` is called with the number of cases looked at so far. For the council's
        people and its auditors: raises Refused (``not_a_watcher``).
        """
        return run(self._flow.disclosures(by=by, to=to, since=since, until=until, progress=progress))

    def queue(self, *, by: Actor) -> tuple[Waits, ...]:
        """What waits for an officer beside the deadlines of cases, the longest first.

        Reports of impostors that no note has answered, deletions that are overdue, messages that reached nobody,
        tellings of a breach that are overdue. For the council's officers: raises Refused (``wrong_role``).
        """
        return run(self._flow.queue(by=by))

    def told(self, id: str, *, by: Actor) -> None:
        """Says that the complainant has been told by other means what a message could not tell; harmless repeated.

        ``id`` is that of the queue. Raises Refused (``wrong_role``) for anybody but a council's officer.
        """
        run(self._flow.told(id, by=by))

    def audit_bundle(
        self, *, by: Actor, since: datetime, until: datetime, progress: Callable[[int], None] | None = None
    ) -> Mapping[str, bytes]:
        """What a commissioner takes away (PIPL Arts 54-56): files by name, with a signed manifest.

        Disclosures, consents, deletions confirmed and erasures between ``since`` (included) and ``until`` (not), from
        facts alone: nothing personal. `expressplatform.signed_files.checked` checks it without any store, with the
        public key of `audit_key`. For the council's people and its auditors: raises Refused (``not_a_watcher``).
        """
        return run(self._flow.audit_bundle(by=by, since=since, until=until, progress=progress))

    def audit_key(self) -> bytes:
        """The 32-byte public key by which audit bundles are checked: tell it to whoever checks, by another way."""
        return self._flow.signing_key().public
