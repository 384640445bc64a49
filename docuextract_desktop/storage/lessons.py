"""Lessons: what documents taught templates, field by field, with the words that they were taught on.

A document has at most two lessons for a template: what was decided in this data folder, and what was imported.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from docuextract_desktop.storage.database import Session

Origin = Literal["decided", "imported"]


@dataclass(frozen=True, slots=True)
class LessonRow:
    """One lesson.

    Attributes:
        template_version: under which it was taught last.
        page_ranges: of the document's pages that were read; empty for all.
        answers: field name → what was said, as plain data (see `review.told`).
        taken_back_at: when it was taken back, UNIX seconds; None while it teaches.
    """

    template_id: str
    sha256: str
    origin: Origin
    template_version: int
    filename: str
    page_ranges: str
    who: str
    taught_at: float
    answers: Mapping[str, Any] = field(default_factory=dict)
    taken_back_at: float | None = None
    taken_back_by: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item's lesson would be about."""

    template_id: str
    template_version: int
    sha256: str
    filename: str
    page_ranges: str


def subject_of(session: Session, item_id: str) -> Subject | None:
    """The document of an item and the template that it is read by; None where its content is not known."""
    found = session.one(
        "SELECT t.template_id, t.version, i.sha256, i.filename, COALESCE(i.page_ranges, '') FROM items AS i"
        " JOIN batches AS b ON b.id = i.batch_id JOIN template_versions AS t ON t.id = b.template_version_id"
        " WHERE i.id = ? AND i.sha256 IS NOT NULL",
        (item_id,),
    )
    return None if found is None else Subject(*found)


_COLUMNS = (
    "template_id, sha256, origin, template_version, filename, page_ranges, who, taught_at, answers, taken_back_at,"
    " taken_back_by"
)


def of_template(session: Session, template_id: str) -> list[LessonRow]:
    """All lessons of a template, oldest first."""
    rows = session.all(f"SELECT {_COLUMNS} FROM lessons WHERE template_id = ? ORDER BY id", (template_id,))  # noqa: S608
    return [_row(row) for row in rows]


def lesson(session: Session, template_id: str, sha256: str, origin: Origin) -> LessonRow | None:
    """One lesson, or None."""
    found = session.one(
        f"SELECT {_COLUMNS} FROM lessons WHERE template_id = ? AND sha256 = ? AND origin = ?",  # noqa: S608
        (template_id, sha256, origin),
    )
    return None if found is None else _row(found)


def _row(row: sqlite3.Row) -> LessonRow:
    return LessonRow(
        template_id=row["template_id"],
        sha256=row["sha256"],
        origin=row["origin"],
        template_version=row["template_version"],
        filename=row["filename"],
        page_ranges=row["page_ranges"],
        who=row["who"],
        taught_at=row["taught_at"],
        answers=json.loads(row["answers"]),
        taken_back_at=row["taken_back_at"],
        taken_back_by=row["taken_back_by"],
    )


def taught_templates(session: Session) -> list[str]:
    """Ids of the templates that were taught something."""
    return [row[0] for row in session.all("SELECT DISTINCT template_id FROM lessons ORDER BY template_id")]


def keep(session: Session, lesson: LessonRow) -> None:
    """Store a lesson in place of the older one of that document and origin; taken back stays taken back."""
    session.execute(
        "INSERT INTO lessons (template_id, sha256, origin, template_version, filename, page_ranges, who, taught_at,"
        " answers, taken_back_at, taken_back_by)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
        " (SELECT taken_back_at FROM lessons WHERE template_id = ?1 AND sha256 = ?2 LIMIT 1),"
        " (SELECT taken_back_by FROM lessons WHERE template_id = ?1 AND sha256 = ?2 LIMIT 1)"
        " WHERE 1 ON CONFLICT (template_id, sha256, origin) DO UPDATE SET template_version = excluded.template_version,"
        " filename = excluded.filename, page_ranges = excluded.page_ranges, who = excluded.who,"
        " taught_at = excluded.taught_at, answers = excluded.answers",
        (
            lesson.template_id,
            lesson.sha256,
            lesson.origin,
            lesson.template_version,
            lesson.filename,
            lesson.page_ranges,
            lesson.who,
            lesson.taught_at,
            json.dumps(lesson.answers, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        ),
    )


def forget(session: Session, template_id: str, sha256: str, origin: Origin) -> None:
    """Delete a lesson; its words go with the last lesson of its document."""
    session.execute(
        "DELETE FROM lessons WHERE template_id = ? AND sha256 = ? AND origin = ?", (template_id, sha256, origin)
    )
    _forget_pages(session)


def forget_unused(session: Session) -> int:
    """Delete what was decided about documents that no item refers to any more; how many lessons."""
    gone = session.execute(
        "DELETE FROM lessons WHERE origin = 'decided'"
        " AND NOT EXISTS (SELECT 1 FROM items WHERE items.sha256 = lessons.sha256)"
    )
    _forget_pages(session)
    return gone


def _forget_pages(session: Session) -> None:
    session.execute(
        "DELETE FROM lesson_pages WHERE NOT EXISTS (SELECT 1 FROM lessons AS l"
        " WHERE l.template_id = lesson_pages.template_id AND l.sha256 = lesson_pages.sha256)"
    )


def set_taken_back(session: Session, template_id: str, sha256: str, *, at: float | None, who: str | None) -> bool:
    """Have a document teach no more, or (at None) again; False where that was so already."""
    changed = session.execute(
        "UPDATE lessons SET taken_back_at = ?3, taken_back_by = ?4"
        " WHERE template_id = ?1 AND sha256 = ?2 AND (taken_back_at IS NULL) = (?3 IS NOT NULL)",
        (template_id, sha256, at, who),
    )
    return changed > 0


def copy_words(session: Session, template_id: str, sha256: str, words_version: str) -> None:
    """Keep the words of a document that is stored here: those of `words_version`, otherwise the newest there are."""
    session.execute(
        "INSERT OR IGNORE INTO lesson_pages (template_id, sha256, page_index, words)"
        " SELECT ?1, sha256, page_index, words FROM pages WHERE sha256 = ?2 AND words_version = COALESCE("
        "(SELECT words_version FROM pages WHERE sha256 = ?2 AND words_version = ?3 LIMIT 1),"
        "(SELECT words_version FROM pages WHERE sha256 = ?2 ORDER BY id DESC LIMIT 1))",
        (template_id, sha256, words_version),
    )


def keep_words(session: Session, template_id: str, sha256: str, pages: Iterable[tuple[int, bytes]]) -> None:
    """Keep words that came from elsewhere: (page index, as `documents.serial` writes them); those kept stay."""
    session.many(
        "INSERT OR IGNORE INTO lesson_pages (template_id, sha256, page_index, words) VALUES (?, ?, ?, ?)",
        [(template_id, sha256, index, words) for index, words in pages],
    )


def words(session: Session, template_id: str, sha256: str) -> list[tuple[int, bytes]]:
    """(page index, words) of a taught document, by rising index."""
    rows = session.all(
        "SELECT page_index, words FROM lesson_pages WHERE template_id = ? AND sha256 = ? ORDER BY page_index",
        (template_id, sha256),
    )
    return [(row["page_index"], bytes(row["words"])) for row in rows]
