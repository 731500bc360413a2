"""Speak it: the protocol in another language's shoes, with nothing but the standard library and `cryptography`.

Run it as a script: it checks itself against the vectors that are published in the package. With the address of a
platform and a file of keys (``{"organisation", "person", "signing", "sealing", "council"}``, keys in hex) it lists a
trader's cases and obtains those that wait: `python speak_it.py http://127.0.0.1:8000 keys.json`.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
import time
import urllib.request
from base64 import b64decode, b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

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


def open_details(private: bytes, council: bytes, sealed: Any, case_id: str, recipient: str) -> Any:
    """The details in an envelope, once the council's signature over exactly this case and recipient holds."""
    envelope = b64decode(sealed["envelope"], validate=True)
    key = X25519PrivateKey.from_private_bytes(private)
    known = (sealed["council_key"], sealed["key_id"]) == (key_id(council), key_id(key))
    if not known or len(envelope) < 113 or envelope[0] != 1:
        raise ValueError("no envelope of suite 1 between keys that are known")
    names = (sealed["schema"], case_id, recipient, sealed["key_id"], sealed["disclosure_id"], sealed["purpose"])
    info = framed(b"expressplatform disclosure 1", b"\1", council, *(str(name).encode() for name in names))
    signed = framed(b"expressplatform signed disclosure 1", info, envelope[65:])
    Ed25519PublicKey.from_public_bytes(council).verify(envelope[1:65], signed)
    details = json.loads(HPKE.decrypt(envelope[65:], key, info=info))
    if not details["use_until"][:4].isdigit() or not isinstance(details["values"].get("particulars.name", ""), str):
        raise ValueError("no details")
    return details


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

    def call(self, method: str, path: str, document: dict[str, Any] | None = None, key: str = "") -> Any:
        body = b"" if document is None else json.dumps({"v": 1, **document}).encode()
        headers = {"Expressplatform-Person": self.keys["person"], "Expressplatform-Version": "1"}
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key} if body else {}
        seed, url, nonce = bytes.fromhex(self.keys["signing"]), self.base + path, secrets.token_urlsafe(16)
        request = urllib.request.Request(url, body or None, method=method)
        request.headers = sign(seed, method, url, headers, body, int(time.time()), nonce)[1]
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except HTTPError as refused:
            raise SystemExit(json.loads(refused.read())["detail"]) from None

    def obtain(self, case_id: str, key: str) -> Any:
        sealed = self.call("POST", f"/v1/trader/cases/{case_id}/obtain", {}, key)
        private, council = (bytes.fromhex(self.keys[name]) for name in ("sealing", "council"))
        return open_details(private, council, sealed, case_id, self.keys["organisation"])


def check_vectors(folder: Path) -> int:
    """Signs, opens and verifies what is published, and refuses what is published as broken; how many there were."""
    read = (json.loads((folder / f"{name}-1.json").read_text("utf-8")) for name in ("requests", "webhooks", "details"))
    requests, webhooks, details = read
    keys = bytes.fromhex(details["private"]), bytes.fromhex(details["council_public"])
    for one in requests["valid"]:
        method, url, headers, body = one["request"].values()
        seed = bytes.fromhex(requests["seed"])
        made = sign(seed, method, url, dict(headers), b64decode(body), one["created"], one["nonce"])
        assert (made[0], made[1]["signature"]) == (one["base"], one["signature"])
    for one in webhooks["valid"]:
        sent = {f"webhook-{name}": str(one[name]) for name in ("id", "timestamp", "signature")}
        verify_webhook(one["secrets"][0], one["body"].encode(), sent, one["now"])
    for one in details["valid"]:
        assert open_details(*keys, one["sealed"], one["case_id"], one["recipient"]) == one["document"]
    for one in webhooks["invalid"] + details["invalid"]:
        try:
            if "sealed" in one:
                open_details(*keys, one["sealed"], one["case_id"], one["recipient"])
            else:
                verify_webhook(one["secrets"][0], one["body"].encode(), one["headers"], one["now"])
        except (ValueError, KeyError, TypeError, InvalidSignature, InvalidTag):
            continue
        raise SystemExit(f"taken, and should not be: {one['why']}")
    return len(requests["valid"] + webhooks["valid"] + details["valid"] + webhooks["invalid"] + details["invalid"])


if __name__ == "__main__":
    if len(sys.argv) == 3:
        trader = Trader(sys.argv[1], json.loads(Path(sys.argv[2]).read_text("utf-8")))
        for row in trader.call("GET", "/v1/trader/cases?limit=50")["cases"]:
            shown = trader.obtain(row["case_id"], row["case_id"])["values"] if row["status"] == "uploaded" else ()
            print(row["reference"], row["status"], len(shown), "fields")
    else:
        folders = getattr(find_spec("expressplatform"), "submodule_search_locations", None) or ["."]
        print(check_vectors(Path(folders[0]) / "vectors"), "vectors hold")
