"""Items: the only place that changes an item's state, and the queries that read items.

Every change of state is one UPDATE that names the states it may come from, taken from `jobs.models.ALLOWED_CHANGES`;
what that table does not allow cannot happen.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docuextract_desktop.jobs.models import ALLOWED_CHANGES, ItemRow, ItemState
from docuextract_desktop.storage.database import Session

CAME_FROM: Mapping[ItemState, tuple[ItemState, ...]] = {
    to: tuple(state for state in ItemState if to in ALLOWED_CHANGES[state]) for to in ItemState
}
"""For each state, the states that may change into it."""

ROW_COLUMNS = (
    "id, batch_id, position, filename, path, state, attempt, page_count, started_at, ended_at, lowest_confidence,"
    " flagged, error_code, error_message, sha256, metadata"
)

SORT_COLUMNS: Mapping[str, str] = {
    "position": "position",
    "filename": "filename COLLATE NOCASE",
    "state": "state",
    "pages": "page_count",
    "started": "started_at",
    "ended": "ended_at",
    "took": "ended_at - started_at",
    "confidence": "lowest_confidence",
    "flagged": "flagged",
    "error": "error_message",
}


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be stored as pending."""

    id: str
    batch_id: str
    position: int
    path: Path
    filename: str
    sha256: str | None
    size_bytes: int | None
    page_ranges: str | None
    page_count: int | None
    priority: int
    reuse: bool
    bound_owner: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item failed, as it is stored."""

    code: str
    message: str
    hint: str = ""
    detail: str = ""


def stored_path(path: Path) -> str | bytes:
    """A path as it is stored: text, or bytes where the file system's name is no valid Unicode."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def loaded_path(stored: str | bytes) -> Path:
    """Inverse of `stored_path`."""
    return Path(os.fsdecode(stored))


def add(session: Session, items: Iterable[NewItem]) -> None:
    """Store new items, pending."""
    session.many(
        "INSERT INTO items (id, batch_id, position, path, filename, sha256, size_bytes, page_ranges, page_count,"
        " metadata, priority, reuse, bound_owner, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
        (
            (
                item.id,
                item.batch_id,
                item.position,
                stored_path(item.path),
                item.filename,
                item.sha256,
                item.size_bytes,
                item.page_ranges,
                item.page_count,
                json.dumps(dict(item.metadata)) if item.metadata else "{}",
                item.priority,
                item.reuse,
                item.bound_owner,
            )
            for item in items
        ),
    )


def _change(
    session: Session,
    to: ItemState,
    assignments: str,
    where: str,
    parameters: Mapping[str, Any],
    *,
    returning: str = "id",
) -> list[sqlite3.Row]:
    """Put the items that `where` selects into state `to`, those whose state allows it; the rows that changed."""
    sources = ", ".join(f"'{state}'" for state in CAME_FROM[to])
    clause = f", {assignments}" if assignments else ""
    sql = (
        f"UPDATE items SET state = '{to}'{clause} WHERE state IN ({sources}) AND ({where})"  # noqa: S608  constants
        f" RETURNING {returning}"
    )
    return session.all(sql, parameters)


_CLEARED_RESULT = (
    "started_at = NULL, ended_at = NULL, lowest_confidence = NULL, flagged = 0,"
    " error_code = NULL, error_message = NULL, error_hint = NULL, error_detail = NULL, copied_from = NULL, owner = NULL"
)
_CLEARED_ERROR = "error_code = NULL, error_message = NULL, error_hint = NULL, error_detail = NULL"


def next_to_claim(
    session: Session,
    *,
    owner: str,
    now: float,
    batch_ids: Collection[str] | None = None,
    min_priority: int | None = None,
) -> sqlite3.Row | None:
    """The pending item whose turn it is: highest priority, then oldest. None where nothing can be started now.

    Passed over are: items that wait before another try; items bound to another program that lives (it alone knows the
    passwords); and items whose very content another lane is reading now, since its words and result will be of use.
    """
    within = ""
    parameters: dict[str, Any] = {"now": now, "owner": owner}
    if batch_ids is not None:
        names = [f":batch{number}" for number in range(len(batch_ids))]
        parameters |= {f"batch{number}": batch_id for number, batch_id in enumerate(batch_ids)}
        within = f" AND batch_id IN ({', '.join(names)})"
    if min_priority is not None:
        within += " AND priority >= :min_priority"
        parameters["min_priority"] = min_priority
    return session.one(
        "SELECT sequence, id, batch_id, path, filename, sha256, size_bytes, page_ranges, page_count, priority, reuse"  # noqa: S608
        " FROM items WHERE state = 'pending' AND not_before <= :now"
        " AND (bound_owner IS NULL OR bound_owner = :owner OR bound_owner NOT IN (SELECT id FROM owners))"
        " AND (sha256 IS NULL OR NOT EXISTS"
        " (SELECT 1 FROM items AS other WHERE other.sha256 = items.sha256 AND other.state = 'running'))"
        f"{within} ORDER BY priority DESC, sequence LIMIT 1",
        parameters,
    )


def next_not_before(session: Session) -> float | None:
    """When the earliest pause before another try ends or ended, UNIX seconds; None where no item pauses."""
    value = session.value("SELECT MIN(not_before) FROM items WHERE state = 'pending' AND not_before > 0")
    return None if value is None else float(value)


def start(session: Session, item_id: str, *, owner: str, now: float) -> sqlite3.Row | None:
    """From pending to running; what its lane needs to know, or None where the item was not pending any more."""
    rows = _change(
        session,
        ItemState.RUNNING,
        f"owner = :owner, attempt = attempt + 1, started_at = :now, ended_at = NULL, not_before = 0, {_CLEARED_ERROR}",
        "id = :id",
        {"id": item_id, "owner": owner, "now": now},
        returning="batch_id, attempt, path, sha256, page_ranges, page_count",
    )
    return rows[0] if rows else None


def end_well(
    session: Session,
    item_id: str,
    *,
    owner: str,
    attempt: int,
    state: ItemState,
    now: float,
    sha256: str | None,
    page_count: int,
    lowest_confidence: float | None,
    flagged: int,
    copied_from: str | None = None,
) -> bool:
    """From running to completed or needs_review, by the owner of that attempt; False where it lost the item."""
    rows = _change(
        session,
        state,
        "owner = NULL, ended_at = :now, sha256 = COALESCE(:sha256, sha256), page_count = :pages, flagged = :flagged,"
        " lowest_confidence = :lowest, copied_from = :copied_from, faults = 0",
        "id = :id AND state = 'running' AND owner = :owner AND attempt = :attempt",
        {
            "id": item_id,
            "owner": owner,
            "attempt": attempt,
            "now": now,
            "sha256": sha256,
            "pages": page_count,
            "lowest": lowest_confidence,
            "flagged": flagged,
            "copied_from": copied_from,
        },
    )
    return bool(rows)


def end_badly(session: Session, item_id: str, failure: Failure, *, owner: str, attempt: int, now: float) -> bool:
    """From running to failed, by the owner of that very attempt; False where it is not theirs any more."""
    rows = _change(
        session,
        ItemState.FAILED,
        "owner = NULL, ended_at = :now, error_code = :code, error_message = :message, error_hint = :hint,"
        " error_detail = :detail",
        "id = :id AND owner = :owner AND attempt = :attempt",
        {
            "id": item_id,
            "owner": owner,
            "attempt": attempt,
            "now": now,
            "code": failure.code,
            "message": failure.message,
            "hint": failure.hint,
            "detail": failure.detail,
        },
    )
    return bool(rows)


def pause(session: Session, item_id: str, *, owner: str, attempt: int, not_before: float) -> bool:
    """From running to pending after a passing fault, not to be started before a time; counts the fault."""
    rows = _change(
        session,
        ItemState.PENDING,
        "owner = NULL, started_at = NULL, faults = faults + 1, not_before = :not_before",
        "id = :id AND state = 'running' AND owner = :owner AND attempt = :attempt",
        {"id": item_id, "owner": owner, "attempt": attempt, "not_before": not_before},
    )
    return bool(rows)


def faults(session: Session, item_id: str) -> int:
    """How many passing faults the item had since it was last put into the queue by a person."""
    return int(session.value("SELECT faults FROM items WHERE id = ?", (item_id,)) or 0)


def give_back(session: Session, owners: Collection[str], *, item_id: str | None = None) -> list[sqlite3.Row]:
    """From running to pending for what these owners hold (or one item of theirs); rows (id, batch_id)."""
    changed: list[sqlite3.Row] = []
    for owner in owners:
        changed += _change(
            session,
            ItemState.PENDING,
            "owner = NULL, started_at = NULL",
            "state = 'running' AND owner = :owner AND (:id IS NULL OR id = :id)",
            {"owner": owner, "id": item_id},
            returning="id, batch_id",
        )
    return changed


def running_owners(session: Session) -> set[str]:
    """Owners named by running items."""
    return {row[0] for row in session.all("SELECT DISTINCT owner FROM items WHERE state = 'running'")}


def cancel_pending(
    session: Session, *, now: float, batch_id: str | None = None, item_id: str | None = None
) -> list[sqlite3.Row]:
    """From pending to cancelled, of a batch or a single item; rows (id, batch_id)."""
    return _change(
        session,
        ItemState.CANCELLED,
        "ended_at = :now, not_before = 0",
        "(:batch IS NULL OR batch_id = :batch) AND (:item IS NULL OR id = :item)"
        " AND (:batch IS NOT NULL OR :item IS NOT NULL)",
        {"now": now, "batch": batch_id, "item": item_id},
        returning="id, batch_id",
    )


def requeue(
    session: Session,
    batch_id: str,
    *,
    states: Collection[ItemState],
    reuse: bool,
    item_id: str | None = None,
) -> list[sqlite3.Row]:
    """Terminal items of a batch in one of `states` back to pending, with all tries before them; rows (id, batch_id).

    `reuse` says whether a result of the same content may be taken over.
    """
    wanted = ", ".join(f"'{state}'" for state in states if state.terminal)
    return _change(
        session,
        ItemState.PENDING,
        f"{_CLEARED_RESULT}, faults = 0, not_before = 0, reuse = reuse AND :reuse",
        f"batch_id = :batch AND state IN ({wanted}) AND (:item IS NULL OR id = :item)",
        {"batch": batch_id, "item": item_id, "reuse": reuse},
        returning="id, batch_id",
    )


def set_reviewed(
    session: Session, item_id: str, state: ItemState, *, flagged: int, lowest_confidence: float | None
) -> bool:
    """Between completed and needs_review after a decision or its undoing; False where the change is not allowed.

    Also True where the item already is in that state; its figures are brought up to date.
    """
    if state not in (ItemState.COMPLETED, ItemState.NEEDS_REVIEW):
        raise ValueError(state)
    parameters = {"id": item_id, "flagged": flagged, "lowest": lowest_confidence}
    figures = "flagged = :flagged, lowest_confidence = :lowest"
    if _change(session, state, figures, "id = :id AND state IN ('completed', 'needs_review')", parameters):
        return True
    same = session.execute(
        f"UPDATE items SET {figures} WHERE id = :id AND state = :state",  # noqa: S608  constants
        {**parameters, "state": state.value},
    )
    return same == 1


def pages_waiting(session: Session) -> int:
    """Pages of the items that are pending or running, as far as they are known; otherwise one each."""
    return int(
        session.value(
            "SELECT COALESCE(SUM(COALESCE(page_count, 1)), 0) FROM items WHERE state IN ('pending', 'running')"
        )
    )


def error_hint(session: Session, item_id: str) -> str:
    """What to do about the error of an item, or an empty string."""
    return str(session.value("SELECT error_hint FROM items WHERE id = ?", (item_id,)) or "")


def row(session: Session, item_id: str) -> ItemRow | None:
    """One item, or None."""
    found = session.one(f"SELECT {ROW_COLUMNS} FROM items WHERE id = ?", (item_id,))  # noqa: S608
    return None if found is None else item_row(found)


def rows(
    session: Session,
    batch_id: str,
    *,
    states: Collection[ItemState] | None = None,
    search: str | None = None,
    sort: str = "position",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> list[ItemRow]:
    """Items of a batch, filtered and sorted; see `SORT_COLUMNS`. Nothing stands last in either direction."""
    where, parameters = _filter(batch_id, states, search)
    column = SORT_COLUMNS[sort]
    direction = "DESC" if descending else "ASC"
    found = session.all(
        f"SELECT {ROW_COLUMNS} FROM items WHERE {where}"  # noqa: S608  constants; values are bound
        f" ORDER BY {column} {direction} NULLS LAST, position LIMIT :limit OFFSET :offset",
        {**parameters, "limit": -1 if limit is None else limit, "offset": offset},
    )
    return [item_row(r) for r in found]


def count(
    session: Session, batch_id: str, *, states: Collection[ItemState] | None = None, search: str | None = None
) -> int:
    """How many rows `rows` would give without a limit."""
    where, parameters = _filter(batch_id, states, search)
    return int(session.value(f"SELECT COUNT(*) FROM items WHERE {where}", parameters))  # noqa: S608


def _filter(batch_id: str, states: Collection[ItemState] | None, search: str | None) -> tuple[str, dict[str, Any]]:
    clauses = ["batch_id = :batch"]
    parameters: dict[str, Any] = {"batch": batch_id}
    if states is not None:
        clauses.append(f"state IN ({', '.join(repr(state.value) for state in states)})" if states else "0")
    if search:
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        clauses.append("(filename LIKE :search ESCAPE '\\' OR error_message LIKE :search ESCAPE '\\')")
        parameters["search"] = f"%{escaped}%"
    return " AND ".join(clauses), parameters


def rows_after(session: Session, batch_id: str, position: int, limit: int) -> list[ItemRow]:
    """The next items of a batch after a position, for reading a batch in slices."""
    found = session.all(
        f"SELECT {ROW_COLUMNS} FROM items WHERE batch_id = ? AND position > ? ORDER BY position LIMIT ?",  # noqa: S608
        (batch_id, position, limit),
    )
    return [item_row(r) for r in found]


def rows_by_id(session: Session, item_ids: Sequence[str]) -> list[ItemRow]:
    """Those of the items that exist."""
    found: list[ItemRow] = []
    for start_at in range(0, len(item_ids), 500):
        part = item_ids[start_at : start_at + 500]
        marks = ", ".join("?" * len(part))
        found += [item_row(r) for r in session.all(f"SELECT {ROW_COLUMNS} FROM items WHERE id IN ({marks})", part)]  # noqa: S608
    return found


def item_row(found: sqlite3.Row) -> ItemRow:
    """An `ItemRow` from the columns of `ROW_COLUMNS`."""
    metadata = found["metadata"]
    return ItemRow(
        id=found["id"],
        batch_id=found["batch_id"],
        position=found["position"],
        filename=found["filename"],
        path=loaded_path(found["path"]),
        state=ItemState(found["state"]),
        attempt=found["attempt"],
        page_count=found["page_count"],
        started_at=found["started_at"],
        ended_at=found["ended_at"],
        lowest_confidence=found["lowest_confidence"],
        flagged=found["flagged"],
        error_code=found["error_code"],
        error_message=found["error_message"],
        sha256=found["sha256"],
        metadata={} if metadata == "{}" else json.loads(metadata),
    )


def page_ranges_of(session: Session, item_id: str) -> str | None:
    """The pages wanted of an item, as a person wrote them; None for all."""
    found: str | None = session.value("SELECT page_ranges FROM items WHERE id = ?", (item_id,))
    return found
