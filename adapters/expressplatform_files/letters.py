"""Letters as files: each message is one ``.eml`` file in a folder, from which a mail program or a gateway sends it.

Laws of this file
- The address is read from the reader's disclosure and from nowhere else; a reader without one is refused.
- No particular stands in a file's name: it is a digest of the message's id, so that a message sent again is the same
  file, and one that is there is not written again.
- What is written is RFC 5322: headers are made by the standard library from single lines, so none can be smuggled in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, final

from expressplatform.codes import Audience
from expressplatform.errors import Unreachable
from expressplatform.messages.subjects import put_subject
from expressplatform.ports import Message
from expressplatform_files.whole import make_folder, translated, written

EMAIL: Final = "particulars.email"
"""Where a disclosure to a complainant holds the address."""
_ATOM: Final = r"[^\s\"(),:;<>@\[\]\\.]+"
_LABEL: Final = r"[^\W_](?:[\w-]*[^\W_])?"
# RFC 5322, 3.4.1 and RFC 6531, 3.3: atoms and dots, in any script; no comments, quotes or numbers of machines
_ADDRESS: Final = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@final
class EmlFolder:
    """A `Messenger` that writes letters into the folder at ``path``, made (mode 0700, files 0600) when not there.

    ``sender`` is the address that letters come from, ``now`` tells the day that they carry. Raises ValueError for a
    sender that is no address.
    """

    __slots__ = ("_folder", "_now", "_sender")

    def __init__(self, path: str | os.PathLike[str], *, sender: str, now: Callable[[], datetime] = _utc_now) -> None:
        self._folder = Path(os.path.abspath(path))
        self._now = now
        address = _address(sender)
        if address is None:
            raise ValueError("the sender must be an e-mail address")
        self._sender = address
        with translated():
            make_folder(self._folder)

    def send(self, message: Message, /) -> None:
        """Writes the message, whole and durable when this returns; one that is there already stays as it is.

        Raises Unreachable where the reader's disclosure has no e-mail address that can be written to, and
        StoreUnusable where the folder cannot be written.
        """
        found = message.reader.values.get(EMAIL) if message.reader.audience is Audience.COMPLAINANT else None
        address = _address(found) if isinstance(found, str) else None
        if address is None:
            raise Unreachable
        name = sha256(b"expressplatform letter 1" + message.id.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        place = self._folder / f"{name}.eml"
        with translated():
            if not place.exists():
                with written(self._folder, place) as file:
                    file.write(self._letter(message, address, name))

    def _letter(self, message: Message, address: Address, name: str) -> bytes:
        plain = all(one.addr_spec.isascii() for one in (address, self._sender))
        letter = EmailMessage(policy=policy.SMTP if plain else policy.SMTPUTF8)
        letter.set_content(message.text, charset="utf-8", cte="base64")
        letter["From"] = self._sender
        letter["To"] = address
        letter["Date"] = format_datetime(self._now())
        letter["Message-ID"] = f"<{name}@{self._sender.domain}>"
        put_subject(letter, message.subject)
        letter["Content-Language"] = message.language
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        return letter.as_bytes()

    def __repr__(self) -> str:
        return "<EmlFolder>"


def _address(text: str) -> Address | None:
    """One address and nothing beside it; None for anything else."""
    found = _ADDRESS.fullmatch(text)
    return Address(username=found["local"], domain=found["domain"]) if found and text.isprintable() else None
