"""The fenced blocks of a Markdown page, and what a page's Python prints."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

ROOT: Final = Path(__file__).resolve().parents[2]
RUN: Final = "<!-- run -->"


@attrs.frozen
class Block:
    """One fenced block: its language, its text, the line of its first line, and what stands on the line before it.

    ``follows`` says that nothing but empty lines lies between the block before and this one.
    """

    language: str
    text: str
    line: int
    above: str
    follows: bool


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in their order."""
    found: list[Block] = []
    lines = page.splitlines()
    opened: int | None = None
    fence, last, above = "", -1, ""
    for number, line in enumerate(lines):
        if opened is None and line.startswith("```"):
            opened, fence = number, line[: len(line) - len(line.lstrip("`"))]
            between = [other for other in lines[last + 1 : number] if other.strip()]
            above = between[-1].strip() if between else ""
        elif opened is not None and line.strip() == fence:
            language = lines[opened].strip("`").strip()
            follows = bool(found) and not [other for other in lines[last + 1 : opened] if other.strip()]
            text = "\n".join(lines[opened + 1 : number]) + "\n"
            found.append(Block(language, text, opened + 2, above, follows))
            opened, last = None, number
    return found


def pages(language: str) -> list[Path]:
    """README and the pages of the documentation that hold a block of a language."""
    everything = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    ours = [page for page in everything if "_build" not in page.parts]
    return [page for page in ours if any(one.language == language for one in blocks(page.read_text("utf-8")))]


def name(page: Path) -> str:
    """A page as the repository names it."""
    return page.relative_to(ROOT).as_posix()


def run(page: Path) -> Iterator[tuple[Block, str, str | None]]:
    """The Python of a page, block by block in one namespace: the block, what it printed, what the page shows for it.

    None where the page shows nothing: where the next block is not plain ``text`` that follows at once.
    """
    space: dict[str, Any] = {"__name__": name(page)}
    found = blocks(page.read_text("utf-8"))
    for at, block in enumerate(found):
        if block.language != "python":
            continue
        code = compile("\n" * (block.line - 1) + block.text, name(page), "exec")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, space)  # noqa: S102
        after = found[at + 1] if at + 1 < len(found) else None
        shown = after.text if after is not None and after.language == "text" and after.follows else None
        yield block, out.getvalue(), shown
