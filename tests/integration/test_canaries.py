"""No particular in files, logs, reprs or errors: a canary stands in every personal field of a whole life."""

from __future__ import annotations

import base64
import io
import logging
import pickle
import random
import string
import traceback
import typing
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import orjson
import pytest

from expressplatform import commands, complaint
from expressplatform import commands as c
from expressplatform.codes import Channel, Status
from expressplatform.complaint import Actor, CallCode, EvidenceName, Particulars, Remark, is_personal
from expressplatform.errors import ExpressPlatformError, InvalidInput
from expressplatform.platform import Platform, Request
from expressplatform.wire import COMMANDS, read_command, read_complaint, write_command, write_complaint
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests import whole_life as life
from tests.walking import EXAMPLES, OFFICER, TAOBAO
from tests.whole_life import SECOND, Clock, live, long_life, platform_of, short_life, tally

PERSONAL: Final = [one for one in vars(complaint).values() if is_personal(one) and attrs.has(one)]


class Aviary:
    """Makes canaries, remembers them, and knows every form in which one may be found."""

    def __init__(self, seed: int = 7) -> None:
        self.luck = random.Random(seed)
        self.kept: dict[str, str] = {}

    def make(self, where: str) -> str:
        """A canary of 16 random characters."""
        canary = "".join(self.luck.choices(string.ascii_letters + string.digits, k=16))
        self.kept[canary] = where
        return canary

    def personal(self, cls: type[Any], where: str = "") -> Any:
        """An instance of a class of particulars with a canary in every leaf."""
        attrs.resolve_types(cls)
        values = {one.name: self._leaf(one, f"{where}{cls.__name__}.{one.name}") for one in attrs.fields(cls)}
        return cls(**values)

    def _leaf(self, field: attrs.Attribute[Any], where: str) -> object:
        if field.type is str:
            return self.make(where)
        (inner, _) = typing.get_args(field.type)  # a tuple of another class of particulars
        return (self.personal(inner, where), self.personal(inner, where))

    def say(self) -> Remark:
        """A remark that is a canary."""
        return typing.cast(Remark, self.personal(Remark))

    def who(self) -> Particulars:
        """Particulars that are canaries."""
        return typing.cast(Particulars, self.personal(Particulars))

    def found_in(self, data: bytes) -> list[str]:
        """Where the canaries stood that are in some bytes, in any form."""
        return [where for canary, where in self.kept.items() if any(form in data for form in forms(canary))]


def forms(canary: str) -> list[bytes]:
    """Plain, hexadecimal, UTF-16 in both orders, and base64 in its three alignments, both alphabets."""
    plain = canary.encode()
    shown = [plain, plain.hex().encode(), plain.hex().upper().encode()]
    shown += [canary.encode("utf-16-le"), canary.encode("utf-16-be")]
    for ahead in range(3):
        # Without the ends, which share a group of bits with their neighbours.
        inner = base64.b64encode(b"\0" * ahead + plain)
        inner = inner[-(-ahead * 8 // 6) : (ahead + len(plain)) * 8 // 6]
        shown += [inner, inner.replace(b"+", b"-").replace(b"/", b"_")]
    return shown


@pytest.mark.parametrize("ahead", range(5))
def test_canaries_are_found_in_every_form(ahead: int) -> None:
    """The search itself finds what it should, wherever it stands in a text."""
    aviary = Aviary()
    canary = aviary.make("here")
    around = "x" * ahead + canary + "yz"
    for data in (
        around.encode(),
        around.encode().hex().encode(),
        base64.b64encode(around.encode()),
        base64.urlsafe_b64encode(around.encode()),
        around.encode("utf-16-le"),
        around.encode("utf-16-be"),
    ):
        assert aviary.found_in(b"..." + data + b"...") == ["here"]


class Watched:
    """Two whole lives over files, with canaries; everything that came back is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.aviary, self.clock = folder, Aviary(), Clock()
        self.log = io.StringIO()
        self.handler = logging.StreamHandler(self.log)
        logging.getLogger().addHandler(self.handler)
        self.level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        self.answers: list[object] = []
        self.errors: list[BaseException] = []
        self.platform = platform_of(self.clock, SqliteStore(folder / "cases.db"), LocalKeyStore(folder / "keys.db"))
        self.ids: list[str] = []

    def live(self) -> None:
        """The long life and the short one, every step tried by the wrong person first."""
        say, who = self.aviary.say, self.aviary.who
        for key, steps in (("form-1", long_life(say, who)), ("form-2", short_life(say, who))):
            case = self.platform.lodge(life.complaint(who()), by=OFFICER, key=key)
            self.ids.append(case.id)
            for number, (command, by) in enumerate(steps, 1):
                self.clock.wait(hours=1)
                stranger = Actor(by.role, "nobody", "elsewhere")
                self.refused(partial(self.platform.act, case.id, command, by=stranger, key="s"))
                self.answers.append(self.platform.act(case.id, command, by=by, key=f"key-{number}"))
                self.refused(partial(self.platform.act, case.id, command, by=by, key="twice", expected=0))
                other = Request(c.AddNote(say()), OFFICER, f"key-{number}", case.id)
                self.answers += self.platform.submit([other])
                if isinstance(command, c.Obtain):
                    self.answers.append(self.platform.obtain(case.id, by=by, key=f"key-{number}"))
            self.read(case.id)

    def read(self, case_id: str) -> None:
        """Every way to see a case."""
        case = self.platform.case(case_id, by=OFFICER, reason="look")
        self.answers += [case, case.particulars, case.turn, case.file, case.account]
        self.answers += [*self.platform.history(case_id, by=OFFICER, reason="look")]
        self.answers += [self.platform.facts(case_id, by=OFFICER), self.platform.cases(by=OFFICER)]
        self.answers += [self.platform.assess(case_id, by=OFFICER), self.platform.tick(), self.platform.work()]
        self.answers.append(self.platform.indicators(tally(self.clock), by=OFFICER))

    def refused(self, attempt: Callable[[], object]) -> None:
        """An attempt whose error is kept; one that succeeds does not matter here."""
        try:
            self.answers.append(attempt())
        except Exception as error:  # noqa: BLE001  whatever is raised is looked at
            self.errors.append(error)

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger().setLevel(self.level)
        self.platform.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    found = Watched(tmp_path)
    found.live()
    yield found
    found.close()


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _shown(error: BaseException) -> bytes:
    told = "".join(traceback.format_exception(error))
    return "\n".join([told, repr(error), str(error), repr(error.args), repr(vars(error))]).encode()


def test_no_particular_leaves_its_seal(watched: Watched) -> None:
    """Files with their logs beside them, keys, the program's log, reprs of all that came back, errors."""
    assert {"cases.db", "cases.db-wal", "cases.db-shm", "keys.db"} <= set(_files(watched.folder))
    for name, data in _files(watched.folder).items():
        assert watched.aviary.found_in(data) == [], name
    assert watched.aviary.found_in(watched.log.getvalue().encode()) == []
    assert len(watched.errors) > 100
    for answer in watched.answers:
        assert watched.aviary.found_in(f"{answer!r} {answer}".encode()) == [], type(answer)
    for error in watched.errors:
        assert isinstance(error, ExpressPlatformError), error
        assert watched.aviary.found_in(_shown(error)) == [], type(error)
        assert watched.aviary.found_in(pickle.dumps(error)) == [], type(error)


def test_the_answers_to_commands_hold_no_particular(watched: Watched) -> None:
    """Pickled, which shows everything that a value holds: only readings with a reason and disclosures hold any."""
    opened = {"Case", "Particulars", "Turn", "File"}
    for command in watched.answers:
        if type(command).__name__ not in opened and not hasattr(command, "asked") and not _is_disclosure(command):
            assert watched.aviary.found_in(pickle.dumps(command)) == [], type(command)
    case = watched.platform.act(watched.ids[0], c.Hold("officer-2", watched.aviary.say()), by=OFFICER, key="h")
    assert watched.aviary.found_in(pickle.dumps(case)) == []


def _is_disclosure(value: object) -> bool:
    return type(value).__name__ == "Disclosure"


def test_no_answer_to_a_step_holds_what_was_said_in_it(tmp_path: Path) -> None:
    """The case that a step answers with, offers included, holds neither particulars nor remarks."""
    aviary, clock = Aviary(), Clock()
    platform = platform_of(clock)
    case = platform.lodge(life.complaint(aviary.who()), by=OFFICER, key="form-1")
    requests = life.requests(long_life(aviary.say, aviary.who), case.id, clock)
    for answer in (case, *platform.submit(requests[:30]), *map(_one(platform), requests[30:])):
        assert not isinstance(answer, ExpressPlatformError)
        assert aviary.found_in(pickle.dumps(answer)) == []


def _one(platform: Platform) -> Callable[[Request], object]:
    return lambda request: platform.submit([request])[0]


def test_what_is_read_with_a_reason_is_there(watched: Watched) -> None:
    """The canaries were really stored: the latest particulars and every remark open for who may read them."""
    case = watched.platform.case(watched.ids[0], by=OFFICER, reason="look")
    assert watched.aviary.found_in(orjson.dumps(attrs.asdict(case.particulars)))  # type: ignore[arg-type]
    history = watched.platform.history(watched.ids[0], by=OFFICER, reason="look")
    said = [getattr(one.asked, "particulars", None) for one in history]
    remarks = [one.text for one in said if isinstance(one, Remark)]
    assert len(remarks) > 25
    assert set(remarks) <= set(watched.aviary.kept)


def test_erased_is_erased_in_every_file(watched: Watched) -> None:
    """After erasure and its work, nothing personal is in the files, and nothing opens."""
    for case_id in watched.ids:
        assert watched.platform.erase(case_id, by=OFFICER, approved_by=SECOND).status is Status.ERASED
    watched.platform.work()
    for name, data in _files(watched.folder).items():
        assert watched.aviary.found_in(data) == [], name
    for case_id in watched.ids:
        case = watched.platform.case(case_id, by=OFFICER, reason="look")
        events = watched.platform.history(case_id, by=OFFICER, reason="look")
        assert watched.aviary.found_in(pickle.dumps((case, events))) == []


def test_every_personal_field_had_its_canary() -> None:
    """The walk reaches every class of particulars; each command with words has them in the lives, or is an example."""
    assert set(PERSONAL) == {EvidenceName, Remark, Particulars, CallCode}  # the code is drawn, and looked for apart
    aviary = Aviary()
    aviary.who()
    places = " ".join(aviary.kept.values())
    for one in attrs.fields(typing.cast(Any, Particulars)):
        assert f"Particulars.{one.name}" in places
    spoken = {type(command) for steps in (long_life(aviary.say), short_life(aviary.say)) for command, _ in steps}
    wordy = {one for one in COMMANDS.values() if "particulars" in attrs.fields_dict(one)}
    assert wordy <= spoken


# --- where the type is wrong -----------------------------------------------------------------------------------


class Talkative:
    """An object that tells what it holds."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"Talkative({self.secret})"

    __str__ = __repr__


def _misfits(canary: str) -> tuple[object, ...]:
    return (Talkative(canary), [canary], {"a": canary}, canary.encode(), (canary, canary), canary, None, 1.5)


def _invalid(attempt: Callable[[], object], aviary: Aviary, where: str) -> None:
    """Whatever the attempt raises is ours and silent; what it makes does not print."""
    told = b""
    try:
        attempt()
    except ExpressPlatformError as error:
        told = _shown(error) if error.code else b"no code"
    assert aviary.found_in(told) == [], where
    assert told != b"no code", where


@pytest.mark.parametrize("cls", PERSONAL, ids=lambda cls: cls.__name__)
def test_a_particular_of_the_wrong_type_is_refused_in_silence(cls: type[Any]) -> None:
    """An object, list, bytes or number in place of text: InvalidInput with its path, without the value."""
    aviary = Aviary()
    attrs.resolve_types(cls)
    for field in attrs.fields(cls):
        for value in _misfits(aviary.make(field.name)):
            if field.type is str and type(value) is not str:
                with pytest.raises(InvalidInput) as caught:
                    attrs.evolve(aviary.personal(cls), **{field.name: value})
                assert caught.value.problems[0].path == f"$.{field.name}"
                assert aviary.found_in(_shown(caught.value)) == []


def _sent(platform: Platform, case_id: str, command: commands.Command, changed: dict[str, Any], key: str) -> object:
    return platform.act(case_id, attrs.evolve(command, **changed), by=OFFICER, key=key)


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=lambda kind: kind.__name__)
def test_a_wrongly_typed_field_of_any_command_is_refused_in_silence(kind: type[commands.Command]) -> None:
    """A canary in every wrong form in every field, sent through the platform: a typed error that does not tell."""
    aviary, clock = Aviary(), Clock()
    platform = platform_of(clock)
    case = platform.lodge(life.complaint(), by=OFFICER, key="form-1")
    for field in attrs.fields(kind):
        for number, value in enumerate(_misfits(aviary.make(field.name))):
            changed: dict[str, Any] = {field.name: value}
            attempt = partial(_sent, platform, case.id, EXAMPLES[kind], changed, f"k-{field.name}-{number}")
            _invalid(attempt, aviary, f"{kind.__name__}.{field.name}[{number}]")


def _changed(whole: Any, name: str, value: object) -> Any:
    return attrs.evolve(whole, **{name: value})


def test_wrongly_typed_arguments_of_a_request_are_refused_in_silence() -> None:
    """Canaries as key, actor, number, version, instant, case: a typed error that does not tell."""
    aviary, clock = Aviary(), Clock()
    platform = platform_of(clock)
    case = platform.lodge(life.complaint(), by=OFFICER, key="form-1")
    sound = Request(EXAMPLES[c.AddNote], OFFICER, "key", case.id)
    for name in ("command", "by", "key", "case_id", "expected", "at", "on"):
        for value in _misfits(aviary.make(name)):
            if (name, type(value)) in {("key", str), ("expected", type(None)), ("at", type(None)), ("on", type(None))}:
                continue
            (answer,) = platform.submit([_changed(sound, name, value)])
            assert isinstance(answer, ExpressPlatformError), (name, type(value))
            assert aviary.found_in(_shown(answer)) == [], (name, type(value))
    for name in ("role", "acting_for"):
        actor = _changed(OFFICER, name, aviary.make(name))
        (answer,) = platform.submit([attrs.evolve(sound, by=actor)])
        assert isinstance(answer, InvalidInput)
        assert aviary.found_in(_shown(answer)) == []


def test_a_number_that_is_none_is_not_repeated() -> None:
    """A name typed where a case number belongs comes back from no method."""
    aviary = Aviary()
    platform = platform_of(Clock())
    name = aviary.make("case number")
    for attempt in (
        lambda: platform.case(name, by=OFFICER, reason="look"),
        lambda: platform.history(name, by=OFFICER, reason="look"),
        lambda: platform.facts(name, by=OFFICER),
        lambda: platform.assess(name, by=OFFICER),
        lambda: platform.allowed(name, by=OFFICER),
        lambda: platform.act(name, c.Acknowledge(), by=OFFICER, key="k"),
        lambda: platform.obtain(name, by=TAOBAO, key="k"),
        lambda: platform.advance([name], Clock().at),
        lambda: platform.erase(name, by=OFFICER, approved_by=SECOND),
        lambda: platform.erase(name, by=OFFICER, approved_by=TAOBAO),
    ):
        with pytest.raises(ExpressPlatformError) as caught:
            attempt()
        assert aviary.found_in(_shown(caught.value)) == []


def _spoilt(document: object, canary: str) -> Iterator[object]:
    """The document with one leaf replaced by a canary or something around it, or one unknown field added."""
    if isinstance(document, dict):
        yield {**document, canary: canary}
        for key, value in document.items():
            for one in (canary, [canary], {canary: canary}, *_spoilt(value, canary)):
                yield {**document, key: one}
    if isinstance(document, list):
        yield [*document, canary]
        for index, value in enumerate(document):
            for one in _spoilt(value, canary):
                yield [*document[:index], one, *document[index + 1 :]]


@pytest.mark.parametrize("name", ["complaint", "make_offer", "disclose", "give_consent", "report_resolution", "lodge"])
def test_a_document_with_a_canary_anywhere_is_refused_in_silence(name: str) -> None:
    """As an enum's value, a currency, an instant, an unknown field's name and value, an object in place of text."""
    aviary = Aviary()
    canary = aviary.make(name)
    if name == "complaint":
        document, read = orjson.loads(write_complaint(life.complaint())), read_complaint
    else:
        document, read = orjson.loads(write_command(EXAMPLES[COMMANDS[name]])), read_command  # type: ignore[assignment]
    tried = 0
    for one in _spoilt(document, canary):
        tried += 1
        _invalid(partial(read, orjson.dumps(one)), aviary, name)
    assert tried > 10
    for broken in (orjson.dumps(document)[:-1] + canary.encode(), canary.encode(), b'{"' + canary.encode()):
        with pytest.raises(InvalidInput) as caught:
            read(broken)
        assert aviary.found_in(_shown(caught.value)) == []


def test_an_actor_and_an_offer_do_not_tell_either() -> None:
    """Identifiers of the wrong shape are refused without being quoted."""
    aviary = Aviary()
    for attempt in (
        lambda: Actor(OFFICER.role, f"{aviary.make('person')} {aviary.make('person')}", "hkcc"),
        lambda: Actor(OFFICER.role, "officer-1", f" {aviary.make('organisation')}"),
        lambda: c.ReportContact(Channel.PHONE, particulars=Remark(Talkative(aviary.make("text")))),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert aviary.found_in(_shown(caught.value)) == []
    assert live(platform_of(Clock()), Clock(), ()).status is Status.LODGED
