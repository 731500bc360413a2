"""A bundle is whole and as it was signed, or it is refused with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput, SignatureInvalid
from expressplatform.signed_files import FORMAT, MANIFEST, SIGNATURE, checked, under_manifest
from expressplatform.signing import SigningKey

KEY: Final = SigningKey(bytes(range(32)))
OTHER: Final = SigningKey(bytes(32))
names = st.from_regex(r"[a-z]{1,8}\.jsonl", fullmatch=True)
files = st.dictionaries(names, st.binary(max_size=40), max_size=4)


def made(content: Mapping[str, bytes]) -> dict[str, bytes]:
    return dict(under_manifest(content, {"council": "hkcc"}, KEY.sign))


@given(files)
def test_what_was_bundled_is_whole_and_says_what_its_maker_said(content: dict[str, bytes]) -> None:
    manifest = checked(made(content), KEY.verifying_key.verify)
    assert manifest.files == tuple(sorted(content))
    assert manifest.said["council"] == "hkcc"


@given(files.filter(bool), st.data())
def test_a_file_that_is_changed_missing_or_strange_is_named(content: dict[str, bytes], data: st.DataObject) -> None:
    whole = made(content)
    name = data.draw(st.sampled_from(sorted(content)))
    altered = {**whole, name: whole[name] + b"x"}
    missing = {one: value for one, value in whole.items() if one != name}
    for spoilt, kind in ((altered, "altered"), (missing, "missing"), ({**whole, "other": b""}, "unknown_file")):
        with pytest.raises(InvalidInput) as caught:
            checked(spoilt, KEY.verifying_key.verify)
        assert [problem.kind for problem in caught.value.problems] == [kind]


@given(files, st.data())
def test_no_change_of_manifest_or_signature_is_taken(content: dict[str, bytes], data: st.DataObject) -> None:
    whole = made(content)
    name = data.draw(st.sampled_from([MANIFEST, SIGNATURE]))
    place = data.draw(st.integers(0, len(whole[name]) - 1))
    spoilt = bytearray(whole[name])
    spoilt[place] ^= 1 << data.draw(st.integers(0, 7))
    if bytes(spoilt).lower() == whole[name]:  # hexadecimal in capitals is the same signature
        return
    with pytest.raises(SignatureInvalid):
        checked({**whole, name: bytes(spoilt)}, KEY.verifying_key.verify)


def test_another_key_signs_nothing_here() -> None:
    with pytest.raises(SignatureInvalid):
        checked(made({}), OTHER.verifying_key.verify)
    resigned = dict(under_manifest({}, {"council": "hkcc"}, OTHER.sign))
    with pytest.raises(SignatureInvalid):
        checked(resigned, KEY.verifying_key.verify)


def test_without_manifest_and_signature_both_are_asked_for() -> None:
    with pytest.raises(InvalidInput) as caught:
        checked({"a.jsonl": b""}, KEY.verifying_key.verify)
    assert [problem.path for problem in caught.value.problems] == [f"$.{MANIFEST}", f"$.{SIGNATURE}"]


@given(
    st.binary(max_size=40)
    | st.recursive(
        st.none() | st.integers(0, 9) | st.text(max_size=3),
        lambda one: st.lists(one, max_size=2) | st.dictionaries(st.sampled_from(["files", "name", "size"]), one),
    ).map(orjson.dumps)
)
def test_whatever_was_signed_is_a_manifest_or_refused(manifest: bytes) -> None:
    """Whoever has the key may sign anything: who checks it is told so, and nothing breaks off."""
    signed = KEY.sign(FORMAT.encode() + b"\n" + manifest).hex().encode()
    with suppress(InvalidInput):
        assert checked({MANIFEST: manifest, SIGNATURE: signed}, KEY.verifying_key.verify).files == ()
