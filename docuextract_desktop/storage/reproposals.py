"""What corrections changed on documents that nobody had reviewed: kept, so that it can be taken back as one step."""

from __future__ import annotations

import json
from collections.abc import Iterable

from docuextract_desktop.extraction.models import FieldValue, field_value_from_json
from docuextract_desktop.storage.database import Session


def begin(session: Session, batch_id: str, cause: str, *, now: float) -> int:
    """Record a re-proposal; its number."""
    return session.insert("INSERT INTO reproposals (batch_id, made_at, cause) VALUES (?, ?, ?)", (batch_id, now, cause))


def keep_before(session: Session, number: int, values: Iterable[tuple[str, str]]) -> None:
    """Record what is stored now of (item id, field), which is about to be changed by a re-proposal."""
    session.many(
        "INSERT INTO reproposal_changes (reproposal_id, item_id, field, before, after)"
        " SELECT ?1, item_id, name, body, '' FROM field_values WHERE item_id = ?2 AND name = ?3",
        [(number, item_id, name) for item_id, name in values],
    )


def keep_after(session: Session, number: int) -> None:
    """Record what was stored since `keep_before`."""
    session.execute(
        "UPDATE reproposal_changes AS c SET after = (SELECT body FROM field_values AS v"
        " WHERE v.item_id = c.item_id AND v.name = c.field) WHERE c.reproposal_id = ?",
        (number,),
    )


def changes(session: Session, number: int) -> list[tuple[str, FieldValue, FieldValue]]:
    """(item id, value before, value after) of a re-proposal that was not taken back yet."""
    rows = session.all(
        "SELECT c.item_id, c.before, c.after FROM reproposal_changes AS c JOIN reproposals AS r"
        " ON r.id = c.reproposal_id WHERE r.id = ? AND r.taken_back_at IS NULL ORDER BY c.id",
        (number,),
    )
    return [
        (r["item_id"], field_value_from_json(json.loads(r["before"])), field_value_from_json(json.loads(r["after"])))
        for r in rows
    ]


def mark_taken_back(session: Session, number: int, *, now: float) -> None:
    """Note that a re-proposal was taken back."""
    session.execute("UPDATE reproposals SET taken_back_at = ? WHERE id = ?", (now, number))


def declined(session: Session, batch_id: str) -> set[tuple[str, str, str | None]]:
    """(item id, field, value) that were proposed anew and taken back: not to be proposed again."""
    rows = session.all(
        "SELECT c.item_id, c.field, c.after FROM reproposal_changes AS c JOIN reproposals AS r"
        " ON r.id = c.reproposal_id WHERE r.batch_id = ? AND r.taken_back_at IS NOT NULL",
        (batch_id,),
    )
    return {(row["item_id"], row["field"], json.loads(row["after"])["value"]) for row in rows}
