"""Watched folders, who watches them, and the files that were taken from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.jobs.models import ItemState, WatchedFolder
from docuextract_desktop.storage.database import Session
from docuextract_desktop.storage.items import loaded_path, stored_path

_COLUMNS = (
    "id, path, template_id, done_folder, enabled, batch_id, created_at, looked_at, trouble, holder,"
    " (SELECT COUNT(*) FROM watched_files AS f WHERE f.folder_id = watched_folders.id) AS taken"
)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was taken.

    Attributes:
        id: of the row; 0 for one that is to be stored.
        path_sha256: of its path inside the folder.
        sha256: of its content; for what is too large to be read, words that stand for it.
        moved: it was moved away after it was done.
    """

    path_sha256: str
    sha256: str
    size_bytes: int
    modified_ns: int
    moved: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class DoneFile:
    """A file whose document is done, and that was not moved yet.

    Attributes:
        moving_to: where a move that was begun leads; None where none was begun.
    """

    id: int
    item_id: str
    path: Path
    size_bytes: int
    modified_ns: int
    moving_to: Path | None


def add(session: Session, folder: WatchedFolder) -> None:
    """Store a folder to be watched."""
    session.execute(
        "INSERT INTO watched_folders (id, path, template_id, done_folder, enabled, batch_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            folder.id,
            stored_path(folder.path),
            folder.template_id,
            folder.done_folder,
            folder.enabled,
            folder.batch_id,
            folder.created_at,
        ),
    )


def change(session: Session, folder: WatchedFolder) -> None:
    """Store template, done folder and whether it is watched; what was wrong before is forgotten."""
    session.execute(
        "UPDATE watched_folders SET template_id = ?, done_folder = ?, enabled = ?, trouble = '' WHERE id = ?",
        (folder.template_id, folder.done_folder, folder.enabled, folder.id),
    )


def remove(session: Session, folder_id: str) -> bool:
    """Forget a folder and what was taken from it; False where there is none."""
    return session.execute("DELETE FROM watched_folders WHERE id = ?", (folder_id,)) == 1


def all_folders(session: Session) -> list[WatchedFolder]:
    """Every folder, the oldest first."""
    return [_folder(row) for row in session.all(f"SELECT {_COLUMNS} FROM watched_folders ORDER BY created_at, id")]  # noqa: S608


def folder(session: Session, folder_id: str) -> WatchedFolder | None:
    """One folder, or None."""
    row = session.one(f"SELECT {_COLUMNS} FROM watched_folders WHERE id = ?", (folder_id,))  # noqa: S608
    return None if row is None else _folder(row)


def _folder(row: sqlite3.Row) -> WatchedFolder:
    return WatchedFolder(
        id=row["id"],
        path=loaded_path(row["path"]),
        template_id=row["template_id"],
        done_folder=row["done_folder"],
        enabled=bool(row["enabled"]),
        batch_id=row["batch_id"],
        created_at=row["created_at"],
        looked_at=row["looked_at"],
        trouble=row["trouble"],
        holder=row["holder"],
        taken=row["taken"],
    )


def hold(session: Session, folder_id: str, owner: str, alive: Collection[str]) -> bool:
    """Let `owner` be the one who watches the folder, unless one of `alive` does; whether it is the one."""
    holder = session.value("SELECT holder FROM watched_folders WHERE id = ? AND enabled", (folder_id,))
    if holder == owner:
        return True
    if holder in alive:
        return False
    return session.execute("UPDATE watched_folders SET holder = ? WHERE id = ? AND enabled", (owner, folder_id)) == 1


def let_go(session: Session, owner: str, folder_id: str | None = None) -> None:
    """`owner` watches the folder (or any) no longer."""
    session.execute(
        "UPDATE watched_folders SET holder = NULL WHERE holder = :owner AND (:id IS NULL OR id = :id)",
        {"owner": owner, "id": folder_id},
    )


def report(session: Session, folder_id: str, *, looked_at: float | None, trouble: str) -> None:
    """Store how the last look went; `looked_at` None where there was none."""
    session.execute(
        "UPDATE watched_folders SET looked_at = COALESCE(?, looked_at), trouble = ? WHERE id = ?",
        (looked_at, trouble, folder_id),
    )


def set_batch(session: Session, folder_id: str, batch_id: str) -> None:
    """From now on documents of the folder are added to that batch."""
    session.execute("UPDATE watched_folders SET batch_id = ? WHERE id = ?", (batch_id, folder_id))


def known_files(session: Session, folder_id: str) -> list[KnownFile]:
    """Every file that was taken from the folder."""
    return [
        KnownFile(
            row["path_sha256"], row["sha256"], row["size_bytes"], row["modified_ns"], bool(row["moved"]), row["id"]
        )
        for row in session.all(
            "SELECT id, path_sha256, sha256, size_bytes, modified_ns, moved_at IS NOT NULL AS moved"
            " FROM watched_files WHERE folder_id = ?",
            (folder_id,),
        )
    ]


def any_known(session: Session, folder_id: str, files: Sequence[KnownFile]) -> bool:
    """Whether one of the files was taken before."""
    return any(
        session.value(
            "SELECT 1 FROM watched_files WHERE folder_id = ? AND path_sha256 = ? AND sha256 = ?",
            (folder_id, file.path_sha256, file.sha256),
        )
        for file in files
    )


def keep_files(
    session: Session, folder_id: str, files: Sequence[KnownFile], item_ids: Sequence[str], *, now: float
) -> None:
    """Store that these files became these items."""
    session.many(
        "INSERT INTO watched_files (folder_id, path_sha256, sha256, size_bytes, modified_ns, item_id, taken_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (folder_id, file.path_sha256, file.sha256, file.size_bytes, file.modified_ns, item_id, now)
            for file, item_id in zip(files, item_ids, strict=True)
        ],
    )


def touch(session: Session, file: KnownFile) -> None:
    """The same content has another time of change now."""
    session.execute(
        "UPDATE watched_files SET size_bytes = ?, modified_ns = ? WHERE id = ?",
        (file.size_bytes, file.modified_ns, file.id),
    )


def done_files(session: Session, folder_id: str, limit: int) -> list[DoneFile]:
    """Files that can be moved away: their document is done, and no other item is about to read the same file."""
    rows = session.all(
        "SELECT f.id, f.item_id, i.path, f.size_bytes, f.modified_ns, f.moving_to FROM watched_files AS f"
        " JOIN items AS i ON i.id = f.item_id"
        " WHERE f.folder_id = :folder AND f.moved_at IS NULL AND i.state IN ('completed', 'needs_review')"
        " AND NOT EXISTS (SELECT 1 FROM items AS o WHERE o.sha256 = i.sha256 AND o.path = i.path"
        " AND o.state IN ('pending', 'running')) ORDER BY f.id LIMIT :limit",
        {"folder": folder_id, "limit": limit},
    )
    return [
        DoneFile(
            row["id"],
            row["item_id"],
            loaded_path(row["path"]),
            row["size_bytes"],
            row["modified_ns"],
            None if row["moving_to"] is None else loaded_path(row["moving_to"]),
        )
        for row in rows
    ]


def begin_move(session: Session, file_id: int, target: Path | None) -> None:
    """Remember where a file is being moved to, so that a move that was cut short can be finished; None: nowhere."""
    session.execute(
        "UPDATE watched_files SET moving_to = ? WHERE id = ?",
        (None if target is None else stored_path(target), file_id),
    )


def end_move(session: Session, file: DoneFile, target: Path | None, *, now: float) -> list[tuple[str, str, ItemState]]:
    """The file is at `target` now (None: it is gone, by somebody else's hand).

    Every item that was read from the old place is told the new one; (item id, batch id, state) of each.
    """
    session.execute("UPDATE watched_files SET moving_to = NULL, moved_at = ? WHERE id = ?", (now, file.id))
    if target is None:
        return []
    rows = session.all(
        "UPDATE items SET path = :target WHERE path = :path"
        " AND sha256 = (SELECT sha256 FROM items WHERE id = :item) RETURNING id, batch_id, state",
        {"target": stored_path(target), "path": stored_path(file.path), "item": file.item_id},
    )
    return [(row["id"], row["batch_id"], ItemState(row["state"])) for row in rows]
