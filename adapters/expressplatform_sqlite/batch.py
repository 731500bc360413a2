"""What one transaction writes: commits judged one after the other, then written together.

Laws of this file: the caller holds the file's write lock from before the first question until after the last write,
so what was read still stands, and the rows that events will have are known. A commit that loses leaves nothing, and
its neighbours do not notice. A commit sees those that were taken before it, also when they are not written yet.

Most transactions meet nothing in their way. So all commits are written first, each header only on the version that its
commit builds on and only where its key is new; where one was not written, the transaction is begun anew and every
commit judged by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from expressplatform.filling import maker
from expressplatform.ports import Answer, Appended, Commit, Conflict, Header, Receipt, Replayed
from expressplatform_sqlite import single_steps
from expressplatform_sqlite.rows import EVENT, HEADER, Row, event_row, header_row, micros

_CHANGED: Final = HEADER.split(", ")[1:]
_STANDING: Final = """SELECT version, (SELECT digest FROM steps WHERE number = cases.number AND key = ?),
    (SELECT version FROM steps WHERE number = cases.number AND key = ?) FROM cases WHERE case_id = ?"""
_ANY_HEADER: Final = f"INSERT INTO cases ({HEADER}) VALUES ({', '.join('?' * (len(_CHANGED) + 1))})"
_PUT_HEADER: Final = (
    f"{_ANY_HEADER} ON CONFLICT (case_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGED)}"
)
_NEW_HEADER: Final = f"{_ANY_HEADER} ON CONFLICT (case_id) DO NOTHING"
_NEXT_HEADER: Final = f"""UPDATE cases SET {", ".join(f"{name} = ?" for name in _CHANGED)}
    WHERE case_id = ? AND version = ?
        AND NOT EXISTS (SELECT 1 FROM steps WHERE steps.number = cases.number AND key = ?)"""
_LAST: Final = "SELECT last_insert_rowid()"
_PUT_EVENT: Final = f"INSERT INTO events ({EVENT}) VALUES (?, ?, ?, ?, ?, ?)"
_STEP: Final = "INSERT INTO steps (version, row, number) VALUES (?, ?, {})"
_KEYED: Final = "INSERT INTO steps (version, row, number, key, digest) VALUES (?, ?, {}, ?, ?)"
_KNOWN: Final = _STEP.format("?"), _KEYED.format("?")
_SOUGHT: Final = tuple(one.format("(SELECT number FROM cases WHERE case_id = ?)") for one in (_STEP, _KEYED))
"""What puts a step, and one with a key, of a case whose number is known, and of one whose number is looked up."""
_PUT_EFFECT: Final = "INSERT INTO effects (case_id, version, id, kind, recipient, ready_at) VALUES (?, ?, ?, ?, ?, ?)"
_PUT_MARK: Final = "INSERT OR IGNORE INTO tokens (case_id, value, quarter) VALUES (?, ?, ?)"
_DROP_MARKS: Final = "DELETE FROM tokens WHERE case_id = ?"
_appended: Final = maker(Appended)


def written(db: sqlite3.Connection, groups: Sequence[Sequence[Commit]]) -> list[list[Answer]]:
    """What becomes of the commits of several callers, in one transaction, which is over when this returns."""
    commits = groups[0] if len(groups) == 1 else [commit for group in groups for commit in group]
    if not (single_steps.kept if single_steps.single(commits) else _unhindered)(db, commits):
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("BEGIN IMMEDIATE")
        batch = Batch(db)
        answers = [[batch.take(commit) for commit in group] for group in groups]
        batch.write()
        db.execute("COMMIT")
        return answers
    return [[_appended(commit.case_id, commit.header.version) for commit in group] for group in groups]


def _unhindered(db: sqlite3.Connection, commits: Sequence[Commit]) -> bool:
    """Write the commits without a question; False where that cannot be, or met something: then a part is written."""
    if len(commits) > 1 and len({commit.case_id for commit in commits}) < len(commits):
        return False
    db.execute("BEGIN IMMEDIATE")
    fresh = [header_row(commit.header) for commit in commits if not commit.expected]
    moved = [_moved(commit) for commit in commits if commit.expected]
    if (fresh and not _put(db, _NEW_HEADER, fresh)) or (moved and not _put(db, _NEXT_HEADER, moved)):
        return False
    _put_beside(db, commits, {} if moved else _numbers(db, commits))
    db.execute("COMMIT")
    return True


def _moved(commit: Commit) -> Row:
    """The values of `_NEXT_HEADER`."""
    key = commit.receipt.key if commit.receipt else None
    return (*header_row(commit.header)[1:], commit.case_id, commit.expected, key)


def _numbers(db: sqlite3.Connection, commits: Sequence[Commit]) -> dict[str, int]:
    """The numbers of cases whose headers were the last to be written: SQLite counts on from the greatest."""
    (last,) = db.execute(_LAST).fetchone()
    return {commit.case_id: number for number, commit in enumerate(commits, last + 1 - len(commits))}


def _put_beside(db: sqlite3.Connection, commits: Sequence[Commit], numbers: Mapping[str, int]) -> None:
    """The rest of commits whose headers stand: events, and where each lies, effects and tokens.

    ``numbers`` are those of all cases, or of none; then they are looked up.
    """
    row = _before(db, [event_row(event) for commit in commits for event in commit.events])
    put_step, put_keyed = _KNOWN if numbers else _SOUGHT
    steps: list[Row] = []
    keyed: list[Row] = []
    effects: list[Row] = []
    for commit in commits:
        whose = numbers[commit.case_id] if numbers else commit.case_id
        for event in commit.events:
            row += 1
            steps.append((event.version, row, whose))
        if receipt := commit.receipt:
            keyed.append((*steps.pop(), receipt.key, bytearray(receipt.digest)))
        if commit.effects:
            ready_at = micros(commit.header.changed_at)
            effects += [(one.case_id, one.version, one.id, one.kind, one.recipient, ready_at) for one in commit.effects]
        if commit.drop_tokens:
            db.execute(_DROP_MARKS, (commit.case_id,))
        if commit.tokens:
            _put(db, _PUT_MARK, [(commit.case_id, one.value, one.quarter) for one in commit.tokens])
    for statement, rows in ((put_step, steps), (put_keyed, keyed), (_PUT_EFFECT, effects)):
        if rows:
            _put(db, statement, rows)


def _before(db: sqlite3.Connection, events: Sequence[Row]) -> int:
    """Write events; the row before the first of them: SQLite counts on from the greatest."""
    if len(events) == 1:
        return (db.execute(_PUT_EVENT, events[0]).lastrowid or 0) - 1
    if events:
        db.executemany(_PUT_EVENT, events)
    (last,) = db.execute(_LAST).fetchone()
    return int(last) - len(events)


def _put(db: sqlite3.Connection, statement: str, rows: Sequence[Row]) -> bool:
    """Write rows; whether each of them was written."""
    if len(rows) == 1:  # the common case: half the work of `executemany`
        return db.execute(statement, rows[0]).rowcount == 1
    return db.executemany(statement, rows).rowcount == len(rows)


class Batch:
    """Commits of one transaction, each judged by itself: `take` each in order, then `write` once."""

    __slots__ = ("_db", "_headers", "_receipts", "_taken")

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._headers: dict[str, Header] = {}
        self._taken: list[Commit] = []
        self._receipts: dict[tuple[str, str], Receipt] = {}

    def take(self, commit: Commit) -> Answer:
        """What becomes of the commit; remembered to be written where the answer is Appended."""
        case_id, receipt = commit.case_id, commit.receipt
        found, standing = self._standing(case_id, receipt.key if receipt else None)
        if standing is not None:
            return Replayed(case_id, standing)
        if found != commit.expected:
            return Conflict(case_id, commit.expected, found)
        self._headers[case_id] = commit.header
        self._taken.append(commit)
        if receipt:
            self._receipts[case_id, receipt.key] = receipt
        return Appended(case_id, commit.header.version)

    def _standing(self, case_id: str, key: str | None) -> tuple[int, Receipt | None]:
        """The version at which the case stands, and the receipt of the key."""
        taken = self._headers.get(case_id)
        if taken and key is not None and (case_id, key) in self._receipts:
            return taken.version, self._receipts[case_id, key]
        standing: Row = self._db.execute(_STANDING, (key, key, case_id)).fetchone() or (0, None, None)
        version, digest, led_to = standing
        receipt = None if key is None or digest is None else Receipt(case_id, key, digest, led_to)
        return (taken.version if taken else version), receipt

    def write(self) -> None:
        """Everything that was taken."""
        if self._taken:
            _put(self._db, _PUT_HEADER, [header_row(header) for header in self._headers.values()])
            _put_beside(self._db, self._taken, {})
