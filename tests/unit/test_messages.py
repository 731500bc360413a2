"""Who is told of what: every event has an answer for every audience; each letter says what it should and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from string import Formatter
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import (
    Attention,
    Audience,
    BoughtBy,
    Channel,
    DeclineReason,
    Duty,
    EffectKind,
    Language,
    Role,
    Status,
    Verdict,
)
from expressplatform.complaint import ActingFor, CallCode, Particulars
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.lifecycle import ROWS
from expressplatform.messages import (
    ENTRIES,
    NEVER_TOLD,
    Alerted,
    Entry,
    Happened,
    Letter,
    Queued,
    Silent,
    Tell,
    answer_for,
    answer_to,
    happenings,
    letter_of,
    stands,
)
from expressplatform.messages.complainants import COMPLAINANTS
from expressplatform.messages.subjects import put_subject
from expressplatform.messages.table import speaker
from expressplatform.platform.rows import effects_of
from expressplatform.scheme import Criterion, Known, Scheme
from expressplatform.schemes import CONSUMIDOR_BR, HK_CCA
from expressplatform.wording.criteria import UNMET
from expressplatform.wording.letter_bodies import BODIES
from expressplatform.wording.letters import NEXT, SUBJECTS
from tests.walking import ACTORS, EXAMPLES, NUMBERS, OFFICER, PERSON, TAOBAO, Walk, in_status
from tests.whole_complaint import WHOLE
from tools.make_messages_page import PAGE, page

KINDS: Final = {one for one in vars(e).values() if isinstance(one, type) and issubclass(one, Event)} - {Event}
TOLD: Final = {entry.answer.occasion for entry in COMPLAINANTS if isinstance(entry.answer, Tell)}
SCRIPTS: Final = (Language.ENGLISH, Language.TRADITIONAL_CHINESE, Language.SIMPLIFIED_CHINESE)
PARTICULARS: Final = tuple(one.name for one in attrs.fields(Particulars))  # type: ignore[arg-type]
CALLERS: Final = CallCode("918273")


@cache
def steps() -> tuple[tuple[Case, Event, Case], ...]:
    """One example of every row of the lifecycle that is open as it stands: the case before, the event, the case after.

    What the clock does comes from letting it run, in each status.
    """
    known = attrs.evolve(NUMBERS, call_code=CALLERS)
    found: list[tuple[Case, Event, Case]] = []
    for status in Status:
        for row in (row for row in ROWS if row.source is status and row.by is not Role.CLOCK):
            walk = in_status(status)
            walk.known, before = known, walk.case
            try:
                walk.do(EXAMPLES[row.command], by=ACTORS[row.by])
            except Refused:
                continue
            found.append((before, walk.events[-1], walk.case))
        if status in (Status.ERASED, Status.RECORDED, Status.CLOSED, Status.WITHDRAWN):
            continue
        walk = in_status(status)
        for _ in range(2):
            before, instant = walk.case, walk.next
            assert instant is not None
            walk.until(instant)
            found.append((before, walk.events[-1], walk.case))
    return (*found, *((walk.case, walk.events[-1], walk.case) for walk in _by_hand()))


def _by_hand() -> Iterator[Walk]:
    """What an example alone does not reach: an offer and its answer, more time, a stopped clock."""
    yield Walk().conciliating().do(EXAMPLES[c.MakeOffer], by=TAOBAO).do(c.AcceptOffer(1), by=PERSON)
    yield Walk().conciliating().do(EXAMPLES[c.MakeOffer], by=TAOBAO).do(c.DeclineOffer(1), by=PERSON)
    yield Walk().conciliating().do(c.AskTime(5), by=TAOBAO).do(c.GrantTime(3))
    yield Walk().conciliating().do(c.AskTime(5), by=TAOBAO).do(c.RefuseTime())
    yield Walk().conciliating().do(EXAMPLES[c.StopClock]).do(c.ResumeClock(Duty.RESOLVE))
    yield Walk().do(c.Hold("officer-2", EXAMPLES[c.AddNote].particulars)).do(c.ReleaseHold())  # type: ignore[attr-defined]
    yield Walk()


def written(before: Case, event: Event, after: Case, language: Language = Language.ENGLISH, link: str = "") -> Letter:
    """The letter about a step, written at once."""
    answer = answer_for(event, after.status, Audience.COMPLAINANT)
    assert isinstance(answer, Tell)
    step = Happened(after.version, event, after.status, after.trader)
    letter = letter_of(answer.occasion, step, spoken(after, language), scheme=HK_CCA, known=NUMBERS, link=link)
    assert letter is not None
    return letter


def spoken(case: Case, language: Language) -> Case:
    """The case of somebody who reads that language, with the code of its turn opened."""
    person = attrs.evolve(case.complaint.complainant, language=language)
    complaint = attrs.evolve(case.complaint, complainant=person)
    turn = attrs.evolve(case.turn, particulars=CALLERS) if case.turn is not None else None
    return attrs.evolve(case, file=attrs.evolve(case.file, complaint=complaint), turn=turn)


def letters(language: Language = Language.ENGLISH) -> Iterator[tuple[str, Letter, Case]]:
    """For each occasion at least one letter, and the case that it was written from."""
    for before, event, after in steps():
        answer = answer_for(event, after.status, Audience.COMPLAINANT)
        if isinstance(answer, Tell):
            yield answer.occasion, written(before, event, after, language), after


class TestTheTable:
    """Every kind of event has an answer for every audience."""

    def test_every_event_has_an_entry_for_every_audience_that_is_ever_told(self) -> None:
        """The kinds of each column are exactly those of `events`."""
        for audience, entries in ENTRIES.items():
            assert {entry.event for entry in entries} == KINDS, audience

    def test_every_audience_has_a_column_or_a_reason(self) -> None:
        """Who is told of no step at all is told why."""
        assert {*ENTRIES, *NEVER_TOLD} == set(Audience)
        assert not {*ENTRIES} & {*NEVER_TOLD}

    @pytest.mark.parametrize("audience", list(Audience))
    def test_every_step_that_the_lifecycle_knows_is_answered(self, audience: Audience) -> None:
        """Whoever acts, wherever it leads and whatever duty it is about."""
        for row in ROWS:
            for duty in (None, *Duty):
                assert answer_to(row.event, row.by, row.target, duty, audience) is not None

    def test_what_is_no_event_of_the_table_is_nobodys_to_answer(self) -> None:
        """The root of all events has no entry."""
        with pytest.raises(LookupError, match="Event"):
            answer_to(Event, Role.COUNCIL, Status.LODGED, None, Audience.COUNCIL)

    def test_silence_has_a_reason(self) -> None:
        """A sentence, which ends as one."""
        silent = [entry.answer for entries in ENTRIES.values() for entry in entries]
        for one in (*silent, *NEVER_TOLD.values()):
            if isinstance(one, Silent):
                assert re.fullmatch(r"[A-Z].{10,}\.", one.because)

    def test_every_occasion_has_its_words_and_every_letter_its_occasion(self) -> None:
        """What is told can be written, and nothing is worded that is never told."""
        assert set(SUBJECTS) == set(BODIES) == TOLD

    def test_no_entry_stands_behind_one_that_answers_first(self) -> None:
        """Each entry is reached by some step of the lifecycle."""
        for audience, entries in ENTRIES.items():
            reached = {
                id(next(one for one in entries if one.event is row.event and one.fits(row.by, row.target, duty)))
                for row in ROWS
                for duty in (None, *Duty)
            }
            assert [one for one in entries if id(one) not in reached] == [], audience

    def test_an_impostor_waits_in_the_queue(self) -> None:
        """It is the one event that no deadline stands behind."""
        queued = [one for one in ENTRIES[Audience.COUNCIL] if isinstance(one.answer, Queued)]
        assert queued == [Entry(e.ImpostorReported, Queued(Attention.IMPOSTOR))]

    def test_somebody_whose_own_word_was_written_down_is_the_one_who_spoke(self) -> None:
        """An officer who takes a message down on the telephone tells the complainant nothing new."""
        by = attrs.evolve(OFFICER, acting_for=ActingFor(Role.COMPLAINANT, Channel.PHONE, own_word=True))
        assert (speaker(by), speaker(OFFICER)) == (Role.COMPLAINANT, Role.COUNCIL)
        instead = attrs.evolve(PERSON, acting_for=ActingFor(Role.COMPLAINANT, Channel.PHONE))
        assert speaker(instead) is Role.COMPLAINANT
        walk = Walk().do(EXAMPLES[c.AddMessage], by=by)
        assert isinstance(answer_for(walk.events[-1], walk.status, Audience.COMPLAINANT), Silent)


class TestTheEffects:
    """What a step leaves to be done is what the table says."""

    def test_a_step_leaves_a_letter_exactly_where_one_is_told(self) -> None:
        """One effect, whatever else the step leaves."""
        for _, event, after in steps():
            told = isinstance(answer_for(event, after.status, Audience.COMPLAINANT), Tell)
            kinds = [one.kind for one in effects_of(event, after)]
            assert kinds.count(EffectKind.TELL) == told, type(event)

    def test_a_trader_is_alerted_only_of_what_the_table_says(self) -> None:
        """Of an upload, and of what it comes to owe."""
        alerts = {EffectKind.ALERT_TRADER, EffectKind.ALERT_DUTY}
        seen = set()
        for _, event, after in steps():
            answer = answer_for(event, after.status, Audience.TRADER)
            for effect in effects_of(event, after):
                if effect.kind in alerts:
                    assert answer == Alerted(EffectKind(effect.kind)), type(event)
                    seen.add(type(event))
        assert {e.Uploaded, e.Recalled, e.Corrected, e.ConsentWithdrawn, e.Withdrawn} <= seen


class TestLetters:
    """Each letter names the case, says what comes next and by when, and nothing of the person."""

    def test_there_is_one_for_every_occasion(self) -> None:
        """No occasion is told that no step leads to."""
        assert {occasion for occasion, _, _ in letters()} == TOLD

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_it_names_its_case_and_leaves_no_place_open(self, language: Language) -> None:
        """In subject and text, in every script."""
        for occasion, letter, case in letters(language):
            assert case.reference in letter.subject, occasion
            assert case.reference in letter.text, occasion
            for text in (letter.subject, letter.text):
                assert not [name for _, name, _, _ in Formatter().parse(text) if name is not None], occasion
                assert "None" not in text, occasion

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_it_says_what_happens_next_and_by_when(self, language: Language) -> None:
        """In the words of the status that the case has, with the last day of its duty."""
        for occasion, letter, case in letters(language):
            column = SCRIPTS.index(language)
            begins = NEXT[case.status.value][column].partition("{")[0]
            following = letter.text.partition(begins)[2]
            assert re.search(r"\d{4}-\d\d-\d\d", following), occasion
            last = max(timer.due for timer in case.timers) - timedelta.resolution
            assert f"{HK_CCA.day(last)}" in letter.text, occasion

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_nothing_of_the_person_is_in_it(self, language: Language) -> None:
        """No word that somebody gave: name, contact, order number, statement, remark."""
        assert isinstance(WHOLE.particulars, Particulars)
        given = [value for name in PARTICULARS if isinstance(value := getattr(WHOLE.particulars, name), str) and value]
        for occasion, letter, _ in letters(language):
            told = letter.subject + letter.text
            assert not [value for value in (*given, "Because it is so.", "B. Person") if value in told], occasion
            assert "60000" not in told, occasion

    def test_only_the_letter_on_upload_holds_the_code_and_no_subject_does(self) -> None:
        """And it says what a trader never asks for."""
        for occasion, letter, _ in letters():
            assert (CALLERS.digits in letter.text) is (occasion == "uploaded")
            assert CALLERS.digits not in letter.subject
        text = next(letter.text for occasion, letter, _ in letters() if occasion == "uploaded")
        for never in ("password", "bank", "card", "money"):
            assert never in text

    def test_the_rule_on_silence_is_said_with_the_result_and_in_the_reminder(self) -> None:
        """Before it bites; and afterwards that it did."""
        for wanted in ("resolution_reported", "remind_confirm"):
            text = next(letter.text for occasion, letter, _ in letters() if occasion == wanted)
            assert "If you say nothing by then, it counts as resolved" in text
            assert "Settled, with money" in text
        silence = next(letter.text for occasion, letter, _ in letters() if occasion == "silence")
        assert "you were silent, not that you agreed" in silence

    def test_a_bare_reply_is_told_as_one(self) -> None:
        """The trader answered and claimed nothing."""
        walk = Walk().conciliating().do(c.ReportResolution(), by=TAOBAO)
        text = written(walk.case, walk.events[-1], walk.case).text
        assert "claims no result" in text

    def test_the_link_is_in_it_or_how_else_to_answer(self) -> None:
        """A council without pages of its own names the number to give."""
        walk = Walk()
        own = written(walk.case, walk.events[0], walk.case, link="https://council.example/case#abc")
        assert "\nhttps://council.example/case#abc\n" in own.text
        assert "30 days" in own.text
        other = written(walk.case, walk.events[0], walk.case)
        assert f"give your number: {walk.case.reference}" in other.text

    def test_it_never_prints(self) -> None:
        """A letter on upload holds the code."""
        assert "918273" not in f"{Letter('s 918273', 't 918273')!r} {Letter('s', 't 918273')}"

    def test_what_is_missing_is_named_by_its_labels(self) -> None:
        """Not by paths."""
        walk = Walk().do(c.RequestInformation(("$.purchase.paid", "$.particulars.order_number")))
        text = written(walk.case, walk.events[-1], walk.case).text
        assert "- Amount paid" in text
        assert "- Order number" in text
        assert "$." not in text

    def test_whose_consent_was_taken_back_is_named_as_people_call_it(self) -> None:
        """A trader by its name, a class of the notice by its own, anybody else by the id that was given."""
        for recipient, called in (("taobao", "Taobao"), ("cca", "The China Consumers' Association"), ("x-1", "x-1")):
            walk = Walk()
            event = e.ConsentWithdrawn(walk.at, PERSON, (), c.WithdrawConsent(recipient))
            assert f"sent to:\n- {called}" in written(walk.case, event, walk.case).text
        walk = Walk()
        event = e.ConsentWithdrawn(walk.at, PERSON, (), c.WithdrawConsent("cca"))
        bare = attrs.evolve(HK_CCA, notice="other", notices=())
        step = Happened(2, event, Status.OUTSIDE_SCHEME, "taobao")
        letter = letter_of("consent_withdrawn", step, spoken(walk.case, Language.ENGLISH), scheme=bare)
        assert letter is not None
        assert "- cca\n" in letter.text

    def test_a_participant_of_the_store_is_called_by_its_name(self) -> None:
        """Known rows come on top of the scheme's."""
        walk = Walk()
        known = Known(participants=(attrs.evolve(HK_CCA.participants[0], name="Shop Street"),))
        step = Happened(
            1, e.Accepted(walk.at, OFFICER, (), c.Accept(), Verdict.ELIGIBLE, ()), Status.ELIGIBLE, "taobao"
        )
        letter = letter_of("accepted", step, walk.case, scheme=HK_CCA, known=known)
        assert letter is not None
        assert "against Shop Street" in letter.text

    def test_a_scheme_without_a_title_in_the_language_is_named_in_english(self) -> None:
        """As everywhere."""
        scheme = attrs.evolve(HK_CCA, title={"en": "The scheme"})
        walk = Walk()
        step = Happened(1, walk.events[0], Status.LODGED, "taobao")
        letter = letter_of("lodged", step, spoken(walk.case, Language.TRADITIONAL_CHINESE), scheme=scheme)
        assert letter is not None
        assert letter.text.endswith("The scheme")

    def test_a_day_that_runs_no_more_is_not_told(self) -> None:
        """More time that was given to a trader that has answered since."""
        walk = Walk().conciliating().do(c.AskTime(5), by=TAOBAO).do(c.GrantTime(3))
        granted = happenings(walk.events)[-1]
        walk.do(EXAMPLES[c.ReportResolution], by=TAOBAO)
        assert letter_of("date_moved", granted, walk.case, scheme=HK_CCA) is None

    def test_a_scheme_that_gives_a_status_no_day_leaves_a_dash(self) -> None:
        """Nothing is invented."""
        walk = Walk()
        case = attrs.evolve(walk.case, timers=())
        letter = letter_of("lodged", happenings(walk.events)[0], case, scheme=HK_CCA)
        assert letter is not None
        assert "by -" in letter.text

    def test_a_letter_for_which_its_place_is_not_there_leaves_a_dash(self) -> None:
        """A code that is gone, reasons of no decline, a duty of no command."""
        walk = Walk()
        first = happenings(walk.events)[0]
        for occasion in ("uploaded", "declined", "deadline_missed", "information_requested"):
            letter = letter_of(occasion, first, walk.case, scheme=HK_CCA)
            assert letter is not None
            assert "-" in letter.text


@pytest.mark.parametrize(
    ("subject", "read"),
    [("One\r\nBcc: b@x.example  two", "One Bcc: b@x.example two"), ("=?utf-8?q?x=41?= 投訴", "=?utf-8?q?x=41?= 投訴")],
)
def test_a_subject_is_one_line_and_is_read_as_it_was_written(subject: str, read: str) -> None:
    letter = EmailMessage(policy=policy.SMTP)
    put_subject(letter, subject)
    assert message_from_bytes(letter.as_bytes(), policy=policy.default)["Subject"] == read


class TestReasons:
    """A complaint that is not taken is told every reason, in words."""

    def test_the_officers_reason_and_every_criterion_that_was_named(self) -> None:
        walk = Walk().do(c.Decline(DeclineReason.ABUSIVE, ("E20", "E12")))
        text = written(walk.case, walk.events[-1], walk.case).text
        reasons = text.partition("reasons:\n")[2].partition("\n\n")[0].split("\n")
        assert reasons == ["- Abusive", f"- {UNMET['E12'][0]}", f"- {UNMET['E20'][0]}"]

    def test_what_rules_it_out_is_told_though_nobody_named_it(self) -> None:
        """Criteria that are not met are found again, as at the filing date; for another reason they are not."""
        purchase = attrs.evolve(WHOLE.purchase, bought_by=BoughtBy.SHOP)
        complaint = attrs.evolve(WHOLE, purchase=purchase)
        for reason, told in ((DeclineReason.CRITERIA_NOT_MET, True), (DeclineReason.OTHER_BODY, False)):
            walk = Walk(complaint).do(c.Decline(reason))
            assert (UNMET["E2"][0] in written(walk.case, walk.events[-1], walk.case).text) is told

    @pytest.mark.parametrize(("language", "column"), [(one, place) for place, one in enumerate(SCRIPTS)])
    def test_in_the_complainants_language(self, language: Language, column: int) -> None:
        walk = Walk().do(c.Decline(DeclineReason.CRITERIA_NOT_MET, ("E13",)))
        text = written(walk.case, walk.events[-1], walk.case, language).text
        assert UNMET["E13"][column] in text

    @pytest.mark.parametrize("scheme", [HK_CCA, CONSUMIDOR_BR], ids=lambda one: one.id)
    def test_every_criterion_is_worded_in_three_scripts(self, scheme: Scheme) -> None:
        """The English is the criterion's own sentence."""
        for criterion in scheme.criteria:
            assert UNMET[criterion.id][0] == criterion.unmet

    def test_a_criterion_of_a_schemes_own_is_told_in_its_own_words(self) -> None:
        """Under a number of ours or another: what was written for ours says nothing of it."""
        (own,) = (attrs.evolve(one, unmet="The parcel is too heavy.") for one in HK_CCA.criteria if one.id == "E2")
        assert isinstance(own, Criterion)
        scheme = attrs.evolve(HK_CCA, criteria=(own,))
        walk = Walk().do(c.Decline(DeclineReason.ABUSIVE, ("E2",)))
        step = Happened(2, walk.events[-1], walk.status, "taobao")
        letter = letter_of("declined", step, walk.case, scheme=scheme)
        assert letter is not None
        assert "- The parcel is too heavy." in letter.text


def test_the_page_in_the_tree_is_the_one_that_the_generator_writes() -> None:
    """Run `python -m tools.make_messages_page` after a change of the table or of a text."""
    assert PAGE.read_text("utf-8") == page()


class TestStanding:
    """Nothing is told that is over."""

    def test_a_newer_step_of_the_same_occasion_has_its_own_letter(self) -> None:
        """Three attempts, one letter: the last."""
        walk = Walk().obtained().do(*[c.ReportAttempt(Channel.PHONE)] * 3, by=TAOBAO)
        found = happenings(walk.events)
        told = [one.version for one in found if one.told and stands(one.told, one.version, found, walk.status)]
        assert told == [1, 2, 3, walk.case.version]

    def test_what_can_no_longer_be_done_is_not_asked(self) -> None:
        """The question for information, once it is there; the reminder, once it was answered."""
        walk = Walk().do(EXAMPLES[c.RequestInformation])
        asked = happenings(walk.events)[-1]
        assert asked.told is not None
        assert stands(asked.told, asked.version, (asked,), walk.status)
        walk.do(EXAMPLES[c.SupplyInformation], by=PERSON)
        assert not stands(asked.told, asked.version, happenings(walk.events), walk.status)

    def test_what_happened_is_told_wherever_the_case_has_gone_since(self) -> None:
        """But to nobody whose case was erased."""
        walk = Walk()
        first = happenings(walk.events)[0]
        assert first.told == Tell("lodged")
        for status in Status:
            assert stands(first.told, 1, (first,), status) is (status is not Status.ERASED)

    def test_a_step_that_is_told_to_nobody_has_no_letter(self) -> None:
        """The trader reads the details."""
        assert happenings(Walk().obtained().events)[-1].told is None

    def test_a_letter_names_the_trader_of_its_step_not_a_later_one(self) -> None:
        """It came back from the first; the second is somebody else."""
        walk = Walk().referred_back()
        returned = happenings(walk.events)[-1]
        walk.do(c.Redirect("jd"))
        letter = letter_of("returned", returned, walk.case, scheme=HK_CCA)
        assert letter is not None
        assert "come back to us from Taobao" in letter.text

    def test_no_events_are_no_case(self) -> None:
        """Nothing happened to nobody."""
        with pytest.raises(Refused, match="no_events"):
            happenings(())
