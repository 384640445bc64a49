"""Unflagged values that were chosen to be audited. They go with the result that they were chosen from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A value that was chosen.

    Attributes:
        before: the value as the first standing decision about it found it, as JSON text; None while nobody decided.
        after: the value as it was decided last, as JSON text.
        open: it waits for a person: nobody decided, and it was not flagged since.
    """

    field: str
    before: str | None
    after: str | None
    open: bool


def choose(session: Session, item_id: str, fields: Iterable[str], *, now: float) -> None:
    """Choose values of a document that was just done."""
    session.many(
        "INSERT OR IGNORE INTO audits (item_id, field, chosen_at) VALUES (?, ?, ?)",
        [(item_id, field, now) for field in fields],
    )


def of_batch(session: Session, batch_id: str) -> list[AuditRow]:
    """All values of a batch that were chosen."""
    standing = (
        "SELECT {column} FROM decisions AS d WHERE d.item_id = a.item_id AND d.field = a.field AND d.undone_by IS NULL"
        " AND d.action <> 'undo' AND d.made_at >= a.chosen_at ORDER BY d.id {order} LIMIT 1"
    )
    rows = session.all(
        f"SELECT a.field, ({standing.format(column='d.before', order='ASC')}) AS before,"  # noqa: S608  constants
        f" ({standing.format(column='d.after', order='DESC')}) AS after,"
        " v.needs_review = 0 AND v.reviewed = 0 AS open"
        " FROM items AS i CROSS JOIN audits AS a ON a.item_id = i.id"
        " JOIN field_values AS v ON v.item_id = a.item_id AND v.name = a.field"
        " WHERE i.batch_id = ? AND i.state IN ('completed', 'needs_review') ORDER BY i.position, v.position",
        (batch_id,),
    )
    return [AuditRow(row["field"], row["before"], row["after"], bool(row["open"])) for row in rows]


def open_values(session: Session, batch_id: str | None = None) -> list[sqlite3.Row]:
    """Chosen values that wait for a person, with the columns and in the order of `results.flagged_values`."""
    return session.all(
        "SELECT i.batch_id, i.id AS item_id, i.position, i.filename, v.name, v.confidence,"
        " json_extract(v.body, '$.reasons') AS reasons FROM audits AS a"
        " JOIN items AS i ON i.id = a.item_id JOIN batches AS b ON b.id = i.batch_id"
        " JOIN field_values AS v ON v.item_id = a.item_id AND v.name = a.field"
        " WHERE v.needs_review = 0 AND v.reviewed = 0 AND i.state IN ('completed', 'needs_review')"
        " AND (:batch IS NULL OR i.batch_id = :batch) ORDER BY b.created_at, b.id, i.position, v.position",
        {"batch": batch_id},
    )
