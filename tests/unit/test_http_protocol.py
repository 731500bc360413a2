"""Cursors, problem documents and sealed details: what goes out comes back; what is broken has one kind of answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from expressplatform import errors
from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    Purpose,
    Stage,
)
from expressplatform.complaint import CallCode, Consent
from expressplatform.errors import ExpressPlatformError, InvalidInput, Problem, SealBroken, SignatureInvalid
from expressplatform.privacy.disclosure import Disclosure, disclose, fields_for
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import EncryptionPair, open_with, seal_for
from expressplatform.signing import SigningKey
from expressplatform.transport import HttpResponse
from expressplatform_http.protocol.cursors import read_cursor, write_cursor
from expressplatform_http.protocol.details import (
    Recipient,
    Sealed,
    open_details,
    read_sealed,
    seal_details,
    sealed_document,
)
from expressplatform_http.protocol.problems import STATUSES, problem_of, read_problem
from expressplatform_http.protocol.received import READERS, ReceivedDetails
from tests.unit.test_errors import EXAMPLES
from tests.whole_complaint import WHOLE

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
COUNCIL, STRANGER = SigningKey(b"c" * 32), SigningKey(b"s" * 32)
PAIR = EncryptionPair.of(b"p" * 32)
CASE = "c" + "1" * 31
TRADER = WHOLE.trader.organisation
TO = Recipient(TRADER, PAIR.public)


class TestCursors:
    """A cursor names a place in one list, and is of no use for another."""

    @given(st.text(min_size=1, max_size=60).filter(lambda one: one.isprintable()), st.lists(st.text(max_size=9)))
    def test_it_comes_back_as_the_place(self, place: str, scope: list[str]) -> None:
        assert read_cursor(write_cursor(place, *scope), *scope) == place

    def test_the_beginning_and_the_end_are_empty(self) -> None:
        assert write_cursor("", "feed") == ""
        assert read_cursor("", "feed") == ""

    @given(st.integers(0, 40), st.sampled_from("AZaz09-_"))
    def test_any_change_is_seen(self, place: int, letter: str) -> None:
        written = write_cursor("000000000042", "feed", "taobao")
        changed = written[:place] + letter + written[place + 1 :]
        if changed != written:
            with pytest.raises(InvalidInput):
                read_cursor(changed, "feed", "taobao")

    @pytest.mark.parametrize("scope", [(), ("feed",), ("feed", "jd"), ("feedtaobao",), ("feed", "taobao", "")])
    def test_another_list_refuses_it(self, scope: tuple[str, ...]) -> None:
        with pytest.raises(InvalidInput):
            read_cursor(write_cursor("42", "feed", "taobao"), *scope)

    @given(st.text(max_size=40))
    def test_anything_else_is_refused(self, written: str) -> None:
        if written:
            with pytest.raises(InvalidInput) as caught:
                read_cursor(written, "feed")
            assert caught.value.problems[0].kind == "cursor"


def answered(error: ExpressPlatformError) -> HttpResponse:
    made = problem_of(error)
    return HttpResponse(made.status, (*made.headers, ("request-id", "r-1")), made.body)


class TestProblems:
    """Every error of the tree has one document, and the document gives the error back."""

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_is_a_problem_document(self, error: ExpressPlatformError) -> None:
        made = problem_of(error)
        document = json.loads(made.body)
        assert document["status"] == made.status >= 400
        assert document["type"] == f"urn:expressplatform:problem:{document['code']}"
        assert {"title", "detail", "who_must_act", "retryable"} <= document.keys()
        assert "case-1" not in made.body.decode()

    @pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
    def test_each_comes_back_as_far_as_it_is_the_callers_to_know(self, error: ExpressPlatformError) -> None:
        back = read_problem(answered(error), case_id="case-1")
        told = {
            errors.InvalidInput, errors.Refused, errors.NoSuchCase, errors.StaleVersion, errors.KeyReused,
            errors.LimitReached, errors.KeyDestroyed,
        }  # fmt: skip
        if type(error) in told:
            assert type(back) is type(error)
            told_of = attrs.asdict(error)  # type: ignore[arg-type]
            if isinstance(error, errors.Refused):  # commands go by the names that documents give them
                told_of["allowed"] = ("accept", "decline")
            assert attrs.asdict(back) == told_of  # type: ignore[arg-type]
        elif isinstance(error, errors.OperatorMustAct):
            assert isinstance(back, errors.ServerFailed)
            assert (back.code, back.request) == ("unavailable", "r-1")
        assert back.retryable or not error.retryable

    def test_what_went_wrong_inside_is_not_told(self) -> None:
        for error in (errors.StoreUnusable("corrupt", "of disk 7"), errors.SealBroken("tag", "case-1")):
            assert problem_of(error) == problem_of(errors.KeyMissing("case-9"))

    def test_what_was_wrong_with_a_signature_is_not_told(self) -> None:
        assert problem_of(errors.Unauthenticated("unknown_key")) == problem_of(errors.Unauthenticated("time", 90))

    def test_no_case_and_a_strangers_case_have_one_document(self) -> None:
        assert problem_of(errors.NoSuchCase("case-1")) == problem_of(errors.NoSuchCase(""))

    def test_what_is_too_large_has_a_status_of_its_own(self) -> None:
        error = InvalidInput((Problem("$", "too_large", "must be smaller"),))
        assert problem_of(error).status == 413
        assert read_problem(answered(error)).problems == error.problems  # type: ignore[attr-defined]

    def test_every_kind_that_can_be_answered_is_in_the_table(self) -> None:
        kinds = {type(error) for error in EXAMPLES} - {errors.TransportFailed, errors.WebhookInvalid}
        assert all(any(issubclass(kind, row[0]) for row in STATUSES) for kind in kinds)

    @given(st.integers(300, 599), st.binary(max_size=60), st.text(max_size=10))
    def test_any_answer_is_an_error_of_the_tree(self, status: int, body: bytes, wait: str) -> None:
        read = read_problem(HttpResponse(status, (("retry-after", wait),), body))
        assert isinstance(read, ExpressPlatformError)
        assert str(read)

    @given(st.integers(300, 599), st.dictionaries(
        st.sampled_from(["code", "problems", "allowed", "detail", "found", "expected", "who_must_act"]),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda one: st.lists(one, max_size=3)),
    ))  # fmt: skip
    def test_any_document_is_one_too(self, status: int, document: dict[str, Any]) -> None:
        read = read_problem(HttpResponse(status, (), json.dumps(document).encode()))
        assert isinstance(read, ExpressPlatformError)
        assert str(read) is not None


def shown() -> Disclosure:
    """Everything that a trader may be shown of a complaint that has everything."""
    consent = Consent(TRADER, Purpose.HANDLING, HK_CCA.notice, NOW - timedelta(days=1), Channel.WEB)
    return disclose(
        WHOLE,
        audience=Audience.TRADER,
        recipient=TRADER,
        purpose=Purpose.HANDLING,
        stage=Stage.HANDLING,
        consents=(consent,),
        scheme=HK_CCA,
        at=NOW,
        use_until=NOW + timedelta(days=60),
        code=CallCode("4711"),
        case_id=CASE,
    )


class Keys:
    """An opener of one key."""

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        if key_id != PAIR.key_id:
            raise SealBroken("unknown_key", "")
        return open_with(PAIR.private, sealed, info)


SHOWN = shown()
SEALED = seal_details(SHOWN, case_id=CASE, disclosure_id=f"{CASE}.5", to=TO, signer=COUNCIL)


def opened(sealed: Sealed = SEALED, case_id: str = CASE, recipient: str = TRADER) -> ReceivedDetails:
    councils = (STRANGER.verifying_key, COUNCIL.verifying_key)
    return open_details(sealed, case_id=case_id, recipient=recipient, opener=Keys(), councils=councils)


def sealed_anyhow(document: object) -> Sealed:
    """An envelope that the council should not have sealed."""
    plain = document if isinstance(document, bytes) else orjson.dumps(document)
    return attrs.evolve(SEALED, envelope=seal_for(PAIR.public, plain, info=SEALED.context(), signer=COUNCIL))


PLAIN: dict[str, Any] = {
    "v": 1, "purpose": "handling", "basis": "separate_consent", "article": "a", "notice": "n",
    "use_until": "2026-05-01T00:00:00Z", "values": {},
}  # fmt: skip


class TestDetails:
    """Sealed to one key for one case, signed by a council that is known, and typed once they are open."""

    def test_everything_that_was_shown_arrives(self) -> None:
        details = opened()
        assert dict(details.values) == json.loads(orjson.dumps(dict(SHOWN.values)))
        assert details.use_until == SHOWN.use_until
        assert (details.purpose, details.basis) == (Purpose.HANDLING, Basis.SEPARATE_CONSENT)

    def test_every_field_that_a_trader_may_be_shown_is_read(self) -> None:
        table = {field for stage in Stage for field in fields_for(Audience.TRADER, Purpose.HANDLING, stage)}
        assert READERS.keys() == table

    def test_every_property_has_the_value_of_its_field(self) -> None:
        details = opened()
        given = WHOLE.particulars
        assert details.nature is WHOLE.nature
        assert details.category is WHOLE.category
        assert details.subject is WHOLE.purchase.subject
        assert details.organisation == TRADER
        assert WHOLE.trader.shop is not None
        assert details.shop == (WHOLE.trader.shop.platform, WHOLE.trader.shop.shop_id)
        assert details.ordered_on == WHOLE.purchase.ordered_on
        assert details.promised_on == WHOLE.dates.promised_on
        assert details.delivered_on == WHOLE.dates.delivered_on
        assert details.known_on == WHOLE.dates.known_on
        assert details.warranty_until == WHOLE.dates.warranty_until
        assert details.paid == WHOLE.purchase.paid
        assert details.claimed == WHOLE.claimed
        assert details.redress == WHOLE.redress
        assert details.asked_before == WHOLE.prior_contact.contacted
        assert details.asked_before_on == WHOLE.prior_contact.on
        assert details.asked_before_outcome == WHOLE.prior_contact.outcome
        assert [one.id for one in details.evidence] == [one.id for one in WHOLE.evidence]
        assert details.language is WHOLE.complainant.language
        assert details.channel is WHOLE.complainant.channel
        assert details.represented is WHOLE.complainant.represented
        assert details.call_code == "4711"
        for name in ("name", "order_number", "shop_page", "statement", "request"):
            assert getattr(details, name) == getattr(given, name)

    def test_an_older_or_smaller_document_leaves_the_rest_empty(self) -> None:
        details = opened(sealed_anyhow(PLAIN))
        names = [name for name, one in vars(ReceivedDetails).items() if isinstance(one, property)]
        assert len(names) > 30
        for name in names:
            assert getattr(details, name) in (None, "", (), False, ("", ""))

    def test_codes_and_fields_of_a_newer_platform_survive(self) -> None:
        document_of_light = {"id": "e", "kind": "hologram", "media_type": None, "size": None, "depth": 3}
        values = {
            "nature": "teleported",
            "redress": ["refund", "apology"],
            "purchase.colour": {"a": [1]},
            "evidence": [document_of_light],
        }
        document = {**PLAIN, "v": 2, "values": values, "mood": "sunny"}
        details = opened(sealed_anyhow(document))
        assert details.nature == "teleported"
        assert details.redress[1] == "apology"
        assert details.evidence[0].kind == "hologram"
        assert orjson.loads(orjson.dumps(details.document, default=dict)) == document

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("nature", 7), ("particulars.name", None), ("purchase.paid", 5), ("purchase.paid", {"currency": "HKD"}),
            ("purchase.paid", {"currency": "HKD", "minor_units": "1"}), ("purchase.ordered_on", "yesterday"),
            ("redress", "refund"), ("prior_contact.contacted", "yes"), ("evidence", [{"id": 1, "kind": "x"}]),
            ("evidence", [{"id": "e", "kind": "x", "size": "7"}]), ("particulars.evidence_names", [{}]),
            ("messages", [{"number": 1, "at": "0001-01-01T00:00:00+14:00", "by": "council", "text": "So."}]),
            ("messages", [{"number": 1, "at": "9999-12-31T23:59:59-12:00", "by": "council", "text": "So."}]),
        ],
    )  # fmt: skip
    def test_a_field_of_another_type_is_named_and_not_quoted(self, path: str, value: object) -> None:
        with pytest.raises(InvalidInput) as caught:
            opened(sealed_anyhow({**PLAIN, "values": {path: value}}))
        assert [one.path for one in caught.value.problems] == [f"$.values.{path}"]

    @pytest.mark.parametrize(
        "document",
        [b"", b"[]", b"not json", {**PLAIN, "values": []}, {**PLAIN, "use_until": "soon"}, {**PLAIN, "use_until": 1},
         {**PLAIN, "use_until": "2026-05-01T00:00:00"}, {**PLAIN, "purpose": None}, {"values": {}}],
    )  # fmt: skip
    def test_a_document_that_is_none_is_refused(self, document: object) -> None:
        with pytest.raises(InvalidInput):
            opened(sealed_anyhow(document))

    def test_nothing_of_it_prints(self) -> None:
        details = opened()
        name = details.name
        assert name
        for one in (details, details.evidence_names, SEALED):
            assert name not in repr(one) + str(one)

    @pytest.mark.parametrize("name", ["recipient", "key_id", "disclosure_id", "purpose", "schema"])
    def test_whatever_stands_beside_it_is_bound(self, name: str) -> None:
        other = attrs.evolve(SEALED, **{name: 2 if name == "schema" else "other"})  # type: ignore[arg-type]
        if name == "recipient":  # the trader knows who it is
            assert opened(other).case_id == CASE
        else:
            with pytest.raises(SignatureInvalid):
                opened(other)

    def test_it_is_of_this_case_and_for_this_trader(self) -> None:
        with pytest.raises(SignatureInvalid):
            opened(case_id="c" + "2" * 31)
        with pytest.raises(SignatureInvalid):
            opened(recipient="jd")

    def test_a_council_that_is_not_known_is_not_believed(self) -> None:
        with pytest.raises(SignatureInvalid) as caught:
            opened(attrs.evolve(SEALED, council_key="0" * 16))
        assert caught.value.code == "unknown_key"
        with pytest.raises(SignatureInvalid):
            opened(attrs.evolve(SEALED, council_key=STRANGER.key_id))

    def test_a_key_that_is_gone_is_named(self) -> None:
        other = EncryptionPair.of(b"q" * 32)
        to = Recipient(TRADER, other.public)
        sealed = seal_details(SHOWN, case_id=CASE, disclosure_id="d", to=to, signer=COUNCIL)
        with pytest.raises(SealBroken) as caught:
            opened(sealed)
        assert caught.value.code == "unknown_key"

    def test_it_is_sealed_only_to_whom_it_was_let_out(self) -> None:
        with pytest.raises(InvalidInput):
            seal_details(SHOWN, case_id=CASE, disclosure_id="d", to=Recipient("jd", PAIR.public), signer=COUNCIL)

    def test_another_library_opens_it(self) -> None:
        info, envelope = SEALED.context().bound(COUNCIL.public), SEALED.envelope
        label, framed = b"expressplatform signed disclosure 1", b""
        for part in (label, info, envelope[65:]):
            framed += len(part).to_bytes(4, "big") + part
        Ed25519PublicKey.from_public_bytes(COUNCIL.public).verify(envelope[1:65], framed)
        suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
        key = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(PAIR.private))
        plain = suite.create_recipient_context(envelope[65:97], key, info=info).open(envelope[97:])
        assert json.loads(plain)["values"]["particulars.name"] == opened().name


class TestOnTheWay:
    def test_an_envelope_travels_as_json(self) -> None:
        assert read_sealed(json.loads(orjson.dumps(sealed_document(SEALED)))) == SEALED

    @pytest.mark.parametrize(
        "change",
        [{"envelope": 1}, {"envelope": "é"}, {"envelope": "A"}, {"case_id": None}, {"case_id": "a b"}, {"schema": "1"},
         {"schema": True}, {"key_id": ""}, {"disclosure_id": ""}],
    )  # fmt: skip
    def test_one_that_is_none_is_refused(self, change: dict[str, object]) -> None:
        with pytest.raises(InvalidInput):
            read_sealed({**sealed_document(SEALED), **change})
