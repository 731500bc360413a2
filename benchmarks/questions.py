"""The commissioner's questions on a large store: how long each takes, and how many cases it opens.

``python -m benchmarks.questions [--cases N]`` makes a store of N cases (50,000 unless told otherwise) in files of
SQLite, asks for disclosures, readings, one person's data, the audit bundle and each kind of breach, writes to everybody
whom the largest one concerns, and prints the seconds of each: those that this process works, and those on the wall.
Laws of this file: the store is made through the platform, so that it holds what a council's would; people are numbers.
It judges nothing: a test holds each question to a minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import BreachOf, Channel, IdentityProof, Language, Right
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Particulars
from expressplatform.platform import Platform, Request
from expressplatform.ports import Message
from expressplatform.schemes import HK_CCA
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, START, TAOBAO, UPLOAD
from tests.whole_complaint import WHOLE
from tests.whole_life import ASSESSED, Clock, say, seeded

CASES: Final = 50_000
BATCH: Final = 500
SINCE: Final = START
UNTIL: Final = START + timedelta(days=30)
NOBODY: Final = Particulars()
_LANGUAGES: Final = (Language.TRADITIONAL_CHINESE, Language.SIMPLIFIED_CHINESE, Language.ENGLISH)
_STEPS: Final[Sequence[tuple[Command, Actor]]] = (
    (c.Accept(), OFFICER),
    (UPLOAD, OFFICER),
    (c.Obtain(), TAOBAO),
    (c.AddNote(say()), OFFICER),
)
"""After the Lodge; a case takes the first of them, as many as its number says."""
_LIVES: Final = (4, 4, 3, 4, 2, 4, 1, 3, 0, 4)


class Counting:
    """A messenger that counts."""

    def __init__(self) -> None:
        self.sent = 0

    def send(self, message: Message, /) -> None:
        """Takes the message."""
        self.sent += 1


@attrs.frozen
class Store:
    """A store of many cases: its platform, and one person in it."""

    platform: Platform
    messenger: Counting
    person: Particulars
    case_id: str


def person(number: int) -> Particulars:
    """One of four people has two complaints, the numbers beside each other."""
    own = number - 1 if number % 8 == 1 else number
    return Particulars(
        name=f"Person {own}", email=f"p{own}@example.org", order_number=f"1-{number}", statement="It broke."
    )


def complaint(number: int) -> Complaint:
    """The whole complaint, of one person, in one of three languages."""
    who = attrs.evolve(WHOLE.complainant, language=_LANGUAGES[number % len(_LANGUAGES)])
    return attrs.evolve(WHOLE, particulars=person(number), complainant=who)


def filled(directory: Path, cases: int, progress: Callable[[int], None] = lambda _: None) -> Store:
    """A store of so many cases in a directory, lodged over a month and taken as far as each goes."""
    clock, messenger = Clock(UNTIL), Counting()
    platform = Platform(
        scheme=HK_CCA,
        store=SqliteStore(directory / "cases.db"),
        keys=LocalKeyStore(directory / "keys.db"),
        shelf=SqliteShelf(directory / "cases.db"),
        now=clock,
        draw=seeded,
        messenger=messenger,
    )
    platform.open()
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    first = ""
    for start in range(0, cases, BATCH):
        numbers = range(start, min(start + BATCH, cases))
        lodged = _sent(
            platform, [Request(c.Lodge(complaint(n)), OFFICER, f"form-{n}", at=_at(n, cases)) for n in numbers]
        )
        first = first or lodged[0].id
        for step, (command, by) in enumerate(_STEPS, 1):
            going = [case for n, case in zip(numbers, lodged, strict=True) if _LIVES[n % len(_LIVES)] >= step]
            _sent(
                platform,
                [Request(command, by, f"k-{step}", one.id, at=one.at + timedelta(hours=step)) for one in going],
            )
        progress(numbers[-1] + 1)
    return Store(platform, messenger, person(0), first)


def _at(number: int, cases: int) -> datetime:
    return SINCE + (UNTIL - SINCE - timedelta(days=1)) * number / cases


def _sent(platform: Platform, requests: Sequence[Request]) -> list[Case]:
    answers = []
    for answer in platform.submit(requests):
        if not isinstance(answer, Case):
            raise answer
        answers.append(answer)
    return answers


def questions(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each question by name, ready to be asked; the last one writes to everybody."""
    ask = store.platform

    def breach(what: BreachOf, about: str = "", who: Particulars = NOBODY) -> Callable[[], object]:
        return lambda: ask.open_breach(
            what,
            about=about,
            name=who.name,
            contact=who.contact,
            since=SINCE,
            until=UNTIL,
            cause="A benchmark.",
            measures="None: nothing happened.",
            by=OFFICER,
            key=f"{what.value}-{about}",
        )

    def messages() -> object:
        backup = next(one for one in ask.breaches(by=OFFICER) if one.what is BreachOf.BACKUP)
        return ask.breach_messages(backup.id, by=OFFICER)

    who = store.person

    def request() -> object:
        opened = ask.open_request(
            Right.ACCESS, name=who.name, contact=who.contact, channel=Channel.POST, by=OFFICER, key="letter"
        )
        return ask.answer_request(opened.id, identity_checked=IdentityProof.CALLED_BACK, by=OFFICER, key="answer")

    yield "disclosures to one recipient, a month", lambda: ask.disclosures(by=OFFICER, to="taobao", since=SINCE)
    yield "breach open: one person", breach(BreachOf.SUBJECT, who=store.person)
    yield "breach open: the key of one case", breach(BreachOf.KEY, store.case_id)
    yield "breach open: a trader", breach(BreachOf.TRADER, "taobao")
    yield "breach open: the key store", breach(BreachOf.KEY)
    yield "breach open: a backup", breach(BreachOf.BACKUP)
    yield "access log: one case", lambda: ask.access_log(by=OFFICER, case_id=store.case_id)
    yield "access log: one member of staff", lambda: ask.access_log(by=OFFICER, staff=OFFICER.person)
    yield "access log: one person", lambda: ask.access_log(by=OFFICER, name=who.name, contact=who.contact)
    yield "access request: opened and answered", request
    yield "audit bundle, a month", lambda: ask.audit_bundle(by=OFFICER, since=SINCE, until=UNTIL)
    yield "breach tell: everybody", messages


def main(arguments: Sequence[str]) -> int:
    """Makes a store and asks; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.questions", description="Questions on a large store.")
    parser.add_argument("--cases", type=int, default=CASES, help="how many cases the store holds")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        begun = perf_counter()
        store = filled(Path(directory), asked.cases)
        print(f"{asked.cases:,} cases made in {perf_counter() - begun:.0f} s", flush=True)
        for name, ask in questions(store):
            begun, worked = perf_counter(), process_time()
            ask()
            worked, taken = process_time() - worked, perf_counter() - begun
            print(f"  {name:<40} {worked:>7.2f} s of work in {taken:.2f} s", flush=True)
        print(f"  {store.messenger.sent:,} messages")
        store.platform.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
