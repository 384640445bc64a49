"""Decisions of people: append-only, so that undo and audit can read what happened. Only purging deletes them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `before` and `after` are plain data of the field's value (see `extraction.models`), or None.

    Attributes:
        made_at: UNIX seconds.
        who: name of the person's account.
        action: such as "accept", "correct", "not_on_document", "undo".
        undone_by: number of the decision that undid this one, or None.
    """

    number: int
    made_at: float
    who: str
    item_id: str
    field: str
    action: str
    before: Any
    after: Any
    undone_by: int | None


def add(
    session: Session,
    *,
    now: float,
    who: str,
    item_id: str,
    field: str,
    action: str,
    before: Any,
    after: Any,
    undoes: int | None = None,
) -> int:
    """Record a decision; its number. `undoes` marks an earlier one as undone by it."""
    number = session.insert(
        "INSERT INTO decisions (made_at, who, item_id, field, action, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now, who, item_id, field, action, _dumped(before), _dumped(after)),
    )
    if undoes is not None:
        session.execute("UPDATE decisions SET undone_by = ? WHERE id = ? AND undone_by IS NULL", (number, undoes))
    return number


def of_item(session: Session, item_id: str) -> list[Decision]:
    """All decisions about an item, oldest first."""
    return _decisions(session, "item_id = ? ORDER BY id", item_id)


def newest_redoable(session: Session, *, batch_id: str | None = None) -> Decision | None:
    """The newest undoing after which nothing new was decided: what redo takes back next."""
    found = _decisions(
        session,
        "undone_by IS NULL AND action = 'undo'"
        " AND (?1 IS NULL OR item_id IN (SELECT id FROM items WHERE batch_id = ?1))"
        " AND id > COALESCE((SELECT MAX(id) FROM decisions WHERE action NOT IN ('undo', 'redo')"
        " AND (?1 IS NULL OR item_id IN (SELECT id FROM items WHERE batch_id = ?1))), 0)"
        " ORDER BY id DESC LIMIT 1",
        batch_id,
    )
    return found[0] if found else None


def of_document(session: Session, template_id: str, sha256: str) -> list[Decision]:
    """All decisions about items with that content and template, undone ones too, oldest first."""
    rows = session.all(
        "SELECT d.* FROM decisions AS d JOIN items AS i ON i.id = d.item_id JOIN batches AS b ON b.id = i.batch_id"
        " JOIN template_versions AS t ON t.id = b.template_version_id"
        " WHERE t.template_id = ? AND i.sha256 = ? ORDER BY d.id",
        (template_id, sha256),
    )
    return [_decision(row) for row in rows]


def newest_standing(session: Session, *, batch_id: str | None = None) -> Decision | None:
    """The newest decision that was not undone and is no undoing itself: what undo takes back next."""
    found = _decisions(
        session,
        "undone_by IS NULL AND action <> 'undo'"
        " AND (?1 IS NULL OR item_id IN (SELECT id FROM items WHERE batch_id = ?1))"
        " ORDER BY id DESC LIMIT 1",
        batch_id,
    )
    return found[0] if found else None


def _decisions(session: Session, where: str, parameter: str | None) -> list[Decision]:
    return [
        _decision(row)
        for row in session.all(f"SELECT * FROM decisions WHERE {where}", (parameter,))  # noqa: S608  constants
    ]


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        number=row["id"],
        made_at=row["made_at"],
        who=row["who"],
        item_id=row["item_id"],
        field=row["field"],
        action=row["action"],
        before=_loaded(row["before"]),
        after=_loaded(row["after"]),
        undone_by=row["undone_by"],
    )


def _dumped(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _loaded(stored: str | None) -> Any:
    return None if stored is None else json.loads(stored)
