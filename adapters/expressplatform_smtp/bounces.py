"""What comes back: reports of delivery (RFC 3464) that say that nobody got a letter, read for the ids of the messages.

Laws of this file: whatever comes in by mail may be anything; nothing but ids comes out, and nothing is ever raised. A
report is believed no further than that: it puts a case before an officer, who finds the rest in the case. Reading takes
time that grows with a mail's length alone: what has more parts or lines than a report, or describes a part at greater
length, is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from email.policy import Compat32
from typing import Final, TypeAlias

from expressplatform_smtp.letters import id_of

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of the largest report that is read."""
_MOST_LINES: Final = 150_000
"""Those of a letter of that size. Each is held against the boundaries of all the parts that it may stand in."""
_DESCRIBED: Final = b"content-type"
_MOST_PARTS: Final = 30
_LONGEST_DESCRIPTION: Final = 1_000
"""Characters of a Content-Type: its parameters are found in time that grows with its square."""
_ORIGINAL: Final = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global"})
_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})

Part: TypeAlias = "Message[str, str]"


def bounced(report: bytes) -> tuple[str, ...]:
    """The ids of the messages that a mail says reached nobody; empty for a mail that says nothing of the kind.

    A mail is such a report where it has a part of kind message/delivery-status that says ``Action: failed`` (RFC 3464,
    2.3.3) of somebody; a letter that is merely late is not one that failed.
    """
    if not _is_small(report):
        return ()
    try:
        parts = list(message_from_bytes(report, policy=_BRIEF).walk())
        if not any(_says_failed(part) for part in parts if part.get_content_type() in _STATUS):
            return ()
        found = [id for part in parts for text in _message_ids(part) if (id := id_of(text)) is not None]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return ()
    return tuple(dict.fromkeys(found))


class _Brief(Compat32):
    """Takes headers as they are, but no Content-Type at length: ValueError."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if len(value) > _LONGEST_DESCRIPTION and name.lower() == _DESCRIBED.decode():
            raise ValueError
        return name, value


_BRIEF: Final = _Brief()


def _is_small(report: bytes) -> bool:
    """Whether a mail has no more bytes, lines and parts than a report of delivery."""
    if len(report) > LARGEST or report.lower().count(_DESCRIBED) > _MOST_PARTS:
        return False
    return report.count(b"\n") + report.count(b"\r") - report.count(b"\r\n") <= _MOST_LINES


def _says_failed(part: Part) -> bool:
    """Whether one of the groups of a status, each about one recipient, says that it failed."""
    groups = part.get_payload()
    return isinstance(groups, list) and any(
        str(group.get("Action", "")).strip().lower() == "failed" for group in groups if isinstance(group, Message)
    )


def _message_ids(part: Part) -> Iterator[str]:
    """The Message-ID of the letter that a report sends back, whole or its headers alone."""
    if part.get_content_type() not in _ORIGINAL:
        return
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (str(one["Message-ID"]) for one in payload if isinstance(one, Message) and one["Message-ID"])
    else:
        raw = part.get_payload(decode=True)
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(payload)
        yield str(HeaderParser().parsestr(text)["Message-ID"] or "")
