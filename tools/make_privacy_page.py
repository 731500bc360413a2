"""Write `docs/explanation/privacy.md` from the docstrings of the functions that enforce a rule, and of the tests.

    python -m tools.make_privacy_page        writes the blocks of the page between their marks

Convention: a function enforces the articles that its docstring names ("(PIPL Arts 14, 23; PDPO DPP3)"), and its
first sentence is the rule. A test quotes the articles that its docstring names, or its class's. Functions are
found anywhere in the library and tests anywhere under `tests/`, by their source: whatever is added later appears
by itself. What the page's prose says stays as it is.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from expressplatform import citations
from expressplatform.citations import Citation
from expressplatform.codes import Audience, Purpose, Stage
from expressplatform.privacy import statement
from expressplatform.privacy.table import ALWAYS, EVERY_FIELD, TABLE, WITHHELD, Condition
from tools.privacy_provisions import GBA, NOT_ENFORCED, PROVISIONS

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "explanation" / "privacy.md"
LIBRARY: Final = ROOT / "src" / "expressplatform"
TESTS: Final = ROOT / "tests"

# --- articles in a text ----------------------------------------------------------------------------------------

_NUMBERS: Final = r"\d+(?:-\d+)?(?:\(\w+\))*(?:(?:, and |, | and )\d+(?:-\d+)?(?:\(\w+\))*(?!\w|\.\d))*"
_TOKEN: Final = re.compile(
    rf"(?P<gba>GBA (?:S|s)tandard (?:C|c)ontract)"
    rf"|(?P<law>PIPL|PDPO|Order \d+|E-Commerce Law|Consumer Rights Law|Regulation|HKCC|RFC|ISO)"
    rf"|Arts? (?P<article>{_NUMBERS})"
    rf"|\bss?\.(?P<section>{_NUMBERS})"
    rf"|(?:DPP|principle )(?P<principle>\d(?:\(\w+\))*)"
)


def articles(text: str) -> tuple[str, ...]:
    """The provisions of the three texts that a text names, in its order, each once: ``PIPL Art 23``, ``PDPO s.26``.

    A law holds for what follows until another one is named; a span ("Arts 55-56") is each of its articles.
    """
    found: dict[str, None] = {}
    law = ""
    for token in _TOKEN.finditer(" ".join(text.split())):
        kind, value = next((name, held) for name, held in token.groupdict().items() if held is not None)
        if kind == "law":
            law = value
        elif kind == "gba":
            found[GBA] = None
        elif kind == "principle":
            found[f"PDPO DPP{value}"] = None
        elif (kind, law) in (("article", "PIPL"), ("section", "PDPO")):
            head = "PIPL Art " if kind == "article" else "PDPO s."
            found.update(dict.fromkeys(f"{head}{number}" for number in _numbers(value)))
    return tuple(found)


def _numbers(text: str) -> Iterator[str]:
    for one in re.split(r", and |, | and ", text):
        first, _, last = one.partition("-")
        yield from (str(number) for number in range(int(first), int(last) + 1)) if last else (first,)


def within(article: str, other: str) -> bool:
    """Whether an article is another one or a paragraph of it."""
    return article == other or article.startswith(f"{other}(")


@functools.cache
def provision(article: str) -> str | None:
    """The provision of the list that an article falls under, the narrowest."""
    return max((one for one in PROVISIONS if within(article, one)), key=len, default=None)


# --- who names them --------------------------------------------------------------------------------------------


@attrs.frozen
class Named:
    """A function or a test, what it says first, and the articles that it names."""

    name: str
    rule: str
    articles: tuple[str, ...]


@functools.cache
def functions() -> tuple[Named, ...]:
    """Every function, method and property of the library whose docstring names an article."""
    return tuple(
        Named(f"{module}.{name}", _first_sentence(said), articles(said))
        for path, tree in _naming(LIBRARY, "*.py")
        if (module := ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__"))
        for name, node, _ in _defined(tree)
        if articles(said := ast.get_docstring(node) or "")
    )


@functools.cache
def quoting_tests() -> tuple[Named, ...]:
    """Every test that quotes an article, itself or by its class; a class once, where it is the class that does."""
    found: dict[str, Named] = {}
    for path, tree in _naming(TESTS, "test_*.py"):
        for name, node, owner in _defined(tree):
            if not (node.name.startswith("test_") or _is_invariant(node)):
                continue
            for quoting, called in ((node, name), (owner, name.rpartition(".")[0])):
                said = ast.get_docstring(quoting) if quoting is not None else None
                if said and articles(said):
                    key = f"{path.relative_to(TESTS).with_suffix('').as_posix()}: {called}"
                    found[key] = Named(key, _first_sentence(said), articles(said))
    return tuple(found.values())


def _naming(place: Path, pattern: str) -> Iterator[tuple[Path, ast.Module]]:
    """The modules below a folder that name an article anywhere."""
    for path in sorted(place.rglob(pattern)):
        if articles(source := path.read_text("utf-8")):
            yield path, ast.parse(source)


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _defined(tree: ast.Module) -> Iterator[tuple[str, _Function, ast.ClassDef | None]]:
    """Every function of a module and of its classes, by name, with the class."""
    for node in tree.body:
        if isinstance(node, _Function):
            yield node.name, node, None
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, _Function):
                    yield f"{node.name}.{inner.name}", inner, node


def _is_invariant(node: _Function) -> bool:
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) == "invariant" for one in node.decorator_list)


_PURE: Final = re.compile(r"\s*\((?:[^()]|\(\w+\))*\)")


def _first_sentence(said: str) -> str:
    """The first sentence of a docstring, without parentheses that hold only sources."""
    first = re.split(r"(?<=\.)\s+(?=[A-Z`\"])", " ".join(said.split("\n\n")[0].split()), maxsplit=1)[0]
    first = _PURE.sub(lambda found: "" if _is_only_sources(found[0]) else found[0], first)
    head, colon, rest = first.partition(": ")
    first = rest if colon and _is_only_sources(head) else first
    return first[:1].upper() + first[1:]


def _is_only_sources(text: str) -> bool:
    left = _TOKEN.sub("", text)
    return bool(articles(text)) and not re.sub(r"[\s,;().]|\band\b", "", left)


# --- what the texts say of themselves --------------------------------------------------------------------------


def cited() -> Mapping[str, Citation]:
    """The articles of the three texts that `citations` holds."""
    return {one: held for held in vars(citations).values() if isinstance(held, Citation) for one in articles_of(held)}


def articles_of(citation: Citation) -> tuple[str, ...]:
    """The provisions of the three texts that a citation points to."""
    law = _LAWS.get(citation.text, "")
    return articles(f"{law} {citation.article.partition(':')[0]}") if law else ()


_LAWS: Final = {citations.PDPO.text: "PDPO", citations.PIPL.text: "PIPL", citations.GBA_CONTRACT.text: GBA}


# --- the page --------------------------------------------------------------------------------------------------


def written() -> str:
    """The page as it should stand."""
    page = PAGE.read_text("utf-8")
    blocks = {"rules": _rules(), "fields": _fields(), "not enforced": _not_enforced()}
    for name, lines in blocks.items():
        begin, end = f"<!-- written from the {name}: begin -->\n", f"<!-- written from the {name}: end -->\n"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise LookupError(f"the page has no marks for the {name}")
        page = f"{before}{begin}\n" + "\n".join(lines) + f"\n\n{end}{after}"
    return page


def _rules() -> Iterator[str]:
    yield from ("| article | rule | function | test |", "|---|---|---|---|")
    known, enforcing, quoting = cited(), functions(), quoting_tests()
    for one in PROVISIONS:
        by_rule: dict[str, list[str]] = {}
        for function in enforcing:
            if any(provision(article) == one for article in function.articles):
                by_rule.setdefault(function.rule, []).append(f"`{function.name}`")
        tested = ", ".join(f"`{test.name}`" for test in quoting if any(provision(a) == one for a in test.articles))
        head = _title(one, known)
        for rule, names in by_rule.items():
            yield f"| {head} | {_cell(rule)} | {', '.join(names)} | {tested} |"
            head = tested = ""


def _title(article: str, known: Mapping[str, Citation]) -> str:
    held = known.get(article)
    return f"**{article}**" + (" (known at second hand)" if held is not None and not held.verified else "")


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


_SHORT: Final = {
    ALWAYS: "always",
    frozenset({Stage.HANDLING}): "handling",
    frozenset({Stage.BEFORE, Stage.HANDLING}): "until it ends",
    frozenset({Stage.HANDLING, Stage.AFTER}): "from handling",
}
_NOTE: Final = {Condition.ONE_CONTACT: " ¹", Condition.REPRESENTED: " ²"}
_COLUMNS: Final = (
    ("complainant", Audience.COMPLAINANT, Purpose.HANDLING),
    ("council", Audience.COUNCIL, Purpose.HANDLING),
    ("trader", Audience.TRADER, Purpose.HANDLING),
    ("association", Audience.CCA, Purpose.HANDLING),
    ("helping authority", Audience.AUTHORITY, Purpose.HANDLING),
    ("statutory request ³", Audience.AUTHORITY, Purpose.LAW_ENFORCEMENT),
    ("research", Audience.COUNCIL, Purpose.RESEARCH),
)


def _fields() -> Iterator[str]:
    yield f"| field | {' | '.join(name for name, _, _ in _COLUMNS)} |"
    yield f"|---|{'---|' * len(_COLUMNS)}"
    for field in EVERY_FIELD:
        cells = (_when(field, audience, purpose) for _, audience, purpose in _COLUMNS)
        yield f"| `{field}` | {' | '.join(cells)} |"
    yield ""
    yield "Why something is never shown:"
    yield ""
    reasons: dict[tuple[Audience, str], list[str]] = {}
    for (field, audience), held in WITHHELD.items():
        reasons.setdefault((audience, held.reason), []).append(field)
    for (audience, reason), fields in reasons.items():
        named = "every field" if len(fields) == len(EVERY_FIELD) else ", ".join(f"`{one}`" for one in fields)
        yield f"- {audience.value}, {named}: {reason}"


def _when(field: str, audience: Audience, purpose: Purpose) -> str:
    for row in TABLE:
        if (row.field, row.audience, row.purpose) == (field, audience, purpose):
            return _SHORT[row.stages] + (_NOTE[row.condition] if row.condition is not None else "")
    return "–"


def left_to_people() -> tuple[tuple[str, ...], ...]:
    """The provisions of each matter that the privacy statement names as not enforced, in its order."""
    return tuple(articles_of(one.citation) for one in statement.NOT_ENFORCED)


def _not_enforced() -> Iterator[str]:
    yield from ("| article | what is left to people | why |", "|---|---|---|")
    for named, told in zip(left_to_people(), statement.NOT_ENFORCED, strict=True):
        yield f"| {', '.join(named)} | {told.matter} | {told.reason} |"
    yield from ("", "And no function enforces these:", "")
    yield from ("| article | why not |", "|---|---|")
    yield from (f"| {one} | {NOT_ENFORCED[one]} |" for one in PROVISIONS if one in NOT_ENFORCED)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
