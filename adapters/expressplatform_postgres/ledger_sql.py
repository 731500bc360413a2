"""The statements of the ledger and of the feeds; the laws are those of `sql`.

Whoever gives places holds the lock of the one row of ``ledger_end`` until its transaction is over, however that ends:
the sequencer's lease. Whoever comes second finds that the ledger ends elsewhere, and places nothing.
"""

from __future__ import annotations

from typing import Final

from expressplatform.ports import EVERYONE
from expressplatform_postgres.sql import EVENTS, HEADER, SEES_CASE

_EVENT: Final = ", ".join(f"e.{name}" for name in EVENTS)
_HEADER: Final = ", ".join(f"c.{name}" for name in HEADER)

SIZE: Final = "SELECT place, (SELECT count(*) FROM unplaced) FROM ledger_end"
UNPLACED: Final = f"""SELECT l.place, {_EVENT} FROM ledger_end l LEFT JOIN (
        SELECT events.* FROM (SELECT * FROM unplaced ORDER BY case_id, version LIMIT %(limit)b::bigint) u
        JOIN events ON events.case_id = u.case_id AND events.version = u.version) e ON true
    ORDER BY e.case_id, e.version"""
PLACE: Final = """WITH given AS (
        SELECT * FROM unnest(%(case_id)b::text[], %(version)b::integer[], %(hash)b::bytea[])
            WITH ORDINALITY AS g (case_id, version, hash, n)),
    won AS (
        UPDATE ledger_end SET place = place + (SELECT count(*) FROM given)
        WHERE one = 1 AND place = %(start)b::bigint AND NOT EXISTS (
            SELECT 1 FROM given g LEFT JOIN unplaced u ON u.case_id = g.case_id AND u.version = g.version
            WHERE u.case_id IS NULL)
        RETURNING one),
    taken AS (
        DELETE FROM unplaced u USING given g, won WHERE u.case_id = g.case_id AND u.version = g.version),
    kept AS (
        INSERT INTO ledger (place, case_id, version, hash)
        SELECT %(start)b::bigint + g.n - 1, g.case_id, g.version, g.hash FROM given g, won),
    first AS (SELECT case_id, min(n) AS n, min(version) AS version FROM given GROUP BY case_id),
    named AS (
        SELECT DISTINCT c.case_id, o.organisation FROM first f JOIN cases c ON c.case_id = f.case_id
        CROSS JOIN LATERAL unnest(c.trader || c.former) AS o (organisation) WHERE o.organisation <> ''),
    gone AS (
        SELECT s.case_id, s.organisation FROM first f JOIN shown s ON s.case_id = f.case_id
        WHERE NOT EXISTS (
            SELECT 1 FROM named n WHERE n.case_id = s.case_id AND n.organisation = s.organisation)),
    hides AS (
        DELETE FROM shown s USING gone g, won WHERE s.case_id = g.case_id AND s.organisation = g.organisation),
    shows AS (
        INSERT INTO shown (case_id, organisation) SELECT n.case_id, n.organisation FROM named n, won
        ON CONFLICT DO NOTHING),
    told AS (
        SELECT n.organisation, g.n, g.case_id, g.version, false AS gone
        FROM given g JOIN named n ON n.case_id = g.case_id
        UNION ALL
        SELECT g.organisation, f.n, f.case_id, f.version, true FROM gone g JOIN first f ON f.case_id = g.case_id),
    fed AS (
        INSERT INTO feed (organisation, place, case_id, version, gone)
        SELECT t.organisation, (SELECT coalesce(max(place) + 1, 0) FROM feed WHERE organisation = t.organisation)
            + row_number() OVER (PARTITION BY t.organisation ORDER BY t.n) - 1, t.case_id, t.version, t.gone
        FROM told t, won)
    SELECT count(*) FROM won"""
"""Keeps rows in the order in which they are handed over; answers with 1, or with 0 where they were not kept."""
PLACED: Final = f"""SELECT l.place, l.hash, {_EVENT}
    FROM ledger l JOIN events e ON e.case_id = l.case_id AND e.version = l.version
    WHERE l.place >= %(start)b::bigint AND l.place < %(end)b::bigint ORDER BY l.place"""
LEAVES: Final = """SELECT hash FROM ledger WHERE place >= %(start)b::bigint AND place < %(end)b::bigint
    ORDER BY place"""
PLACES: Final = f"""SELECT l.place, l.hash, {_EVENT}
    FROM cases c JOIN events e ON e.case_id = c.case_id
    JOIN ledger l ON l.case_id = e.case_id AND l.version = e.version
    WHERE c.case_id = %(case_id)b::text AND e.case_id = %(case_id)b::text AND l.case_id = %(case_id)b::text
        AND {SEES_CASE} ORDER BY e.version"""
FEED: Final = f"""SELECT f.place, f.case_id, f.version, f.gone, {_HEADER}
    FROM (SELECT * FROM feed WHERE organisation = %(org)b::text AND organisation <> '{EVERYONE}'
        AND place >= %(start)b::bigint ORDER BY place LIMIT %(limit)b::bigint) f
    LEFT JOIN cases c ON c.case_id = f.case_id AND NOT f.gone
        AND (c.trader = %(org)b::text OR %(org)b::text = ANY (c.former))
    ORDER BY f.place"""
