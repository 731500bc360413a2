"""The report of a breach: what the privacy commissioner's form and PIPL Art 57 ask for, filled in from the record.

Laws of this file: every heading names what asks for it. A value is what the record holds, or empty: nothing is made up,
and nobody is named but staff, by their ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.citations import GBA_CONTRACT, PCPD_BREACH_FORM, PIPL_57, PROJECT, Citation, article
from expressplatform.privacy.breaches import Breach, Telling
from expressplatform.scheme import Scheme
from expressplatform.wording import SCRIPTS, label
from expressplatform.wording.breaches import ASK, HEADINGS, PROTECTED, SELF_HELP
from expressplatform.wording.privacy import KINDS

FORMAT: Final = "expressplatform.breach-report"
VERSION: Final = 1

_FORM: Final = PCPD_BREACH_FORM
_GBA: Final = article(GBA_CONTRACT, "notice of an incident")

ASKED_BY: Final[Mapping[str, tuple[Citation, ...]]] = MappingProxyType(
    {
        "organisation": (_FORM, PIPL_57),
        "contact": (_FORM, PIPL_57),
        "incident": (_FORM, _GBA),
        "noticed": (_FORM,),
        "cause": (_FORM, PIPL_57),
        "kinds": (_FORM, PIPL_57),
        "affected": (_FORM,),
        "others": (_FORM, _GBA),
        "protection": (article(PROJECT, "protection"),),
        "harm": (_FORM, PIPL_57),
        "measures": (_FORM, PIPL_57, _GBA),
        "self_help": (PIPL_57,),
        "authority_told": (PIPL_57,),
        "persons_told": (_FORM, PIPL_57),
    }
)
"""By heading of a report: what asks for it, the commissioner's form or an article."""


def report(breach: Breach, *, scheme: Scheme) -> dict[str, object]:
    """What the privacy commissioner's form and PIPL Art 57 ask for, filled in from the record; nobody is named in it.

    A plain document: under ``headings``, in the order of `HEADINGS`, each has its text in three scripts, what asks for
    it, and a value fit for JSON: texts in English, codes, numbers, instants in UTC (ISO 8601). Empty: not known yet.
    """
    values = {**_incident(breach, scheme), **_consequences(breach)}
    return {
        "format": FORMAT,
        "version": VERSION,
        "breach": breach.id,
        "status": breach.status.value,
        "headings": [
            {
                "id": name,
                "heading": dict(zip(SCRIPTS, texts, strict=True)),
                "asked_by": [str(one) for one in ASKED_BY[name]],
                "value": values[name],
            }
            for name, texts in HEADINGS.items()
        ],
    }


def _incident(breach: Breach, scheme: Scheme) -> dict[str, object]:
    """What happened, to what and to how many."""
    scope, notice = breach.scope, scheme.notice_of(scheme.notice)
    return {
        "organisation": {
            "id": scheme.council,
            "name": notice.handler[0] if notice else "",
            "scheme": scheme.title["en"],
        },
        "contact": {"staff": breach.opened_by, "contact": (notice.contact if notice else ASK)[0]},
        "incident": {
            "what": label(breach.what, "en"),
            "about": breach.about,
            "since": breach.since.isoformat(),
            "until": breach.until.isoformat(),
        },
        "noticed": breach.noticed_at.isoformat(),
        "cause": breach.cause,
        "kinds": {"kinds": {one: KINDS[one][0] for one in scope.kinds}, "fields": [*scope.fields]},
        "affected": {
            "people": scope.people,
            "complaints": scope.cases,
            "erased": scope.erased,
            "unreadable": scope.unreadable,
            "languages": {label(one, "en"): count for one, count in scope.languages},
        },
        "others": dict(scope.traders),
    }


def _consequences(breach: Breach) -> dict[str, object]:
    """What may follow, what was done about it, and who was told."""
    return {
        "protection": PROTECTED[breach.what.value][0],
        "harm": breach.harm,
        "measures": breach.measures,
        "self_help": SELF_HELP[0],
        "authority_told": _telling(breach.authority, breach.reason),
        "persons_told": _telling(breach.persons, breach.reason),
    }


def _telling(telling: Telling, reason: str) -> dict[str, object]:
    if telling.done_at is not None:
        return {"told": telling.done_at.isoformat(), "by": telling.done_by, "due": telling.due.isoformat()}
    return {"told": None, "due": telling.due.isoformat(), "why_not": reason}
