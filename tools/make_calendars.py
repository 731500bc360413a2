"""Write the calendars of `expressplatform.calendars` from the `holidays` package.

    python tools/make_calendars.py 2026-11-23        writes the modules; the date is the edition they carry

The library at run time holds plain tables and never imports `holidays`: a deadline must not change because a
dependency did. A table is renewed by running this again, reading the difference, and releasing it. `generate`
returns the texts without writing, so a test can hold the modules in the tree equal to what would be written.

Traps that this file answers, measured on the pinned version:

- Hong Kong's default list is the statutory holidays, without Good Friday; the general holidays of Cap. 149
  are the categories public *and* optional. Holidays on a Sunday are listed beside their substitutes.
- In Macao half days (an afternoon off) are listed like whole ones; half a day is still worked, so it counts.
- The Mainland's list of worked weekends carries dates of years that nobody asked for.
- Years without an announced arrangement are computed without a word, so ANNOUNCED_THROUGH is typed here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import holidays

FIRST: Final = 2014
LAST: Final = 2028
YEARS: Final = range(FIRST, LAST + 1)
PACKAGE: Final = Path(__file__).resolve().parent.parent / "src" / "expressplatform" / "calendars"
LINE: Final = 120
WIDTH: Final = 96

Names = tuple[str, str, str]
Table = Mapping[date, Names]


class Place(NamedTuple):
    """One calendar to write: its module, what its docstring says, and where the days come from."""

    module: str
    about: str
    announced_through: int
    announced_by: str
    days: Callable[[], Table]
    make_up: Callable[[], list[date]]


def _listed(country: str, languages: Names, categories: tuple[str, ...]) -> Table:
    """The holidays of a country that fall on a weekday, each with its names in the three scripts."""
    lists = [
        holidays.country_holidays(country, years=YEARS, categories=categories, language=language)
        for language in languages
    ]
    days = sorted(day for day in lists[0] if day.year in YEARS and day.weekday() < 5)
    return {day: (lists[0][day], lists[1][day], lists[2][day]) for day in days}


def _plain(name: str) -> str:
    """One name for a day listed under several: a substitute keeps the name that says what it follows."""
    parts = [part.strip() for part in name.split(";")]
    kept = [part for part in parts if not re.search(r"\(observed\)|（補假）|（补假）", part)] or parts
    return " / ".join(dict.fromkeys(kept))


def _hong_kong() -> Table:
    table = _listed("HK", ("en_HK", "zh_HK", "zh_CN"), ("public", "optional"))
    return {day: (_plain(en), _plain(hant), _plain(hans)) for day, (en, hant, hans) in table.items()}


def _macao() -> Table:
    table = _listed("MO", ("en_MO", "zh_MO", "zh_CN"), ("public", "optional", "government"))
    whole = {day: names for day, names in table.items() if "(Afternoon)" not in names[0]}
    return {day: (_plain(en), _plain(hant), _plain(hans)) for day, (en, hant, hans) in whole.items()}


def _mainland() -> Table:
    table = _listed("CN", ("en_US", "zh_TW", "zh_CN"), ("public",))
    return {day: _swapped(names) for day, names in table.items()}


def _swapped(names: Names) -> Names:
    """A day off that is worked on another date says so in all three scripts, with that date in ISO form."""
    made_up = re.search(r"由 (\d{4}-\d\d-\d\d) 调休", names[2])
    if made_up is None:
        return names[0].replace("; ", " / "), names[1].replace("; ", " / "), names[2].replace("; ", " / ")
    on = made_up[1]
    return f"Day off, worked on {on}", f"調休放假（{on} 上班）", f"调休放假（{on} 上班）"


def _mainland_make_up() -> list[date]:
    worked = holidays.country_holidays("CN", years=YEARS).weekend_workdays
    return sorted(day for day in worked if day.year in YEARS)


def _none() -> list[date]:
    return []


PLACES: Final = (
    Place(
        "hong_kong",
        "Hong Kong: the general holidays of Cap. 149, for offices that work Monday to Friday.",
        2027,
        "the list of general holidays gazetted for the year",
        _hong_kong,
        _none,
    ),
    Place(
        "mainland",
        "The Mainland of China: public holidays, and the weekends worked in exchange for a day off.",
        2026,
        "the State Council's notice on the year's arrangement of holidays",
        _mainland,
        _mainland_make_up,
    ),
    Place(
        "macao",
        "Macao: public holidays and their compensatory days off; an afternoon off is a working day.",
        2026,
        "the government's list of public holidays for the year",
        _macao,
        _none,
    ),
)


def generate(edition: date) -> dict[str, str]:
    """The text of every module, by file name; the same edition and the same library give the same text."""
    return {f"{place.module}.py": _module(place, edition) for place in PLACES}


def _module(place: Place, edition: date) -> str:
    days = place.days()
    names = tuple(dict.fromkeys(days.values()))
    number = {name: index for index, name in enumerate(names)}
    rows = {year: [f"{day:%m-%d}={number[days[day]]}" for day in days if day.year == year] for year in YEARS}
    worked = {year: [f"{day:%m-%d}" for day in place.make_up() if day.year == year] for year in YEARS}
    lines = [
        *_head(place, edition),
        "NAMES: Final = (",
        *(line for name in names for line in _names(name)),
        ")",
        '"""The names that HOLIDAYS points to: English, Traditional and Simplified Chinese."""',
        "",
        "HOLIDAYS: Final = {",
        *_table(rows),
        "}",
        '"""Days off that fall on Monday to Friday: month-day=place in NAMES, by year."""',
        "",
        *_make_up(worked),
        '"""Saturdays and Sundays that are worked: month-day, by year."""',
    ]
    return "\n".join(lines) + "\n"


def _head(place: Place, edition: date) -> list[str]:
    return [
        f'"""{place.about}',
        "",
        f"Written by tools/make_calendars.py from holidays {holidays.__version__} (MIT licence, the",
        "Vacanza team and contributors); never edited by hand.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        f'SOURCE: Final = "holidays {holidays.__version__}"',
        f'EDITION: Final = "{edition.isoformat()}"',
        f"ANNOUNCED_THROUGH: Final = {place.announced_through}",
        f'"""The last year settled by {place.announced_by}."""',
        "",
    ]


def _make_up(worked: Mapping[int, list[str]]) -> list[str]:
    some = {year: days for year, days in worked.items() if days}
    return ["MAKE_UP: Final = {", *_table(some), "}"] if some else ["MAKE_UP: Final[dict[int, str]] = {}"]


def _names(names: Names) -> Iterator[str]:
    quoted = [f'"{name}"' for name in names]
    line = f"    ({', '.join(quoted)}),"
    if _width(line) <= LINE:
        yield line
        return
    yield "    ("
    for name in quoted:
        entry = f"        {name},"
        yield entry if _width(entry) <= LINE else f"{entry}  # noqa: E501"
    yield "    ),"


def _width(line: str) -> int:
    """How many columns a line takes: a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in line)


def _table(rows: Mapping[int, list[str]]) -> Iterator[str]:
    for year, entries in rows.items():
        one = " ".join(entries)
        if len(one) <= WIDTH:
            yield f'    {year}: "{one}",'
            continue
        cut = next(n for n in range(len(entries), 0, -1) if len(" ".join(entries[:n])) < WIDTH - 1)
        yield f"    {year}: ("
        yield f'        "{" ".join(entries[:cut])} "'
        yield f'        "{" ".join(entries[cut:])}"'
        yield "    ),"


def main(arguments: list[str]) -> int:
    """Write the modules of the edition named by the one argument, an ISO date."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    for name, text in generate(date.fromisoformat(arguments[0])).items():
        (PACKAGE / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
