"""A trader's details: what `disclose` let out, sealed to one key of the trader's, signed by the council; and opened.

Laws of this file
- Only a `Disclosure` becomes an envelope here; documents follow one of their own (`streams`).
- An envelope is bound to its case, recipient, key, disclosure and purpose (`sealing.DisclosureContext`). Whoever opens
  one names the case and itself, and takes nothing that stands beside the envelope on trust.
- The council's signature is checked before anything is opened, by a key that the trader knew beforehand.
- What is opened never prints. Fields and codes of a newer platform stay in it and can be written again.

The plaintext of details is a JSON object: ``v`` (1), ``purpose``, ``stage``, ``basis``, ``article``, ``notice``,
``use_until`` and ``values``, a plain value by each path of `privacy.table`. An envelope travels in a JSON object
(`sealed_document`).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

import attrs
import orjson

from expressplatform.codes import Purpose
from expressplatform.errors import SignatureInvalid
from expressplatform.fields import code, refuse, text
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.reading import Limits, parse
from expressplatform.sealing import DisclosureContext, RecipientKey, Signer, seal_for, verify_envelope
from expressplatform.signing import VerifyingKey
from expressplatform_http.protocol.received import ReceivedDetails, instant, judged

SCHEMA: Final = 1
"""The edition of the plaintexts."""
_PLAIN: Final = Limits(bytes=1_048_576, depth=8)
_CODE: Final = code().constraint
_DISCLOSURE: Final = text(200, shortest=1).constraint
_NAMES: Final = ("case_id", "recipient", "key_id", "disclosure_id", "purpose", "council_key")


class Opener(Protocol):
    """Who opens what was sealed to a trader's keys: by a key in memory (`client.MemoryKeys`), or one kept elsewhere."""

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        """The plaintext of ``encapsulated key | ciphertext`` (HPKE base mode, RFC 9180), opened with ``info``.

        Raises SealBroken: ``unknown_key`` where there is no key of that id, ``wrong_key`` where it does not open.
        """


@attrs.frozen
class Recipient:
    """To whom something is sealed: the organisation, and its X25519 public key (32 bytes), made ready once.

    Raises SealBroken (``unusable_key``) for bytes that are no key.
    """

    organisation: str
    public: bytes
    key: RecipientKey = attrs.field(init=False, eq=False, repr=False)

    @key.default
    def _key(self) -> RecipientKey:
        return RecipientKey(self.public)

    @property
    def key_id(self) -> str:
        """The first 8 bytes of the key's SHA-256, in hex."""
        return self.key.key_id


@attrs.frozen
class Sealed:
    """An envelope and what stands beside it in clear: codes and numbers that say which key opens it, no particular.

    ``council_key`` is the id of the key by which the council signed it. What comes from outside is judged where it is
    read (`read_sealed`).
    """

    case_id: str
    recipient: str
    key_id: str
    disclosure_id: str
    purpose: str
    council_key: str
    envelope: bytes = attrs.field(repr=False)
    schema: int = SCHEMA

    def context(self) -> DisclosureContext:
        """What the envelope is bound to, as it says itself."""
        return DisclosureContext(
            self.case_id, self.recipient, self.key_id, self.disclosure_id, self.purpose, self.schema
        )


# --- sealing ------------------------------------------------------------------------------------------------


def seal_details(shown: Disclosure, *, case_id: str, disclosure_id: str, to: Recipient, signer: Signer) -> Sealed:
    """What a trader is shown of a case, sealed to its key. Raises InvalidInput where it was let out to another.

    ``disclosure_id`` is that of the event which records the reading.
    """
    if shown.recipient != to.organisation:
        raise refuse("$.to", "recipient", "must be whom the disclosure is for")
    document = {
        "v": SCHEMA,
        "purpose": shown.purpose,
        "stage": shown.stage,
        "basis": shown.basis,
        "article": shown.article,
        "notice": shown.notice,
        "use_until": shown.use_until,
        "values": shown.values.copy(),
    }
    plain = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    return seal_plain(plain, case_id, disclosure_id, shown.purpose, to, signer)


def seal_plain(
    plain: bytes, case_id: str, disclosure_id: str, purpose: Purpose, to: Recipient, signer: Signer, *,
    schema: int = SCHEMA,
) -> Sealed:  # fmt: skip
    """A plaintext of an edition, sealed to a trader's key; what may stand in it is for others to say."""
    key, what = to.key, purpose.value
    context = DisclosureContext(case_id, to.organisation, key.key_id, disclosure_id, what, schema)
    envelope = seal_for(key, plain, info=context, signer=signer)
    return Sealed(case_id, to.organisation, key.key_id, disclosure_id, what, signer.key_id, envelope, schema)


# --- on the way ---------------------------------------------------------------------------------------------


def sealed_document(sealed: Sealed) -> dict[str, object]:
    """The JSON object in which an envelope travels, to stand in an answer."""
    return {**_clear(sealed), "envelope": b64encode(sealed.envelope).decode()}


def read_sealed(document: object) -> Sealed:
    """The envelope in a JSON object; raises InvalidInput. Fields that are not known are let go."""
    if not isinstance(document, dict) or not isinstance(document.get("envelope"), str):
        raise refuse("$.envelope", "missing", "must be given")
    try:
        envelope = b64decode(document["envelope"], validate=True)
    except ValueError:
        raise refuse("$.envelope", "base64", "must be base64") from None
    return _read(document, envelope)


def _clear(sealed: Sealed) -> dict[str, object]:
    return {"v": 1, **{name: getattr(sealed, name) for name in _NAMES}, "schema": sealed.schema}


def _read(document: Mapping[str, Any], envelope: bytes) -> Sealed:
    schema = document.get("schema")
    if type(schema) is not int:
        raise refuse("$.schema", "type", "must be a whole number")
    case_id, recipient, key, disclosure, purpose, council = (_named(document, name) for name in _NAMES)
    return Sealed(case_id, recipient, key, disclosure, purpose, council, envelope, schema)


def _named(document: Mapping[str, Any], name: str) -> str:
    """One of the codes and numbers that stand beside an envelope."""
    found = _text(document, name)
    shape = _DISCLOSURE if name == "disclosure_id" else _CODE
    if message := shape.complaint(found):
        raise refuse(f"$.{name}", "value", message)
    return found


def _text(document: Mapping[str, Any], name: str) -> str:
    found = document.get(name)
    if not isinstance(found, str):
        raise refuse(f"$.{name}", "type", "must be text")
    return found


# --- opening ------------------------------------------------------------------------------------------------


def open_details(
    sealed: Sealed, *, case_id: str, recipient: str, opener: Opener, councils: Sequence[VerifyingKey]
) -> ReceivedDetails:
    """The details of a case, once it is sure that they are from the council, for this trader and of this case.

    ``recipient`` is the trader's own organisation, ``councils`` are the council's keys as the trader knows them. Raises
    SignatureInvalid (``unknown_key`` where none of them signed it), SealBroken, and InvalidInput for what a council
    should not have sealed.
    """
    document = parse(opened(sealed, case_id, recipient, opener, councils), _PLAIN)
    if not isinstance(document, dict) or not isinstance(document.get("values"), dict):
        raise refuse("$.values", "missing", "must be given")
    judged(document["values"])
    return ReceivedDetails(
        case_id=case_id,
        disclosure_id=sealed.disclosure_id,
        purpose=_text(document, "purpose"),
        basis=_text(document, "basis"),
        article=_text(document, "article"),
        notice=_text(document, "notice"),
        use_until=until(document),
        values=MappingProxyType(document["values"]),
        document=MappingProxyType(document),
    )


def opened(sealed: Sealed, case_id: str, recipient: str, opener: Opener, councils: Sequence[VerifyingKey]) -> bytes:
    """What an envelope holds, once it is sure that a known council sealed it for this trader and case."""
    council = next((one for one in councils if one.key_id == sealed.council_key), None)
    if council is None:
        raise SignatureInvalid("unknown_key", sealed.council_key)
    expected = attrs.evolve(sealed.context(), case_id=case_id, recipient=recipient)
    envelope, info = verify_envelope(sealed.envelope, expected=expected, council=council)
    return opener.open(sealed.key_id, envelope, info)


def until(document: Mapping[str, Any]) -> datetime:
    """The instant up to which what was opened may be used; raises InvalidInput."""
    try:
        return instant(document.get("use_until"))
    except (TypeError, ValueError):
        raise refuse("$.use_until", "instant", "must be a date and time with an offset from UTC") from None
