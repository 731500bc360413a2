"""Speak it, checked: the small client beside this file against the vectors that are published in the package.

Run it from the project's folder, `python -m examples.speak_vectors`, or do the same in another language: each file
holds what is valid, with what it comes to, and what is not. Of a stream a part may stand as ``{"of": label, "part":
number}``: that of another one.
"""

from __future__ import annotations

import json
from base64 import b64decode
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag

from examples.speak_it import open_document, open_envelope, sign, verify_webhook


def check_vectors(folder: Path) -> int:
    """Signs, opens and verifies what is published, and refuses what is published as broken; how many there were."""
    names = ("requests", "webhooks", "details", "streams")
    requests, webhooks, details, streams = (
        json.loads((folder / f"{name}-1.json").read_text("utf-8")) for name in names
    )
    opening = [(bytes.fromhex(one["private"]), bytes.fromhex(one["council_public"])) for one in (details, streams)]
    parts = {one["label"]: one["stream"] for one in streams["valid"]}

    def opened(one: Any) -> Any:
        if "sealed" in one:
            return open_envelope(*opening[0], one["sealed"], one["case_id"], one["recipient"])["values"]
        if "stream" in one:
            cut = (parts[part["of"]][part["part"]] if isinstance(part, dict) else part for part in one["stream"])
            source, asked = BytesIO(b"".join(map(b64decode, cut))), (one["case_id"], one["evidence_id"])
            return b"".join(open_document(*opening[1], source, *asked, one["recipient"]))
        sent = one.get("headers") or {f"webhook-{name}": str(one[name]) for name in ("id", "timestamp", "signature")}
        return verify_webhook(one["secrets"][0], one["body"].encode(), sent, one["now"])

    for one in requests["valid"]:
        method, url, headers, body = one["request"].values()
        seed = bytes.fromhex(requests["seed"])
        made = sign(seed, method, url, dict(headers), b64decode(body), one["created"], one["nonce"])
        assert (made[0], made[1]["signature"]) == (one["base"], one["signature"])
    for one in webhooks["valid"] + details["valid"] + streams["valid"]:
        found, wanted = opened(one), one.get("document", {}).get("values")
        assert wanted in (None, found)
        assert len(found) == one.get("content", {"size": len(found)})["size"]
    for one in webhooks["invalid"] + details["invalid"] + streams["invalid"]:
        try:
            opened(one)
        except (ValueError, KeyError, TypeError, InvalidSignature, InvalidTag):
            continue
        raise SystemExit(f"taken, and should not be: {one['why']}")
    return sum(len(one[how]) for one in (webhooks, details, streams) for how in ("valid", "invalid")) + len(
        requests["valid"]
    )


if __name__ == "__main__":
    folders = getattr(find_spec("expressplatform"), "submodule_search_locations", None) or ["."]
    print(check_vectors(Path(folders[0]) / "vectors"), "vectors hold")
