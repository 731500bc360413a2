"""The subject of a letter, as mail carries it. Pure.

Laws of this file: whoever reads a letter decodes its subject once (RFC 2047), and reads it as it was written.
"""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from typing import Final

_NAME: Final = "Subject"


def put_subject(letter: EmailMessage, subject: str) -> None:
    """Gives a letter its subject, in one line: line breaks and runs of blanks are one blank each.

    Where something in it looks like an encoded word the whole is encoded. The library would decode that part instead,
    and any other text with it, so it is handed the header as it is to stand.
    """
    line = " ".join(subject.split())
    if "=?" in line:
        letter.set_raw(_NAME, Header(line, "utf-8", header_name=_NAME).encode())
    else:
        letter[_NAME] = line
