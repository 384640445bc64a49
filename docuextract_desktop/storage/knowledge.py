"""What templates were taught: examples (one per document) and the weights fitted to them, as blobs of `extraction`."""

from __future__ import annotations

from dataclasses import dataclass

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class Weights:
    """What a template was taught, fitted; `version` rises with every change."""

    template_id: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Example:
    """One reviewed document as the next fit uses it."""

    sha256: str
    item_id: str | None
    body: bytes


def weights(session: Session, template_id: str) -> Weights | None:
    """The newest weights of a template, or None where nothing was taught."""
    found = session.one("SELECT template_id, version, body FROM weights WHERE template_id = ?", (template_id,))
    return None if found is None else Weights(found["template_id"], found["version"], found["body"])


def version(session: Session, template_id: str) -> int:
    """Version of the newest weights of a template, 0 where nothing was taught."""
    return int(session.value("SELECT version FROM weights WHERE template_id = ?", (template_id,)) or 0)


def keep_weights(session: Session, template_id: str, body: bytes, *, now: float) -> int:
    """Replace the weights of a template; their new version."""
    return int(
        session.value(
            "INSERT INTO weights (template_id, version, body, fitted_at) VALUES (?, 1, ?, ?)"
            " ON CONFLICT (template_id) DO UPDATE SET version = version + 1, body = excluded.body,"
            " fitted_at = excluded.fitted_at RETURNING version",
            (template_id, body, now),
        )
    )


def keep_example(
    session: Session, template_id: str, sha256: str, body: bytes, *, item_id: str | None, now: float
) -> None:
    """Store what a document taught, in place of what it taught before."""
    session.execute(
        "INSERT INTO examples (template_id, sha256, item_id, body, taught_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (template_id, sha256) DO UPDATE SET body = excluded.body, item_id = excluded.item_id,"
        " taught_at = excluded.taught_at",
        (template_id, sha256, item_id, body, now),
    )


def forget_example(session: Session, template_id: str, sha256: str) -> None:
    """Delete what a document taught (its decisions were undone)."""
    session.execute("DELETE FROM examples WHERE template_id = ? AND sha256 = ?", (template_id, sha256))


def examples(session: Session, template_id: str) -> list[Example]:
    """Everything a template was taught, oldest first."""
    return [
        Example(row["sha256"], row["item_id"], row["body"])
        for row in session.all(
            "SELECT sha256, item_id, body FROM examples WHERE template_id = ? ORDER BY id", (template_id,)
        )
    ]


def forget_unused_examples(session: Session) -> int:
    """Delete what documents taught that no item refers to any more; how many examples."""
    return session.execute(
        "DELETE FROM examples WHERE NOT EXISTS (SELECT 1 FROM items WHERE items.sha256 = examples.sha256)"
    )
