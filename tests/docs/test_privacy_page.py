"""Every rule of privacy names its article, a test quotes it, and the page that says so is written from both."""

from __future__ import annotations

import pytest

from tools.make_privacy_page import (
    PAGE,
    articles,
    cited,
    functions,
    left_to_people,
    provision,
    quoting_tests,
    written,
)
from tools.privacy_provisions import NOT_ENFORCED, PROVISIONS


@pytest.fixture(scope="module")
def enforced() -> dict[str | None, str]:
    """A function for each provision that one names."""
    return {provision(article): function.name for function in functions() for article in function.articles}


@pytest.fixture(scope="module")
def quoted() -> dict[str | None, str]:
    """A test for each provision that one quotes."""
    return {provision(article): test.name for test in quoting_tests() for article in test.articles}


def test_the_page_is_up_to_date() -> None:
    """Run `python -m tools.make_privacy_page` after a change of a rule's or a test's docstring, or of the table."""
    assert PAGE.read_text("utf-8") == written()


def test_every_provision_is_enforced_or_says_why_not(enforced: dict[str | None, str]) -> None:
    """Enforced and not enforced is a contradiction; neither is a gap."""
    explained = {article for named in left_to_people() for article in named}
    gaps = [one for one in PROVISIONS if one not in enforced and one not in NOT_ENFORCED and one not in explained]
    assert not gaps, f"name them in a function's docstring, or say why not: {gaps}"
    stale = {one: enforced[one] for one in NOT_ENFORCED if one in enforced}
    assert not stale, f"enforced now, so no longer to be excused in tools/privacy_provisions.py: {stale}"
    assert NOT_ENFORCED.keys() <= set(PROVISIONS)
    assert all(reason.endswith(".") for reason in NOT_ENFORCED.values())


def test_a_function_names_provisions_of_the_list_that_the_citations_hold() -> None:
    """Whoever reads the article's name finds its text."""
    held = {provision(article) for article in cited()}
    for function in functions():
        for article in function.articles:
            assert provision(article) is not None, f"{function.name} names {article}: which paragraph?"
            assert provision(article) in held, f"{function.name} names {article}: not in citations"


def test_whatever_is_enforced_is_quoted_by_a_test(
    enforced: dict[str | None, str], quoted: dict[str | None, str]
) -> None:
    """A rule without a test that knows its article is a claim."""
    untested = {str(one): name for one, name in enforced.items() if one not in quoted}
    assert not untested, f"no test quotes them: {untested}"


def test_whatever_a_test_quotes_is_enforced(enforced: dict[str | None, str]) -> None:
    """A test of an article that no function names has lost its rule, or the rule its article."""
    for test in quoting_tests():
        for article in test.articles:
            assert provision(article) in enforced, f"{test.name} quotes {article}: no function names it"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("(PIPL Arts 14, 23; PDPO DPP3)", ["PIPL Art 14", "PIPL Art 23", "PDPO DPP3"]),
        ("(PIPL Art 38, Arts 55-56)", ["PIPL Art 38", "PIPL Art 55", "PIPL Art 56"]),
        ("(PIPL Art 23; for a recipient abroad Art 39)", ["PIPL Art 23", "PIPL Art 39"]),
        ("PDPO DPP5, PIPL Arts 7 and 17.", ["PDPO DPP5", "PIPL Art 7", "PIPL Art 17"]),
        ("(PDPO, principle 1(1)); DPP1(3)(a)", ["PDPO DPP1(1)", "PDPO DPP1(3)(a)"]),
        ("(PDPO ss.20-21, 27; DPP6, s.18)", ["PDPO s.20", "PDPO s.21", "PDPO s.27", "PDPO DPP6", "PDPO s.18"]),
        ("(PDPO s.20(1)(b), (2)(b))", ["PDPO s.20(1)(b)"]),
        ("(SAMR Order 20, Art 10) and (E-Commerce Law, Art 62)", []),
        ("(Council's privacy policy: 18; PIPL Art 31: 14)", ["PIPL Art 31"]),
        ("the GBA standard contract, Art 3 of Order 20, GBA Standard Contract", ["GBA Standard Contract"]),
        ("in section 18, or article 23 of something", []),
    ],
)
def test_articles_are_read_off_a_docstring(text: str, named: list[str]) -> None:
    """A law holds for what follows until another one is named; a span is each of its articles."""
    assert list(articles(text)) == named


def test_a_paragraph_falls_under_the_narrowest_provision() -> None:
    """What has an entry of its own is no part of another."""
    assert provision("PDPO DPP4(2)") == "PDPO DPP4(2)"
    assert provision("PDPO DPP4(1)") == "PDPO DPP4"
    assert provision("PDPO DPP1(3)(a)") == "PDPO DPP1(3)"
    assert provision("PDPO DPP1") is None
    assert provision("PIPL Art 2") is None
