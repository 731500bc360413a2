"""Requests say who sent them: whatever is changed, left out or repeated, nobody is believed, and nobody is told why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput, Unauthenticated
from expressplatform.signing import SigningKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.signatures import (
    LIFETIME,
    SIGNED_HEADERS,
    SKEW,
    KnownKey,
    Reason,
    Signed,
    claim,
    prepare,
    sign,
    verify,
)

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NONCE = "q1w2e3r4t5y6u7i8o9p0aA"
REQUEST = HttpRequest(
    "POST",
    "https://council.example/v1/trader/cases/c1/report-resolution?dry=no&x=%20",
    (
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "key-1"),
        ("If-Match", '"7"'),
        ("Expressplatform-Version", "1"),
        ("Expressplatform-Person", "desk-1"),
        ("Accept-Language", "zh-Hant"),
        ("User-Agent", "not signed"),
    ),
    b'{"v": 1}',
)
GOOD = sign(REQUEST, signer=KEY, created=NOW, nonce=NONCE)
KNOWN = KnownKey(KEY.verifying_key)


def checked(request: HttpRequest, known: KnownKey | None = KNOWN, at: datetime = NOW) -> Signed:
    return verify(claim(request), known, at=at)


def reason(request: HttpRequest, known: KnownKey | None = KNOWN, at: datetime = NOW) -> str:
    """Why a request was refused; that it was, and by which error, is asserted with it."""
    with pytest.raises(Unauthenticated) as caught:
        checked(request, known, at)
    assert str(caught.value) == str(Unauthenticated())
    return caught.value.reason


def with_header(name: str, value: str, request: HttpRequest = GOOD) -> HttpRequest:
    kept = tuple(pair for pair in request.headers if pair[0].lower() != name)
    return attrs.evolve(request, headers=(*kept, (name, value)))


def without(name: str, request: HttpRequest = GOOD) -> HttpRequest:
    return attrs.evolve(request, headers=tuple(pair for pair in request.headers if pair[0].lower() != name))


def edited(name: str, old: str, new: str) -> HttpRequest:
    value = GOOD.header(name)
    assert old in value
    return with_header(name, value.replace(old, new))


class TestWhatIsSigned:
    """RFC 9421 section 2.5: a line for each component, then the parameters."""

    def test_the_base_names_every_part_in_its_order(self) -> None:
        prepared = prepare(REQUEST, key_id=KEY.key_id, created=NOW, nonce=NONCE)
        lines = prepared.base.decode().split("\n")
        assert lines[:4] == [
            '"@method": POST',
            '"@authority": council.example',
            '"@path": /v1/trader/cases/c1/report-resolution',
            '"@query": ?dry=no&x=%20',
        ]
        assert [line.split('"')[1] for line in lines[4:-1]] == list(SIGNED_HEADERS)
        assert lines[-1] == f'"@signature-params": {prepared.params}'

    def test_a_signed_request_is_known_to_be_the_holders(self) -> None:
        signed = checked(GOOD)
        assert (signed.key_id, signed.nonce, signed.remember_until) == (KEY.key_id, NONCE, NOW + LIFETIME)
        KEY.verifying_key.verify(signed.base, signed.signature)

    def test_a_request_without_body_has_no_digest_and_an_empty_one_may(self) -> None:
        bare = HttpRequest("GET", "http://127.0.0.1:8000")
        signed = sign(bare, signer=KEY, created=NOW, nonce=NONCE)
        assert signed.header("content-digest") == ""
        assert b'"@path": /\n"@query": ?\n' in checked(signed).base
        empty = bare.with_headers(("content-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"))
        checked(sign(empty, signer=KEY, created=NOW, nonce=NONCE))

    @pytest.mark.parametrize(
        ("url", "authority"),
        [
            ("https://Council.Example:443/a", "council.example"),
            ("http://council.example:80/a", "council.example"),
            ("https://council.example:8443/a", "council.example:8443"),
            ("http://[::1]:8000/a", "[::1]:8000"),
        ],
    )
    def test_the_host_is_written_in_one_way(self, url: str, authority: str) -> None:
        prepared = prepare(attrs.evolve(REQUEST, url=url), key_id=KEY.key_id, created=NOW, nonce=NONCE)
        assert f'"@authority": {authority}\n'.encode() in prepared.base

    def test_the_spelling_of_names_and_the_space_around_values_do_not_matter(self) -> None:
        shouted = tuple((name.upper(), f" \t{value} ") if name in SIGNED_HEADERS else (name, value)
                        for name, value in GOOD.headers)  # fmt: skip
        checked(attrs.evolve(GOOD, headers=shouted))

    def test_covered_parts_stand_in_any_order(self) -> None:
        prepared = prepare(REQUEST, key_id=KEY.key_id, created=NOW, nonce=NONCE)
        params = prepared.params.replace('"@method" "@authority"', '"@authority" "@method"')
        lines = prepared.base.decode().split("\n")
        base = "\n".join([lines[1], lines[0], *lines[2:-1], f'"@signature-params": {params}']).encode()
        request = attrs.evolve(prepared, params=params, base=base).signed(KEY.sign(base))
        assert checked(request).base == base

    def test_a_label_may_be_any(self) -> None:
        relabelled = with_header("signature-input", GOOD.header("signature-input").replace("sig1=", "mine=", 1))
        checked(with_header("signature", GOOD.header("signature").replace("sig1=", "mine=", 1), relabelled))

    @pytest.mark.parametrize(
        "broken",
        [
            {"url": "https://council.example/ä"},
            {"url": "https://user@council.example/"},
            {"url": "ftp://council.example/"},
            {"url": "https://council.example/#fragment"},
            {"url": "https://council.example/" + "a" * 5000},
            {"method": "po st"},
            {"headers": (("if-match", "a\r\nb"),)},
            {"headers": (("if-match", ""),)},
            {"headers": (("if-match", '"1"'), ("If-Match", '"1"'))},
        ],
    )
    def test_what_would_not_be_taken_is_not_signed(self, broken: dict[str, object]) -> None:
        with pytest.raises(InvalidInput):
            sign(attrs.evolve(REQUEST, **broken), signer=KEY, created=NOW, nonce=NONCE)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("key_id", "nonce", "lifetime"),
        [("", NONCE, LIFETIME), ("k" * 65, NONCE, LIFETIME), ("k", "short", LIFETIME), ("k", "n" * 65, LIFETIME),
         ("k", 'n"' * 10, LIFETIME), ("k", NONCE, timedelta(0)), ("k", NONCE, LIFETIME + timedelta(seconds=1))],
    )  # fmt: skip
    def test_parameters_have_a_shape(self, key_id: str, nonce: str, lifetime: timedelta) -> None:
        with pytest.raises(InvalidInput):
            prepare(REQUEST, key_id=key_id, created=NOW, nonce=nonce, lifetime=lifetime)


class TestTampering:
    """Each part of a signed request, changed alone: nobody is believed."""

    @pytest.mark.parametrize("name", [name for name in SIGNED_HEADERS if name != "content-digest"])
    def test_a_header_that_is_changed(self, name: str) -> None:
        assert reason(with_header(name, GOOD.header(name) + "x")) == Reason.SIGNATURE

    @pytest.mark.parametrize("name", SIGNED_HEADERS)
    def test_a_header_that_is_taken_away(self, name: str) -> None:
        assert reason(without(name)) == Reason.COVERED

    @pytest.mark.parametrize("name", SIGNED_HEADERS)
    def test_a_header_that_is_added_without_a_signature(self, name: str) -> None:
        bare = sign(HttpRequest("GET", REQUEST.url), signer=KEY, created=NOW, nonce=NONCE)
        assert reason(with_header(name, "1", bare)) == Reason.COVERED

    @pytest.mark.parametrize("name", SIGNED_HEADERS)
    def test_a_header_that_stands_twice(self, name: str) -> None:
        assert reason(GOOD.with_headers((name, GOOD.header(name)))) == Reason.MALFORMED

    @pytest.mark.parametrize(
        "change",
        [
            {"method": "PUT"},
            {"url": REQUEST.url.replace("council", "counsel")},
            {"url": REQUEST.url.replace("cases/c1", "cases/c2")},
            {"url": REQUEST.url.replace("dry=no", "dry=yes")},
            {"url": REQUEST.url.partition("?")[0]},
            {"url": REQUEST.url.replace("%20", "+")},
        ],
    )
    def test_method_host_path_and_query(self, change: dict[str, str]) -> None:
        assert reason(attrs.evolve(GOOD, **change)) == Reason.SIGNATURE  # type: ignore[arg-type]

    @pytest.mark.parametrize("body", [b"", b'{"v": 1} ', b'{"v": 2}', b"\x00"])
    def test_the_body(self, body: bytes) -> None:
        assert reason(attrs.evolve(GOOD, body=body)) == Reason.DIGEST

    def test_the_digest(self) -> None:
        other = sign(attrs.evolve(REQUEST, body=b"other"), signer=KEY, created=NOW, nonce=NONCE)
        digest = other.header("content-digest")
        assert reason(with_header("content-digest", digest)) == Reason.DIGEST
        swapped = attrs.evolve(with_header("content-digest", digest), body=b"other")
        assert reason(swapped) == Reason.SIGNATURE

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (f"created={int(NOW.timestamp())}", f"created={int(NOW.timestamp()) - 1}"),
            (f"expires={int(NOW.timestamp()) + 300}", f"expires={int(NOW.timestamp()) + 299}"),
            (NONCE, NONCE[::-1]),
            ('"@path" "@query"', '"@query" "@path"'),
        ],
    )
    def test_the_parameters(self, old: str, new: str) -> None:
        assert reason(edited("signature-input", old, new)) == Reason.SIGNATURE

    def test_the_id_of_another_key(self) -> None:
        request = edited("signature-input", KEY.key_id, OTHER.key_id)
        assert claim(request).key_id == OTHER.key_id
        assert reason(request, KnownKey(OTHER.verifying_key)) == Reason.SIGNATURE
        assert reason(request) == Reason.SIGNATURE
        assert reason(request, None) == Reason.UNKNOWN_KEY

    @pytest.mark.parametrize("place", range(64))
    def test_any_byte_of_the_signature(self, place: int) -> None:
        made = prepare(REQUEST, key_id=KEY.key_id, created=NOW, nonce=NONCE)
        signature = bytearray(KEY.sign(made.base))
        signature[place] ^= 1
        assert reason(made.signed(bytes(signature))) == Reason.SIGNATURE

    def test_a_signature_has_one_spelling(self) -> None:
        value = GOOD.header("signature")
        last = value[-4]
        others = [one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" if one != last]
        for one in others:
            assert reason(with_header("signature", value[:-4] + one + value[-3:])) in (
                Reason.MALFORMED,
                Reason.SIGNATURE,
            )

    @pytest.mark.parametrize("name", ["signature", "signature-input"])
    def test_an_unsigned_request_and_one_signed_twice(self, name: str) -> None:
        assert reason(without(name)) == Reason.UNSIGNED
        assert reason(GOOD.with_headers((name, GOOD.header(name)))) == Reason.UNSIGNED

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (';alg="ed25519"', ""),
            ('"ed25519"', '"hmac-sha256"'),
            ('tag="expressplatform"', 'tag="other"'),
            (f';nonce="{NONCE}"', ""),
            (f'"{NONCE}"', '"short"'),
            (';alg="ed25519"', ';alg="ed25519";alg="ed25519"'),
            (';alg="ed25519"', ';alg="ed25519";more=1'),
            ("created=", "created=-"),
            (f'keyid="{KEY.key_id}"', "keyid=1"),
            ('"@method"', '"@method";req'),
            ('"@method" ', '"@method"  '),
            ("sig1=", "SIG1="),
            ("sig1=", "sig2="),
            (")", "), sig2=()"),
            ('"@method"', '"@method" "@method"'),
            ('"@method" ', ""),
            ('"@method"', '"@target-uri"'),
            ('"@method"', '"\u00e9"'),
        ],
    )  # fmt: skip
    def test_a_signature_that_is_written_otherwise(self, old: str, new: str) -> None:
        assert reason(edited("signature-input", old, new)) in (Reason.MALFORMED, Reason.COVERED)

    @pytest.mark.parametrize("name", [*SIGNED_HEADERS, "signature", "signature-input"])
    @pytest.mark.parametrize("value", ["x" * 70_000, "\u4e2d", "\x00", "a\nb", "\x7f", "\ud800", ""])
    def test_headers_that_are_too_long_or_not_ascii(self, name: str, value: str) -> None:
        assert reason(with_header(name, value)) == Reason.MALFORMED


class TestBounds:
    """What is too long is not read at all, and what just fits is."""

    @pytest.mark.parametrize(("length", "good"), [(1024, True), (1025, False)])
    def test_a_header_that_is_signed(self, length: int, good: bool) -> None:
        request = HttpRequest("GET", "https://council.example/", (("accept-language", "x" * length),))
        if good:
            checked(sign(request, signer=KEY, created=NOW, nonce=NONCE))
        else:
            with pytest.raises(InvalidInput):
                sign(request, signer=KEY, created=NOW, nonce=NONCE)

    @pytest.mark.parametrize(("length", "good"), [(4096, True), (4097, False)])
    def test_an_address(self, length: int, good: bool) -> None:
        url = "https://council.example/".ljust(length, "a")
        if good:
            checked(sign(HttpRequest("GET", url), signer=KEY, created=NOW, nonce=NONCE))
        else:
            with pytest.raises(InvalidInput):
                sign(HttpRequest("GET", url), signer=KEY, created=NOW, nonce=NONCE)

    @pytest.mark.parametrize(("length", "found"), [(1024, Reason.COVERED), (1025, Reason.MALFORMED)])
    def test_what_a_signature_says_of_itself(self, length: int, found: Reason) -> None:
        value = GOOD.header("signature-input")
        filled = value.replace('"@method"', '"@method"' + ' "aa"' * ((length - len(value)) // 5))
        filled = filled.replace("sig1=", "sig1".ljust(4 + length - len(filled), "x") + "=", 1)
        assert len(filled) == length
        signature = GOOD.header("signature").replace("sig1=", filled.partition("=")[0] + "=", 1)
        assert reason(with_header("signature", signature, with_header("signature-input", filled))) == found


class TestTime:
    """A signature lives for 300 seconds at most, and not before it was made."""

    @pytest.mark.parametrize(
        ("at", "good"),
        [
            (NOW, True),
            (NOW + LIFETIME - timedelta(seconds=1), True),
            (NOW + LIFETIME, False),
            (NOW - SKEW, True),
            (NOW - SKEW - timedelta(seconds=1), False),
        ],
    )
    def test_the_window(self, at: datetime, good: bool) -> None:
        if good:
            checked(GOOD, at=at)
        else:
            assert reason(GOOD, at=at) == Reason.TIME

    @pytest.mark.parametrize("lives", [301, 0, -5, 10**11])
    def test_a_signature_that_would_live_too_long(self, lives: int) -> None:
        made = prepare(REQUEST, key_id=KEY.key_id, created=NOW, nonce=NONCE)
        start = int(NOW.timestamp())
        old, new = f"expires={start + 300}", f"expires={max(0, start + lives)}"
        params, base = made.params.replace(old, new), made.base.replace(old.encode(), new.encode())
        assert reason(attrs.evolve(made, params=params, base=base).signed(KEY.sign(base))) == Reason.TIME


class TestKeys:
    """A key counts from the instant on which it is registered, and no longer from that of its revocation."""

    @pytest.mark.parametrize(
        ("known", "good"),
        [
            (KnownKey(KEY.verifying_key, since=NOW), True),
            (KnownKey(KEY.verifying_key, since=NOW + timedelta(seconds=1)), False),
            (KnownKey(KEY.verifying_key, until=NOW), False),
            (KnownKey(KEY.verifying_key, until=NOW + timedelta(seconds=1)), True),
        ],
    )
    def test_while_it_is_in_use(self, known: KnownKey, good: bool) -> None:
        if good:
            checked(GOOD, known)
        else:
            assert reason(GOOD, known) == Reason.REVOKED_KEY

    def test_the_public_example_key_opens_nothing(self) -> None:
        """What stands in for a missing key is known to everybody; so is its private half."""
        seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        request = sign(REQUEST, signer=SigningKey(seed), created=NOW, nonce=NONCE)
        assert reason(request, None) == Reason.UNKNOWN_KEY


class TestAnything:
    """Whatever comes in is believed or refused by the one error."""

    @given(
        st.text(max_size=60),
        st.text(max_size=60),
        st.lists(st.tuples(st.sampled_from(["signature", "Signature-Input", *SIGNED_HEADERS]), st.text(max_size=80))),
        st.binary(max_size=20),
    )
    def test_a_request_of_anything(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> None:
        with pytest.raises(Unauthenticated):
            checked(HttpRequest(method, url, tuple(headers), body))

    @given(st.sampled_from(["signature", "signature-input"]), st.integers(0, 400), st.text(max_size=3))
    def test_a_good_one_with_something_put_in(self, name: str, place: int, more: str) -> None:
        value = GOOD.header(name)
        changed = value[:place] + more + value[place + len(more) :]
        request = with_header(name, changed)
        if changed.strip(" \t") == value:
            return
        with pytest.raises(Unauthenticated):
            checked(request)

    @given(st.builds(lambda path, query: f"https://council.example/{path}?{query}",
                     st.from_regex(r"[A-Za-z0-9._~/%-]{0,40}", fullmatch=True),
                     st.from_regex(r"[A-Za-z0-9._~=&%+-]{0,40}", fullmatch=True)),
           st.sampled_from(["GET", "POST", "DELETE"]), st.binary(max_size=50))  # fmt: skip
    def test_what_is_signed_is_believed(self, url: str, method: str, body: bytes) -> None:
        request = sign(HttpRequest(method, url, (), body), signer=KEY, created=NOW, nonce=NONCE)
        assert checked(request).nonce == NONCE
