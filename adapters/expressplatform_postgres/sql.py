"""Every statement of the store on PostgreSQL.

Laws of this file
- All SQL stands here, in `ledger_sql` and in ``migrations``. Values travel as parameters, in binary form; none is ever
  part of the text.
- A commit is one statement, and so are many. A header is written only where the case still stands at the version that
  the commit builds on, and everything else of the commit only where its header was. What stands in the way of a commit
  that was not kept is a question of its own: to look for it within the statement would cost every commit.
- A statement about one case names its id as a parameter in every table, so that tables spread by case id are asked in
  one place.
- Portable: no advisory locks, notifications, triggers, deferrable constraints or sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from expressplatform.ports import EVERYONE, Wanted

# ---- columns and their types ----------------------------------------------------------------------------------------

HEADER: Final = MappingProxyType(
    {
        "case_id": "text", "version": "integer", "status": "text", "council": "text", "trader": "text",
        "former": "text", "assignee": "text", "reference": "text", "scheme": "text", "edition": "text",
        "nature": "text", "category": "text", "lodged_at": "timestamptz", "changed_at": "timestamptz",
        "due_at": "timestamptz", "duty": "text", "provisional": "boolean", "owed_since": "timestamptz",
        "alarms": "integer",
    }
)  # fmt: skip
"""The columns of a header, in the order of `Header`, and the types in which they are handed over."""

COMMIT: Final = MappingProxyType(
    {**HEADER, "expected": "integer", "key": "text", "digest": "bytea", "leads_to": "integer", "drops": "boolean"}
)
"""What a commit hands over beside its events, effects and tokens."""

EVENTS: Final = MappingProxyType(
    {"case_id": "text", "version": "integer", "kind": "text", "schema": "integer", "facts": "bytea", "sealed": "bytea"}
)
EFFECTS: Final = MappingProxyType(
    {
        "case_id": "text", "version": "integer", "id": "text", "kind": "text", "recipient": "text",
        "attempts": "integer",
    }
)  # fmt: skip
TOKENS: Final = MappingProxyType({"case_id": "text", "value": "bytea", "quarter": "text"})
SHELF: Final = MappingProxyType(
    {
        "kind": "text", "id": "text", "owner": "text", "version": "integer", "place": "text", "labels": "text",
        "year": "text", "body": "bytea",
    }
)  # fmt: skip
_ARRAYS: Final = ("former", "labels")


def own(columns: Iterable[str]) -> list[str]:
    """The columns of a row beside the case's id."""
    return [column for column in columns if column != "case_id"]


def _names(columns: Iterable[str], of: str = "") -> str:
    return ", ".join(f"{of}{name}" for name in columns)


def _one(columns: Iterable[str], types: Mapping[str, str], prefix: str = "") -> str:
    """Values, each a parameter of its own."""
    return ", ".join(
        f"%({prefix}{name})b::{types[name]}{'::text[]' if name in _ARRAYS else ''}" for name in columns
    )  # fmt: skip


def _many(columns: Mapping[str, str], prefix: str, alias: str) -> str:
    """Rows out of one array for each column; all are of one length.

    In the list of a SELECT they are unnested row by row; behind FROM each would be laid out by itself first.
    """
    unnested = ", ".join(f"unnest(%({prefix}{name})b::{type_}[]) AS {name}" for name, type_ in columns.items())
    return f"(SELECT {unnested}) AS {alias}"


def _into(columns: Iterable[str], of: str) -> str:
    """The columns as they are written: the text of an array becomes one."""
    return ", ".join(f"{of}{name}::text[]" if name in _ARRAYS else f"{of}{name}" for name in columns)


def _sees(case: str) -> str:
    """Whether the organisation that asks may see a case; nobody is not an organisation."""
    return f"""(%(org)b::text = '{EVERYONE}' OR {case}.council = %(org)b::text OR {case}.trader = %(org)b::text
        OR %(org)b::text = ANY ({case}.former)) AND %(org)b::text <> ''"""


SEES_CASE: Final = _sees("c")
"""Whether the organisation that asks may see the case ``c``."""

# ---- appending ------------------------------------------------------------------------------------------------------

_CHANGED_HEADER: Final = own(HEADER)
_OF_CASE: Final = "case_id = %(case_id)b::text"
_OF_KEY: Final = f"receipts WHERE {_OF_CASE} AND key = %(key)b::text"
_UNPLACED: Final = "waiting AS (INSERT INTO unplaced (case_id, version) SELECT case_id, version FROM events_kept)"
MOST: Final = 12
"""A commit with more events, effects or tokens goes the way of many: here each number is a statement of its own."""


class Shape(NamedTuple):
    """What commits bring: how many rows of each kind, or, for many commits, whether any brings one."""

    fresh: bool
    keyed: bool
    events: int
    effects: int
    tokens: int
    drops: bool


@lru_cache(256)
def append_one(shape: Shape) -> tuple[str, tuple[str, ...]]:
    """The statement that keeps one commit, and its values' names in the order in which they are handed over.

    A row of nothing where it was kept, none where not: the rest of the commit hangs on its header's being written.
    """
    beside = (("event", EVENTS, shape.events), ("effect", EFFECTS, shape.effects), ("token", TOKENS, shape.tokens))
    named = (
        f"{name}{n}_{column}" for name, columns, number in beside for n in range(number) for column in own(columns)
    )
    kept = f"WITH {', '.join([_header_of_one(shape), *_beside_one(shape)])} SELECT FROM won"
    return kept, (*COMMIT, *named)


STANDS: Final = f"""SELECT %(case_id)b::text, false, (SELECT version FROM cases WHERE {_OF_CASE}),
    (SELECT digest FROM {_OF_KEY}), (SELECT version FROM {_OF_KEY})"""
"""What stands in the way of a commit: its case, that it was not kept, the version found, and digest and version of a
receipt of its key."""


def _header_of_one(shape: Shape) -> str:
    if shape.fresh:
        return f"""won AS (
    INSERT INTO cases ({_names(HEADER)}) VALUES ({_one(HEADER, HEADER)})
    ON CONFLICT (case_id) DO NOTHING RETURNING changed_at)"""
    unless = f" AND NOT EXISTS (SELECT 1 FROM {_OF_KEY})" if shape.keyed else ""
    return f"""won AS (
    UPDATE cases SET ({_names(_CHANGED_HEADER)}) = ROW ({_one(_CHANGED_HEADER, HEADER)})
    WHERE {_OF_CASE} AND version = %(expected)b::integer{unless} RETURNING changed_at)"""


def _beside_one(shape: Shape) -> Iterator[str]:
    if shape.events:
        yield f"""events_kept AS (INSERT INTO events ({_names(EVENTS)})
    SELECT v.* FROM ({_rows(EVENTS, "event", shape.events)}) v, won RETURNING case_id, version)"""
        yield _UNPLACED
    if shape.keyed:
        yield """receipts_kept AS (INSERT INTO receipts (case_id, key, digest, version)
    SELECT %(case_id)b::text, %(key)b::text, %(digest)b::bytea, %(leads_to)b::integer FROM won)"""
    if shape.effects:
        yield f"""effects_kept AS (INSERT INTO effects ({_names(EFFECTS)}, ready_at)
    SELECT v.*, won.changed_at FROM ({_rows(EFFECTS, "effect", shape.effects)}) v, won)"""
    if shape.drops:  # sees the state before the statement: what the same commit brings again is not dropped
        again = ", ".join(f"%(token{n}_value)b::bytea" for n in range(shape.tokens))
        yield f"""tokens_dropped AS (DELETE FROM tokens WHERE {_OF_CASE} AND EXISTS (SELECT 1 FROM won)
    {f"AND value NOT IN ({again})" if again else ""})"""
    if shape.drops and shape.tokens:  # and stands in the quarter that it is brought with
        yield f"""tokens_moved AS (UPDATE tokens SET quarter = v.quarter
    FROM ({_rows(TOKENS, "token", shape.tokens)}) v ({_names(TOKENS)}), won
    WHERE tokens.{_OF_CASE} AND tokens.value = v.value AND tokens.quarter <> v.quarter)"""
    if shape.tokens:
        yield f"""tokens_kept AS (INSERT INTO tokens ({_names(TOKENS)})
    SELECT v.* FROM ({_rows(TOKENS, "token", shape.tokens)}) v, won ON CONFLICT DO NOTHING)"""


def _rows(columns: Mapping[str, str], name: str, number: int) -> str:
    """So many rows of the one case, each value a parameter of its own."""
    rows = (f"(%(case_id)b::text, {_one(own(columns), columns, f'{name}{n}_')})" for n in range(number))
    return f"VALUES {', '.join(rows)}"


_GIVEN_KEY: Final = "receipts r WHERE r.case_id = g.case_id AND r.key = g.key"
_STANDS: Final = f"""SELECT g.case_id, false, (SELECT c.version FROM cases c WHERE c.case_id = g.case_id),
    (SELECT r.digest FROM {_GIVEN_KEY}), (SELECT r.version FROM {_GIVEN_KEY}) FROM"""
STAND: Final = f"{_STANDS} {_many({'case_id': 'text', 'key': 'text'}, '', 'g')}"
"""`STANDS` for commits of different cases, looked up for each by itself: a join might read whole tables."""


@lru_cache(64)
def append_many(shape: Shape, *, tells: bool) -> str:
    """The statement that keeps commits of different cases: a row for each that was kept, in the form of `STANDS`.

    Where it ``tells``, for each of the others too: what stood in its way when the statement began.
    """
    unless = f"AND NOT EXISTS (SELECT 1 FROM {_GIVEN_KEY})" if shape.keyed else ""
    others = f" UNION ALL {_STANDS} given g WHERE g.case_id NOT IN (SELECT case_id FROM won)" if tells else ""
    return f"""WITH given AS (SELECT * FROM {_many(COMMIT, "", "g")}),
    fresh AS (
        INSERT INTO cases ({_names(HEADER)}) SELECT {_into(HEADER, "g.")} FROM given g WHERE g.expected = 0
        ON CONFLICT (case_id) DO NOTHING RETURNING case_id, changed_at),
    moved AS (
        UPDATE cases SET ({_names(_CHANGED_HEADER)}) = ROW ({_into(_CHANGED_HEADER, "g.")}) FROM given g
        WHERE cases.case_id = g.case_id AND g.expected > 0 AND cases.version = g.expected {unless}
        RETURNING cases.case_id, cases.changed_at),
    {", ".join(["won AS (SELECT * FROM fresh UNION ALL SELECT * FROM moved)", *_beside_many(shape)])}
    SELECT case_id, true, NULL::integer, NULL::bytea, NULL::integer FROM won{others}"""


def _beside_many(shape: Shape) -> Iterator[str]:
    if shape.events:
        yield f"""events_kept AS (INSERT INTO events ({_names(EVENTS)})
    SELECT {_names(EVENTS, "e.")} FROM {_many(EVENTS, "event_", "e")} JOIN won ON won.case_id = e.case_id
    RETURNING case_id, version)"""
        yield _UNPLACED
    if shape.keyed:
        yield """receipts_kept AS (INSERT INTO receipts (case_id, key, digest, version)
    SELECT g.case_id, g.key, g.digest, g.leads_to FROM given g JOIN won ON won.case_id = g.case_id
    WHERE g.key IS NOT NULL)"""
    if shape.effects:
        yield f"""effects_kept AS (INSERT INTO effects ({_names(EFFECTS)}, ready_at)
    SELECT {_names(EFFECTS, "e.")}, won.changed_at FROM {_many(EFFECTS, "effect_", "e")}
    JOIN won ON won.case_id = e.case_id)"""
    if shape.drops:
        yield f"""tokens_dropped AS (DELETE FROM tokens USING given g JOIN won ON won.case_id = g.case_id
    WHERE tokens.case_id = g.case_id AND g.drops AND NOT EXISTS (
        SELECT 1 FROM {_many(TOKENS, "token_", "t")} WHERE t.case_id = tokens.case_id AND t.value = tokens.value))"""
    if shape.drops and shape.tokens:
        yield f"""tokens_moved AS (UPDATE tokens SET quarter = t.quarter
    FROM {_many(TOKENS, "token_", "t")} JOIN won ON won.case_id = t.case_id
    JOIN given g ON g.case_id = t.case_id AND g.drops
    WHERE tokens.case_id = t.case_id AND tokens.value = t.value AND tokens.quarter <> t.quarter)"""
    if shape.tokens:
        yield f"""tokens_kept AS (INSERT INTO tokens ({_names(TOKENS)})
    SELECT {_names(TOKENS, "t.")} FROM {_many(TOKENS, "token_", "t")} JOIN won ON won.case_id = t.case_id
    ON CONFLICT DO NOTHING)"""


# ---- reading cases --------------------------------------------------------------------------------------------------

_COLUMNS: Final = own(EVENTS)
_WITH_EVENTS: Final = f"""LEFT JOIN LATERAL (
    SELECT {", ".join(f"array_agg(e.{name}) AS {name}" for name in _COLUMNS)} FROM (
        SELECT {_names(_COLUMNS)} FROM events WHERE events.case_id = {{case}} ORDER BY version) e) e ON true"""
LOAD: Final = f"""SELECT {_names(HEADER, "c.")}, {_names(_COLUMNS, "e.")}
    FROM cases c {_WITH_EVENTS.format(case="%(case_id)b::text")}
    WHERE c.case_id = %(case_id)b::text AND {_sees("c")}"""
SCAN: Final = f"""SELECT {_names(HEADER, "c.")}, {_names(_COLUMNS, "e.")}
    FROM (SELECT * FROM cases WHERE case_id > %(after)b::text AND {_sees("cases")}
        ORDER BY case_id LIMIT %(limit)b::bigint) c
    {_WITH_EVENTS.format(case="c.case_id")} ORDER BY c.case_id"""
RECEIPT: Final = "SELECT digest, version FROM receipts WHERE case_id = %(case_id)b::text AND key = %(key)b::text"
DUE: Final = f"""SELECT {_names(HEADER)} FROM cases WHERE due_at <= %(now)b::timestamptz
    ORDER BY due_at, case_id LIMIT %(limit)b::bigint"""
FIND: Final = f"""SELECT DISTINCT c.case_id FROM tokens t JOIN cases c ON c.case_id = t.case_id
    WHERE t.value = ANY (%(tokens)b::bytea[]) AND {_sees("c")} ORDER BY c.case_id"""


def _steps(column: str, table: str, where: str = "true") -> str:
    """Each value of an indexed column once, in order: one step of the index for each, where DISTINCT reads all rows."""
    least = f"SELECT min({column}) FROM {table} WHERE {where}"
    return f"""WITH RECURSIVE one ({column}) AS (
        {least} UNION ALL
        SELECT ({least} AND {column} > one.{column}) FROM one WHERE one.{column} IS NOT NULL)
        SELECT {column} FROM one WHERE {column} IS NOT NULL"""


QUARTERS: Final = _steps("quarter", "tokens")


def headers(wanted: Wanted) -> str:
    """The query of `headers`; the values that it names beside ``org``, ``after`` and ``limit`` are `wanted_values`."""
    clauses = [f"{name} = %({name})b::text" for name in ("trader", "assignee", "reference") if getattr(wanted, name)]
    if wanted.status:
        clauses.append("status = ANY (%(status)b::text[])")
    if wanted.due_before is not None:
        clauses.append("due_at < %(due_before)b::timestamptz")
    if wanted.owed_before is not None:
        clauses.append("owed_since < %(owed_before)b::timestamptz")
    if wanted.alarmed:
        clauses.append("alarms > 0")
    where = " AND ".join(["case_id > %(after)b::text", _sees("cases"), *clauses])
    return f"SELECT {_names(HEADER)} FROM cases WHERE {where} ORDER BY case_id LIMIT %(limit)b::bigint"


# ---- effects and the scheme -----------------------------------------------------------------------------------------

CLAIM: Final = f"""WITH ready AS (
        SELECT case_id, version, id, ready_at AS since FROM effects WHERE ready_at <= %(now)b::timestamptz
        ORDER BY ready_at, case_id, version, id LIMIT %(limit)b::bigint FOR UPDATE SKIP LOCKED),
    leased AS (
        UPDATE effects e SET ready_at = %(until)b::timestamptz, attempts = e.attempts + 1 FROM ready r
        WHERE e.case_id = r.case_id AND e.version = r.version AND e.id = r.id
        RETURNING {_names(EFFECTS, "e.")}, r.since)
    SELECT {_names(EFFECTS)} FROM leased ORDER BY since, case_id, version, id"""
DONE: Final = "DELETE FROM effects WHERE id = ANY (%(ids)b::text[])"
RETRY: Final = """UPDATE effects SET ready_at = %(at)b::timestamptz, attempts = %(attempts)b::integer,
    dead_since = NULL, failure = '' WHERE id = %(id)b::text"""
BURY: Final = """UPDATE effects SET ready_at = NULL, dead_since = %(at)b::timestamptz, failure = %(code)b::text
    WHERE id = %(id)b::text"""
DEAD: Final = f"""SELECT {_names(EFFECTS, "e.")}, e.dead_since, e.failure
    FROM effects e JOIN cases c ON c.case_id = e.case_id
    WHERE e.dead_since IS NOT NULL AND e.id > %(after)b::text AND {_sees("c")}
    ORDER BY e.id LIMIT %(limit)b::bigint"""
WAITING: Final = """SELECT count(ready_at), min(ready_at), count(dead_since), min(dead_since),
    count(*) FILTER (WHERE ready_at IS NOT NULL AND attempts > 2), max(ready_at) FROM effects"""
SCHEME: Final = "SELECT scheme, edition FROM adopted"
ADOPT: Final = """INSERT INTO adopted (one, scheme, edition) VALUES (1, %(scheme)b::text, %(edition)b::text)
    ON CONFLICT (one) DO UPDATE SET edition = excluded.edition WHERE adopted.scheme = excluded.scheme
    RETURNING scheme"""

# ---- the shelf ------------------------------------------------------------------------------------------------------

_OWNS: Final = f"(%(owner)b::text = '{EVERYONE}' OR owner = %(owner)b::text) AND %(owner)b::text <> ''"
_CHANGED: Final = ("version", "place", "labels", "year", "body")
PUT: Final = f"""WITH given AS (SELECT * FROM {_many(SHELF, "", "g")}),
    fresh AS (
        INSERT INTO shelf ({_names(SHELF)}) SELECT {_into(SHELF, "")} FROM given WHERE version = 1 ORDER BY kind, id
        ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id),
    moved AS (
        UPDATE shelf SET ({_names(_CHANGED)}) = ROW ({_into(_CHANGED, "g.")}) FROM given g
        WHERE shelf.kind = g.kind AND shelf.id = g.id AND shelf.owner = g.owner AND g.version > 1
            AND shelf.version = g.version - 1
        RETURNING shelf.kind, shelf.id)
    SELECT kind, id FROM fresh UNION ALL SELECT kind, id FROM moved"""
"""Keeps records of different ids; answers with kind and id of those that were kept."""
GET: Final = f"SELECT {_names(SHELF)} FROM shelf WHERE kind = %(kind)b::text AND id = %(id)b::text AND {_OWNS}"
_PLACES: Final = f"""SELECT {_names(SHELF)} FROM shelf WHERE kind = %(kind)b::text
    AND (place, id) > (%(place)b::text, %(id)b::text) AND place >= %(since)b::text
    AND (%(until)b::text = '' OR place < %(until)b::text) AND {_OWNS}"""
LIST: Final = f"{_PLACES} ORDER BY place, id LIMIT %(limit)b::bigint"
LABELLED: Final = f"{_PLACES} AND labels @> ARRAY[%(label)b::text] ORDER BY place, id LIMIT %(limit)b::bigint"
YEARS: Final = _steps("year", "shelf", "kind = %(kind)b::text")
DELETE: Final = f"DELETE FROM shelf WHERE kind = %(kind)b::text AND id = ANY (%(ids)b::text[]) AND {_OWNS}"

# ---- evidence -------------------------------------------------------------------------------------------------------

ONE_AFTER_ANOTHER: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
"""Who writes a file waits for whoever writes the same one, and then sees what that one has written."""
ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
"""All that is read was there at the moment of the first statement."""
_FILED: Final = ("case_id", "name", "size", "stored_at")
_OF_FILE: Final = "case_id = %(case_id)b::text AND name = %(name)b::text"
HOLD_FILE: Final = f"""INSERT INTO files ({_names(_FILED)})
    VALUES (%(case_id)b::text, %(name)b::text, 0, %(stored_at)b::timestamptz)
    ON CONFLICT (case_id, name) DO UPDATE SET stored_at = excluded.stored_at"""
"""Makes or takes the row of a file: until the transaction ends, nobody else writes or deletes that file."""
ADD_CHUNKS: Final = """INSERT INTO chunks (case_id, name, place, chunk)
    SELECT %(case_id)b::text, %(name)b::text, place, chunk
    FROM unnest(%(places)b::integer[], %(chunks)b::bytea[]) AS g (place, chunk)"""
END_FILE: Final = f"UPDATE files SET size = %(size)b::bigint WHERE {_OF_FILE}"
DROP_FILE: Final = f"DELETE FROM files WHERE {_OF_FILE} RETURNING name"
DROP_CHUNKS: Final = "DELETE FROM chunks WHERE case_id = %(case_id)b::text AND name = ANY (%(names)b::text[])"
READ_CHUNKS: Final = """SELECT c.chunk FROM files f LEFT JOIN chunks c ON c.case_id = %(case_id)b::text
        AND c.name = %(name)b::text AND c.place >= %(place)b::integer AND c.place < %(until)b::integer
    WHERE f.case_id = %(case_id)b::text AND f.name = %(name)b::text ORDER BY c.place"""
"""Chunks of a file from a place on; where there are none, one row of nothing, and no row where there is no file."""
_AFTER: Final = """(case_id, name) > (%(after_case)b::text, %(after_name)b::text)
    ORDER BY case_id, name LIMIT %(limit)b::bigint"""
LIST_FILES: Final = f"SELECT {_names(_FILED)} FROM files WHERE {_AFTER}"
LIST_FILES_OF_CASE: Final = f"SELECT {_names(_FILED)} FROM files WHERE case_id = %(case_id)b::text AND {_AFTER}"
