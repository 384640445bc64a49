"""Owners: one row per running program that works on items, with a heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A program that works, or worked, on items.

    Attributes:
        host: name of the machine and its current boot.
        process_started: UNIX seconds, tells a process from a later one with the same number.
        heartbeat: UNIX seconds of its last sign of life.
    """

    id: str
    pid: int
    host: str
    process_started: float
    heartbeat: float


def sign_of_life(session: Session, owner: OwnerRow) -> None:
    """Insert the row or renew its heartbeat."""
    session.execute(
        "INSERT INTO owners (id, pid, host, process_started, heartbeat) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat",
        (owner.id, owner.pid, owner.host, owner.process_started, owner.heartbeat),
    )


def all_owners(session: Session) -> list[OwnerRow]:
    """Every row."""
    return [
        OwnerRow(row["id"], row["pid"], row["host"], row["process_started"], row["heartbeat"])
        for row in session.all("SELECT id, pid, host, process_started, heartbeat FROM owners")
    ]


def remove(session: Session, owner_ids: Collection[str]) -> None:
    """Delete rows."""
    session.many("DELETE FROM owners WHERE id = ?", [(owner_id,) for owner_id in owner_ids])
