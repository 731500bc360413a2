"""The platform over a real socket: whole lives of cases, by requests that are signed, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs
import httpx
import orjson
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, KeptGround, Outcome, RejectionRule
from expressplatform.sealing import open_with
from expressplatform.signing import VerifyingKey
from expressplatform.wire import command_document
from expressplatform_http.protocol.details import open_details, read_sealed
from tests.served import Caller, Place, Served, postgres_place, served, sqlite_place
from tests.servers import Server, postgres
from tests.walking import UPLOAD, consent_to
from tests.whole_life import ASSESSED, REFUND, complaint, say

__all__ = ["postgres"]

REASON: Final = {"v": 1, "reason": "a call"}


@contextmanager
def assessed(place: Place) -> Iterator[Served]:
    """A served platform with an impact assessment on record, as the council puts it there."""
    with served(place) as found:
        document = {"v": 1, **orjson.loads(orjson.dumps(attrs.asdict(ASSESSED)))}
        assert good(found.callers["hkcc"].post("/v1/council/impact-assessments", document))["id"] == ASSESSED.id
        yield found


def good(answer: httpx.Response) -> dict[str, Any]:
    """The document of a good answer."""
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lodged(world: Served, key: str) -> str:
    """A case that the council has lodged."""
    body = command_document(c.Lodge(complaint()))
    body.pop("command")
    found = good(world.callers["hkcc"].post("/v1/council/cases", body, key=key))
    return str(found["case_id"])


def uploaded(world: Served, key: str) -> str:
    """A case that waits for its trader."""
    council, case_id = world.callers["hkcc"], lodged(world, key)
    world.clock.wait(hours=1)
    good(council.act(case_id, c.Accept(say())))
    good(council.act(case_id, UPLOAD))
    world.platform.sequence()
    return case_id


class _Opener:
    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        assert key_id == self._caller.sealing.key_id
        return open_with(self._caller.sealing.private, sealed, info)


def opened(world: Served, caller: Caller, document: dict[str, Any]) -> Any:
    """What a trader sees once it has opened its envelope."""
    key = bytes.fromhex(good(world.http.get("/v1/public/participants"))["council_key"])
    return open_details(
        read_sealed(document), case_id=document["case_id"], recipient=caller.organisation, opener=_Opener(caller),
        councils=[VerifyingKey(key)],
    )  # fmt: skip


class Lives:
    """Each way that a case may go."""

    def test_a_case_is_resolved(self, world: Served) -> None:
        """Lodged, accepted, uploaded, obtained, talked over, reported, confirmed; and what was signed stands."""
        case_id = uploaded(world, "resolved")
        trader = world.callers["taobao"]
        row = next(one for one in good(trader.get("/v1/trader/cases"))["cases"] if one["case_id"] == case_id)
        assert (row["status"], row["unread"], row["duty"]) == ("uploaded", True, "obtain")
        details = opened(world, trader, good(trader.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1})))
        assert details.name == "A. Person"
        assert len(details.call_code) == 6
        good(trader.act(case_id, c.ReportContact(Channel.PHONE, True, say())))
        redress, amount = REFUND
        result = trader.act(case_id, c.ReportResolution(Outcome.SETTLED_MONETARY, redress, amount, particulars=say()))
        assert good(result)["status"] == "resolution_reported"
        assert result.headers["etag"] == f'"{result.json()["version"]}"'
        assert good(world.says(case_id, c.Confirm(5)))["status"] == "resolved"
        council = world.callers["hkcc"]
        seen = good(council.get(f"/v1/council/cases/{case_id}"))
        assert (seen["status"], seen["claimed"], seen["word"]) == ("resolved", "settled_monetary", "confirmed")
        (*_, statement) = good(council.post(f"/v1/council/cases/{case_id}/signed", REASON))["statements"]
        key = VerifyingKey(trader.key.public)
        key.verify(statement["base"].encode(), bytes.fromhex(statement["signature"]))
        assert '"settled_monetary"' in statement["body"]

    def test_a_case_is_referred_back(self, world: Served) -> None:
        """The trader could not settle it: the council has it again."""
        case_id, trader = uploaded(world, "back"), world.callers["taobao"]
        good(trader.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1}))
        good(trader.act(case_id, c.ReportContact(Channel.PHONE)))
        assert good(trader.act(case_id, c.ReportImpasse()))["status"] == "referred_back"
        assert good(world.callers["hkcc"].get(f"/v1/council/cases/{case_id}"))["referred_back"] == 1

    def test_a_case_goes_to_another_trader(self, world: Served) -> None:
        """Rejected by the first, redirected, accepted anew, obtained by the second; the first sees it no more."""
        case_id, council = uploaded(world, "another"), world.callers["hkcc"]
        first, second = world.callers["taobao"], world.callers["jd"]
        good(first.act(case_id, c.Reject(RejectionRule.NOT_OUR_CUSTOMER)))
        good(world.says(case_id, c.GiveConsent(consent_to("jd", world.clock.at))))
        good(council.act(case_id, c.Redirect("jd")))
        good(council.act(case_id, c.Accept(say())))
        good(council.act(case_id, UPLOAD))
        assert opened(
            world, second, good(second.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1}))
        ).organisation == "jd"  # fmt: skip
        assert first.get(f"/v1/trader/cases/{case_id}").status_code == 404

    def test_a_case_lapses(self, world: Served) -> None:
        """Nobody obtains it: after its time the council has it again, by itself."""
        case_id = uploaded(world, "lapses")
        world.clock.wait(days=40)
        while world.platform.tick().steps:
            pass
        assert good(world.callers["hkcc"].get(f"/v1/council/cases/{case_id}"))["status"] != "uploaded"

    def test_a_case_is_withdrawn_half_way(self, world: Served) -> None:
        """The trader is told to delete, and confirms it."""
        case_id, trader = uploaded(world, "withdrawn"), world.callers["taobao"]
        good(trader.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1}))
        world.clock.wait(hours=1)
        assert good(world.says(case_id, c.Withdraw(say())))["status"] == "withdrawn"
        world.platform.sequence()
        owed = good(trader.get("/v1/trader/duties"))["duties"]
        assert case_id in {one["case_id"] for one in owed}
        refused = trader.act(case_id, c.ReportContact(Channel.PHONE))
        assert refused.status_code == 409
        good(trader.act(case_id, c.ConfirmDeletion(KeptGround.NOTHING_KEPT)))
        assert case_id not in {one["case_id"] for one in good(trader.get("/v1/trader/duties"))["duties"]}


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server on files of SQLite."""
    with assessed(sqlite_place(tmp_path_factory.mktemp("served"))) as found:
        yield found


@pytest.fixture(scope="module")
def on_postgres(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server on a real PostgreSQL."""
    with assessed(postgres_place(postgres.database(), tmp_path_factory.mktemp("served"))) as found:
        yield found


class TestLivesOnSqlite(Lives):
    """On files of SQLite."""

    @pytest.fixture
    def world(self, on_sqlite: Served) -> Served:
        """The server."""
        return on_sqlite


class TestLivesOnPostgres(Lives):
    """On a real PostgreSQL."""

    @pytest.fixture
    def world(self, on_postgres: Served) -> Served:
        """The server."""
        return on_postgres
