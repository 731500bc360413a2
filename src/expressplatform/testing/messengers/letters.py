"""What a messenger is tried with: readers, texts and subjects; and how what left is told.

Laws of this file: those of `contracts`. Nobody in it exists.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from urllib.parse import quote

import attrs

from expressplatform.codes import Audience, Purpose, Stage
from expressplatform.complaint import Particulars
from expressplatform.ports import Message, Messenger
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fitting import START, whole_complaint

T = TypeVar("T")
_CONTACTS: Final = ("particulars.name", "particulars.email", "particulars.phone", "particulars.address")
TEXTS: Final = (
    "Dear A. Person,\n\nyour complaint 0123-4567-M is with the trader.\n\nThe council\n",
    "投訴編號 0123-4567-M\n商戶已收到。\n",
    "é ü ß 🛒 \u2028 'quoted' \"twice\" <b>&amp;</b> %s {x} \\ .\n.\nFrom here on\n",
    "long " * 5000 + "end",
    (
        "e\u0301 A\u030a \u1e9b\u0323\u2003x\u00a0y \u200bz \U0001f469\u200d\U0001f467 \u2764\ufe0f\n"
        "\u05d0\u200f! two  spaces,\ta tab\nend"
    ),
    "Dear A. Person,\n> a line that looks as if it were quoted\n-- \nand one below what looks like a signature\n",
    "\n".join(f"{number}. {'.' * (number % 7)}" for number in range(300)),
    "x" + "\u4e19\u00e9\U0001f6d2 " * 22_000 + "end",
    "1. First\n\n\n   - indented, and \\n no line break\n   - \uff21\uff22 \u2460 \ufb01\n\nend {} {0} %d %% $x ${y}",
)
"""Texts that are not to be changed."""
SUBJECTS: Final = (
    "Your complaint 0123-4567-M",
    "\u6295\u8a34\u7de8\u865f 0123-4567-M: \u5546\u6236\u5df2\u6536\u5230 \U0001f6d2",
    "\u00c9t\u00e9 <b>&amp;</b> %s {x} \"a\" 'b' \\n",
    "=?utf-8?q?x=41?= is =?what?q?it?= says",
    "e\u0301 A\u030a \uff21 \u2460: your complaint",
    "A subject that is long, as some are, " * 8 + "and ends here",
)
"""Subjects that are not to be changed."""
ODD: Final = (
    "A.Person+Case-7@example.org",
    "o'person_1@example.org",
    "a.person@sub.example.org",
    "\u00e4.person@example.org",
)
"""Addresses that are good ones, each somebody else's."""

UNSEEN: Final = "what arrives is not known"


@attrs.frozen
class Sent:
    """What left a messenger: to which address, under which id, with which subject and text."""

    address: str
    id: str
    subject: str
    text: str


def reader(**particulars: str) -> Disclosure:
    """A complainant as a messenger is told of them: name and contacts, as far as they are given."""
    complaint = attrs.evolve(whole_complaint(), particulars=Particulars(**particulars))  # type: ignore[arg-type]
    return disclose(
        complaint,
        audience=Audience.COMPLAINANT,
        recipient=Audience.COMPLAINANT.value,
        purpose=Purpose.HANDLING,
        stage=Stage.HANDLING,
        consents=complaint.consents,
        scheme=HK_CCA,
        at=START,
        use_until=START,
        fields=_CONTACTS,
    )


def lines_of(text: str) -> list[str]:
    """A text as people see it: without what stands at the end of lines and of itself."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def reached(messenger: Messenger, message: Message) -> bool:
    """Whether a message is taken; to refuse it may be right."""
    try:
        messenger.send(message)
    except Exception:  # noqa: BLE001 - whatever says no
        return False
    return True


def all_by(send: Callable[[T], None], what: Sequence[T]) -> None:
    """Sends one after the other."""
    for one in what:
        send(one)


def spelt(word: str) -> tuple[str, ...]:
    """A word as somebody may write it down: as it is, quoted for an address, in base64, in hexadecimal digits."""
    raw = word.encode()
    return word, quote(word), b64encode(raw).decode().rstrip("="), raw.hex()
