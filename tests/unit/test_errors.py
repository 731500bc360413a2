"""Errors travel: every one pickles, copies and compares, and none quotes what somebody typed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import attrs
import pytest

from expressplatform import errors
from expressplatform.codes import Role
from expressplatform.complaint import Actor, Complaint, Evidence, Remark
from expressplatform.errors import ExpressPlatformError, InvalidInput, OperatorMustAct, Problem, Refused
from expressplatform.money import Money
from expressplatform.references import read_reference
from tests.whole_complaint import WHOLE, put

CANARY = "Qx7Lm2Zp9Tw4Rk8V"

EXAMPLES: tuple[ExpressPlatformError, ...] = (
    InvalidInput((Problem("$.purchase.paid", "type", "must be an amount"), Problem("$.trader", "missing", "must be"))),
    Refused("wrong_role", "case-1", "council", ("Accept", "Decline"), "Not open to a trader."),
    errors.NoSuchCase("case-1"),
    errors.StaleVersion("case-1", 3, 4),
    errors.KeyReused("case-1"),
    errors.Unreachable(),
    errors.HeldBack(),
    errors.TransportFailed("timeout"),
    errors.Unauthenticated("time", skew=90),
    errors.WebhookInvalid("signature"),
    errors.LimitReached(3),
    errors.ServerFailed(503, "request-1"),
    errors.StoreUnusable("newer", "written by a newer edition"),
    errors.SealBroken("tag", "case-1"),
    errors.SignatureInvalid(key_id="key-1"),
    errors.LedgerBroken("root_differs", 12),
    errors.EvidenceMissing("case-1"),
    errors.KeyMissing("case-1"),
    errors.KeyDestroyed("case-1"),
)

AGAIN = {errors.HeldBack, errors.TransportFailed, errors.LimitReached, errors.ServerFailed}


def tree(root: type[ExpressPlatformError] = ExpressPlatformError) -> Iterator[type[ExpressPlatformError]]:
    """The library's own errors; an adapter that is loaded may bring others."""
    for one in root.__subclasses__():
        if one.__module__ == errors.__name__:
            yield one
            yield from tree(one)


def told(error: ExpressPlatformError) -> list[object]:
    return [getattr(error, name) for name in attrs.fields_dict(type(error))]  # type: ignore[arg-type]


class TestTheTree:
    """One tree, split by who must act; a caller catches its root."""

    def test_there_is_an_example_of_every_error_that_is_raised(self) -> None:
        assert {type(one).__name__ for one in EXAMPLES} == {one.__name__ for one in tree() if attrs.has(one)}

    def test_every_error_is_named_in_the_tree_that_is_drawn(self) -> None:
        drawn = errors.__doc__ or ""
        assert all(one.__name__ in drawn for one in tree())

    def test_what_the_operator_must_see_to_stands_apart(self) -> None:
        names = {one.__name__ for one in tree(OperatorMustAct)}
        assert names == {
            "StoreUnusable",
            "SealBroken",
            "SignatureInvalid",
            "LedgerBroken",
            "EvidenceMissing",
            "KeyMissing",
            "KeyDestroyed",
        }

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_has_a_code_and_a_sentence(self, error: ExpressPlatformError) -> None:
        assert error.code
        assert str(error)

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_says_who_must_act_and_whether_to_ask_again(self, error: ExpressPlatformError) -> None:
        assert error.who_must_act in {"", "caller", "operator", *Role}
        assert error.retryable is (type(error) in AGAIN)

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_travels_unchanged(self, error: ExpressPlatformError) -> None:
        for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
            assert type(other) is type(error)
            assert told(other) == told(error)
            assert str(other) == str(error)
            assert repr(other) == repr(error)

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_can_be_raised_caught_and_given_a_cause(self, error: ExpressPlatformError) -> None:
        with pytest.raises(ExpressPlatformError) as caught:
            raise error from ValueError("why")
        assert caught.value is error


class TestWhatTheySay:
    """A message names the place, the rule and who must act."""

    def test_every_problem_is_told(self) -> None:
        assert str(EXAMPLES[0]) == "$.purchase.paid: must be an amount; $.trader: must be"

    def test_a_refusal_says_what_is_open_instead(self) -> None:
        assert str(EXAMPLES[1]) == "Not open to a trader. [wrong_role] Allowed now: Accept, Decline."
        assert str(Refused("wrong_role", "case-1")) == "wrong_role [wrong_role]"

    def test_a_refused_signature_tells_of_a_clock_and_not_of_what_was_wrong(self) -> None:
        assert "off by 90 seconds" in str(errors.Unauthenticated("time", skew=90))
        assert str(errors.Unauthenticated("unknown_key")) == str(errors.Unauthenticated("signature"))

    def test_a_failed_request_can_be_named_to_whoever_runs_the_server(self) -> None:
        assert "request-1" in str(errors.ServerFailed(503, "request-1"))
        assert "request" not in str(errors.ServerFailed(503))

    def test_a_store_says_what_is_wrong_with_it(self) -> None:
        assert str(errors.StoreUnusable("corrupt")) == "corrupt"
        assert str(errors.StoreUnusable("newer", "by another edition")) == "newer: by another edition"


class TestNoValueIsQuoted:
    """What somebody typed stands in no message and in no repr, also where its type is wrong."""

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Money(CANARY, 1),
            lambda: Money("HKD", CANARY),  # type: ignore[arg-type]
            lambda: read_reference(CANARY),
            lambda: Remark(""),
            lambda: Remark("\ud800" + CANARY),
            lambda: Remark(["a", CANARY]),  # type: ignore[arg-type]
            lambda: put(WHOLE, "particulars.name", CANARY * 20),
            lambda: put(WHOLE, "particulars.email", {CANARY: 1}),
            lambda: Evidence(CANARY + "!", WHOLE.evidence[0].kind),
            lambda: Actor(WHOLE.evidence, CANARY + " ?", CANARY),  # type: ignore[arg-type]
            lambda: put(WHOLE, "council_reference", CANARY + "\n"),
            lambda: put(WHOLE, "evidence", [CANARY]),
        ],
    )
    def test_in_a_refused_value(self, make: object) -> None:
        assert callable(make)
        with pytest.raises(InvalidInput) as caught:
            make()
        error = caught.value
        for said in (str(error), repr(error), repr(error.args), repr(pickle.dumps(error))):
            assert CANARY not in said

    def test_in_a_complaint_that_prints(self) -> None:
        complaint: Complaint = put(WHOLE, "particulars.statement", CANARY)
        assert CANARY not in repr(complaint) + str(complaint)
        assert CANARY not in repr(Remark(CANARY)) + str(Remark(CANARY))
