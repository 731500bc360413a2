"""The criteria as values: each check with its number, what follows when it is not met, its source and its words.

Laws of this file
- Nothing here judges. The effect is chosen by one rule: a published text blocks; what the form should have
  held is asked for; advice warns; a figure's scope flags; and whatever only an unread text, an unpublished
  threshold or a person's judgement supports goes to an officer, because the library refuses nobody on such a
  ground alone.
- Numbers are stored with cases and never change their meaning: a new rule is a new number, and a changed one
  a second value with the same number and dates that do not overlap.
"""

from __future__ import annotations

from typing import Final

from expressplatform.citations import (
    CCA_REFUSALS,
    CONSUMIDOR_GOV_BR,
    HKCC_2019,
    HKCC_FORM,
    HKCC_PRIVACY,
    HKCC_SCOPE,
    HKCC_STATISTICS,
    LGPD,
    PDPO_DPP1,
    PIPL,
    SAMR_20,
    SAMR_121,
    article,
)
from expressplatform.codes import Effect
from expressplatform.eligibility import criteria
from expressplatform.scheme import Criterion

E1: Final = Criterion(
    "E1",
    criteria.respondent_takes_part,
    Effect.BLOCK,
    HKCC_2019,
    "The trader does not take part in the scheme on the filing date.",
)
E2: Final = Criterion(
    "E2",
    criteria.bought_online,
    Effect.BLOCK,
    HKCC_2019,
    "The purchase was not made online.",
    "It is not said how the purchase was made.",
    ("$.purchase.bought_by",),
)
E3: Final = Criterion(
    "E3",
    criteria.bought_for_private_use,
    Effect.BLOCK,
    article(SAMR_20, "Art 15(3)"),
    "The complainant did not buy for private use.",
    "It is not said whether the purchase was for private use.",
    ("$.complainant.buyer",),
)
E4: Final = Criterion(
    "E4",
    criteria.sold_by_a_business,
    Effect.BLOCK,
    HKCC_SCOPE,
    "It is a private sale between individuals.",
    "It is not said who sold: a business or an individual.",
    ("$.purchase.supplier",),
)
E5: Final = Criterion(
    "E5",
    criteria.subject_is_covered,
    Effect.BLOCK,
    HKCC_SCOPE,
    "It concerns a supply by Government, the performance of an investment, gambling or an auction.",
    "It is not said what kind of thing was sold, or by whom.",
    ("$.purchase.subject", "$.purchase.supplier"),
)
E6: Final = Criterion(
    "E6",
    criteria.trader_is_identified,
    Effect.ASK,
    article(SAMR_20, "Art 9(2)"),
    "Nothing tells which seller on the platform it was.",
    "The shop is not named, and what would tell it is sealed.",
    (
        "$.trader.shop.shop_id",
        "$.particulars.shop_page",
        "$.particulars.trader_contact",
        "$.particulars.order_number",
    ),
    choices=(
        (
            "$.trader.shop.shop_id",
            "$.particulars.shop_page",
            "$.particulars.trader_contact",
            "$.particulars.order_number",
        ),
    ),
)
E7: Final = Criterion(
    "E7",
    criteria.complainant_is_named,
    Effect.ASK,
    article(SAMR_20, "Art 9(1)"),
    "The complainant's name or contact is missing.",
    "Whether name and contact were given is sealed.",
    ("$.particulars.name", "$.particulars.email", "$.particulars.phone", "$.particulars.address"),
    choices=(("$.particulars.email", "$.particulars.phone", "$.particulars.address"),),
)
E8: Final = Criterion(
    "E8",
    criteria.facts_and_request_are_stated,
    Effect.ASK,
    article(SAMR_20, "Art 9(3)"),
    "The facts or a specific request are missing.",
    "Whether facts and request were stated is sealed.",
    ("$.particulars.statement", "$.particulars.request", "$.redress"),
    choices=(("$.particulars.request", "$.redress"),),
)
E9: Final = Criterion(
    "E9",
    criteria.purchase_is_evidenced,
    Effect.ASK,
    HKCC_FORM,
    "There is neither an order number nor a document of the order, the payment or the contract.",
    "No document shows the purchase, and the order number is sealed.",
    ("$.particulars.order_number", "$.evidence"),
    choices=(("$.particulars.order_number", "$.evidence"),),
)
E10: Final = Criterion(
    "E10",
    criteria.trader_was_asked_first,
    Effect.WARN,
    HKCC_FORM,
    "The trader has not been asked first.",
    "It is not said whether the trader was asked first.",
    ("$.prior_contact.contacted",),
)
E11: Final = Criterion(
    "E11",
    criteria.nobody_else_has_it,
    Effect.BLOCK,
    article(SAMR_20, "Art 15(2)"),
    "A court, an arbitration, an agency or an association has the matter, or has decided it.",
    "It is not said whether somebody else has the matter.",
    ("$.proceedings",),
)
E12: Final = Criterion(
    "E12",
    criteria.not_settled_before,
    Effect.OFFICER,
    CCA_REFUSALS,
    "The matter has been settled and performed: an officer says whether the facts are new.",
    "It is not said whether the matter has been settled before.",
    ("$.proceedings",),
)
E13: Final = Criterion(
    "E13",
    criteria.within_time,
    Effect.BLOCK,
    article(SAMR_20, "Art 15(4)"),
    "The trouble was known longer ago than the scheme allows.",
    "It is not said when the trouble was known.",
    ("$.dates.known_on", "$.purchase.ordered_on"),
    choices=(("$.dates.known_on", "$.purchase.ordered_on"),),
)
E14: Final = Criterion(
    "E14",
    criteria.within_warranty,
    Effect.OFFICER,
    CCA_REFUSALS,
    "The stated warranty or shelf life was over before the trouble was known.",
    paths=("$.dates.warranty_until", "$.dates.known_on"),
)
E15: Final = Criterion(
    "E15",
    criteria.less_controversial,
    Effect.OFFICER,
    HKCC_2019,
    "There is an injury, a possible crime, a test to be made, or an amount above the ceiling.",
    "It is not said whether there is an injury, a possible crime or a test to make, or what is claimed.",
    ("$.flags.injury", "$.flags.crime", "$.flags.testing_needed", "$.purchase.paid", "$.claimed"),
)
E16: Final = Criterion(
    "E16",
    criteria.consents_to_each_recipient,
    Effect.ASK,
    article(PIPL, "Art 23 and 39"),
    "A consent is for another purpose, or was given under a privacy notice of other terms than today's.",
    "A consent to send it to the trader, or to another recipient of the scheme, is missing.",
    ("$.consents",),
)
E17: Final = Criterion(
    "E17",
    criteria.adult_or_guardian_acts,
    Effect.BLOCK,
    HKCC_PRIVACY,
    "The complainant is under age and no guardian acts.",
    "It is not said whether the complainant is an adult, or whether a guardian acts.",
    ("$.complainant.age", "$.complainant.guardian_acts"),
    choices=(("$.complainant.age", "$.complainant.guardian_acts"),),
)
E18: Final = Criterion(
    "E18",
    criteria.agent_has_authority,
    Effect.ASK,
    article(SAMR_20, "Art 10"),
    "The agent's authority names no matter, or has run out.",
    "The agent shows no authority with its term.",
    ("$.complainant.authority.until", "$.particulars.authority_matter"),
)
E19: Final = Criterion(
    "E19",
    criteria.not_a_duplicate,
    Effect.OFFICER,
    article(SAMR_20, "Art 13"),
    "Another open case is over the same order: an officer says whether it is the same matter.",
)
E20: Final = Criterion(
    "E20",
    criteria.not_abusive,
    Effect.OFFICER,
    SAMR_121,
    "Somebody suspects abuse: only a person decides on that.",
)
E21: Final = Criterion(
    "E21",
    criteria.counts_for_hong_kong,
    Effect.FLAG,
    HKCC_STATISTICS,
    "A Mainland consumer complains of a Mainland platform: handled, and left out of Hong Kong's figures.",
    "It is not said where the complainant lives.",
    ("$.complainant.residence",),
)
E22: Final = Criterion(
    "E22",
    criteria.notice_was_shown_first,
    Effect.ASK,
    PDPO_DPP1,
    "The privacy notice that was shown is none of the scheme's, or was shown after a consent was given.",
    "It is not said that the privacy notice was shown before anything was asked.",
    ("$.notice_shown",),
)

HK_CRITERIA: Final = (
    E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13, E14, E15, E16, E17, E18, E19, E20, E21, E22,
)  # fmt: skip
"""What a council in Hong Kong asks, in the order in which people read it."""

BR1: Final = Criterion(
    "BR1",
    criteria.respondent_takes_part,
    Effect.BLOCK,
    CONSUMIDOR_GOV_BR,
    "The firm has not enrolled, or not on the filing date.",
)
BR2: Final = Criterion(
    "BR2",
    criteria.complainant_is_named,
    Effect.ASK,
    CONSUMIDOR_GOV_BR,
    "The consumer's name or contact is missing.",
    "Whether name and contact were given is sealed.",
    E7.paths,
    choices=E7.choices,
)
BR3: Final = Criterion(
    "BR3",
    criteria.facts_are_stated,
    Effect.ASK,
    CONSUMIDOR_GOV_BR,
    "What happened is not told.",
    "Whether the facts were told is sealed.",
    ("$.particulars.statement",),
)
BR4: Final = Criterion(
    "BR4",
    criteria.consents_to_each_recipient,
    Effect.ASK,
    article(LGPD, "Art 7"),
    "The consent is for another purpose, or was given under a privacy notice of other terms than today's.",
    "A consent to send it to the firm is missing.",
    ("$.consents",),
)

BR_CRITERIA: Final = (BR1, BR2, BR3, BR4)
"""What consumidor.gov.br asks before it hands a complaint to a firm."""
