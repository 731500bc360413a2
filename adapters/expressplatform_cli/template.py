"""`lodge --template`: a complaint to be filled in, which would be lodged as it stands.

Laws of this module: lines that begin with ``//`` are for people and are taken out before the rest is read. What
stands in the example is made up, and its dates move with the day on which it is printed. The privacy notice stands
before the first field, in English: `privacy --notice LANGUAGE` prints it in the others.
"""

from __future__ import annotations

from datetime import date, timedelta
from string import Template
from textwrap import wrap
from typing import Final

from expressplatform.codes import Buyer, Category, Channel, EvidenceKind, Language, Nature, Proceedings, Redress
from expressplatform.scheme import Scheme

NOBODY_YET: Final = "a-trader"
"""The id that stands for a trader where nobody takes part."""
_READ_IN: Final = Language.ENGLISH
_WIDTH: Final = 112
_CONSENT: Final = Template(
    '    {"recipient": "$recipient", "purpose": "handling", "notice": "$notice", '
    '"given_at": "$given_at", "channel": "web"}'
)
_TEXT: Final = Template("""\
// A complaint under the scheme $scheme. Lines that begin with // are notes; leave them or take them out.
// A field that nobody has said anything about is left out. Dates are local days, amounts are in cents.
// What stands here is made up: put the complainant's own words in their place.
$notice{
  "v": 1,
  // When and how the privacy notice above was shown, before anything was asked; language one of $languages.
  "notice_shown": {"version": "$version", "language": "$language", "at": "$shown_at", "channel": "web"},
  // The trader's id in the scheme, and the shop on its platform where there is one.
  "trader": {"organisation": "$trader", "shop": {"platform": "$trader", "shop_id": "shop-1"}},
  // One of: $categories
  "category": "clothing",
  // One of: $natures
  "nature": "not_as_described",
  "purchase": {
    "ordered_on": "$ordered",
    "paid": {"currency": "$currency", "minor_units": 129900},
    "bought_by": "web",
    "subject": "goods",
    "supplier": "business"
  },
  "dates": {"delivered_on": "$delivered", "known_on": "$known"},
  // Any of: $redress
  "redress": ["refund"],
  "claimed": {"currency": "$currency", "minor_units": 129900},
  "prior_contact": {"contacted": true, "on": "$contacted", "outcome": "no_answer"},
  // Whether a court or another body has the matter. One of: $proceedings
  "proceedings": "none",
  "flags": {"injury": false, "crime": false, "testing_needed": false},
  // Of the person, only what the rules need: $buyers; channel one of $channels
  "complainant": {
    "buyer": "private", "age": "adult", "residence": "hong_kong", "language": "en", "channel": "email"
  },
  // Documents are described here, not sent. Kinds: $evidence
  "evidence": [{"id": "order-1", "kind": "order", "media_type": "application/pdf"}],
  // One consent for each recipient, to the privacy notice that was shown.
  "consents": [
$consents
  ],
  "research_consent": false,
  // The council's own file number, if it has one.
  "council_reference": "",
  // Who complains, and in what words. Only this part is sealed.
  "particulars": {
    "name": "Example Person",
    "email": "person@example.org",
    "phone": "",
    "order_number": "EX-0000-0001",
    "statement": "The coat is of another material than its page says.",
    "request": "Take it back and return the price.",
    "prior_contact": "Asked the shop twice; no answer.",
    "evidence_names": [{"id": "order-1", "name": "order.pdf"}]
  }
}
""")


def template(scheme: Scheme, today: date) -> str:
    """The example for a scheme, as of a local day."""
    trader = next((one.organisation for one in scheme.participants if one.member_on(today)), NOBODY_YET)
    yesterday = today - timedelta(days=1)
    given_at = f"{yesterday}T09:00:00Z"
    recipients = (trader, *scheme.recipients)
    consents = (_CONSENT.substitute(recipient=one, notice=scheme.notice, given_at=given_at) for one in recipients)
    return _TEXT.substitute(
        scheme=scheme.id,
        notice=_notice(scheme),
        version=scheme.notice,
        language=_READ_IN.value,
        shown_at=f"{yesterday}T08:45:00Z",
        trader=trader,
        currency=scheme.currency,
        ordered=today - timedelta(days=60),
        delivered=today - timedelta(days=45),
        known=today - timedelta(days=44),
        contacted=today - timedelta(days=30),
        consents=",\n".join(consents),
        categories=", ".join(Category),
        natures=", ".join(Nature),
        redress=", ".join(Redress),
        proceedings=", ".join(Proceedings),
        buyers=" or ".join(Buyer),
        languages=", ".join(Language),
        channels=", ".join(Channel),
        evidence=", ".join(EvidenceKind),
    )


def _notice(scheme: Scheme) -> str:
    """The privacy notice as notes, to be shown before the first field (PDPO DPP1(3)); nothing where it is not known."""
    notice = scheme.notice_of(scheme.notice)
    if notice is None:
        return ""
    lines = (part for line in notice.text(_READ_IN).splitlines() for part in wrap(line, _WIDTH) or ("",))
    return "".join(f"// {line}".rstrip() + "\n" for line in ("", *lines, ""))
