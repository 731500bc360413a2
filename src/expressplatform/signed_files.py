"""Files that can be checked without the library's stores: a manifest names each, and is signed.

Laws of this file: bytes in, bytes out; it takes sign and verify as arguments and knows no key, store or case. What is
checked is everything: the signature first, then that each file is there as it was, and that there is no other.

The manifest is a JSON object with sorted keys, without spaces, in UTF-8: ``format``, whatever the maker says of the
whole, and ``files``, a list of objects with ``name``, ``sha256`` (hexadecimal) and ``size`` in bytes, in order of
name. The signature is over ``FORMAT``, a line feed, and the bytes of the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, cast

import attrs
import orjson

from expressplatform.errors import InvalidInput, Problem

FORMAT: Final = "expressplatform signed files 1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], None]
"""Takes data and signature; returns where it is right, and raises SignatureInvalid where it is not."""


@attrs.frozen
class Manifest:
    """What a bundle says of itself, once it has been checked: the maker's words, and the names of its files."""

    said: Mapping[str, Any]
    files: tuple[str, ...]


def under_manifest(files: Mapping[str, bytes], said: Mapping[str, object], sign: Sign) -> Mapping[str, bytes]:
    """The files with their manifest and its signature. ``said`` is JSON that describes the whole."""
    listed = [_entry(name, files[name]) for name in sorted(files)]
    manifest = orjson.dumps({**said, "format": FORMAT, "files": listed}, option=orjson.OPT_SORT_KEYS)
    return MappingProxyType({**files, MANIFEST: manifest, SIGNATURE: sign(_signed(manifest)).hex().encode()})


def checked(files: Mapping[str, bytes], verify: Verify) -> Manifest:
    """What the bundle says of itself, if it is whole and as it was signed.

    Raises SignatureInvalid where the manifest is not what was signed, and InvalidInput for a manifest that lists no
    files, or with every file that is missing, altered or not of the bundle.
    """
    missing = [Problem(f"$.{name}", "missing", "must be there") for name in (MANIFEST, SIGNATURE) if name not in files]
    if missing:
        raise InvalidInput(tuple(missing))
    manifest = files[MANIFEST]
    verify(_signed(manifest), _signature(files[SIGNATURE]))
    document = _read(manifest)
    entries: list[dict[str, Any]] = document.pop("files")
    if found := [*_wrong(entries, files), *_strange(entries, files)]:
        raise InvalidInput(tuple(found))
    return Manifest(MappingProxyType(document), tuple(entry["name"] for entry in entries))


def _read(manifest: bytes) -> dict[str, Any]:
    """The manifest; raises InvalidInput where it is none: whoever holds the key may sign anything."""
    try:
        document = orjson.loads(manifest)
    except orjson.JSONDecodeError:
        document = None
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, list) or not all(isinstance(one, dict) and type(one.get("name")) is str for one in files):
        raise InvalidInput((Problem(f"$.{MANIFEST}", "manifest", "must list files, each by its name"),))
    return cast(dict[str, Any], document)


def _signed(manifest: bytes) -> bytes:
    return FORMAT.encode() + b"\n" + manifest


def _signature(text: bytes) -> bytes:
    """The signature's bytes; none at all where the text is not hexadecimal, which verifies nowhere."""
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return b""


def _entry(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "sha256": sha256(content).hexdigest(), "size": len(content)}


def _wrong(entries: list[dict[str, Any]], files: Mapping[str, bytes]) -> list[Problem]:
    found = []
    for entry in entries:
        content = files.get(entry["name"])
        if content is None:
            found.append(Problem(f"$.{entry['name']}", "missing", "must be there"))
        elif _entry(entry["name"], content) != entry:
            found.append(Problem(f"$.{entry['name']}", "altered", "must be as it was when the bundle was made"))
    return found


def _strange(entries: list[dict[str, Any]], files: Mapping[str, bytes]) -> list[Problem]:
    known = {MANIFEST, SIGNATURE, *(entry["name"] for entry in entries)}
    if set(files) <= known:
        return []
    return [Problem("$", "unknown_file", "must hold no files but those of the bundle")]
