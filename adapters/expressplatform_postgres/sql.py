"""Every statement of the store on PostgreSQL.

Laws of this file
- All SQL stands here and in ``migrations``. Values travel as parameters, in binary form; none is ever part of the text.
- A commit is one statement, and so are many. It judges by the state that it began with, and writes a header only where
  that is still the newest: whoever lost a race meanwhile is neither kept nor in conflict, and is asked again.
- A statement about one case names its id as a parameter in every table, so that tables spread by case id are asked in
  one place.
- Portable: no advisory locks, notifications, triggers, deferrable constraints or sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

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
    {"case_id": "text", "version": "integer", "id": "text", "kind": "text", "recipient": "text"}
)
TOKENS: Final = MappingProxyType({"case_id": "text", "value": "bytea", "quarter": "text"})
SHELF: Final = MappingProxyType(
    {
        "kind": "text", "id": "text", "owner": "text", "version": "integer", "place": "text", "labels": "text",
        "year": "text", "body": "bytea",
    }
)  # fmt: skip
_ARRAYS: Final = ("former", "labels")


def _names(columns: Iterable[str], of: str = "") -> str:
    return ", ".join(f"{of}{name}" for name in columns)


def _one(columns: Mapping[str, str]) -> str:
    """One row, each value a parameter of its own."""
    return "SELECT " + ", ".join(f"%({name})b::{type_} AS {name}" for name, type_ in columns.items())


def _many(columns: Mapping[str, str], prefix: str, alias: str) -> str:
    """Rows out of one array for each column."""
    arrays = ", ".join(f"%({prefix}{name})b::{type_}[]" for name, type_ in columns.items())
    return f"unnest({arrays}) AS {alias} ({_names(columns)})"


def _into(columns: Iterable[str], of: str) -> str:
    """The columns as they are written: the text of an array becomes one."""
    return ", ".join(f"{of}{name}::text[]" if name in _ARRAYS else f"{of}{name}" for name in columns)


def _sees(case: str) -> str:
    """Whether the organisation that asks may see a case; nobody is not an organisation."""
    return f"""(%(org)b::text = '{EVERYONE}' OR {case}.council = %(org)b::text OR {case}.trader = %(org)b::text
        OR %(org)b::text = ANY ({case}.former)) AND %(org)b::text <> ''"""


# ---- appending ------------------------------------------------------------------------------------------------------

_REPLACED: Final = ", ".join(f"{name} = excluded.{name}" for name in ("built_on", *HEADER) if name != "case_id")
_WON: Final = f"""won AS (
    INSERT INTO cases (built_on, {_names(HEADER)})
    SELECT j.expected, {_into(HEADER, "j.")} FROM judged j
    WHERE j.led_to IS NULL AND j.found = j.expected ORDER BY j.case_id
    ON CONFLICT (case_id) DO UPDATE SET {_REPLACED} WHERE cases.version = excluded.built_on
    RETURNING case_id, changed_at)"""
_EVENTS: Final = f"""events_kept AS (
    INSERT INTO events ({_names(EVENTS)})
    SELECT {_names(EVENTS, "e.")} FROM {_many(EVENTS, "event_", "e")} JOIN won ON won.case_id = e.case_id)"""
_RECEIPTS: Final = """receipts_kept AS (
    INSERT INTO receipts (case_id, key, digest, version)
    SELECT j.case_id, j.key, j.digest, j.leads_to FROM judged j JOIN won ON won.case_id = j.case_id
    WHERE j.key IS NOT NULL)"""
_EFFECTS: Final = f"""effects_kept AS (
    INSERT INTO effects ({_names(EFFECTS)}, ready_at)
    SELECT {_names(EFFECTS, "e.")}, won.changed_at FROM {_many(EFFECTS, "effect_", "e")}
    JOIN won ON won.case_id = e.case_id)"""
_TOKENS: Final = f"""tokens_kept AS (
    INSERT INTO tokens ({_names(TOKENS)})
    SELECT {_names(TOKENS, "t.")} FROM {_many(TOKENS, "token_", "t")} JOIN won ON won.case_id = t.case_id
    ON CONFLICT DO NOTHING)"""
# Both see the state before the statement, in either order: what the same commit brings again is not dropped.
_DROPPED: Final = f"""tokens_dropped AS (
    DELETE FROM tokens USING judged j JOIN won ON won.case_id = j.case_id
    WHERE {{of_one}}tokens.case_id = j.case_id AND j.drops AND NOT EXISTS (
        SELECT 1 FROM {_many(TOKENS, "token_", "t")} WHERE t.case_id = tokens.case_id AND t.value = tokens.value))"""
_OF_ONE: Final = "tokens.case_id = %(case_id)b::text AND "


def _append(*, many: bool, keyed: bool, effects: bool, tokens: bool, drops: bool) -> str:
    """The statement for commits of these kinds; without what none of them brings.

    For each commit: its case, the version found, digest and version of a receipt that stands, and whether it was kept.
    """
    given = f"SELECT * FROM {_many(COMMIT, '', 'g')}" if many else _one(COMMIT)
    stands = "r.digest AS stands, r.version AS led_to" if keyed else "NULL::bytea AS stands, NULL::integer AS led_to"
    receipts = "LEFT JOIN receipts r ON r.case_id = given.case_id AND r.key = given.key" if keyed else ""
    parts = [
        f"given AS ({given})",
        f"""judged AS (
    SELECT given.*, coalesce(c.version, 0) AS found, {stands}
    FROM given LEFT JOIN cases c ON c.case_id = given.case_id {receipts})""",
        _WON,
        _EVENTS,
        *([_RECEIPTS] if keyed else []),
        *([_EFFECTS] if effects else []),
        *([_DROPPED.format(of_one="" if many else _OF_ONE)] if drops else []),
        *([_TOKENS] if tokens else []),
    ]
    return f"""WITH {", ".join(parts)}
    SELECT j.case_id, j.found, j.stands, j.led_to, won.case_id IS NOT NULL
    FROM judged j LEFT JOIN won ON won.case_id = j.case_id"""


APPEND: Final = MappingProxyType(
    {
        (many, keyed, effects, tokens, drops): _append(
            many=many, keyed=keyed, effects=effects, tokens=tokens, drops=drops
        )
        for many, keyed, effects, tokens, drops in product((False, True), repeat=5)
    }
)
"""The statement that keeps commits: of several cases, with receipts, effects, tokens, tokens dropped."""

# ---- reading cases --------------------------------------------------------------------------------------------------

_COLUMNS: Final = [name for name in EVENTS if name != "case_id"]
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
        UPDATE effects e SET ready_at = %(until)b::timestamptz FROM ready r
        WHERE e.case_id = r.case_id AND e.version = r.version AND e.id = r.id
        RETURNING {_names(EFFECTS, "e.")}, r.since)
    SELECT {_names(EFFECTS)} FROM leased ORDER BY since, case_id, version, id"""
DONE: Final = "DELETE FROM effects WHERE id = ANY (%(ids)b::text[])"
RETRY: Final = "UPDATE effects SET ready_at = %(at)b::timestamptz WHERE id = %(id)b::text"
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
