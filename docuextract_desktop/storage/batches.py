"""Batches. Their state and counts are derived from the items, by one query over an index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from docuextract_desktop.jobs.models import BatchSummary, ItemState, derive_batch_state
from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be stored."""

    id: str
    name: str
    template_version_id: int
    review_threshold: float
    tier: str
    priority: int
    metadata: Mapping[str, str]
    idempotency_key: str | None
    request_sha256: str
    created_at: float


_COLUMNS = (
    "b.id, b.name, b.review_threshold, b.tier, b.metadata, b.created_at, b.cancel_requested_at, b.last_event,"
    " t.template_id, t.name AS template_name, t.version AS template_version,"
    " EXISTS (SELECT 1 FROM watched_folders AS w WHERE w.batch_id = b.id) AS watched"
)
_FROM = "FROM batches AS b JOIN template_versions AS t ON t.id = b.template_version_id"


def add(session: Session, batch: NewBatch) -> None:
    """Store a new batch."""
    session.execute(
        "INSERT INTO batches (id, name, template_version_id, review_threshold, tier, priority, metadata,"
        " idempotency_key, request_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            batch.id,
            batch.name,
            batch.template_version_id,
            batch.review_threshold,
            batch.tier,
            batch.priority,
            json.dumps(dict(batch.metadata)),
            batch.idempotency_key,
            batch.request_sha256,
            batch.created_at,
        ),
    )


def by_idempotency_key(session: Session, key: str) -> tuple[str, str] | None:
    """(batch id, request_sha256) of the batch made with that key, or None."""
    found = session.one("SELECT id, request_sha256 FROM batches WHERE idempotency_key = ?", (key,))
    return None if found is None else (found["id"], found["request_sha256"])


def exists(session: Session, batch_id: str) -> bool:
    """Whether there is such a batch."""
    return session.one("SELECT 1 FROM batches WHERE id = ?", (batch_id,)) is not None


def template_of(session: Session, batch_id: str) -> tuple[int, str, float] | None:
    """(row id of the template version, template as JSON, review threshold of the batch), or None."""
    found = session.one(
        "SELECT t.id, t.body, b.review_threshold FROM batches AS b"
        " JOIN template_versions AS t ON t.id = b.template_version_id WHERE b.id = ?",
        (batch_id,),
    )
    return None if found is None else (found["id"], found["body"], found["review_threshold"])


def last_events(session: Session) -> dict[str, int]:
    """The number of the newest event of every batch, newest batch first."""
    rows = session.all("SELECT id, last_event FROM batches ORDER BY created_at DESC, id DESC")
    return {row["id"]: row["last_event"] for row in rows}


def summary(session: Session, batch_id: str) -> BatchSummary | None:
    """One batch, or None."""
    found = session.one(f"SELECT {_COLUMNS} {_FROM} WHERE b.id = ?", (batch_id,))
    return None if found is None else _summary(session, found)


def ended(session: Session, batch_id: str) -> bool:
    """Whether no item is pending or running."""
    return (
        session.one("SELECT 1 FROM items WHERE batch_id = ? AND state IN ('pending', 'running') LIMIT 1", (batch_id,))
        is None
    )


def ended_before(session: Session, at: float) -> list[str]:
    """Batches that have ended, the last of their items before a time; not what a watched folder still adds to."""
    return [
        row[0]
        for row in session.all(
            "SELECT b.id FROM batches AS b WHERE b.created_at < :at"
            " AND NOT EXISTS (SELECT 1 FROM items AS i WHERE i.batch_id = b.id"
            " AND (i.state IN ('pending', 'running') OR i.ended_at >= :at))"
            " AND NOT EXISTS (SELECT 1 FROM watched_folders AS w WHERE w.batch_id = b.id AND w.enabled)",
            {"at": at},
        )
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """What must be known of a batch before documents are added to it."""

    template_version_id: int
    cancelled: bool
    next_position: int
    priority: int


def standing(session: Session, batch_id: str) -> Standing | None:
    """How a batch stands that documents are to be added to; None where there is no such batch."""
    found = session.one(
        "SELECT template_version_id, cancel_requested_at, priority,"
        " (SELECT COALESCE(MAX(position) + 1, 0) FROM items WHERE batch_id = batches.id) AS next_position"
        " FROM batches WHERE id = ?",
        (batch_id,),
    )
    if found is None:
        return None
    return Standing(
        found["template_version_id"],
        found["cancel_requested_at"] is not None,
        found["next_position"],
        found["priority"],
    )


def rename(session: Session, batch_id: str, name: str) -> None:
    """Give the batch another name."""
    session.execute("UPDATE batches SET name = ? WHERE id = ?", (name, batch_id))


def set_cancel_requested(session: Session, batch_id: str, at: float | None) -> None:
    """Remember that the batch was cancelled, or (None) that it is wanted again."""
    session.execute("UPDATE batches SET cancel_requested_at = ? WHERE id = ?", (at, batch_id))


def cancel_requested(session: Session, batch_id: str) -> bool:
    """Whether the batch was cancelled and not retried since."""
    return session.value("SELECT cancel_requested_at FROM batches WHERE id = ?", (batch_id,)) is not None


def delete(session: Session, batch_id: str) -> None:
    """Delete the batch with its items, results and decisions. Events stay, for those who follow them."""
    session.execute("DELETE FROM batches WHERE id = ?", (batch_id,))


def _summary(session: Session, found: sqlite3.Row) -> BatchSummary:
    counts: dict[ItemState, int] = {}
    pages_done = 0
    starts: list[float] = []
    ends: list[float] = []
    for row in session.all(
        "SELECT state, COUNT(*) AS n, SUM(page_count) AS pages, MIN(started_at) AS first, MAX(ended_at) AS last"
        " FROM items WHERE batch_id = ? GROUP BY state",
        (found["id"],),
    ):
        of = ItemState(row["state"])
        counts[of] = row["n"]
        if of in (ItemState.COMPLETED, ItemState.NEEDS_REVIEW):
            pages_done += row["pages"] or 0
        if row["first"] is not None:
            starts.append(row["first"])
        if row["last"] is not None:
            ends.append(row["last"])
    state = derive_batch_state(counts, cancel_requested=found["cancel_requested_at"] is not None)
    return BatchSummary(
        id=found["id"],
        name=found["name"],
        template_id=found["template_id"],
        template_name=found["template_name"],
        template_version=found["template_version"],
        state=state,
        counts={s: counts.get(s, 0) for s in ItemState},
        created_at=found["created_at"],
        started_at=min(starts, default=None),
        ended_at=max(ends, default=None) if state.terminal else None,
        pages_done=pages_done,
        review_threshold=found["review_threshold"],
        tier=found["tier"],
        metadata=json.loads(found["metadata"]),
        watched=bool(found["watched"]),
    )
