"""Documents by content, and the words of their pages by content, engine version and page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docuextract_desktop.storage import prepared
from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document that was read once; `sha256` in hexadecimal."""

    sha256: str
    kind: str
    size_bytes: int
    page_count: int


@dataclass(frozen=True, slots=True)
class PageRow:
    """The words of one page; `words` as `documents.serial` writes them."""

    page_index: int
    width: float
    height: float
    rotation: int
    method: str
    words: bytes


def keep_document(session: Session, document: DocumentRow, *, now: float) -> None:
    """Insert the document, or bring its row up to date."""
    session.execute(
        "INSERT INTO documents (sha256, kind, size_bytes, page_count, read_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET kind = excluded.kind, page_count = excluded.page_count",
        (document.sha256, document.kind, document.size_bytes, document.page_count, now),
    )


def document(session: Session, sha256: str) -> DocumentRow | None:
    """The document with that content, or None."""
    row = session.one("SELECT sha256, kind, size_bytes, page_count FROM documents WHERE sha256 = ?", (sha256,))
    return None if row is None else DocumentRow(row["sha256"], row["kind"], row["size_bytes"], row["page_count"])


def keep_pages(session: Session, sha256: str, words_version: str, pages: Iterable[PageRow]) -> None:
    """Store pages; those that are there already stay."""
    session.many(
        "INSERT OR IGNORE INTO pages (sha256, words_version, page_index, width, height, rotation, method, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(sha256, words_version, p.page_index, p.width, p.height, p.rotation, p.method, p.words) for p in pages],
    )


def pages(session: Session, sha256: str, words_version: str) -> list[PageRow]:
    """The pages kept for that content and engine version, by rising index."""
    return [
        PageRow(r["page_index"], r["width"], r["height"], r["rotation"], r["method"], r["words"])
        for r in session.all(
            "SELECT page_index, width, height, rotation, method, words FROM pages"
            " WHERE sha256 = ? AND words_version = ? ORDER BY page_index",
            (sha256, words_version),
        )
    ]


def words_versions(session: Session, sha256: str) -> list[str]:
    """Engine versions for which pages of that content are kept, newest first."""
    rows = session.all(
        "SELECT words_version FROM pages WHERE sha256 = ? GROUP BY words_version ORDER BY MAX(id) DESC", (sha256,)
    )
    return [row[0] for row in rows]


def forget_unused(session: Session) -> int:
    """Delete documents and words that no item refers to any more; how many documents. What lessons keep stays."""
    gone = session.execute(
        "DELETE FROM documents WHERE NOT EXISTS (SELECT 1 FROM items WHERE items.sha256 = documents.sha256)"
    )
    prepared.forget_unused(session)
    return gone
