"""The columns that CSV files and spreadsheets share: which there are, in which order, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docuextract_desktop.export.models import ItemResult
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.templates.models import Template, TemplateField

DOCUMENT_COLUMNS = (
    "document_id",
    "filename",
    "path",
    "sha256",
    "status",
    "error_code",
    "error_message",
    "pages",
    "template",
    "template_version",
    "batch_id",
    "metadata",
    "started_at",
    "completed_at",
)
ROW_COLUMNS = ("document_id", "filename", "row")
"""What stands before the cells in the rows of a table field; `row` counts from 1 within its document."""

VALUE_SUFFIXES = ("", "__confidence", "__needs_review", "__page", "__bbox")

NO_PLACE = "No place on the page is known for this value."


@dataclass(frozen=True, slots=True)
class ValueCells:
    """The five cells of one value, still typed; None is an empty cell."""

    value: str | None
    confidence: float | None
    needs_review: bool | None
    page: int | None
    bbox: list[float] | None


EMPTY_CELLS = ValueCells(None, None, None, None, None)


def single_fields(template: Template) -> tuple[TemplateField, ...]:
    """The fields with one value a document."""
    return tuple(f for f in template.fields if f.type != "table")


def table_fields(template: Template) -> tuple[TemplateField, ...]:
    """The fields whose rows go to files or sheets of their own."""
    return tuple(f for f in template.fields if f.type == "table")


def value_columns(names: Iterable[str]) -> list[str]:
    """The columns of these fields: `NAME`, `NAME__confidence`, `NAME__needs_review`, `NAME__page`, `NAME__bbox`."""
    return [name + suffix for name in names for suffix in VALUE_SUFFIXES]


def fields_of(result: ItemResult, template: Template) -> tuple[FieldValue, ...]:
    """The values of a document, one for each field of the template in its order, found or not.

    Empty where the document was not extracted (it failed, was cancelled, or has not been reached): nothing was looked
    for, so nothing was "not found".
    """
    if result.extraction is None:
        return ()
    found = {f.name: f for f in result.extraction.fields}
    return tuple(found.get(f.name) or FieldValue(name=f.name, type=f.type) for f in template.fields)


def reasons_of(value: FieldValue) -> tuple[str, ...]:
    """Why the value may be wrong; a value without a place always says so."""
    if value.value is not None and value.evidence is None and not value.reasons:
        return (NO_PLACE,)
    return value.reasons


def value_cells(value: FieldValue | None) -> ValueCells:
    """The five cells of a value; all empty where there is none to speak of."""
    if value is None:
        return EMPTY_CELLS
    place = value.evidence
    return ValueCells(
        value=value.value,
        confidence=round(value.confidence, 4),
        needs_review=value.needs_review,
        page=None if place is None else place.page_index + 1,
        bbox=None if place is None else place.box.as_list(),
    )


def numbered_rows(result: ItemResult, field: TemplateField) -> Iterator[tuple[int, tuple[FieldValue | None, ...]]]:
    """The rows of a table field from 1, with one cell for each column of the template in its order."""
    if result.extraction is None:
        return
    table = next((f for f in result.extraction.fields if f.name == field.name), None)
    for number, row in enumerate(table.rows if table else (), start=1):
        cells = {cell.name: cell for cell in row}
        yield number, tuple(cells.get(column.name) for column in field.columns)


def metadata_text(result: ItemResult) -> str | None:
    """The metadata as a JSON object, or None where there is none; columns of their own are not known upfront."""
    return json.dumps(dict(result.item.metadata), ensure_ascii=False) if result.item.metadata else None


def iso_time(unix_s: float | None) -> str | None:
    """UNIX seconds as ISO 8601 in UTC with milliseconds and a final Z."""
    if unix_s is None:
        return None
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def file_link(path: Path, page_number: int | None = None) -> str | None:
    """The address of a document, at a page from 1 where its kind knows pages; None for a path that is not absolute."""
    try:
        address = path.as_uri()  # quotes every byte, whatever the file is called
    except ValueError:
        return None
    return f"{address}#page={page_number}" if page_number is not None and path.suffix.lower() == ".pdf" else address


def unlike_names(names: Iterable[str], *, taken: Iterable[str] = (), longest: int = 200) -> list[str]:
    """The names, cut to `longest` and numbered where they would be the same to a program that ignores case."""
    seen = {name.casefold() for name in taken}
    result = []
    for name in names:
        unlike, number = name[:longest], 2
        while unlike.casefold() in seen:
            ending = f"_{number}"
            unlike, number = name[: longest - len(ending)] + ending, number + 1
        seen.add(unlike.casefold())
        result.append(unlike)
    return result
