"""A messenger that writes each message into a folder, as an .eml file, for a mail program to send.

Laws of this module: a file is there whole or not at all, for its owner alone; its name is the message's id, so that the
same message again takes the place of the first. Whoever gave no usable e-mail address is not reached.
"""

from __future__ import annotations

import os
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Final

from expressplatform.errors import Unreachable
from expressplatform.ports import Message

_EMAIL: Final = "particulars.email"


class Outbox:
    """The folder ``directory``, made (mode 0700) where it is not there."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory

    def send(self, message: Message, /) -> None:
        """Writes the message; raises Unreachable where its reader has no e-mail address, OSError as files do."""
        made = _written(message)
        path = self._directory / f"{message.id}.eml"
        half = path.with_suffix(".half")
        with os.fdopen(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)


def _written(message: Message) -> bytes:
    made = EmailMessage(policy=SMTPUTF8)
    try:
        made["To"] = str(message.reader.values.get(_EMAIL, ""))
        if [bool(one.username and one.domain) for one in made["To"].addresses] != [True]:
            raise Unreachable
        made["Subject"] = message.subject
    except (ValueError, MessageError, IndexError):
        raise Unreachable from None
    made["Content-Language"] = message.language
    made["Message-ID"] = f"<{message.id}@expressplatform.invalid>"
    made.set_content(message.text)
    return made.as_bytes()
