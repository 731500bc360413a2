"""A month of a council on files, with a canary in every personal field: nothing that is written anywhere holds one.

Letters and the copies that people ask for are written to be read by the person, and are looked at apart.
"""

from __future__ import annotations

import base64
import io
import logging
import pickle
import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Final, cast

import attrs
import pytest
from click.testing import CliRunner

from expressplatform import commands as c
from expressplatform.codes import BreachOf, Channel, Duty, EvidenceKind, IdentityProof, Right, StopReason
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import Platform
from expressplatform.ports import Alert
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fakes import ScriptedScan
from expressplatform_cli.commands import group
from expressplatform_files.evidence import DirectoryEvidence
from expressplatform_files.letters import EmlFolder
from expressplatform_files.register import FileRegister
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.integration.test_canaries import Aviary, _shown, forms
from tests.pictures import jpeg
from tests.walking import JD, OFFICER, PERSON, TAOBAO
from tests.whole_life import ASSESSED, SECOND, Clock, Step, complaint, long_life, seeded, short_life

DAYS: Final = 30
A_DAY: Final = 2
READ_BY_THE_PERSON: Final = frozenset({"letters"})


MARK: Final = "Vq4Zt8Lw"
MARKS: Final = forms(MARK)


class Flock(Aviary):
    """Canaries that all begin alike, so that a thousand of them are looked for at once."""

    def make(self, where: str) -> str:
        """A canary whose first half is the mark of all."""
        canary = f"{MARK}{super().make(where)[:12]}"
        self.kept[canary] = where
        return canary

    def found_in(self, data: bytes) -> list[str]:
        """As before; where the mark is in none of its forms, there is nothing to look for."""
        if not any(form in data for form in MARKS):
            return []
        return super().found_in(data) or ["a canary that nobody made"]


def test_a_canary_of_the_flock_is_found_in_every_form() -> None:
    """The mark is enough to find it by, wherever it stands in a text."""
    flock = Flock()
    canary = flock.make("here")
    for ahead in range(5):
        around = "x" * ahead + canary + "yz"
        plain = around.encode()
        for data in (plain, plain.hex().encode(), base64.b64encode(plain), around.encode("utf-16-le")):
            assert "here" in flock.found_in(b"..." + data + b"..."), ahead


class Alerts:
    """Keeps what traders are told unasked."""

    def __init__(self) -> None:
        self.told: list[Alert] = []

    def alert(self, alert: Alert, /) -> None:
        self.told.append(alert)


class Month:
    """A council's month: complaints come in every day, each goes a way of its own, and everything is asked for."""

    def __init__(self, folder: Path, seed: int = 3) -> None:
        self.folder, self.luck, self.aviary, self.clock = folder, random.Random(seed), Flock(seed), Clock()
        self.answers: list[object] = []
        self.errors: list[BaseException] = []
        self.alerts = Alerts()
        for name in ("desk", "keys", "letters"):
            (folder / name).mkdir()
        evidence = DirectoryEvidence(folder / "desk" / "evidence") if seed % 2 else None
        self.platform = Platform(
            scheme=HK_CCA,
            store=SqliteStore(folder / "desk" / "cases.db"),
            shelf=SqliteShelf(folder / "desk" / "cases.db"),
            evidence=evidence or SqliteEvidence(folder / "desk" / "evidence.db"),
            keys=LocalKeyStore(folder / "keys" / "keys.db"),
            register=FileRegister(folder / "register.txt"),
            messenger=EmlFolder(folder / "letters", sender="council@example.org", now=self.clock),
            scan=ScriptedScan(),
            gateways={"taobao": self.alerts, "jd": self.alerts},
            now=self.clock,
            draw=seeded,
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)
        self.waiting: dict[str, list[Step]] = {}
        self.persons: dict[str, Particulars] = {}

    def who(self) -> Particulars:
        """Somebody with a canary in every field, whose address is one."""
        given = self.aviary.who()
        return cast(Particulars, attrs.evolve(cast(Any, given), email=f"{given.email}@example.org"))

    def live(self) -> None:
        """The whole month."""
        for day in range(DAYS):
            for number in range(A_DAY):
                self.lodge(f"form-{day}-{number}")
            for case_id in sorted(self.waiting):
                self.go_on(case_id)
            self.clock.wait(hours=1)
            self.answers += [self.platform.tick(), self.platform.work(), self.platform.queue(by=OFFICER)]
            self.clock.wait(hours=12)
        self.clock.wait(hours=1)
        self.ask()

    def lodge(self, key: str) -> None:
        """A complaint, its documents, and the steps that it is going to take."""
        who = self.who()
        case = self.platform.lodge(complaint(who), by=OFFICER, key=key)
        self.persons[case.id] = who
        ways = (long_life, short_life)
        self.waiting[case.id] = [*self.luck.choice(ways)(self.aviary.say, self.who)]
        seen = self.aviary.make("document").encode()
        picture = jpeg(b"\xff\xfe" + (len(seen) + 2).to_bytes(2, "big") + seen)
        for content, name in ((f"Card {self.aviary.make('text')}".encode(), "chat"), (picture, "photo")):
            called = f"{self.aviary.make('name of a document')} {name}"
            kind = EvidenceKind.CORRESPONDENCE
            self.answers.append(
                self.platform.add_evidence(case.id, content, kind=kind, name=called, by=PERSON, key=f"{key}-{name}")
            )

    def go_on(self, case_id: str) -> None:
        """A few steps, some of them tried by the wrong person first or at the wrong moment."""
        for _ in range(self.luck.randint(1, 6)):
            if not self.waiting[case_id]:
                return
            command, by = self.waiting[case_id].pop(0)
            self.clock.wait(minutes=self.luck.randint(1, 9))
            key = f"k-{len(self.waiting[case_id])}"
            if self.luck.random() < 0.3:
                stranger = Actor(by.role, "nobody", "elsewhere")
                self.attempt(lambda: self.platform.act(case_id, command, by=stranger, key="s"))  # noqa: B023
            if isinstance(command, c.StopClock):
                command = c.StopClock(Duty.RESOLVE, StopReason.TESTING, self.clock.at + timedelta(days=2))
            if isinstance(command, c.MakeOffer):
                command = attrs.evolve(command, expires=self.clock.at + timedelta(days=9))
            self.attempt(lambda: self.platform.act(case_id, command, by=by, key=key))  # noqa: B023
            if isinstance(command, c.Obtain):
                self.attempt(lambda: self.platform.obtain(case_id, by=by, key=key))  # noqa: B023
                self.attempt(lambda: self.platform.act(case_id, self.alarm(), by=PERSON, key=f"{key}-alarm"))  # noqa: B023
        if self.luck.random() < 0.2:
            self.attempt(lambda: self.platform.read(case_id, by=OFFICER, reason=self.aviary.make("reason")))

    def alarm(self) -> c.Command:
        """Somebody called who was not the trader."""
        return c.ReportImpostor(Channel.PHONE, self.aviary.say())

    def attempt(self, what: Callable[[], object]) -> None:
        """What came of it, be it an answer or an error."""
        try:
            self.answers.append(what())
        except ExpressPlatformError as error:
            self.errors.append(error)

    def ask(self) -> None:
        """Rights, breaches, erasures and what a commissioner asks for."""
        platform, begun = self.platform, self.clock.at - timedelta(days=DAYS + 20)
        for number, (case_id, who) in enumerate(sorted(self.persons.items())[:4]):
            right = (Right.ACCESS, Right.ERASURE)[number % 2]
            request = platform.open_request(
                right, name=who.name, contact=who.email, channel=Channel.EMAIL, by=OFFICER, key=f"r-{number}"
            )
            self.answers += [request, platform.requests(by=OFFICER)]
            proof = IdentityProof.CALLED_BACK
            self.attempt(
                lambda: platform.answer_request(request.id, identity_checked=proof, by=OFFICER, key="a")  # noqa: B023
            )
            self.attempt(lambda: platform.act(case_id, c.Withdraw(self.aviary.say()), by=PERSON, key="w"))  # noqa: B023
            self.attempt(lambda: platform.erase(case_id, by=OFFICER, approved_by=SECOND))  # noqa: B023
        who = sorted(self.persons.items())[5][1]
        for what, about, name, contact in (
            (BreachOf.TRADER, "taobao", "", ""),
            (BreachOf.BACKUP, "", "", ""),
            (BreachOf.SUBJECT, "", who.name, who.email),
        ):
            breach = platform.open_breach(
                what, about=about, name=name, contact=contact, since=begun, until=self.clock.at,
                cause=self.aviary.make("cause"), harm=self.aviary.make("harm"), measures="Keys were changed.",
                by=OFFICER, key=f"b-{what}",
            )  # fmt: skip
            self.answers += [breach, platform.breach_messages(breach.id, by=OFFICER)]
        bundle = platform.audit_bundle(by=OFFICER, since=begun, until=self.clock.at)
        (self.folder / "audit").mkdir()
        for file, content in bundle.items():
            (self.folder / "audit" / file).write_bytes(content)
        self.answers += [platform.disclosures(by=OFFICER), platform.access_log(by=OFFICER), platform.work()]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file that is there, by its path below the folder; those for the person's own eyes left out."""
        for path in sorted(self.folder.rglob("*")):
            below = path.relative_to(self.folder)
            if path.is_file() and below.parts[0] not in READ_BY_THE_PERSON:
                yield str(below), path.read_bytes()


@pytest.fixture(scope="module", params=[3, 4], ids=["a folder of documents", "a file of documents"])
def month(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Month, str]]:
    """A month lived, and all that the program logged meanwhile, to its last detail."""
    log = io.StringIO()
    handler, root = logging.StreamHandler(log), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    lived = Month(tmp_path_factory.mktemp("month"), request.param)
    lived.live()
    yield lived, log.getvalue()
    root.removeHandler(handler)
    root.setLevel(level)
    lived.platform.close()


def test_no_file_holds_a_particular_in_any_form(month: tuple[Month, str]) -> None:
    """Cases, shelf, documents, keys, register, audit bundle, the files beside them, and what they are called."""
    lived, _ = month
    seen = 0
    for name, content in lived.files():
        assert lived.aviary.found_in(content) == [], name
        assert lived.aviary.found_in(name.encode()) == [], "a file's name"
        seen += 1
    assert seen > 10
    assert lived.aviary.found_in("\n".join(path.name for path in (lived.folder / "letters").iterdir()).encode()) == []


def test_no_log_alert_answer_or_error_holds_a_particular(month: tuple[Month, str]) -> None:
    """What is printed of whatever came back; alerts and errors to their last byte."""
    lived, log = month
    assert lived.aviary.found_in(log.encode()) == []
    assert lived.alerts.told
    assert lived.aviary.found_in(pickle.dumps(lived.alerts.told)) == []
    assert len(lived.answers) > 500
    for answer in lived.answers:
        assert lived.aviary.found_in(f"{answer!r} {answer}".encode()) == [], type(answer)
    assert len(lived.errors) > 50
    for error in lived.errors:
        assert lived.aviary.found_in(_shown(error)) == [], type(error)
        assert lived.aviary.found_in(pickle.dumps(error)) == [], type(error)


def test_a_letter_holds_the_address_the_code_and_nothing_else_of_the_person(month: tuple[Month, str]) -> None:
    """No statement, order number, telephone number or document in any letter."""
    lived, _ = month
    letters = [path.read_bytes() for path in (lived.folder / "letters").iterdir()]
    assert len(letters) > 20
    for letter in letters:
        read = message_from_bytes(letter, policy=default)
        told = f"{[*read.values()]} {read.get_body().get_content()}"  # type: ignore[union-attr]
        assert told.count(MARK) == len(re.findall(f"{MARK}[A-Za-z0-9]{{12}}@example.org", told)) > 0


def test_the_command_line_shows_none_without_a_reason(month: tuple[Month, str]) -> None:
    """Lists, facts, figures, what waits, what was disclosed, what was asked."""
    lived, _ = month
    place = ["--store", str(lived.folder / "desk" / "cases.db"), "--keys", str(lived.folder / "keys" / "keys.db")]
    case = sorted(lived.persons)[7]
    staff = ["--as", "officer-1"]
    for line in (
        ["cases"],
        ["show", case, "--facts"],
        ["indicators", "--by", "trader"],
        ["queue", *staff],
        ["disclosures", *staff],
        ["access-request", "list"],
    ):
        for form in ([], ["--json"]):
            done = CliRunner().invoke(group, [*line, *form, *place])
            assert done.exit_code == 0, (line, done.output)
            assert lived.aviary.found_in(done.output.encode()) == [], line


def test_the_month_had_everything_in_it(month: tuple[Month, str]) -> None:
    """Both traders obtained, people were told, something was erased, and what was stored opens for who may read it."""
    lived, _ = month
    assert {one.record.recipient for one in lived.platform.disclosures(by=OFFICER)} >= {"taobao", "jd"}
    assert {JD.organisation, TAOBAO.organisation} == {alert.organisation for alert in lived.alerts.told}
    assert any(header.status == "erased" for header in lived.platform.cases(by=OFFICER, limit=1000).headers)
    case = lived.platform.case(sorted(lived.persons)[9], by=OFFICER, reason="look")
    assert lived.aviary.found_in(pickle.dumps(case))
