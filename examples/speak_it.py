"""Speak it: the protocol in another language's shoes, with nothing but the standard library and `cryptography`.

With the address of a platform and a file of keys (``{"organisation", "person", "signing", "sealing", "council"}``, keys
in hex) it lists a trader's cases, obtains those that wait, and the documents that were shared of them: `python
speak_it.py http://127.0.0.1:8000 keys.json`. `speak_vectors.py` holds it against the vectors that are published.
"""

from __future__ import annotations

import hmac
import json
import secrets
import struct
import sys
import time
import urllib.request
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SIGNED = {"accept-language", "content-digest", "content-type", "expressplatform-person", "expressplatform-version"}
SIGNED |= {"idempotency-key", "if-match"}
Headers = dict[str, str]
HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def key_id(key: Any) -> str:
    public = key if isinstance(key, bytes) else key.public_key().public_bytes_raw()
    return sha256(public).hexdigest()[:16]


def sign(seed: bytes, method: str, url: str, headers: Headers, body: bytes, at: int, nonce: str) -> tuple[str, Headers]:
    """The signature base of a request, and its headers with the signature (RFC 9421, RFC 9530)."""
    key, where = Ed25519PrivateKey.from_private_bytes(seed), urlsplit(url)
    digest = {"content-digest": f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"} if body else {}
    headers = {name.lower(): value for name, value in headers.items()} | digest
    host = where.netloc.lower().removesuffix({"https": ":443"}.get(where.scheme, ":80"))
    parts = {"@method": method, "@authority": host, "@path": where.path or "/"}
    parts |= {"@query": f"?{where.query}", **{name: headers[name] for name in sorted(SIGNED & headers.keys())}}
    covered = " ".join(f'"{name}"' for name in parts)
    params = f'({covered});created={at};expires={at + 300};nonce="{nonce}";keyid="{key_id(key)}"'
    params += ';alg="ed25519";tag="expressplatform"'
    base = "\n".join([*(f'"{name}": {value}' for name, value in parts.items()), f'"@signature-params": {params}'])
    signature = b64encode(key.sign(base.encode())).decode()
    return base, headers | {"signature-input": f"sig1={params}", "signature": f"sig1=:{signature}:"}


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def open_envelope(private: bytes, council: bytes, sealed: Any, case_id: str, recipient: str) -> Any:
    """What an envelope holds, once the council's signature over exactly this case and recipient holds."""
    envelope, key = b64decode(sealed["envelope"], validate=True), X25519PrivateKey.from_private_bytes(private)
    known = (sealed["council_key"], sealed["key_id"]) == (key_id(council), key_id(key))
    if not known or len(envelope) < 113 or envelope[0] != 1:
        raise ValueError("no envelope of suite 1 between keys that are known")
    names = (sealed["schema"], case_id, recipient, sealed["key_id"], sealed["disclosure_id"], sealed["purpose"])
    info = framed(b"expressplatform disclosure 1", b"\1", council, *(str(name).encode() for name in names))
    signed = framed(b"expressplatform signed disclosure 1", info, envelope[65:])
    Ed25519PublicKey.from_public_bytes(council).verify(envelope[1:65], signed)
    held = json.loads(HPKE.decrypt(envelope[65:], key, info=info))
    if not held["use_until"][:4].isdigit() or not isinstance(held.get("values", {}).get("particulars.name", ""), str):
        raise ValueError("not to be understood")
    return held


def open_document(private: bytes, council: bytes, source: Any, case_id: str, document: str, recipient: str) -> Any:
    """The pieces of a document as they come; it is whole, and what was asked for, once they have come to their end."""
    sealed = json.loads(source.read(min(int.from_bytes(source.read(4), "big"), 8192)))
    if sealed["schema"] != 2 or sealed["disclosure_id"].rpartition("#")[2] != document:
        raise ValueError("another document")
    head = open_envelope(private, council, sealed, case_id, recipient)
    keys = HKDF(hashes.SHA256(), 96, None, b"expressplatform case key 1").derive(bytes.fromhex(head["key"]))
    place, before, left, chunk = 0, b"", head["size"], source.read(65597)
    while chunk or not place:
        following = source.read(65597)
        texts = (b"evidence", case_id.encode(), sealed["disclosure_id"].encode(), bytes((not following,)) + before)
        bound = struct.pack(">BQIIIII", 1, place, 1, *map(len, texts)) + b"".join(texts)
        if chunk[:33] != b"\1" + keys[32:64] or not head["kind"] + head["media_type"]:
            raise ValueError("no chunk of this document")
        piece = AESGCM(keys[:32]).decrypt(chunk[33:45], chunk[45:], bound)
        place, before, left, chunk = place + 1, chunk[-16:], left - len(piece), following
        yield piece
    if left:
        raise ValueError("not as long as was said")


def verify_webhook(secret: str, body: bytes, headers: Headers, now: int) -> Any:
    """What a webhook says (Standard Webhooks 1.0.0); raises ValueError for anything else."""
    id, stamp, sent = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    wanted = b"v1," + b64encode(hmac.digest(b64decode(secret[6:]), f"{id}.{stamp}.".encode() + body, "sha256"))
    now_ish = stamp.isdecimal() and -60 <= now - int(stamp) <= 300
    if not now_ish or not any(hmac.compare_digest(one.encode(), wanted) for one in sent.split(" ")):
        raise ValueError("not from the platform, or not now")
    said = json.loads(body)
    if not isinstance(said["data"]["case_id"], str) or said["timestamp"][-1] != "Z":
        raise ValueError("not to be understood")
    return said


class Trader:
    """A trader's calls. Each write has a key: asked again under it, it is done once."""

    def __init__(self, base: str, keys: Headers) -> None:
        self.base, self.keys = base.rstrip("/"), keys
        self.opening = bytes.fromhex(keys["sealing"]), bytes.fromhex(keys["council"])

    def ask(self, method: str, path: str, document: dict[str, Any] | None = None, key: str = "") -> Any:
        body = b"" if document is None else json.dumps({"v": 1, **document}).encode()
        headers = {"Expressplatform-Person": self.keys["person"], "Expressplatform-Version": "1"}
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key} if body else {}
        seed, url, nonce = bytes.fromhex(self.keys["signing"]), self.base + path, secrets.token_urlsafe(16)
        request = urllib.request.Request(url, body or None, method=method)
        request.headers = sign(seed, method, url, headers, body, int(time.time()), nonce)[1]
        try:
            return urllib.request.urlopen(request, timeout=30)
        except HTTPError as refused:
            raise SystemExit(json.loads(refused.read())["detail"]) from None

    def call(self, method: str, path: str, document: dict[str, Any] | None = None, key: str = "") -> Any:
        with self.ask(method, path, document, key) as answer:
            return json.loads(answer.read())

    def obtain(self, case_id: str, key: str) -> Any:
        sealed = self.call("POST", f"/v1/trader/cases/{case_id}/obtain", {}, key)
        return open_envelope(*self.opening, sealed, case_id, self.keys["organisation"])

    def obtain_document(self, case_id: str, document: str, key: str) -> Any:
        with self.ask("POST", f"/v1/trader/cases/{case_id}/evidence/{document}/obtain", {}, key) as answer:
            yield from open_document(*self.opening, answer, case_id, document, self.keys["organisation"])


if __name__ == "__main__":
    trader = Trader(sys.argv[1], json.loads(Path(sys.argv[2]).read_text("utf-8")))
    for row in trader.call("GET", "/v1/trader/cases?limit=50")["cases"]:
        id, shared = row["case_id"], f"/v1/trader/cases/{row['case_id']}/evidence"
        shown = trader.obtain(id, id)["values"] if row["status"] == "uploaded" else ()
        listed = trader.call("GET", shared)["documents"] if "obtain" in row["allowed"] else ()
        sizes = [sum(map(len, trader.obtain_document(id, one["id"], f"{id}-{one['id']}"))) for one in listed]
        print(row["reference"], row["status"], len(shown), "fields", *(f"{size} bytes" for size in sizes))
