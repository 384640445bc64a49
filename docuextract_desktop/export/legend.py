"""The sheet that explains a workbook: which batch it is, what colours and columns mean, what every field is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from docuextract_desktop import __version__
from docuextract_desktop.export.columns import iso_time
from docuextract_desktop.export.models import ExportContext

LegendStyle = Literal["", "heading", "flagged", "confirmed", "failed"]

COLUMN_MEANINGS = (
    ("NAME", "The value, as a real date or number where it is one. Where a page is known, the cell is a link to it."),
    ("NAME__confidence", "How likely the value is right, from 0 to 1."),
    ("NAME__needs_review", "TRUE where a person should look at the value."),
    ("NAME__page", "The page that the value stands on, from 1."),
    ("NAME__bbox", "Its place there: left, top, right, bottom, as fractions of the page from its top left corner."),
    ("row", "On the sheets of tables: the number of the row in its document, from 1."),
)


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One row of the legend."""

    cells: tuple[str, ...]
    style: LegendStyle = ""


def legend_rows(context: ExportContext, notes: Sequence[str]) -> Iterator[LegendRow]:
    """The rows of the legend; `notes` are remarks about limits that this export ran into."""
    batch, template = context.batch, context.template
    yield LegendRow(("About this file", ""), "heading")
    yield LegendRow(("Batch", batch.name))
    yield LegendRow(("Batch id", batch.id))
    yield LegendRow(("Template", f"{template.name} ({template.id}, version {template.version})"))
    yield LegendRow(("Documents", str(batch.total)))
    yield LegendRow(("Exported at", iso_time(context.exported_at) or ""))
    yield LegendRow(("Exported by", f"DocuExtract Desktop {__version__}"))
    yield LegendRow(("Times", "All times are UTC."))
    for note in notes:
        yield LegendRow(("Note", note))
    yield LegendRow(())
    yield LegendRow(("Colours", ""), "heading")
    yield LegendRow(("needs review", "A person should look at this value."), "flagged")
    yield LegendRow(("reviewed", "A person accepted or changed this value."), "confirmed")
    yield LegendRow(("failed", "The document could not be read; the reason stands beside it."), "failed")
    yield LegendRow(())
    yield LegendRow(("Column", "Meaning"), "heading")
    for meaning in COLUMN_MEANINGS:
        yield LegendRow(meaning)
    yield LegendRow(
        ("Folded columns", "Click the + above the columns to see confidence, page and place of every value.")
    )
    yield LegendRow(())
    yield LegendRow(("Field", "Title", "Type", "Description"), "heading")
    for field in template.fields:
        yield LegendRow((field.name, field.shown_title, field.type, field.description))
        for column in field.columns:
            title = column.title or column.name.replace("_", " ").capitalize()
            yield LegendRow((f"{field.name}: {column.name}", title, column.type, column.description))
