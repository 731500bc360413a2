"""A breach as a value: its table, its clocks, whom it concerns, and the report of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import BreachOf, BreachStatus, BreachStep, KeptGround, Language, Role
from expressplatform.complaint import ERASED, Particulars
from expressplatform.errors import InvalidInput, Refused
from expressplatform.events import Event
from expressplatform.privacy.breach_report import ASKED_BY, report
from expressplatform.privacy.breaches import (
    BREACHES,
    Breach,
    Scope,
    authority_told,
    breach_steps,
    carried,
    closed,
    described,
    held_by,
    in_order,
    opened,
    overdue_tellings,
    persons_told,
    ready_to_tell,
    stepped,
    stood,
)
from expressplatform.privacy.table import EVERY_FIELD, FACTS
from expressplatform.schemes import HK_CCA
from expressplatform.wording import label
from expressplatform.wording.breaches import HEADINGS, PROTECTED, SELF_HELP
from tests.walking import EXAMPLES, JD, START, TAOBAO, Walk, tells_well
from tests.whole_complaint import WHOLE, put

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
CANARY: Final = "canary-words"


def breach(**changes: Any) -> Breach:
    """A breach that was noticed at START and opened an hour later."""
    made = opened(
        BreachOf.BACKUP,
        id="b1",
        about="",
        since=START - DAY,
        until=START,
        noticed_at=START,
        cause="A disk was lost.",
        harm="",
        measures="",
        by="officer-1",
        at=START + HOUR,
        scheme=HK_CCA,
    )
    return attrs.evolve(made, **changes)


class TestTable:
    """Only the rows of the table move a breach; absent means illegal (PIPL Art 57)."""

    @pytest.mark.parametrize(("source", "step"), list(product([None, *BreachStatus], BreachStep)))
    def test_a_step_leads_where_its_row_says_or_is_refused(self, source: BreachStatus | None, step: BreachStep) -> None:
        rows = [row for row in BREACHES if (row.source, row.step) == (source, step)]
        assert len(rows) <= 1
        if rows:
            assert stepped(source, step, "a reason") is rows[0].target
            return
        with pytest.raises(Refused) as caught:
            stepped(source, step, "a reason")
        assert caught.value.code == "wrong_status"
        tells_well(caught.value)
        assert caught.value.allowed == tuple(one.value for one in breach_steps(source))

    def test_every_status_is_reached_and_nothing_leaves_the_end(self) -> None:
        assert {row.target for row in BREACHES} == set(BreachStatus)
        assert breach_steps(BreachStatus.CLOSED) == ()
        assert [row.source for row in BREACHES if row.step is BreachStep.OPEN_BREACH] == [None]

    def test_closing_before_all_are_told_needs_a_reason(self) -> None:
        for status in BreachStatus:
            if status is BreachStatus.CLOSED:
                continue
            if status is BreachStatus.ALL_TOLD:
                assert stepped(status, BreachStep.CLOSE_BREACH) is BreachStatus.CLOSED
                continue
            for reason in ("", " \n"):
                with pytest.raises(Refused, match="reason_missing") as caught:
                    stepped(status, BreachStep.CLOSE_BREACH, reason)
                tells_well(caught.value)


class TestRecord:
    """The record and its two clocks."""

    def test_both_clocks_run_from_when_it_was_noticed_for_the_hours_of_the_scheme(self) -> None:
        made = breach()
        assert made.authority.due == START + timedelta(hours=HK_CCA.breach_authority_hours)
        assert made.persons.due == START + timedelta(hours=HK_CCA.breach_persons_hours)
        assert made.open

    def test_a_telling_is_overdue_from_its_instant_on_until_it_is_done(self) -> None:
        made = breach()
        due = made.authority.due
        assert overdue_tellings(made, due - timedelta.resolution) == ()
        assert overdue_tellings(made, due) == (made.authority,)
        late = made.persons.due
        assert overdue_tellings(made, late) == (made.authority, made.persons)
        told = authority_told(made, due + HOUR, "officer-2")
        assert (told.authority.done_at, told.authority.done_by) == (due + HOUR, "officer-2")
        assert overdue_tellings(told, late) == (told.persons,)
        assert overdue_tellings(closed(told, late, "officer-2", "no harm"), late) == ()

    def test_authority_and_persons_are_told_in_any_order_and_then_it_closes(self) -> None:
        one = persons_told(authority_told(breach(), START + HOUR, "a"), START + DAY, "b")
        other = authority_told(persons_told(breach(), START + DAY, "b"), START + HOUR, "a")
        assert one == other
        assert one.status is BreachStatus.ALL_TOLD
        done = closed(one, START + 2 * DAY, "c")
        assert (done.status, done.closed_at, done.closed_by, done.reason, done.open) == (
            BreachStatus.CLOSED,
            START + 2 * DAY,
            "c",
            "",
            False,
        )
        for step in (authority_told, persons_told):
            with pytest.raises(Refused, match="wrong_status"):
                step(done, START, "d")

    def test_more_may_be_said_of_it_while_it_is_open_and_what_is_empty_stays(self) -> None:
        said = described(breach(), harm="Fraud.", measures="Keys changed.")
        assert (said.cause, said.harm, said.measures) == ("A disk was lost.", "Fraud.", "Keys changed.")
        assert described(said, cause="Two disks.") == attrs.evolve(said, cause="Two disks.")
        with pytest.raises(Refused, match="wrong_status"):
            described(closed(said, START, "a", "no harm"), harm="More.")

    def test_those_affected_are_told_what_was_done_about_it(self) -> None:
        with pytest.raises(Refused, match="measures_missing") as caught:
            ready_to_tell(breach())
        tells_well(caught.value)
        assert (caught.value.who_must_act, caught.value.allowed) == (Role.COUNCIL, (BreachStep.DESCRIBE.value,))
        ready_to_tell(breach(measures="Keys changed."))
        with pytest.raises(Refused, match="wrong_status"):
            ready_to_tell(breach(measures="Keys changed.", status=BreachStatus.PERSONS_TOLD))

    def test_a_span_has_its_end_after_its_beginning(self) -> None:
        with pytest.raises(InvalidInput, match=r"\$\.until"):
            breach(until=START - DAY)

    def test_no_word_is_printed(self) -> None:
        words = dict.fromkeys(("cause", "harm", "measures", "reason"), CANARY)
        assert CANARY not in repr(breach(**words))
        for name in words:
            with pytest.raises(InvalidInput) as caught:
                breach(**{name: CANARY * 1000})
            assert CANARY not in f"{caught.value} {caught.value!r}"


class TestWhom:
    """Whom it concerns follows from what was stored and what was given out."""

    def test_a_case_stood_from_its_lodging_until_it_was_erased(self) -> None:
        since, until = START, START + DAY
        assert stood(since, None, since, until)
        assert stood(until - timedelta.resolution, None, since, until)
        assert not stood(until, None, since, until)
        assert stood(since - DAY, since, since, until)
        assert not stood(since - DAY, since - timedelta.resolution, since, until)

    def test_fields_stand_in_the_order_of_the_table(self) -> None:
        assert in_order(reversed(EVERY_FIELD)) == EVERY_FIELD
        assert in_order(("particulars.name", "nature", "nature")) == ("nature", "particulars.name")

    def test_a_complaint_carries_what_was_said_and_nothing_else(self) -> None:
        fields = carried(WHOLE)
        assert {"particulars.name", "particulars.email", "trader.shop.platform", "flags.injury"} <= {*fields}
        assert not {"particulars.phone", "claimed", "complainant.authority.until", "call_code"} & {*fields}
        assert "particulars.phone" in carried(put(WHOLE, "particulars", Particulars(phone="1")))
        assert carried(WHOLE, {*fields} - {"nature"}) == ("nature",)
        gone = carried(attrs.evolve(WHOLE, particulars=ERASED))
        assert {*gone} == {*fields} & {*FACTS}

    def test_a_recipient_has_what_it_was_given_before_the_end_of_the_span(self) -> None:
        walk = Walk().obtained()
        read = walk.events[-1].at
        fields = held_by("taobao", walk.events, read - DAY, read + DAY)
        (record,) = [one.disclosure for one in _disclosing(walk.events)]
        assert {*fields} == {*record.fields}
        assert held_by("taobao", walk.events, read + 30 * DAY, read + 31 * DAY) == fields
        assert held_by("taobao", walk.events, read - DAY, read) == ()
        assert held_by("jd", walk.events, read - DAY, read + DAY) == ()

    def test_a_copy_is_there_until_its_deletion_is_confirmed_with_nothing_kept(self) -> None:
        read = Walk().obtained().events[-1].at
        for ground, left in ((KeptGround.NOTHING_KEPT, False), (KeptGround.LEGAL_DUTY, True)):
            said = Walk().obtained().do(c.Recall()).do(c.ConfirmDeletion(ground), by=TAOBAO)
            confirmed = said.events[-1].at
            after = held_by("taobao", said.events, confirmed + HOUR, confirmed + DAY)
            assert bool(after) is left
            assert held_by("taobao", said.events, confirmed, confirmed + DAY)
            assert held_by("taobao", said.events, read, confirmed)

    def test_another_ones_deletion_and_a_later_reading_change_nothing(self) -> None:
        walk = Walk().obtained().do(c.Recall()).do(c.ConfirmDeletion(KeptGround.NOTHING_KEPT), by=TAOBAO)
        elsewhere = [
            attrs.evolve(one, by=JD) if type(one).__name__ == "DeletionConfirmed" else one for one in walk.events
        ]
        late = walk.events[-1].at + DAY
        assert held_by("taobao", elsewhere, late, late + DAY)
        assert not held_by("taobao", walk.events, late, late + DAY)

    def test_what_was_handed_to_others_counts_too(self) -> None:
        walk = Walk().do(c.Accept()).do(EXAMPLES[c.Disclose])
        at = walk.events[-1].at
        assert held_by("cca", walk.events, at, at + DAY) == ("category",)


def _disclosing(events: tuple[Event, ...]) -> list[Any]:
    return [one for one in events if hasattr(one, "disclosure")]


class TestReport:
    """What the commissioner's form and PIPL Art 57 ask for, filled in from the record."""

    def _headings(self, made: Breach, scheme: Any = HK_CCA) -> dict[str, Any]:
        document = report(made, scheme=scheme)
        assert json.loads(json.dumps(document)) == document
        headings: Any = document["headings"]
        return {one["id"]: one for one in headings}

    def test_every_heading_has_three_scripts_what_asks_for_it_and_a_value(self) -> None:
        found = self._headings(breach())
        assert [*found] == [*HEADINGS]
        assert {*HEADINGS} == {*ASKED_BY}
        for one in found.values():
            assert {*one["heading"]} == {"en", "zh-Hant", "zh-Hans"}
            assert one["asked_by"]
            assert "value" in one

    def test_it_says_what_the_record_says(self) -> None:
        scope = Scope(
            cases=5,
            people=3,
            erased=1,
            unreadable=1,
            fields=("particulars.name",),
            kinds=("name",),
            languages=((Language.ENGLISH, 3),),
            traders=(("taobao", 4),),
        )
        made = breach(scope=scope, harm="Fraud.", measures="Keys changed.")
        values = {name: one["value"] for name, one in self._headings(made).items()}
        assert values["affected"] == {
            "people": 3,
            "complaints": 5,
            "erased": 1,
            "unreadable": 1,
            "languages": {"English": 3},
        }
        assert values["kinds"] == {"kinds": {"name": "Your name"}, "fields": ["particulars.name"]}
        assert (values["cause"], values["harm"], values["measures"]) == ("A disk was lost.", "Fraud.", "Keys changed.")
        assert values["others"] == {"taobao": 4}
        assert values["noticed"] == START.isoformat()
        assert values["organisation"]["id"] == "hkcc"
        assert values["organisation"]["name"]
        assert values["authority_told"] == {"told": None, "due": made.authority.due.isoformat(), "why_not": ""}

    def test_it_is_a_document_that_names_its_format_its_breach_and_where_that_stands(self) -> None:
        """A program can read it, and know by its version how."""
        made = report(breach(), scheme=HK_CCA)
        del made["headings"]
        assert made == {"format": "expressplatform.breach-report", "version": 1, "breach": "b1", "status": "open"}

    def test_it_says_what_happened_to_what_and_whom_to_ask_in_english(self) -> None:
        """The commissioner's office reads English; staff stand in it by their ids."""
        values = {name: one["value"] for name, one in self._headings(breach(about="disk-7")).items()}
        assert values["organisation"] == {
            "id": "hkcc",
            "name": HK_CCA.notices[-1].handler[0],
            "scheme": HK_CCA.title["en"],
        }
        assert values["contact"] == {"staff": "officer-1", "contact": HK_CCA.notices[-1].contact[0]}
        assert values["incident"] == {
            "what": label(BreachOf.BACKUP, "en"),
            "about": "disk-7",
            "since": (START - DAY).isoformat(),
            "until": START.isoformat(),
        }
        assert (values["protection"], values["self_help"]) == (PROTECTED["backup"][0], SELF_HELP[0])

    def test_it_says_who_was_told_and_why_somebody_was_not(self) -> None:
        told = authority_told(breach(), START + HOUR, "officer-2")
        values = self._headings(closed(told, START + DAY, "officer-2", "The disk was sealed."))
        due = told.authority.due.isoformat()
        assert values["authority_told"]["value"] == {
            "told": (START + HOUR).isoformat(),
            "by": "officer-2",
            "due": due,
        }
        assert values["persons_told"]["value"]["why_not"] == "The disk was sealed."

    def test_a_scheme_whose_notice_is_not_known_is_named_all_the_same(self) -> None:
        found = self._headings(breach(), attrs.evolve(HK_CCA, notices=()))
        assert found["organisation"]["value"]["id"] == "hkcc"
        assert found["contact"]["value"]["contact"]


def test_an_instant_of_a_record_knows_its_offset() -> None:
    with pytest.raises(InvalidInput, match=r"\$\.noticed_at"):
        attrs.evolve(breach(), noticed_at=datetime(2025, 1, 1))  # noqa: DTZ001
