"""Events: a rising number per change, which the window, the command line and cursors of other programs follow."""

from __future__ import annotations

import sqlite3

from docuextract_desktop.storage.database import Session

ITEM_CHANGED = "item_changed"
"""The one kind that storage itself writes; `jobs.events` has them all."""


def add(
    session: Session, *, now: float, kind: str, batch_id: str, item_id: str | None = None, state: str | None = None
) -> int:
    """Record a change; its number. The batch remembers it as its newest one."""
    number = session.insert(
        "INSERT INTO events (at, kind, batch_id, item_id, state) VALUES (?, ?, ?, ?, ?)",
        (now, kind, batch_id, item_id, state),
    )
    session.execute("UPDATE batches SET last_event = ? WHERE id = ?", (number, batch_id))
    return number


def since(session: Session, cursor: int, limit: int) -> list[sqlite3.Row]:
    """Events with a number above `cursor`, oldest first."""
    return session.all(
        "SELECT id, at, kind, batch_id, item_id, state FROM events WHERE id > ? ORDER BY id LIMIT ?", (cursor, limit)
    )


def newest(session: Session) -> int:
    """The highest number ever given, 0 where there was no event yet."""
    # Deleted numbers are never given again (AUTOINCREMENT), so the counter is asked, not the rows.
    return int(session.value("SELECT seq FROM sqlite_sequence WHERE name = 'events'") or 0)


def forget_batch(session: Session, batch_id: str) -> None:
    """Delete the events of a batch."""
    session.execute("DELETE FROM events WHERE batch_id = ?", (batch_id,))


def forget_before(session: Session, at: float) -> int:
    """Delete the events before a time; how many."""
    return session.execute("DELETE FROM events WHERE at < ?", (at,))
