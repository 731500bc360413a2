"""A document on its way to a trader: an envelope with a key of its own in front, and the content in sealed chunks.

Laws of this file
- Only a copy that was made for a trader is sealed. The envelope is that of `details` (HPKE to one key of the trader's,
  signed by the council, bound to case, trader, key, disclosure and document); its plaintext holds the key of this one
  answer, drawn for it and kept nowhere, and how long the content is.
- The chunks are those of `expressplatform.chunks`, under that key and the name of the disclosure: each is bound to its
  place, to the chunk before it and to whether it is the last. What is cut, moved, doubled, put in or put after, or is
  of another answer, does not open.
- Whoever opens hands out nothing on trust: a piece once it is proven, and `Incoming.end` says that it was all.

The bytes: four of length, big endian; a JSON object of that length (`details.sealed_document`, ``schema`` 2); the
chunks, one after the other, each of 65,597 bytes but the last, which is shorter or as long. The plaintext of the
envelope is a JSON object: ``v`` (2), ``kind``, ``media_type``, ``use_until``, ``size`` (bytes of the content) and
``key`` (64 hexadecimal digits). The disclosure is named ``<disclosure>#<id of the document>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol, final

import attrs
import orjson

from expressplatform.chunks import CHUNK, Opening, seal_file
from expressplatform.codes import EvidenceKind, MediaType, Purpose
from expressplatform.complaint import LARGEST_EVIDENCE
from expressplatform.errors import SealBroken
from expressplatform.fields import refuse
from expressplatform.reading import Limits, parse
from expressplatform.sealing import KEY_BYTES, OVERHEAD, CaseKey, Signer
from expressplatform.signing import VerifyingKey
from expressplatform_http.protocol.details import (
    Opener,
    Recipient,
    opened,
    read_sealed,
    seal_plain,
    sealed_document,
    until,
)
from expressplatform_http.protocol.received import known

MEDIA_TYPE: Final = "application/vnd.expressplatform.stream"
"""The Content-Type of such an answer."""
SCHEMA: Final = 2
"""The edition of the plaintext in the envelope."""
_LENGTH: Final = 4
_LONGEST_HEAD: Final = 8192
_BLOB: Final = CHUNK + OVERHEAD
_LIMITS: Final = Limits(bytes=_LONGEST_HEAD, depth=4)


class DocumentShown(Protocol):
    """A copy of a document as the platform hands it to a trader: ``platform.DocumentFile`` is one."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> EvidenceKind: ...
    @property
    def media_type(self) -> MediaType: ...
    @property
    def use_until(self) -> datetime | None: ...


@attrs.frozen(repr=False)
class Outgoing:
    """An answer: its first bytes, and what seals the rest. ``size`` is that of the whole in bytes."""

    head: bytes
    size: int
    _case_id: str
    _name: str
    _key: bytes

    def chunks(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """The first bytes, and the content in sealed chunks, however it is cut when it comes."""
        yield self.head
        yield from seal_file(CaseKey(self._key), self._case_id, self._name, content)


def seal_stream(
    shown: DocumentShown, *, size: int, case_id: str, disclosure_id: str, to: Recipient, signer: Signer, key: bytes
) -> Outgoing:
    """The way in which a copy of ``size`` bytes goes to a trader; ``key`` is 32 bytes that were never used before.

    Raises InvalidInput for a copy that was made for others.
    """
    if shown.use_until is None:
        raise refuse("$.shown", "recipient", "must be a copy that was made for a trader")
    document = {
        "v": SCHEMA,
        "kind": shown.kind,
        "media_type": shown.media_type,
        "use_until": shown.use_until,
        "size": size,
        "key": key.hex(),
    }
    plain, name = orjson.dumps(document, option=orjson.OPT_UTC_Z), f"{disclosure_id}#{shown.id}"
    sealed = seal_plain(plain, case_id, name, Purpose.HANDLING, to, signer, schema=SCHEMA)
    clear = orjson.dumps(sealed_document(sealed))
    head = len(clear).to_bytes(_LENGTH, "big") + clear
    return Outgoing(head, len(head) + size + OVERHEAD * max(1, -(-size // CHUNK)), case_id, name, key)


# --- opening ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Expected:
    """What was asked for, by whom, and whose seal is taken: nothing of it is read from the answer."""

    case_id: str
    evidence_id: str
    recipient: str
    councils: Sequence[VerifyingKey]


@attrs.frozen
class Streamed:
    """What the envelope says of the document that follows it; codes of a newer platform stay plain text."""

    kind: EvidenceKind | str
    media_type: MediaType | str
    use_until: datetime
    size: int


@final
class Incoming:
    """Opens an answer as it comes, in pieces of any size.

    Everything that it is handed raises, where it is not right, SignatureInvalid, SealBroken (``truncated``,
    ``trailing``, ``altered``, ``unknown_key``, ...) or InvalidInput, and then nothing that was handed out is the
    document that was asked for.
    """

    __slots__ = ("_expected", "_held", "_left", "_opener", "_opening", "shown")

    def __init__(self, expected: Expected, opener: Opener) -> None:
        self._expected, self._opener = expected, opener
        self._held, self._left = bytearray(), 0
        self._opening: Opening | None = None
        self.shown: Streamed | None = None

    def feed(self, data: bytes) -> bytes:
        """What of the content is proven by now and was not handed out before."""
        self._held += data
        opening = self._opening or self._begun()
        pieces = []
        while opening is not None and len(self._held) >= _BLOB:
            pieces.append(self._counted(opening.take(bytes(self._held[:_BLOB]))))
            del self._held[:_BLOB]
        return b"".join(pieces)

    def end(self) -> bytes:
        """The rest of the content, once the answer has come to its end: it was all, and all of it is right."""
        if self._opening is None:
            raise SealBroken("truncated", self._expected.case_id)
        rest = self._counted(self._opening.take(bytes(self._held))) if self._held else b""
        rest += self._counted(self._opening.end())
        if self._left:
            raise SealBroken("altered", self._expected.case_id)
        return rest

    def _counted(self, content: bytes) -> bytes:
        self._left -= len(content)
        if self._left < 0:
            raise SealBroken("altered", self._expected.case_id)
        return content

    def _begun(self) -> Opening | None:
        """Opens the envelope as soon as the whole of it is there."""
        if len(self._held) < _LENGTH:
            return None
        length = int.from_bytes(self._held[:_LENGTH], "big")
        if not 2 <= length <= _LONGEST_HEAD:
            raise refuse("$", "length", "must begin with the length of what describes it")
        end = _LENGTH + length
        if len(self._held) < end:
            return None
        name, key = self._read(bytes(self._held[_LENGTH:end]))
        del self._held[:end]
        self._opening = Opening(CaseKey(key), self._expected.case_id, name)
        return self._opening

    def _read(self, clear: bytes) -> tuple[str, bytes]:
        """What the envelope holds; its name and the key of the chunks."""
        wanted = self._expected
        sealed = read_sealed(parse(clear, _LIMITS))
        if sealed.schema != SCHEMA or sealed.disclosure_id.rpartition("#")[2] != wanted.evidence_id:
            raise SealBroken("altered", wanted.case_id)
        plain = parse(opened(sealed, wanted.case_id, wanted.recipient, self._opener, wanted.councils), _LIMITS)
        if not isinstance(plain, dict):
            raise refuse("$", "type", "must be an object")
        size, key = plain.get("size"), _key(plain.get("key"))
        if type(size) is not int or not 0 <= size <= LARGEST_EVIDENCE:
            raise refuse("$.size", "value", "must be how many bytes follow")
        try:
            kind, media = known(EvidenceKind, plain.get("kind")), known(MediaType, plain.get("media_type"))
        except TypeError:
            raise refuse("$.kind", "type", "must be text") from None
        self._left, self.shown = size, Streamed(kind, media, until(plain), size)
        return sealed.disclosure_id, key


def _key(written: object) -> bytes:
    try:
        key = bytes.fromhex(written) if isinstance(written, str) else b""
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise refuse("$.key", "value", "must be 32 bytes in hexadecimal digits")
    return key
