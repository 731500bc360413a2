"""A whole assessment: every finding and the verdict; beside four rule engines that judge the same criteria.

The 21 criteria of HK_CCA stand here once more as data, over one flat table of facts, and are written out for each
engine in its own language. An engine gets its facts ready as a dict (turning a complaint into one is not charged to
it) and gives one code a criterion, MET, NOT_MET or UNKNOWN, in the form that is quickest for it: one expression that
is a list of all codes, but 21 rules for rule-engine, which has no such list. Ours reads the complaint itself, and
gives findings with criterion, effect, citation and sentence, and the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from benchmarks.measure import Contest, Effort, Row, Work, held, row
from expressplatform.codes import AgeBand
from expressplatform.complaint import Complaint, Particulars
from expressplatform.eligibility import HK_CRITERIA, assess
from expressplatform.scheme import Known
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import FILED, WHOLE, put

Facts = Mapping[str, Any]
Test = tuple[Any, ...]
"""A test over the facts: an operator and its operands; a fact is named by ``("fact", name)``."""

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
NOTHING: Final = Known()


def fact(name: str) -> Test:
    """The fact of that name."""
    return ("fact", name)


def _null(name: str) -> Test:
    return ("==", fact(name), None)


def _is(name: str, value: object) -> Test:
    return ("==", fact(name), value)


def _not(name: str, value: object) -> Test:
    return ("!=", fact(name), value)


def _in(name: str, *values: object) -> Test:
    return ("or", *(_is(name, value) for value in values))


def _out(name: str, *values: object) -> Test:
    return ("and", *(_not(name, value) for value in values))


NEVER: Final = None
CEILING: Final = HK_CCA.ceilings["HKD"]
LIMIT: Final = date(FILED.year - HK_CCA.limit_years, FILED.month, FILED.day).toordinal()

# By criterion: when it is NOT_MET, and (asked after that) when it is UNKNOWN; else it is MET.
CRITERIA: Final[tuple[tuple[str, Test, Test | None], ...]] = (
    ("E1", _is("takes_part", False), NEVER),
    ("E2", ("and", _not("bought_by", None), _out("bought_by", "web", "app", "live_stream")), _null("bought_by")),
    ("E3", ("and", _not("buyer", None), _not("buyer", "private")), _null("buyer")),
    ("E4", _is("supplier", "individual"), _null("supplier")),
    (
        "E5",
        ("or", _is("supplier", "government"), _in("subject", "investment", "gambling", "auction")),
        ("or", _null("supplier"), _null("subject")),
    ),
    (
        "E6",
        (
            "and",
            _is("platform", True),
            _is("shop_id", ""),
            _is("shop_page", ""),
            _is("trader_contact", ""),
            _is("order_number", ""),
        ),
        NEVER,
    ),
    ("E7", ("or", _is("name", ""), _is("contact", "")), NEVER),
    ("E8", ("or", _is("statement", ""), ("and", _is("redress", 0), _is("request", ""))), NEVER),
    ("E9", ("and", _is("proofs", 0), _is("order_number", "")), NEVER),
    ("E10", _is("contacted", False), _null("contacted")),
    ("E11", _in("proceedings", "pending", "decided"), _null("proceedings")),
    ("E12", _is("proceedings", "settled_and_performed"), _null("proceedings")),
    ("E13", ("<", fact("known_on"), LIMIT), ("==", fact("known_on"), 0)),
    ("E14", ("and", _is("on_warranty", True), ("<", fact("warranty_until"), fact("known_on"))), NEVER),
    (
        "E15",
        (
            "or",
            _is("injury", True),
            _is("crime", True),
            _is("testing_needed", True),
            ("<", CEILING, fact("disputed")),
        ),
        ("or", _null("injury"), _null("crime"), _null("testing_needed")),
    ),
    (
        "E16",
        (
            "or",
            ("and", _not("trader_notice", None), _not("trader_notice", HK_CCA.notice)),
            ("and", _not("cca_notice", None), _not("cca_notice", HK_CCA.notice)),
        ),
        ("or", _null("trader_notice"), _null("cca_notice")),
    ),
    (
        "E17",
        ("and", _not("age", None), _not("age", "adult"), _is("guardian_acts", False)),
        ("and", _not("age", "adult"), ("or", _null("age"), _null("guardian_acts"))),
    ),
    (
        "E18",
        ("and", _is("represented", True), ("<", fact("authority_until"), FILED.toordinal())),
        ("and", _is("represented", True), _is("authority_until", 0)),
    ),
    ("E19", _not("duplicates", 0), NEVER),
    ("E20", _is("suspected_abuse", True), NEVER),
    ("E21", _is("residence", "mainland"), _null("residence")),
    (
        "E22",
        ("or", ("and", _not("notice", None), _not("notice", HK_CCA.notice)), _is("notice_late", True)),
        _null("notice"),
    ),
)


def facts_of(complaint: Complaint) -> dict[str, Any]:
    """The facts that the criteria read, flat: codes, text, numbers, days as ordinals."""
    person, purchase, held_ = complaint.complainant, complaint.purchase, complaint.particulars
    if not isinstance(held_, Particulars):
        raise TypeError("the engines are given a complaint with its particulars")
    notices = {one.recipient: one.notice for one in complaint.consents}
    participant = HK_CCA.participant(complaint.trader.organisation, FILED, NOTHING)
    amount = complaint.claimed or purchase.paid
    flags, dates, shop, shown = complaint.flags, complaint.dates, complaint.trader.shop, complaint.notice_shown
    return {
        "takes_part": participant is not None,
        "platform": participant is None or participant.platform,
        "bought_by": purchase.bought_by,
        "buyer": person.buyer,
        "supplier": purchase.supplier,
        "subject": purchase.subject,
        "shop_id": shop.shop_id if shop else "",
        "shop_page": held_.shop_page,
        "trader_contact": held_.trader_contact,
        "order_number": held_.order_number,
        "name": held_.name,
        "contact": held_.contact,
        "statement": held_.statement,
        "request": held_.request,
        "redress": len(complaint.redress),
        "proofs": sum(one.kind in ("order", "payment", "contract") for one in complaint.evidence),
        "contacted": complaint.prior_contact.contacted,
        "proceedings": complaint.proceedings,
        "known_on": dates.known_on.toordinal() if dates.known_on else 0,
        "warranty_until": dates.warranty_until.toordinal() if dates.warranty_until else 9_999_999,
        "on_warranty": complaint.nature in ("defective", "after_sales"),
        "injury": flags.injury,
        "crime": flags.crime,
        "testing_needed": flags.testing_needed,
        "disputed": amount.minor_units if amount else 0,
        "trader_notice": notices.get(complaint.trader.organisation),
        "cca_notice": notices.get("cca"),
        "age": person.age,
        "guardian_acts": person.guardian_acts,
        "represented": person.represented,
        "authority_until": 0,
        "duplicates": 0,
        "suspected_abuse": flags.suspected_abuse,
        "residence": person.residence,
        "notice": shown.version if shown else None,
        "notice_late": shown is not None and any(one.given_at < shown.at for one in complaint.consents),
    }


def plain(facts: Facts) -> dict[str, Any]:
    """The facts as plain JSON values: what an engine would be sent."""
    document: dict[str, Any] = json.loads(json.dumps(facts))
    return document


# --- the criteria in four languages ---------------------------------------------------------------------------


def infix(test: object, words: Mapping[str, str], constant: Callable[[object], str]) -> str:
    """A test as most languages write it; ``words`` are theirs for and, or."""
    if not isinstance(test, tuple):
        return constant(test)
    operator, *operands = test
    if operator == "fact":
        return str(operands[0])
    parts = [infix(one, words, constant) for one in operands]
    return "(" + f" {words.get(operator, operator)} ".join(parts) + ")"


def json_logic(test: object) -> object:
    """A test in JSONLogic; equality is strict."""
    if not isinstance(test, tuple):
        return test
    operator, *operands = test
    if operator == "fact":
        return {"var": operands[0]}
    return {{"==": "===", "!=": "!=="}.get(operator, operator): [json_logic(one) for one in operands]}


def _chosen(write: Callable[[object], str], unmet: Test, unknown: Test | None) -> str:
    rest = f"{write(unknown)} ? 'unknown' : 'met'" if unknown else "'met'"
    return f"{write(unmet)} ? 'not_met' : ({rest})"


Judge = Callable[[Facts], Sequence[str]]
"""Gives one code a criterion, in their order."""


def _datalogic() -> Judge:
    from datalogic_py import Engine

    codes = []
    for _, unmet, unknown in CRITERIA:
        more = [json_logic(unknown), UNKNOWN] if unknown else []
        codes.append({"if": [json_logic(unmet), NOT_MET, *more, MET]})
    engine = Engine()
    rule, session = engine.compile(codes), engine.session()
    return lambda facts: session.evaluate(rule, facts)


def _zen() -> Judge:
    import zen

    def write(test: object) -> str:
        return infix(test, {}, json.dumps)

    listed = ", ".join(_chosen(write, unmet, unknown) for _, unmet, unknown in CRITERIA)
    evaluate = zen.compile_expression(f"[{listed}]").evaluate
    return lambda facts: evaluate(facts)


def _cel() -> Judge:
    from cel_expr_python import cel

    words = {"and": "&&", "or": "||"}

    def write(test: object) -> str:
        return infix(test, words, json.dumps)

    env = cel.NewEnv(variables=dict.fromkeys(facts_of(WHOLE), cel.Type.DYN))
    listed = ", ".join(_chosen(write, unmet, unknown) for _, unmet, unknown in CRITERIA)
    evaluate = env.compile(f"[{listed}]").eval
    return lambda facts: evaluate(data=facts).plain_value()


def _rule_engine() -> Judge:
    from rule_engine import Rule

    def write(test: object) -> str:
        return infix(test, {}, lambda value: "null" if value is None else json.dumps(value))

    pairs = [
        (Rule(write(unmet)).matches, Rule(write(unknown)).matches if unknown else None)
        for _, unmet, unknown in CRITERIA
    ]

    def judge(facts: Facts) -> list[str]:
        return [
            NOT_MET if unmet(facts) else UNKNOWN if unknown is not None and unknown(facts) else MET
            for unmet, unknown in pairs
        ]

    return judge


ENGINES: Final[Mapping[str, Callable[[], Judge]]] = {
    "datalogic-py": _datalogic,
    "zen-engine": _zen,
    "cel-expr-python": _cel,
    "rule-engine": _rule_engine,
}
"""By the name of its distribution: makes the engine ready, its rules compiled."""

SPOILT: Final = (
    WHOLE,
    put(WHOLE, "purchase.bought_by", None),
    put(WHOLE, "flags.injury", True),
    put(WHOLE, "particulars.name", ""),
    put(WHOLE, "consents", ()),
    put(WHOLE, "dates.known_on", date(2019, 1, 1)),
    put(put(put(WHOLE, "flags.injury", None), "proceedings", None), "consents", ()),
    put(put(WHOLE, "complainant.age", AgeBand.UNDER_14), "complainant.guardian_acts", False),
)
"""Complaints on which every engine must agree with us before anybody is timed."""


def _checked(name: str, judge: Judge) -> Judge:
    for complaint in SPOILT:
        ours = [str(one.result.value) for one in assess(complaint, scheme=HK_CCA, on=FILED).findings]
        if list(judge(plain(facts_of(complaint)))) != ours:
            raise LookupError(f"{name} judges otherwise")
    return judge


OPEN: Final = put(put(put(WHOLE, "flags.injury", None), "proceedings", None), "consents", ())
"""A complaint of which much is not known yet: four criteria are open."""


def contest(complaint: Complaint) -> Contest:
    """Ours and the four, on the same complaint."""
    facts = plain(facts_of(complaint))

    def by(judge: Judge) -> Work:
        return lambda: judge(facts)

    work: dict[str, Work] = {"ours": lambda: assess(complaint, scheme=HK_CCA, on=FILED)}
    for name, make in ENGINES.items():
        work[name] = by(_checked(name, make()))
    return Contest(work)


_NOTE: Final = "The engines get flat facts made ready and give one code a criterion; ours reads the complaint."


def rows(effort: Effort) -> Iterator[Row]:
    """Beside the fastest of the four, the times of the others with it: all criteria met, and four of them open."""
    for name, complaint, goal in (("all met", WHOLE, 1.3), ("four open", OPEN, None)):
        times = held(contest(complaint), effort)
        fastest = times.fastest(list(ENGINES))
        others = [engine for engine in ENGINES if engine != fastest]
        what = f"an assessment by {len(HK_CRITERIA)} criteria, {name}"
        yield row(what, times, ours="ours", theirs=fastest, goal=goal, others=others, note=_NOTE)
