"""What complainants ask about their case beside steps, and what anybody may ask.

Laws of this file: a complainant's session shows one case, and nothing of any other. Published figures go through the
suppression of small counts, and are counted at most once in a while, however often they are asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar, cast

import attrs
import orjson

from expressplatform.codes import Channel, Role
from expressplatform.complaint import ActingFor, Actor
from expressplatform.errors import ExpressPlatformError
from expressplatform.indicators import Tally, document
from expressplatform.lifecycle import ROWS
from expressplatform.privacy.statement import document as statement_document
from expressplatform.privacy.statement import statement
from expressplatform.wire import NAMES
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import openapi
from expressplatform_http.protocol import queries as q
from expressplatform_http.server import council, metrics, shown, steps
from expressplatform_http.server.gate import NOBODY
from expressplatform_http.server.service import Asked, Handler, Reply

T = TypeVar("T")
_MOST_FIGURES: Final = 64
"""How many published tables are kept at once."""
_MOST_MADE: Final = 8
"""How many documents that are the same for everybody."""


# --- complainants ---------------------------------------------------------------------------------------------


async def own_case(asked: Asked) -> Reply:
    """Where one's case stands."""
    case = (await asked.platform.facts(asked.case_id, by=asked.by)).case
    name = await asked.platform.called(case.trader)
    return Reply(shown.complainant_case(case, asked.by, name), version=case.version)


async def own_lodge(asked: Asked) -> Reply:
    """A complaint comes in from somebody whom nobody knows yet; no key of theirs is one of the council's."""
    return await steps.lodge(attrs.evolve(asked, key=f"people/{asked.key}"))


async def own_request(asked: Asked) -> Reply:
    """Asks something about one's own data: the council takes it in, as it does over any other channel.

    Who asks has not been made sure of, and may have named somebody else: which cases were found, an officer sees.
    """
    own_word = ActingFor(Role.COMPLAINANT, Channel.WEB, own_word=True)
    by = Actor(Role.COUNCIL, asked.by.person, asked.by.organisation, own_word)
    found = await council.opened_by(attrs.evolve(asked, key=f"{asked.case_id}/{asked.key}"), by)
    return Reply(shown.request(attrs.evolve(found, cases=())))


# --- anybody --------------------------------------------------------------------------------------------------


async def indicators(asked: Asked) -> Reply:
    """Published figures."""
    wanted, service = asked.query_as(q.PublishedQuery), asked.service
    name, now = f"{wanted.year}|{wanted.by}", service.ticks()
    held = service.figures.get(name)
    if held is None or now >= held[0]:
        held = (now + service.settings.figures_seconds, await _counted(asked, wanted))
        while len(service.figures) >= _MOST_FIGURES:
            service.figures.pop(next(iter(service.figures)))
        service.figures[name] = held
    return Reply(held[1])


async def _counted(asked: Asked, wanted: q.PublishedQuery) -> object:
    scheme = asked.platform.scheme
    bounds = (None, None) if wanted.year is None else (date(wanted.year, 1, 1), date(wanted.year, 12, 31))
    tally = Tally(
        as_at=asked.service.now(),
        zone=scheme.zone,
        since=bounds[0],
        until=bounds[1],
        by=(wanted.by,) if wanted.by else (),
    )
    return document(await asked.platform.indicators(tally, by=Actor(Role.COUNCIL, NOBODY, scheme.council)), public=True)


async def diagram(asked: Asked) -> Reply:
    """The machine by which cases move."""
    rows = tuple(o.RowShown(row.source, NAMES[row.command], row.by, row.target) for row in ROWS)
    moves = dict.fromkeys((row.source, row.target, NAMES[row.command]) for row in ROWS if row.source is not row.target)
    lines = [f"    {source.value if source else '[*]'} --> {target.value}: {name}" for source, target, name in moves]
    return Reply(o.DiagramShown(rows, "\n".join(("stateDiagram-v2", *lines)) + "\n"))


async def privacy_statement(asked: Asked) -> Reply:
    """How personal data are handled."""
    scheme = asked.platform.scheme
    day = scheme.day(asked.service.now())
    return Reply(_once(asked, f"statement|{day}", lambda: statement_document(statement(scheme, on=day))))


async def described(asked: Asked) -> Reply:
    """The table of routes as an OpenAPI document."""
    return Reply(content=_once(asked, "openapi", lambda: orjson.dumps(openapi.document())))


def _once(asked: Asked, name: str, make: Callable[[], T]) -> T:
    """What is long in the making and the same for everybody, made once."""
    made = cast(dict[str, T], asked.service.made)
    found = made.get(name)
    if found is None:
        while len(made) >= _MOST_MADE:
            made.pop(next(iter(made)))
        found = made[name] = make()
    return found


async def health(asked: Asked) -> Reply:
    """The server is there."""
    return Reply(o.HealthShown("ok"))


async def ready(asked: Asked) -> Reply:
    """Whether the store answers."""
    try:
        async with asyncio.timeout(5):
            await asked.platform.member_key("0" * 16)
    except (ExpressPlatformError, TimeoutError):
        return Reply(o.HealthShown("not_ready"), status=503)
    return Reply(o.HealthShown("ok"))


async def counted(asked: Asked) -> Reply:
    """Counters for Prometheus."""
    return Reply(content=asked.service.metrics.text().encode(), media_type=metrics.CONTENT_TYPE)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "complainant.lodge": own_lodge,
        "complainant.case": own_case,
        "complainant.reading": steps.reading,
        "complainant.evidence": steps.evidence,
        "complainant.upload_evidence": steps.upload_evidence,
        "complainant.read_evidence": steps.read_evidence,
        "complainant.open_request": own_request,
        "public.indicators": indicators,
        "public.diagram": diagram,
        "public.privacy_statement": privacy_statement,
        "public.openapi": described,
        "public.health": health,
        "public.ready": ready,
        "public.metrics": counted,
    }
)
