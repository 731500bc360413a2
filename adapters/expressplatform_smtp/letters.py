"""A message as RFC 5322 has it, and the name under which it travels. Pure.

Laws of this file
- The address is read from the reader's disclosure and from nowhere else. One address, nothing beside it: no header, no
  second reader and no command can be smuggled in through a name or an address.
- The Message-ID is made of the message's id alone, so that the same message sent again is the same to whoever gets it,
  and a report that it bounced names the message.
"""

from __future__ import annotations

import re
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from expressplatform.codes import Audience
from expressplatform.messages.subjects import put_subject
from expressplatform.ports import Message

EMAIL: Final = "particulars.email"
"""Where a disclosure to a complainant holds the address."""
_LONGEST: Final = 254  # RFC 5321, 4.5.3.1.3
_ATOM: Final = r"[^\s\"(),:;<>@\[\]\\.]+"
_LABEL: Final = r"[^\W_](?:[\w-]*[^\W_])?"
# RFC 5322, 3.4.1 and RFC 6531, 3.3: atoms and dots, in any script; no comments, quotes or numbers of machines
_ADDRESS: Final = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_NAMED: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_CODED: Final = "x--"
"""How a name begins that stands for an id which is none itself."""
_MESSAGE_ID: Final = re.compile(r"\s*<([^<>@\s]{1,900})@[^<>@\s]{1,255}>\s*")


def address(text: str) -> Address | None:
    """One address and nothing beside it; None for anything else."""
    found = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST and text.isprintable() else None
    return Address(username=found["local"], domain=found["domain"]) if found else None


def reader_of(message: Message) -> Address | None:
    """Where a message goes; None where its reader has no address that can be written to."""
    found = message.reader.values.get(EMAIL) if message.reader.audience is Audience.COMPLAINANT else None
    return address(found) if isinstance(found, str) else None


def is_plain(one: Address) -> bool:
    """Whether any mail server can carry the address (RFC 6531 is for the others)."""
    return one.addr_spec.isascii()


def letter(message: Message, *, sender: Address, reader: Address, at: datetime) -> bytes:
    """The message as it is sent: headers, an empty line, the text in base64; lines end as RFC 5322 says."""
    plain = is_plain(sender) and is_plain(reader)
    made = EmailMessage(policy=policy.SMTP if plain else policy.SMTPUTF8)
    made.set_content(message.text, charset="utf-8", cte="base64")
    made["From"] = sender
    made["To"] = reader
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{name_of(message.id)}@{sender.domain}>"
    put_subject(made, message.subject)
    made["Content-Language"] = message.language
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    return made.as_bytes()


def name_of(id: str) -> str:
    """The left part of a Message-ID: the id itself, or its bytes in hexadecimal digits where it cannot stand there."""
    if _NAMED.fullmatch(id) and not id.startswith(_CODED) and len(id) <= 200:
        return id
    return _CODED + id.encode("utf-8", "surrogatepass").hex()


def id_of(message_id: str) -> str | None:
    """The id of the message with that Message-ID; None where it is none of ours."""
    found = _MESSAGE_ID.fullmatch(message_id)
    if found is None:
        return None
    name = found[1]
    if not name.startswith(_CODED):
        return name if _NAMED.fullmatch(name) else None
    try:
        return bytes.fromhex(name.removeprefix(_CODED)).decode("utf-8", "surrogatepass")
    except ValueError:
        return None
