"""The contracts of what reaches traders and witnesses, as tests; those of messengers stand in `messengers.contract`.

    class TestMyGateway(GatewayContract):
        def make_gateway(self) -> TraderGateway:
            return MyGateway(...)

        def received(self, gateway: TraderGateway) -> Sequence[Alert]:
            return [Alert(...) for ... in what arrived]

Laws of this file: those of `contracts`. What left is looked at where it arrives, if somebody shows where that is.
"""

from __future__ import annotations

import contextlib
import functools
import uuid
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import attrs

from expressplatform.ports import Alert, TraderGateway, Witness
from expressplatform.testing.doors import given, racing, raised
from expressplatform.testing.fitting import START
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled
from expressplatform.testing.messengers.contract import MessengerContract as MessengerContract
from expressplatform.testing.messengers.letters import UNSEEN, all_by
from expressplatform.testing.messengers.letters import Sent as Sent
from expressplatform.testing.stores.rows import EVERY_BYTE

LATER: Final = START + timedelta(days=29_999)


class GatewayContract:
    """The contract of `TraderGateway`. Give `make_gateway`; `received` and `break_way` unlock more checks."""

    organisation: str = "taobao"
    """The trader that the gateway leads to."""

    def make_gateway(self) -> TraderGateway:
        """A gateway that leads to a trader of this check's own."""
        raise NotImplementedError

    def received(self, gateway: TraderGateway) -> Sequence[Alert] | None:
        """What the trader has received so far, the earliest first; None where nobody can look."""
        return None

    def break_way(self, gateway: TraderGateway) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def _alert(self, number: int = 1, due_at: datetime | None = None, reference: str = "0123-4567-M") -> Alert:
        id = f"c{uuid.uuid4().hex[:31]}"
        return Alert(f"{id}.{number}.alert_trader", id, self.organisation, reference, due_at)

    def _arrived(self, gateway: TraderGateway, alert: Alert) -> list[Alert]:
        found = given(self.received(gateway), "received", UNSEEN)
        return [one for one in found if one.id == alert.id]

    @proves("G1")
    def test_an_alert_arrives_as_it_was_given(self) -> None:
        """Every field of it, a due date to the microsecond, and that there is none."""
        gateway = self.make_gateway()
        odd = datetime(2031, 2, 3, 4, 5, 6, 700_001, tzinfo=UTC)
        alerts = [self._alert(due_at=due) for due in (odd, None, odd + timedelta(days=400), LATER)]
        alerts += [self._alert(due_at=odd.astimezone(timezone(timedelta(hours=8))))]
        alerts += [
            self._alert(reference=one) for one in ("a-0123/x", "2031-02-000123-HK-MACAO-GZ-7", "", " 7 ", "\u4e19-7")
        ]
        alerts += [attrs.evolve(self._alert(due_at=due), at=at) for due in (odd, None) for at in (START, odd, LATER)]
        for alert in alerts:
            gateway.alert(alert)
        for alert in alerts:
            arrived = [attrs.evolve(one, at=None) for one in self._arrived(gateway, alert)]
            assert arrived == [attrs.evolve(alert, at=None)]

    @proves("G2")
    def test_an_alert_may_be_sent_again(self) -> None:
        """The second sending is no error, and the receiver can tell by the id that it knows the alert."""
        gateway, alert = self.make_gateway(), self._alert()
        gateway.alert(alert)
        gateway.alert(alert)
        arrived = self._arrived(gateway, alert)
        assert 1 <= len(arrived) <= 2
        assert set(arrived) == {alert}

    @proves("G3")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """Whoever sends hears of it, and once it is over the alert arrives."""
        gateway, alert = self.make_gateway(), self._alert()
        broken = given(self.break_way(gateway), "break_way", "what a failure does is not known")
        assert broken
        other = self._alert(2)
        for one in (alert, alert, other, alert):
            raised(Exception, lambda one=one: gateway.alert(one))  # type: ignore[misc]
        assert not self.break_way(gateway)
        gateway.alert(alert)
        gateway.alert(other)
        if self.received(gateway) is None:
            raise NotRun(f"received is not given: {UNSEEN}")
        assert alert in self._arrived(gateway, alert)
        assert other in self._arrived(gateway, other)

    @proves("G4")
    def test_threads_share_a_gateway(self) -> None:
        """Of what several threads send at once nothing is lost or mixed up."""
        gateway = self.make_gateway()
        alerts = [[self._alert(number) for number in range(40)] for _ in range(4)]
        racing(*(functools.partial(all_by, gateway.alert, own[8:]) for own in alerts))
        jostled(*(functools.partial(all_by, gateway.alert, own[:8]) for own in alerts))
        assert all(self._arrived(gateway, alert) == [alert] for own in alerts for alert in own)

    @proves("G5")
    def test_alerts_come_in_any_order(self) -> None:
        """A later step's alert before an earlier one's, and the earlier one again after it; steps that are alike."""
        gateway = self.make_gateway()
        first = self._alert(3)
        second = attrs.evolve(first, id=f"{first.case_id}.9.alert_duty", due_at=START)
        moved = attrs.evolve(
            first, id=f"{first.case_id}.10.alert_duty", due_at=START - timedelta(days=3), reference="N-2"
        )
        alike = [attrs.evolve(first, id=f"{first.case_id}.{step}.alert_trader") for step in (31, 30, 4, 2, 1, 11, 111)]
        alike += [attrs.evolve(second, id=f"{first.case_id}.{step}.alert_duty") for step in (41, 40, 4)]
        for alert in (second, first, second, moved, *alike):
            gateway.alert(alert)
        wanted = {first, second, moved, *alike}
        assert {one for alert in wanted for one in self._arrived(gateway, alert)} == wanted


class WitnessContract:
    """The contract of `Witness`. Give `make_witness`; `received` and `break_way` unlock more checks."""

    organisations: tuple[str, str] = ("hkcc", "taobao")
    """Two organisations that the witness can reach."""

    def make_witness(self) -> Witness:
        """A witness that hands checkpoints to organisations of this check's own."""
        raise NotImplementedError

    def received(self, witness: Witness, organisation: str) -> Sequence[bytes] | None:
        """The notes that an organisation holds, one for each id, in any order; None where nobody can look."""
        return None

    def break_way(self, witness: Witness) -> bool | None:
        """Breaks the way, or mends it when it was broken: whether it is broken now; None where it cannot be."""
        return None

    def _note(self, log: str = "council.example/ledger", day: str = "") -> tuple[str, bytes]:
        """A checkpoint that nobody has been sent, by its id: that of its log, and of a day or something unheard of."""
        root = b64encode(uuid.uuid4().bytes * 2).decode()
        return f"{log}/{day or uuid.uuid4().hex}", f"{log}\n1200\n{root}\n\n\u2014 {log} {root}\n".encode()

    def _held(self, witness: Witness, organisation: str, note: bytes) -> int:
        """How often an organisation holds a note."""
        return list(given(self.received(witness, organisation), "received", UNSEEN)).count(note)

    @proves("W1")
    def test_a_checkpoint_arrives_where_it_is_sent(self) -> None:
        """To the byte, at the organisation that is named, and at no other."""
        witness, (first, second) = self.make_witness(), self.organisations
        (one, note), (other, theirs) = self._note(), self._note()
        witness.checkpoint(first, one, note)
        witness.checkpoint(second, other, theirs)
        assert [self._held(witness, who, what) for who in (first, second) for what in (note, theirs)] == [1, 0, 0, 1]

    @proves("W2")
    def test_a_checkpoint_may_be_sent_again(self) -> None:
        """The second sending is no error, and whoever receives it has one."""
        witness, (first, second) = self.make_witness(), self.organisations
        id, note = self._note()
        for organisation in (first, second, first):
            witness.checkpoint(organisation, id, note)
        assert [self._held(witness, organisation, note) for organisation in (first, second)] == [1, 1]

    @proves("W2", "W3")
    def test_a_later_note_under_a_known_id_takes_nobodys_place(self) -> None:
        """Refused or passed over: what was handed over first is there, at each organisation its own."""
        witness, (first, second) = self.make_witness(), self.organisations
        (id, note), (_, other), (_, third) = self._note(), self._note(), self._note()
        witness.checkpoint(first, id, note)
        with contextlib.suppress(Exception):
            witness.checkpoint(first, id, other)
        witness.checkpoint(second, id, third)
        assert [self._held(witness, first, one) for one in (note, third)] == [1, 0]
        witness.checkpoint(first, id, note)
        assert self._held(witness, first, note) == 1
        assert [self._held(witness, second, one) for one in (note, other, third)] == [0, 0, 1]

    @proves("W1", "W3")
    def test_ids_that_look_alike_are_others(self) -> None:
        """Of other logs and other days, whatever sign stands where, and however long they are."""
        witness, organisation = self.make_witness(), self.organisations[0]
        mark = uuid.uuid4().hex[:12]
        days = [
            f"{mark}-03-02",
            f"{mark}_03_02",
            f"{mark}.03.02",
            f"{mark}-3-2",
            f"{mark}0302",
            f"{mark.upper()}-03-02x",
        ]
        days += [f"{mark}{'0' * 60}{end}" for end in (1, 2)]
        logs = [
            f"{mark}.example{one}" for one in ("/ledger", "/ledger2", "/Ledger", "//ledger", f"/{'ledger' * 20}", "")
        ]
        notes = [self._note(log, day) for log in logs for day in days[:3]] + [
            self._note(logs[0], day) for day in days[3:]
        ]
        for id, note in notes:
            witness.checkpoint(organisation, id, note)
        assert [self._held(witness, organisation, note) for _, note in notes] == [1] * len(notes)

    @proves("W3", "W1")
    def test_an_earlier_checkpoint_stays(self) -> None:
        """What was handed over is there to the byte when later ones have come, of the same log and of others."""
        witness, organisation = self.make_witness(), self.organisations[0]
        notes = [self._note() for _ in range(5)]
        (id, note), (_, another) = notes[0], self._note()
        notes += [(id.swapcase(), another), (f"{id}-long", note + b"\n" + EVERY_BYTE * 8 + b"\r\n \n")]
        notes += [(f"{id}-{number}", note + EVERY_BYTE * 300 + b"%d" % number) for number in range(2)]
        for id, note in notes:
            witness.checkpoint(organisation, id, note)
        assert [self._held(witness, organisation, note) for _, note in notes] == [1] * len(notes)

    @proves("W4")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """Whoever sends hears of it, and once it is over the checkpoint arrives."""
        witness, organisation = self.make_witness(), self.organisations[0]
        id, note = self._note()
        assert given(self.break_way(witness), "break_way", "what a failure does is not known")
        other = self._note()
        for one in ((id, note), (id, note), other, (id, note)):
            raised(Exception, lambda one=one: witness.checkpoint(organisation, *one))  # type: ignore[misc]
        assert not self.break_way(witness)
        witness.checkpoint(organisation, id, note)
        witness.checkpoint(organisation, *other)
        assert [self._held(witness, organisation, one) for one in (note, other[1])] == [1, 1]

    @proves("W5")
    def test_threads_share_a_witness(self) -> None:
        """Of what several threads send at once, to one organisation and another, nothing is lost or mixed up."""
        witness = self.make_witness()
        notes = [[self._note() for _ in range(15)] for _ in range(4)]

        def send(organisation: str, sent: tuple[str, bytes]) -> None:
            witness.checkpoint(organisation, *sent)

        own = list(zip(self.organisations * 2, notes, strict=True))
        jostled(*(functools.partial(all_by, functools.partial(send, who), sent) for who, sent in own))
        for who, sent in own:
            other = self.organisations[who == self.organisations[0]]
            assert all(self._held(witness, who, note) == 1 for _, note in sent)
            assert not any(self._held(witness, other, note) for _, note in sent)
