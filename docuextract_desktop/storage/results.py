"""Results: what extraction found for an item, a row per field, so that flagged values can be asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docuextract_desktop.extraction.models import Extraction, FieldValue, field_value_from_json, field_value_to_json
from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class Reusable:
    """An item with a result that another item with the same key may take over."""

    item_id: str
    state: str
    sha256: str
    page_count: int
    lowest_confidence: float | None
    flagged: int


def store(
    session: Session,
    item_id: str,
    extraction: Extraction,
    *,
    reuse_key: str,
    warnings: Sequence[str],
    now: float,
) -> None:
    """Store the result of an item in place of an older one."""
    session.execute("DELETE FROM results WHERE item_id = ?", (item_id,))
    session.execute(
        "INSERT INTO results (item_id, reuse_key, template_id, template_version, engine_version, warnings, stored_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            item_id,
            reuse_key,
            extraction.template_id,
            extraction.template_version,
            extraction.engine_version,
            json.dumps(list(warnings)),
            now,
        ),
    )
    session.many(
        "INSERT INTO field_values (item_id, position, name, value, confidence, needs_review, reviewed, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(item_id, position, *_columns(value)) for position, value in enumerate(extraction.fields)],
    )


def replace_fields(session: Session, values: Iterable[tuple[str, FieldValue]]) -> None:
    """Replace single fields of stored results, (item id, value), for review and re-proposals."""
    session.many(
        "UPDATE field_values SET value = ?, confidence = ?, needs_review = ?, reviewed = ?, body = ?"
        " WHERE item_id = ? AND name = ?",
        [(*_columns(value)[1:], item_id, value.name) for item_id, value in values],
    )


def _columns(value: FieldValue) -> tuple[str, str | None, float, bool, bool, str]:
    return value.name, value.value, value.confidence, value.needs_review, value.reviewed, dumped(value)


def dumped(value: FieldValue) -> str:
    """A value as it is stored, whole."""
    return json.dumps(field_value_to_json(value), ensure_ascii=False, separators=(",", ":"))


def load(session: Session, item_id: str) -> Extraction | None:
    """The stored result of an item, or None."""
    head = session.one(
        "SELECT template_id, template_version, engine_version FROM results WHERE item_id = ?", (item_id,)
    )
    if head is None:
        return None
    rows = session.all("SELECT body FROM field_values WHERE item_id = ? ORDER BY position", (item_id,))
    return _extraction(head, [row["body"] for row in rows])


def load_many(session: Session, item_ids: Sequence[str]) -> dict[str, Extraction]:
    """The stored results of at most some hundred items."""
    marks = ", ".join("?" * len(item_ids))
    heads = session.all(
        f"SELECT item_id, template_id, template_version, engine_version FROM results WHERE item_id IN ({marks})",  # noqa: S608
        item_ids,
    )
    bodies: dict[str, list[str]] = {head["item_id"]: [] for head in heads}
    for row in session.all(
        f"SELECT item_id, body FROM field_values WHERE item_id IN ({marks}) ORDER BY item_id, position",  # noqa: S608
        item_ids,
    ):
        bodies[row["item_id"]].append(row["body"])
    return {head["item_id"]: _extraction(head, bodies[head["item_id"]]) for head in heads}


def _extraction(head: sqlite3.Row, bodies: Sequence[str]) -> Extraction:
    return Extraction(
        template_id=head["template_id"],
        template_version=head["template_version"],
        fields=tuple(field_value_from_json(json.loads(body)) for body in bodies),
        engine_version=head["engine_version"],
    )


def warnings_of(session: Session, item_id: str) -> tuple[str, ...]:
    """What was wrong with the document but could be worked around."""
    stored = session.value("SELECT warnings FROM results WHERE item_id = ?", (item_id,))
    return tuple(json.loads(stored)) if stored else ()


def reusable(session: Session, reuse_key: str) -> Reusable | None:
    """The newest finished item whose result has that key, or None."""
    found = session.one(
        "SELECT i.id, i.state, i.sha256, i.page_count, i.lowest_confidence, i.flagged FROM results AS r"
        " JOIN items AS i ON i.id = r.item_id WHERE r.reuse_key = ? AND i.state IN ('completed', 'needs_review')"
        " ORDER BY r.stored_at DESC LIMIT 1",
        (reuse_key,),
    )
    if found is None:
        return None
    return Reusable(
        found["id"],
        found["state"],
        found["sha256"],
        found["page_count"],
        found["lowest_confidence"],
        found["flagged"],
    )


def copy(session: Session, source_item_id: str, item_id: str, *, now: float) -> None:
    """Give `item_id` the result of another item."""
    session.execute("DELETE FROM results WHERE item_id = ?", (item_id,))
    session.execute(
        "INSERT INTO results (item_id, reuse_key, template_id, template_version, engine_version, warnings, stored_at)"
        " SELECT ?, reuse_key, template_id, template_version, engine_version, warnings, ? FROM results"
        " WHERE item_id = ?",
        (item_id, now, source_item_id),
    )
    session.execute(
        "INSERT INTO field_values (item_id, position, name, value, confidence, needs_review, reviewed, body)"
        " SELECT ?, position, name, value, confidence, needs_review, reviewed, body FROM field_values"
        " WHERE item_id = ?",
        (item_id, source_item_id),
    )


def flagged_items(session: Session, batch_id: str | None = None) -> list[str]:
    """Items with a value that wants a person's eye, in the order of batches and positions."""
    rows = session.all(
        # CROSS JOIN: SQLite takes the batches first, and looks into the index of each.
        "SELECT i.id FROM batches AS b CROSS JOIN items AS i ON i.batch_id = b.id AND i.state = 'needs_review'"
        " WHERE :batch IS NULL OR b.id = :batch"
        " ORDER BY b.created_at, b.id, i.position",
        {"batch": batch_id},
    )
    return [row[0] for row in rows]


def flagged_values(session: Session, batch_id: str | None = None) -> list[sqlite3.Row]:
    """Every value that wants a person's eye, in the order of batches, documents and fields.

    Columns: batch_id, item_id, position (of the item), filename, name, confidence, and reasons as a JSON array. These
    are read after every decision, so the rest of each value, which may be a long table, stays where it is.
    """
    return session.all(
        "SELECT i.batch_id, i.id AS item_id, i.position, i.filename, v.name, v.confidence,"
        " json_extract(v.body, '$.reasons') AS reasons FROM field_values AS v"
        " JOIN items AS i ON i.id = v.item_id JOIN batches AS b ON b.id = i.batch_id"
        " WHERE v.needs_review = 1 AND i.state = 'needs_review' AND (:batch IS NULL OR i.batch_id = :batch)"
        " ORDER BY b.created_at, b.id, i.position, v.position",
        {"batch": batch_id},
    )


def value_in(body: str) -> FieldValue:
    """The field's value in a row's `body`."""
    return field_value_from_json(json.loads(body))


def value_of(session: Session, item_id: str, name: str) -> FieldValue | None:
    """The stored value of one field, or None where the item has no such field or no result."""
    body = session.value("SELECT body FROM field_values WHERE item_id = ? AND name = ?", (item_id, name))
    return None if body is None else value_in(body)
