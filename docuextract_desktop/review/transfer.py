"""Teaching as a file: a template with its lessons, to be fitted on another computer.

The file is one JSON object::

    {"format": "docuextract-teaching", "format_version": 1,
     "template": {...},                     as in a template file
     "lessons": [
       {"sha256": "...", "filename": "a.pdf", "template_version": 2, "who": "ann",
        "taught_at": "2025-03-31T10:00:00+00:00", "page_ranges": "",
        "words": ["..."],                   a text per page, base64 of `documents.serial.pages_to_blob`
        "answers": {"total": {"kind": "value", "type": "money", "value": "12.50", "text": "12.50"},
                    "due_date": {"kind": "absent", "type": "date"}}}]}

An answer of kind `place` was pointed at: `evidence` has its page (`page_index`, from 0), `box` (fractions of the page),
`parts` (a box per line) and `words` (which ones of the page). Files hold all words of the taught documents: they are as
private as the documents. Nothing in a file is run; what does not have this form is refused with its place named.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from docuextract_desktop.atomic import atomic_path
from docuextract_desktop.documents.models import IntArray, Page
from docuextract_desktop.documents.serial import pages_from_blob
from docuextract_desktop.errors import StorageUnavailableError, TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.review.lessons import Lessons
from docuextract_desktop.storage import knowledge, lessons
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.lessons import LessonRow
from docuextract_desktop.templates.library import TemplateLibrary, dump_template
from docuextract_desktop.templates.models import FieldType, Template
from docuextract_desktop.templates.validation import parse_template, place_of

FORMAT = "docuextract-teaching"
FORMAT_VERSION = 1
MAX_BYTES = 500_000_000
MAX_WORDS_ON_PAGE = 200_000

_Fraction = Annotated[float, Field(ge=-1, le=2, allow_inf_nan=False)]
_Box = tuple[_Fraction, _Fraction, _Fraction, _Fraction]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Evidence(_Model):
    page_index: Annotated[int, Field(ge=0)]
    box: _Box
    method: Literal["text_layer", "ocr", "llm", "person"]
    parts: tuple[_Box, ...] = ()
    words: tuple[Annotated[int, Field(ge=0)], ...] = ()


class _Answer(_Model):
    kind: Literal["value", "place", "absent"]
    type: FieldType
    value: Annotated[str, Field(max_length=20_000)] | None = None
    text: Annotated[str, Field(max_length=20_000)] | None = None
    evidence: _Evidence | None = None


class _Lesson(_Model):
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    filename: Annotated[str, Field(min_length=1, max_length=4_000)]
    template_version: Annotated[int, Field(ge=1)]
    who: Annotated[str, Field(max_length=400)]
    taught_at: AwareDatetime
    page_ranges: Annotated[str, Field(max_length=400)] = ""
    words: tuple[str, ...]
    answers: dict[str, _Answer]


class _File(_Model):
    format: Literal["docuextract-teaching"]
    format_version: Literal[1]
    template: dict[str, Any]
    lessons: tuple[_Lesson, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What came with a file.

    Attributes:
        template: as it is kept now.
        documents: how many lessons were stored.
    """

    template: Template
    documents: int


class TeachingFiles:
    """Writes and reads files of teaching. Any thread may use it.

    Args:
        database: of the data folder.
        library: where templates are kept.
        taught: the lessons of the data folder.
        clock: UNIX seconds.
    """

    def __init__(
        self,
        database: Database,
        library: TemplateLibrary,
        taught: Lessons,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._library = library
        self._taught = taught
        self._clock = clock

    def export(self, template: Template, target: Path) -> int:
        """Write a template with its lessons (those taken back are left out) to a file; how many lessons.

        Raises:
            StorageUnavailableError: the file cannot be written.
        """
        text, count = self.dump(template)
        try:
            with atomic_path(target) as temporary:
                temporary.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageUnavailableError(
                f"The file {target.name!r} could not be written.", detail=f"{target}: {error}"
            ) from error
        return count

    def dump(self, template: Template) -> tuple[str, int]:
        """The text of a file, and how many lessons it has."""
        told = []
        with self._database.reading() as session:
            for one in self._taught.merged(template.id):
                row = one.row
                words = lessons.words(session, template.id, row.sha256)
                if row.taken_back_at is not None or not words:
                    continue
                told.append(
                    {
                        "sha256": row.sha256,
                        "filename": row.filename,
                        "template_version": row.template_version,
                        "who": row.who,
                        "taught_at": datetime.fromtimestamp(row.taught_at, UTC).isoformat(),
                        "page_ranges": row.page_ranges,
                        "words": [base64.b64encode(blob).decode("ascii") for _, blob in words],
                        "answers": {name: answer.to_json() for name, answer in one.told.items()},
                    }
                )
        plain = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "template": json.loads(dump_template(template)),
            "lessons": told,
        }
        return json.dumps(plain, ensure_ascii=False, indent=1) + "\n", len(told)

    def import_file(self, path: Path) -> Brought:
        """Save the template of a file, keep its lessons beside those that were taught here, and fit.

        Where a document was taught here too, what was said here wins field by field. A file that was imported before
        is replaced document by document.

        Raises:
            TemplateNotFoundError: the file cannot be read.
            TemplateInvalidError: it is not of the form; `problems` names the places. Nothing was changed.
            StorageUnavailableError: the data folder cannot be written.
        """
        file, template, pages = _parsed(_read(path))
        kept = self._library.save(template)
        with self._database.transaction() as session:
            for lesson, blobs in zip(file.lessons, pages, strict=True):
                answers = {n: a.model_dump(mode="json", exclude_none=True) for n, a in lesson.answers.items()}
                lessons.keep(
                    session,
                    LessonRow(
                        template_id=kept.id,
                        sha256=lesson.sha256,
                        origin="imported",
                        template_version=kept.version,
                        filename=lesson.filename,
                        page_ranges=lesson.page_ranges,
                        who=lesson.who,
                        taught_at=lesson.taught_at.timestamp(),
                        answers=answers,
                    ),
                )
                lessons.keep_words(session, kept.id, lesson.sha256, blobs)
            knowledge.unsettle(session, kept.id)
        if file.lessons:
            self._taught.fit(kept)
        return Brought(kept, len(file.lessons))


def is_teaching_file(path: Path) -> bool:
    """Whether a file says that it is one of ours with teaching; its form may still be wrong."""
    try:
        with path.open("rb") as stream:
            return f'"{FORMAT}"'.encode() in stream.read(400)
    except OSError:
        return False


def _read(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _invalid([f"file: longer than {MAX_BYTES:,} bytes"])
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise TemplateNotFoundError(
            f"The file {path.name!r} cannot be read.",
            hint="Check that it is a file, and that you may read it.",
            detail=f"{path}: {error}",
        ) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _invalid([f"file: no JSON in UTF-8 ({error})"]) from error
    except RecursionError as error:
        raise _invalid(["file: nested too deeply"]) from error


def _invalid(problems: list[str]) -> TemplateInvalidError:
    shown = "; ".join(problems[:3])
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    return TemplateInvalidError(f"This is not a valid file of teaching. {shown}{more}.", problems=tuple(problems))


def _parsed(plain: Any) -> tuple[_File, Template, list[list[tuple[int, bytes]]]]:
    """The file, its template, and per lesson (page index, words)."""
    version = plain.get("format_version") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise _invalid([f"format_version: {version} is of a newer version of the program"])
    try:
        file = _File.model_validate_json(json.dumps(plain))
    except ValidationError as error:
        raise _invalid(
            [f"{place_of(e['loc'])}: {e['msg'][:1].lower()}{e['msg'][1:]}" for e in error.errors(include_url=False)]
        ) from None
    template = parse_template(file.template)
    problems: list[str] = []
    pages = []
    seen: set[str] = set()
    for number, lesson in enumerate(file.lessons):
        place = f"lessons[{number}]"
        if lesson.sha256 in seen:
            problems.append(f"{place}.sha256: is there twice")
        seen.add(lesson.sha256)
        if not lesson.answers:
            problems.append(f"{place}.answers: says nothing")
        blobs: list[tuple[int, bytes]] = []
        counts: dict[int, int] = {}
        for at, text in enumerate(lesson.words):
            try:
                blob = base64.b64decode(text, validate=True)
                page = _page(blob)
            except (binascii.Error, ValueError) as error:
                problems.append(f"{place}.words[{at}]: {error}")
                continue
            if blobs and page.index <= blobs[-1][0]:
                problems.append(f"{place}.words[{at}]: pages are not in their order")
            blobs.append((page.index, blob))
            counts[page.index] = len(page)
        if not blobs and not problems:
            problems.append(f"{place}.words: there are none")
        problems += _problems_of_answers(lesson, place, counts)
        pages.append(blobs)
    if problems:
        raise _invalid(problems)
    return file, template, pages


def _problems_of_answers(lesson: _Lesson, place: str, words_on_page: dict[int, int]) -> Iterator[str]:
    for name, answer in lesson.answers.items():
        if answer.kind != "absent" and answer.value is None:
            yield f"{place}.answers.{name}.value: is missing"
        if answer.kind == "place" and answer.evidence is None:
            yield f"{place}.answers.{name}.evidence: is missing"
        found = answer.evidence
        if found is not None and any(w >= words_on_page.get(found.page_index, 0) for w in found.words):
            yield f"{place}.answers.{name}.evidence: points at words that are not there"


def _page(blob: bytes) -> Page:
    """The one page in `blob`, with everything that the rest of the program relies on checked.

    Raises:
        ValueError: saying what is wrong.
    """
    pages = pages_from_blob(blob)
    if len(pages) != 1:
        raise ValueError(f"holds {len(pages)} pages, not one")
    page = pages[0]
    sizes = np.array([page.width, page.height])
    if len(page) > MAX_WORDS_ON_PAGE or not np.isfinite(sizes).all() or (sizes <= 0).any():
        raise ValueError("is not a page that could have been read")
    boxes = page.boxes
    if not np.isfinite(boxes).all() or not np.isfinite(page.confidences).all() or (np.abs(boxes) > 2).any():
        raise ValueError("has words that stand outside of the page")
    if not _is_grouping(page.line_of) or not _is_grouping(page.segment_of) or not all(page.texts):
        raise ValueError("has words that stand in no line")
    return page


def _is_grouping(groups: IntArray) -> bool:
    """Whether numbers rise from 0 without gaps."""
    return not len(groups) or (int(groups[0]) == 0 and bool(np.isin(np.diff(groups), (0, 1)).all()))
