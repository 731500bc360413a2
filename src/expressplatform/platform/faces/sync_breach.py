"""What `Platform` does about breaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from expressplatform.codes import BreachOf
from expressplatform.complaint import Actor
from expressplatform.driving import run
from expressplatform.platform.breach_requests import BreachRequest
from expressplatform.platform.breach_telling import Told
from expressplatform.platform.flow import Flow
from expressplatform.privacy.breaches import Breach


class BreachFace:
    """The part of the face that is about breaches; the platform gives it its flow."""

    _flow: Flow

    def open_breach(
        self,
        what: BreachOf,
        *,
        since: datetime,
        until: datetime,
        cause: str,
        by: Actor,
        key: str,
        about: str = "",
        name: str = "",
        contact: str = "",
        noticed_at: datetime | None = None,
        harm: str = "",
        measures: str = "",
        progress: Callable[[int], None] | None = None,
    ) -> Breach:
        """Puts a breach on record: whom it concerns is counted, and two clocks begin to run (PIPL Art 57).

        The data lay open from ``since`` to ``until`` (not included). ``what``: KEY, a case's own (``about`` is its id)
        or, without ``about``, all of the key store; BACKUP, a copy of the stored data; both concern whatever was there
        and not erased in the span. TRADER: what the organisation ``about`` had in the span, the fields on record as
        given to it, until it confirmed their deletion. SUBJECT: one person, found by ``name`` and one ``contact`` as
        tokens. Only cases that it concerns are opened, to count people; those readings stand in the access log first.

        The clocks run from ``noticed_at`` (None: now), so long as the scheme says. ``cause``, ``harm`` (what may
        follow) and ``measures`` (what was done; read by those affected as it is written) say nothing of a person.
        ``progress`` is called with the number of cases looked at so far. The same ``key`` and arguments give the same
        breach. For the council's officers: raises Refused (``wrong_role``), InvalidInput (every problem by path),
        KeyReused, NoSuchCase.
        """
        asked = BreachRequest(what, about, name, contact, since, until, noticed_at, cause, harm, measures)
        return run(self._flow.open_breach(asked, by=by, key=key, progress=progress))

    def describe_breach(
        self, breach_id: str, *, by: Actor, cause: str = "", harm: str = "", measures: str = ""
    ) -> Breach:
        """Says more of a breach (PIPL Art 57(1), (2)); what is left empty stays as it was.

        For the council's officers: raises Refused (``wrong_role``, ``no_such_breach``, ``wrong_status``), InvalidInput.
        """
        return run(self._flow.describe_breach(breach_id, cause=cause, harm=harm, measures=measures, by=by))

    def breach_messages(self, breach_id: str, *, by: Actor, progress: Callable[[int], None] | None = None) -> Told:
        """Writes to those affected, in their language, each once however many cases they have (PIPL Art 57).

        What happened, to which kinds of data, what was done, what they can do, whom to ask; no particular. Whoever no
        message reaches stands in the officer's queue. Call it again after whatever stopped it: nobody is written to
        twice; once nobody is left, in the queue neither, those affected have been told. ``progress`` is called with the
        number of people dealt with. For the council's officers: raises Refused (``wrong_role``, ``no_such_breach``,
        ``wrong_status``, ``measures_missing``, ``no_messenger``).
        """
        return run(self._flow.breach_messages(breach_id, by=by, progress=progress))

    def told_authority(self, breach_id: str, *, by: Actor, at: datetime | None = None) -> Breach:
        """Notes that an authority was told of a breach, at an instant (None: now) (PIPL Art 57).

        For the council's officers: raises Refused (``wrong_role``, ``no_such_breach``, ``wrong_status``), InvalidInput
        for an instant that has not come.
        """
        return run(self._flow.told_authority(breach_id, at=at, by=by))

    def close_breach(self, breach_id: str, *, by: Actor, reason: str = "") -> Breach:
        """Closes a breach: all have been told, or ``reason`` says why not (PIPL Art 57: harm effectively avoided).

        For the council's officers: raises Refused (``wrong_role``, ``no_such_breach``, ``wrong_status``,
        ``reason_missing``), InvalidInput.
        """
        return run(self._flow.close_breach(breach_id, reason=reason, by=by))

    def breaches(self, *, by: Actor, open_only: bool = False) -> tuple[Breach, ...]:
        """The breaches on record: closed ones in order of closing, then open ones in order of noticing.

        For the council's people and its auditors: raises Refused (``not_a_watcher``).
        """
        return run(self._flow.breaches(by=by, open_only=open_only))

    def breach_report(self, breach_id: str, *, by: Actor) -> Mapping[str, object]:
        """What the privacy commissioner's form and PIPL Art 57 ask for, filled in from the record.

        A document fit for JSON, see `breach_report.report`: nobody is named in it. For the council's people and its
        auditors: raises Refused (``not_a_watcher``, ``no_such_breach``).
        """
        return run(self._flow.breach_report(breach_id, by=by))
