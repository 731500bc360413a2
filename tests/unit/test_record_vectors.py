"""The frozen records open as they did, by code that is not ours too; each that was tampered with is refused."""

from __future__ import annotations

import json
import struct
from importlib import resources
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expressplatform.errors import SealBroken
from expressplatform.platform.keeping import context_of
from expressplatform.ports import ShelfRow
from expressplatform.sealing import CaseKey, Context

VECTORS: Final[dict[str, Any]] = json.loads(
    resources.files("expressplatform").joinpath("vectors/records-1.json").read_text("utf-8")
)
SHELF: Final = VECTORS["shelf"]
EVENT: Final = VECTORS["event"]


def shelf_row(given: dict[str, Any]) -> ShelfRow:
    return ShelfRow(**{**given, "labels": tuple(given["labels"]), "body": bytes.fromhex(given["body"])})


def open_shelf(given: dict[str, Any]) -> bytes:
    row = shelf_row(given)
    return CaseKey(bytes.fromhex(SHELF["secret"])).open(row.body, context_of(row))


def open_event(given: dict[str, Any]) -> bytes:
    facts = given["facts"].encode()
    context = Context(given["case_id"], given["version"], given["kind"], given["schema"], facts, "particulars")
    return CaseKey(bytes.fromhex(EVENT["data_key"])).open(bytes.fromhex(given["sealed"]), context)


def by_hand(key: str, blob: bytes, texts: tuple[bytes, ...], version: int, schema: int) -> bytes:
    """As `sealing` and `docs` describe it: one HKDF, suite and commitment in front, lengths before the texts."""
    derived = HKDF(hashes.SHA256(), 96, None, b"expressplatform case key 1").derive(bytes.fromhex(key))
    assert blob[:33] == b"\x01" + derived[32:64]
    bound = struct.pack(">BQIIIII", 1, version, schema, *map(len, texts)) + b"".join(texts)
    return AESGCM(derived[:32]).decrypt(blob[33:45], blob[45:], bound)


def test_the_frozen_records_open() -> None:
    assert open_shelf(SHELF["row"]).decode() == SHELF["opened"]
    assert open_event(EVENT["row"]).decode() == EVENT["opened"]


def test_the_frozen_records_open_by_what_is_written_of_them() -> None:
    row = SHELF["row"]
    clear = json.dumps([row["owner"], row["place"], row["labels"], row["year"]], separators=(",", ":")).encode()
    texts = (b"shelf", row["id"].encode(), row["kind"].encode(), clear)
    assert by_hand(SHELF["secret"], bytes.fromhex(row["body"]), texts, row["version"], 1).decode() == SHELF["opened"]
    row = EVENT["row"]
    texts = (b"particulars", row["case_id"].encode(), row["kind"].encode(), row["facts"].encode())
    opened = by_hand(EVENT["data_key"], bytes.fromhex(row["sealed"]), texts, row["version"], row["schema"])
    assert opened.decode() == EVENT["opened"]


@pytest.mark.parametrize("one", SHELF["invalid"], ids=lambda one: one["what"])
def test_a_record_of_the_shelf_that_was_tampered_with_is_refused(one: dict[str, Any]) -> None:
    with pytest.raises(SealBroken) as caught:
        open_shelf(one["row"])
    assert caught.value.code == one["code"]


@pytest.mark.parametrize("one", EVENT["invalid"], ids=lambda one: one["what"])
def test_a_sealed_part_of_an_event_that_was_tampered_with_is_refused(one: dict[str, Any]) -> None:
    with pytest.raises(SealBroken) as caught:
        open_event(one["row"])
    assert caught.value.code == one["code"]
