"""Documents with their candidates worked out, as blobs of `extraction`: what makes proposing anew quick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class PreparedKey:
    """What a prepared document belongs to.

    Attributes:
        page_ranges: as the item's; empty for all pages.
        made_by: versions of words and extraction; a blob of others is worth nothing.
    """

    sha256: str
    template_id: str
    template_version: int
    page_ranges: str
    made_by: str


def keep(session: Session, key: PreparedKey, body: bytes) -> None:
    """Store a prepared document in place of an older one; nothing happens where neither document nor lesson is kept."""
    session.execute(
        "INSERT INTO prepared_documents (sha256, template_id, template_version, page_ranges, made_by, body)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM documents WHERE sha256 = ?1)"
        " OR EXISTS (SELECT 1 FROM lessons WHERE sha256 = ?1)"
        " ON CONFLICT (sha256, template_id, template_version, page_ranges)"
        " DO UPDATE SET made_by = excluded.made_by, body = excluded.body",
        (key.sha256, key.template_id, key.template_version, key.page_ranges, key.made_by, body),
    )


def load(session: Session, key: PreparedKey) -> bytes | None:
    """The prepared document, or None."""
    body = session.value(
        "SELECT body FROM prepared_documents WHERE sha256 = ? AND template_id = ? AND template_version = ?"
        " AND page_ranges = ? AND made_by = ?",
        (key.sha256, key.template_id, key.template_version, key.page_ranges, key.made_by),
    )
    return None if body is None else bytes(body)


@dataclass(frozen=True, slots=True)
class PreparedSize:
    """What a prepared document takes on the disk."""

    sha256: str
    template_id: str
    template_version: int
    page_ranges: str
    size_bytes: int


def total_bytes(session: Session) -> int:
    """What all of them take. SQLite knows the length of a body without reading it."""
    return int(session.value("SELECT COALESCE(SUM(LENGTH(body)), 0) FROM prepared_documents"))


def least_needed_first(session: Session) -> list[PreparedSize]:
    """All of them: those of documents that are done, the oldest first; then those to review; then those that teach."""
    rows = session.all(
        "SELECT sha256, template_id, template_version, page_ranges, LENGTH(body) AS size_bytes,"
        " EXISTS (SELECT 1 FROM lessons AS l WHERE l.sha256 = p.sha256 AND l.taken_back_at IS NULL) AS teaches,"
        " EXISTS (SELECT 1 FROM items AS i WHERE i.sha256 = p.sha256 AND i.state = 'needs_review') AS waits,"
        " (SELECT MAX(i.ended_at) FROM items AS i WHERE i.sha256 = p.sha256) AS ended_at"
        " FROM prepared_documents AS p ORDER BY teaches, waits, ended_at, template_version, sha256"
    )
    return [PreparedSize(*tuple(row)[:5]) for row in rows]


def forget(session: Session, which: Iterable[PreparedSize]) -> int:
    """Delete these; how many. They are prepared anew when they are wanted."""
    return session.many(
        "DELETE FROM prepared_documents WHERE sha256 = ? AND template_id = ? AND template_version = ?"
        " AND page_ranges = ?",
        [(one.sha256, one.template_id, one.template_version, one.page_ranges) for one in which],
    )


def forget_unused(session: Session) -> int:
    """Delete prepared documents of which neither the words nor a lesson are kept; how many."""
    return session.execute(
        "DELETE FROM prepared_documents"
        " WHERE NOT EXISTS (SELECT 1 FROM documents WHERE documents.sha256 = prepared_documents.sha256)"
        " AND NOT EXISTS (SELECT 1 FROM lessons WHERE lessons.sha256 = prepared_documents.sha256)"
    )
