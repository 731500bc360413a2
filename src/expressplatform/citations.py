"""The published texts that rules follow: edition, article, address.

A rule points here; nothing here judges. ``verified`` says whether the text itself was read: where it is False
the rule stands on a secondary account, and a scheme should treat it as a default that it can replace.
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Citation:
    """Where a rule stands: the text, its edition, the article, and an address to read it at."""

    text: str
    article: str = ""
    edition: str = ""
    address: str = ""
    verified: bool = True

    def __str__(self) -> str:
        return ", ".join(part for part in (self.text, self.article, self.edition) if part)


HKCC_2019: Final = Citation(
    "Consumer Council, press release on joining the Express Platform",
    "the seven steps and the privacy conditions",
    "2019-11-19",
    "https://www.consumer.org.hk/en/press-release/20191119",
)
HKCC_FORM: Final = Citation(
    "Consumer Council, complaint form and its notes", "", "", "https://www.consumer.org.hk/en/complaint-form"
)
HKCC_SCOPE: Final = Citation(
    "Consumer Council, what it handles", "", "", "https://www.consumer.org.hk/en/page/detail/300075"
)
HKCC_PLEDGE: Final = Citation(
    "Consumer Council, performance pledge",
    "acknowledgement and progress",
    "",
    "https://www.consumer.org.hk/en/about-us/performance-pledge",
)
HKCC_PRIVACY: Final = Citation(
    "Consumer Council, privacy policy", "", "", "https://www.consumer.org.hk/en/privacy-policy"
)
HKCC_STATISTICS: Final = Citation(
    "Consumer Council, year-ender",
    "which cases count",
    "2022",
    "https://www.consumer.org.hk/en/press-release/2022-year-ender",
)
CCA_2016: Final = Citation(
    "China Consumers' Association, launch of the Express Platform",
    "traders close a general complaint in 7 working days",
    "2016",
    "zgbfxw.com/article-38992-1.html",
)
MACAO_2019: Final = Citation(
    "Macao Consumer Council, joining the Express Platform",
    "handed over within 3 working days of receipt",
    "2019",
    "exmoo.com/article/132087.html",
)
SAMR_20: Final = Citation(
    "SAMR Order 20, Interim Measures for Handling Complaints and Reports in Market Regulation",
    "",
    "2019, am. 2022",
)
SAMR_121: Final = Citation("SAMR Order 121", "", "announced January 2026", verified=False)
CCA_REFUSALS: Final = Citation("Consumer associations' list of complaints not taken", "", "2011", verified=False)
CONSUMIDOR_GOV_BR: Final = Citation(
    "consumidor.gov.br, how it works",
    "10 days to answer, then the consumer's comment",
    "",
    "https://consumidor.gov.br/pages/conteudo/publico/1",
)
CONSUMIDOR_DATA: Final = Citation(
    "consumidor.gov.br, open data of ended complaints",
    "the consumer's days: 10 after replies until 28 June 2014, 20 after those from 30 June 2014",
    "2014-2015",
)
LGPD: Final = Citation("Lei Geral de Proteção de Dados, Lei 13.709", "", "2018", verified=False)
EU_ODR: Final = Citation(
    "Regulation (EU) 524/2013",
    "Art 9: 30 days to agree on a body, 90 for the outcome",
    "2013, repealed 2024",
    verified=False,
)
ISO_32122: Final = Citation(
    "ISO 32122, Online dispute resolution for e-commerce",
    "10 calendar days to negotiate",
    "2025",
    verified=False,
)
CFPB: Final = Citation("CFPB, company portal terms", "15 calendar days, final by 60", "", "insidearm.com/news/00043245")
ODR_12315: Final = Citation("12315 ODR enterprises", "negotiate within 10 working days", "", verified=True)
PDPO: Final = Citation(
    "Personal Data (Privacy) Ordinance, Cap. 486", "", "", "https://www.elegislation.gov.hk/hk/cap486"
)
PIPL: Final = Citation("Personal Information Protection Law of the PRC", "", "2021")
PROJECT: Final = Citation("A default of this library, to be replaced by the scheme's own rule", verified=False)


def article(citation: Citation, name: str) -> Citation:
    """The same text at one article."""
    return attrs.evolve(citation, article=name)


# The articles that `privacy` follows. Where a provision was known only at second hand, ``verified`` says so.
PDPO_DPP1_1: Final = article(PDPO, "Sch. 1, principle 1(1): no more data than the purpose needs")
PDPO_DPP1: Final = article(PDPO, "Sch. 1, principle 1(3): notice on or before collecting")
PDPO_DPP2_1: Final = article(PDPO, "Sch. 1, principle 2(1): accuracy, and correction where it was sent")
PDPO_DPP2: Final = article(PDPO, "Sch. 1, principle 2(2) and s.26: kept no longer than needed")
PDPO_DPP3: Final = article(PDPO, "Sch. 1, principle 3: a new purpose needs prescribed consent")
PDPO_DPP4: Final = article(PDPO, "Sch. 1, principle 4: security, and who has access")
PDPO_DPP5: Final = article(PDPO, "Sch. 1, principle 5: openness of policy and practice")
PDPO_DPP6: Final = article(PDPO, "Sch. 1, principle 6 and s.18: access to one's own data")
PDPO_S19: Final = article(PDPO, "Sch. 1, principle 6 and s.19: access to one's own data, in 40 days")
PDPO_S20: Final = article(PDPO, "s.20(1)(b), (2)(b): what tells who another person is, is left out")
PDPO_S21: Final = article(PDPO, "s.21: a refusal is told in writing with its reasons, within 40 days")
PDPO_S23: Final = attrs.evolve(article(PDPO, "ss.22-23: correction of one's own data, in 40 days"), verified=False)
PDPO_S24: Final = attrs.evolve(article(PDPO, "ss.24-25: refusal of a correction, and its reasons"), verified=False)
PDPO_S27: Final = article(PDPO, "s.27: the log of refusals, four years")
PDPO_S33: Final = article(PDPO, "s.33: transfers abroad (enacted, not in operation)")
PDPO_S58: Final = attrs.evolve(article(PDPO, "s.58: crime and seriously improper conduct"), verified=False)
PIPL_6: Final = article(PIPL, "Art 6: the smallest scope that the purpose needs")
PIPL_7: Final = article(PIPL, "Art 7: openness; the rules of handling are published")
PIPL_13: Final = article(PIPL, "Art 13: one ground for each handling")
PIPL_14: Final = article(PIPL, "Art 14: informed consent, fresh where purpose, method or category changes")
PIPL_15: Final = article(PIPL, "Art 15: a consent may be taken back, easily")
PIPL_16: Final = article(PIPL, "Art 16: no service withheld for refusing what it does not need")
PIPL_17: Final = article(PIPL, "Art 17: what is told before anything is handled")
PIPL_19: Final = article(PIPL, "Art 19: the shortest retention")
PIPL_21: Final = article(PIPL, "Art 21: what was entrusted is returned or deleted")
PIPL_23: Final = article(PIPL, "Art 23: separate consent for each other handler")
PIPL_25: Final = article(PIPL, "Art 25: no publication without separate consent")
PIPL_28: Final = article(PIPL, "Art 28: sensitive personal information")
PIPL_31: Final = article(PIPL, "Art 31: below 14 with a guardian's consent")
PIPL_36: Final = article(PIPL, "Arts 36-37: bodies with public functions")
PIPL_38: Final = article(PIPL, "Art 38: conditions of providing abroad")
PIPL_39: Final = article(PIPL, "Art 39: separate consent for each recipient abroad")
PIPL_44: Final = article(
    PIPL, "Art 44: to restrict or refuse the use of one's own information, unless a law says otherwise"
)
PIPL_45: Final = article(PIPL, "Art 45: access to and copies of one's own information")
PIPL_46: Final = article(PIPL, "Art 46: correction")
PIPL_47: Final = article(PIPL, "Art 47: deletion")
PIPL_50: Final = article(PIPL, "Art 50: requests are taken and dealt with; a refusal gives its reasons")
PIPL_51: Final = article(PIPL, "Art 51: internal rules, access rights, classification")
PIPL_54: Final = article(PIPL, "Art 54: regular audits of compliance")
PIPL_55: Final = article(PIPL, "Arts 55-56: impact assessment beforehand, its record kept three years")
PIPL_57: Final = article(PIPL, "Art 57: a leak is remedied at once, and told to the authority and those affected")
PCPD_BREACH_FORM: Final = Citation(
    "Privacy Commissioner for Personal Data, data breach notification form",
    "its headings; telling is encouraged, not mandatory",
    "",
    "https://www.pcpd.org.hk/english/enforcement/data_breach_notification/dbn_form.html",
)
LGPD_18: Final = article(LGPD, "Art 18: rights of the data subject")
GBA_CONTRACT: Final = Citation(
    "Standard Contract for Cross-boundary Flow of Personal Information within the Greater Bay Area",
    "Hong Kong and nine cities; filed within 10 working days; no onward transfer outside them",
    "2023-12-13",
)
