"""Write `docs/reference/codes.md` from the codes and their wording.

    python tools/make_codes_page.py        writes the page

`page` returns the text without writing, so a test holds the page in the tree equal to what would be written.
Bold marks a term that a council, an association, a statute or a platform uses itself; everything
else in Chinese is this project's proposal. The crosswalks say how lists of others read in ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from expressplatform import codes
from expressplatform.codes import Outcome, Redress, RejectionRule, Word
from expressplatform.wording import SCRIPTS, label

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "codes.md"

SOURCED_TRADITIONAL: Final = frozenset({"投訴人", "消費者委員會", "中國消費者協會", "記錄存檔", "貨不對辦"})
SOURCED_SIMPLIFIED: Final = frozenset(
    {
        *("投诉人", "电商企业", "消费者协会", "中国消费者协会"),
        *("受理", "不予受理", "移转", "记录备查", "撤回投诉", "办结"),
        *("质量", "假冒", "退换货", "价格", "合同", "虚假宣传", "售后服务", "安全", "计量", "人格尊严", "其他"),
        *("退款", "退货退款", "换货", "维修", "补寄", "赔偿损失", "拒绝"),
    }
)
"""Chinese terms found in texts of councils, associations, statutes or platforms, each in its own script."""

HEAD: Final = """\
---
orphan: true
---

# Codes

<!-- Written by tools/make_codes_page.py; never edited by hand. -->

Every code that a case, a command, an event or a figure may carry, and what people read for it. Programs store and
send the *value*; it never changes. The texts come from `expressplatform.wording`: `label(Status.LODGED, "zh-Hans")`.

Chinese terms in **bold** are used by councils, associations, statutes or platforms themselves. All others are
proposals of this project, to be checked by a native reader before people rely on them.
"""

CROSSWALK_HEAD: Final = """\
## Crosswalks

How lists of other systems read in ours. The pairing is this project's own; *none* means that no code says the
same, and a person decides.
"""


class Pair(NamedTuple):
    """What another system says, the code that says the same here (None: there is none), and a remark."""

    theirs: str
    ours: StrEnum | None
    remark: str = ""


CROSSWALKS: Final[tuple[tuple[str, tuple[Pair, ...]], ...]] = (
    (
        "CFPB (United States): how a company closed a complaint",
        (
            Pair("Closed with monetary relief", Outcome.SETTLED_MONETARY),
            Pair("Closed with non-monetary relief", Outcome.SETTLED_NON_MONETARY),
            Pair("Closed with explanation", Outcome.EXPLANATION_ONLY),
            Pair("Untimely response", Outcome.NO_RESPONSE),
            Pair("Incorrect company", Outcome.WRONG_TRADER, "an administrative answer there"),
            Pair("Duplicate", RejectionRule.DUPLICATE, "an administrative answer there, a ground to send back here"),
            Pair("Closed", None, "not a success: it does not say how"),
        ),
    ),
    (
        "consumidor.gov.br (Brazil): the consumer's evaluation",
        (
            Pair("Resolvida", Word.CONFIRMED),
            Pair("Não Resolvida", Word.DISPUTED),
            Pair("Não Avaliada", Word.SILENT),
        ),
    ),
    (
        "PayPal disputes: what an offer proposes",
        (
            Pair("REFUND", Redress.REFUND),
            Pair("REFUND_WITH_RETURN", Redress.RETURN_AND_REFUND, "Taobao: REFUND_AND_RETURN"),
            Pair("REPLACEMENT_WITHOUT_REFUND", Redress.RESEND, "EXCHANGE where the goods go back"),
            Pair("REFUND_WITH_REPLACEMENT", None, "two kinds of redress at once: REFUND and RESEND"),
        ),
    ),
    (
        "Taobao refunds: what is asked (`dispute_type`)",
        (
            Pair("REFUND", Redress.REFUND),
            Pair("REFUND_AND_RETURN", Redress.RETURN_AND_REFUND, "PayPal: REFUND_WITH_RETURN"),
            Pair("TMALL_EXCHANGE", Redress.EXCHANGE),
            Pair("TAOBAO_EXCHANGE", Redress.EXCHANGE),
            Pair("REPAIR", Redress.REPAIR),
            Pair("RESHIPPING", Redress.RESEND),
            Pair("OTHERS", Redress.OTHER),
        ),
    ),
    (
        "Taobao refunds: how it stands (`status`)",
        (
            Pair("SELLER_REFUSE_BUYER", Outcome.REFUSED),
            Pair(
                "SUCCESS",
                Outcome.SETTLED_MONETARY,
                "where money was asked for; the platform's word, not the complainant's",
            ),
            Pair("CLOSED", None, "not a success and not a refusal: withdrawn, timed out or turned into another"),
        ),
    ),
)


def lists_of_codes() -> list[type[StrEnum]]:
    """Every list that `codes` defines, in the order in which it stands there."""
    rooms = (codes.roles, codes.complaints, codes.outcomes, codes.rights, codes.breaches)
    found = ((room, kind) for room in rooms for kind in vars(room).values() if inspect.isclass(kind))
    return [kind for room, kind in found if issubclass(kind, StrEnum) and kind.__module__ == room.__name__]


def page() -> str:
    """The whole page; the same codes and wording give the same text."""
    lines = [HEAD, *(line for kind in lists_of_codes() for line in _list(kind)), CROSSWALK_HEAD]
    lines += [line for name, pairs in CROSSWALKS for line in _crosswalk(name, pairs)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _list(kind: type[StrEnum]) -> Iterator[str]:
    about = " ".join((inspect.getdoc(kind) or "").split())
    yield from (
        f"## {kind.__name__}",
        "",
        about,
        "",
        "| value | English | 繁體（香港） | 简体（内地） |",
        "|---|---|---|---|",
    )
    for code in kind:
        english, traditional, simplified = (label(code, language) for language in SCRIPTS)
        cells = (english, _bold(traditional, SOURCED_TRADITIONAL), _bold(simplified, SOURCED_SIMPLIFIED))
        yield f"| `{code.value}` | {' | '.join(cells)} |"
    yield ""


def _bold(term: str, sourced: frozenset[str]) -> str:
    return f"**{term}**" if term in sourced else term


def _crosswalk(name: str, pairs: tuple[Pair, ...]) -> Iterator[str]:
    yield from (f"### {name}", "", "| there | here | remark |", "|---|---|---|")
    for pair in pairs:
        ours = "*none*" if pair.ours is None else f"`{type(pair.ours).__name__}.{pair.ours.name}`"
        yield f"| {pair.theirs} | {ours} | {pair.remark} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
