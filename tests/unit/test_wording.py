"""What people read: complete in three scripts, for every code, command, event and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from types import ModuleType
from typing import Final, get_type_hints

import pytest

from expressplatform import commands, events, wording
from expressplatform.codes import Language, Nature, Outcome, Status
from expressplatform.commands import Command
from expressplatform.deadlines.duties import LIVE
from expressplatform.events import Event
from expressplatform.privacy.table import EVERY_FIELD
from expressplatform.wording import (
    breaches,
    criteria,
    label,
    label_of_command,
    label_of_event,
    label_of_field,
    letter_bodies,
    letters,
    next_step,
    privacy,
)
from expressplatform.wording.scripts import COLUMN, SCRIPTS, Texts
from expressplatform.workdays import DayKind
from tools.make_codes_page import CROSSWALKS, PAGE, SOURCED_SIMPLIFIED, SOURCED_TRADITIONAL, lists_of_codes, page

TABLES: Final[Mapping[str, Mapping[str, Texts]]] = {
    **wording.LABELS,
    "commands": wording.COMMANDS,
    "events": wording.EVENTS,
    "next steps": wording.NEXT_STEPS,
    "subjects": wording.SUBJECTS,
    "bodies": wording.BODIES,
    "what happens next in a letter": letters.NEXT,
    "how to answer a letter": letters.ANSWER,
    "why": letter_bodies.WHY,
    "no result": {"no result": letter_bodies.NO_RESULT},
    "criteria of Hong Kong": criteria.HONG_KONG,
    "criteria of Brazil": criteria.BRAZIL,
    "fields": wording.FIELDS,
    "kinds": privacy.KINDS,
    "purposes": privacy.PURPOSES,
    "consequences": privacy.CONSEQUENCES,
    "headings": privacy.HEADINGS,
    "headings of answers": wording.HEADINGS,
    "names in answers": wording.NAMES,
    "happened": breaches.HAPPENED,
    "protected": breaches.PROTECTED,
    "headings of a breach": breaches.HEADINGS,
    "advice": {"self help": breaches.SELF_HELP, "ask": breaches.ASK},
}


def texts() -> Iterator[tuple[str, Texts]]:
    """Every text there is, with the place where it stands."""
    for table, rows in TABLES.items():
        yield from ((f"{table}.{name}", each) for name, each in rows.items())


def steps(module: ModuleType, root: type) -> dict[str, type]:
    """The classes of a module that stand below a root, by name."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, root)]
    return {kind.__name__: kind for kind in kinds if kind is not root}


def places(sentence: str) -> list[str]:
    """The open places of a sentence, sorted."""
    return sorted({name for _, name, _, _ in Formatter().parse(sentence) if name is not None})


class TestComplete:
    """Whatever can be stored or sent can be read, and nothing else has a text."""

    def test_every_list_of_codes_has_its_table(self) -> None:
        """The tables are those of the lists in `codes`, no more and no fewer."""
        assert set(wording.LABELS) == {kind.__name__ for kind in lists_of_codes()}

    def test_every_code_has_its_texts(self) -> None:
        """In each table the values are exactly those of its list."""
        for kind in lists_of_codes():
            assert set(wording.LABELS[kind.__name__]) == {code.value for code in kind}, kind.__name__

    def test_every_command_and_every_event_has_its_texts(self) -> None:
        """The names are exactly those of the classes in `commands` and `events`."""
        assert set(wording.COMMANDS) == set(steps(commands, Command))
        assert set(wording.EVENTS) == set(steps(events, Event))

    def test_every_field_of_a_complaint_has_its_label(self) -> None:
        """The paths are exactly those of the disclosure table."""
        assert set(wording.FIELDS) == set(EVERY_FIELD)
        assert label_of_field("particulars.name", "zh-Hans") == "姓名"

    def test_every_purpose_has_a_sentence_beside_its_name(self) -> None:
        """What it covers."""
        assert set(privacy.PURPOSES) == set(wording.LABELS["Purpose"])

    def test_every_status_says_what_comes_next(self) -> None:
        """There is a next step for each status, and for nothing else."""
        assert set(wording.NEXT_STEPS) == {status.value for status in Status}

    def test_every_language_reads_something(self) -> None:
        """Each language that a complaint may name has a script to read."""
        assert set(COLUMN) == {language.value for language in Language}
        assert all(label(Nature.OTHER, language) for language in Language)

    def test_commands_and_events_are_told_apart(self) -> None:
        """No event reads like its command, in any script: one is asked for, the other has happened."""
        for event, kind in steps(events, Event).items():
            command = get_type_hints(kind)["asked"].__name__
            for language in SCRIPTS:
                assert label_of_event(event, language) != label_of_command(command, language), event


class TestScripts:
    """Each text is written in its own script."""

    def test_english_is_plain(self) -> None:
        """English texts hold ASCII alone and start with a capital letter, a number or an open place."""
        for place, (english, _, _) in texts():
            assert english.isascii(), place
            assert not english[0].islower(), place

    def test_traditional_holds_no_simplified_character(self) -> None:
        """Traditional texts can be written in Big5, which has no simplified characters."""
        for place, (_, traditional, _) in texts():
            assert traditional.encode("big5"), place

    def test_simplified_holds_no_traditional_character(self) -> None:
        """Simplified texts can be written in GB 2312, which has no traditional characters."""
        for place, (_, _, simplified) in texts():
            assert simplified.encode("gb2312"), place

    def test_no_text_is_empty_or_padded(self) -> None:
        """Every text says something and has no space around it."""
        for place, each in texts():
            assert all(text and text == text.strip() for text in each), place

    def test_two_codes_of_one_list_never_read_alike(self) -> None:
        """Within a list every text is said once, so that nobody takes one code for another."""
        for table, rows in TABLES.items():
            for column, language in enumerate(SCRIPTS):
                said = [each[column] for each in rows.values()]
                assert len(said) == len(set(said)), (table, language)


class TestSentences:
    """A sentence leaves the same places open in every script."""

    def test_places_are_the_same_in_all_scripts(self) -> None:
        """What one script asks to fill in, the others ask too."""
        for place, (english, traditional, simplified) in texts():
            assert places(english) == places(traditional) == places(simplified), place

    def test_only_next_steps_and_letters_have_places(self) -> None:
        """Only the party and the day are left open in what comes next; a letter names its case, and nobody."""
        letters = {"reference", "trader", "due", "code", "scheme"}
        named = letters | {"what", "since", "until", "kinds", "measures", "help", "contact", "digits", "minutes"}
        named |= {"missing", "reasons", "why", "outcome", "recipient", "duty"}
        opened = {"next steps": {"due", "who"}, "subjects": letters - {"code"}, "bodies": named}
        opened |= {"what happens next in a letter": {"due", "trader"}, "how to answer a letter": {"days", "link"}}
        opened["how to answer a letter"] |= {"reference"}
        opened["why"] = {"rule", "duty", "reason"}
        for place, (english, _, _) in texts():
            assert set(places(english)) <= opened.get(place.partition(".")[0], set()), place

    def test_a_day_is_named_where_a_duty_runs(self) -> None:
        """The sentence of a status names a day exactly where a duty runs in it."""
        for status, duties in LIVE.items():
            assert ("due" in places(next_step(status, "en"))) is bool(duties), status

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_a_filled_sentence_has_no_place_left(self, language: str) -> None:
        """Filled by `str.format`, a sentence carries the party and the day as they were given."""
        filled = next_step(Status.UPLOADED, language).format(who="{ACME}", due="2026-01-05")
        assert "{ACME}" in filled
        assert "2026-01-05" in filled
        assert "{who}" not in filled


class TestLookups:
    """A text is found by the code and the language, or the answer is a LookupError."""

    def test_each_language_reads_its_own_script(self) -> None:
        """The three scripts differ in words, not in characters alone."""
        read = [label(Status.UPLOADED, language) for language in Language]
        assert read == ["Uploaded", "已上載", "移转", "Uploaded"]

    def test_events_and_commands_are_found_by_the_names_of_their_classes(self) -> None:
        """A timeline line and a button for one and the same step."""
        lodged, lodge = events.Lodged.__name__, commands.Lodge.__name__
        told = [label_of_event(lodged, language) for language in SCRIPTS]
        assert told == ["Complaint lodged", "已提交投訴", "已提交投诉"]
        asked = [label_of_command(lodge, language) for language in SCRIPTS]
        assert asked == ["Lodge a complaint", "提交投訴", "提交投诉"]

    def test_portuguese_reads_english(self) -> None:
        """Portuguese is not written yet and falls back to English, in every lookup."""
        pt, en = Language.PORTUGUESE, Language.ENGLISH
        assert label(Outcome.REFUSED, pt) == label(Outcome.REFUSED, en)
        assert label_of_command("Lodge", pt) == label_of_command("Lodge", en)
        assert label_of_event("Lodged", pt) == label_of_event("Lodged", en)
        assert next_step(Status.LODGED, pt) == next_step(Status.LODGED, en)

    def test_a_code_of_another_module_has_no_text(self) -> None:
        """Only the lists of `codes` can be read."""
        with pytest.raises(LookupError):
            label(DayKind.HOLIDAY, "en")

    def test_another_list_is_not_taken_for_a_status(self) -> None:
        """A verdict named like a status has no next step."""
        with pytest.raises(LookupError):
            next_step(Outcome.REFUSED, "en")

    def test_an_unknown_name_or_language_is_never_quoted(self) -> None:
        """What was asked for and is not there does not stand in the message."""
        with pytest.raises(LookupError) as by_name:
            label_of_event("Ms Chan", "en")
        with pytest.raises(LookupError) as by_language:
            label_of_command("Lodge", "Ms Chan")
        assert "Chan" not in f"{by_name.value} {by_language.value}"


class TestPage:
    """The page of the reference is drawn from the codes and their texts."""

    def test_the_page_in_the_tree_is_the_one_that_the_generator_writes(self) -> None:
        """Run `python tools/make_codes_page.py` after a change of a code or a text."""
        assert PAGE.read_text(encoding="utf-8") == page()

    def test_every_code_stands_on_the_page(self) -> None:
        """Each list has its heading, each value its row."""
        lines = page().splitlines()
        for kind in lists_of_codes():
            assert f"## {kind.__name__}" in lines
            assert all(any(line.startswith(f"| `{code.value}` |") for line in lines) for code in kind)

    def test_every_sourced_term_is_one_that_people_read(self) -> None:
        """A term is marked as found in a source only where it is the text of some code."""
        assert {traditional for _, (_, traditional, _) in texts()} >= SOURCED_TRADITIONAL
        assert {simplified for _, (_, _, simplified) in texts()} >= SOURCED_SIMPLIFIED

    def test_closed_elsewhere_is_never_a_success_here(self) -> None:
        """What other systems merely call closed has no code of ours."""
        closed = [pair for _, pairs in CROSSWALKS for pair in pairs if pair.theirs.lower() == "closed"]
        assert len(closed) == 2
        assert all(pair.ours is None for pair in closed)
