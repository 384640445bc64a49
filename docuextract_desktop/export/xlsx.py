"""XLSX exports: the columns of the CSV files as sheets, real dates and numbers, flags in colour, links to the pages.

Rows are streamed to temporary files (xlsxwriter's `constant_memory`), so cells are written from left to right and rows
from top to bottom, and nothing is looked back at.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from docuextract_desktop.export.columns import (
    DOCUMENT_COLUMNS,
    ROW_COLUMNS,
    VALUE_SUFFIXES,
    fields_of,
    metadata_text,
    numbered_rows,
    single_fields,
    table_fields,
    unlike_names,
    value_cells,
    value_columns,
)
from docuextract_desktop.export.legend import legend_rows
from docuextract_desktop.export.models import ExportContext, ItemResult
from docuextract_desktop.export.sheet import MAX_LINKS, MAX_SHEET_NAME, Formats, PageLinks, Sheet, Style, xml_text
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.templates.models import TemplateField

RARELY_READ = ("document_id", "path", "sha256", "template", "template_version", "batch_id", "metadata", "started_at")
"""Columns of documents that are folded away behind a "+" above them, as are all of a value but the value itself."""

STATE_STYLES: Mapping[ItemState, Style] = {ItemState.FAILED: "failed", ItemState.NEEDS_REVIEW: "flagged"}


def write(
    results: Iterable[ItemResult], context: ExportContext, main: BinaryIO, tables: Mapping[str, BinaryIO]
) -> None:
    """Write the workbook to `main`; `tables` is not used, rows of table fields stand on sheets of their own.

    Raises:
        ExportTargetError: the template has more fields than a sheet has columns.
    """
    del tables
    with tempfile.TemporaryDirectory(prefix="docuextract-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "use_zip64": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        sink = _Sink(main)
        book = _Book(xlsxwriter.Workbook(sink, options), context)
        try:
            for result in results:
                book.add(result)
            book.close()
        except FileCreateError as error:
            # xlsxwriter wraps the OSError of a full disk into an exception of its own.
            raise OSError(*getattr(error.args[0], "args", error.args)) from error
        finally:
            sink.give_up()
            book.release()


class _Sink(io.RawIOBase):
    """Passes on to a stream until told to give up, then swallows.

    The zip file inside xlsxwriter, left open by an error, is closed by its destructor: without this it would write to a
    stream that is closed by then, and complain on standard error.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream: BinaryIO | None = stream

    def give_up(self) -> None:
        self._stream = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream is None or self._stream.seekable()

    def write(self, data: Any) -> int:
        return len(data) if self._stream is None else self._stream.write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return 0 if self._stream is None else self._stream.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self._stream is None else self._stream.tell()

    def flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()


class _Book:
    """The workbook while it is written: a sheet of documents, one per table field, and the legend."""

    def __init__(self, workbook: Any, context: ExportContext) -> None:
        self._workbook = workbook
        self._context = context
        self._template = context.template
        self._formats = Formats(workbook)
        self._singles = single_fields(self._template)
        columns = [*DOCUMENT_COLUMNS, *value_columns(f.name for f in self._singles)]
        folded = {columns.index(name) for name in RARELY_READ} | _companions(len(DOCUMENT_COLUMNS), len(columns))
        # One link of the sheet is kept for the name of every document; the values share what is left.
        links = MAX_LINKS - min(MAX_LINKS, context.batch.total)
        self._documents = Sheet(
            workbook, self._formats, "Documents", columns, folded=folded, frozen_columns=2, value_links=links
        )
        tables = table_fields(self._template)
        # Room for the number of a further sheet, " (2)".
        names = unlike_names((f.name for f in tables), taken=("Documents", "Legend"), longest=MAX_SHEET_NAME - 5)
        self._tables = {f.name: self._table_sheet(f, name) for f, name in zip(tables, names, strict=True)}

    def _table_sheet(self, field: TemplateField, name: str) -> Sheet:
        columns = [*ROW_COLUMNS, *value_columns(c.name for c in field.columns)]
        before = len(ROW_COLUMNS)
        folded = {0} | _companions(before, len(columns))
        return Sheet(
            self._workbook,
            self._formats,
            name,
            columns,
            folded=folded,
            frozen_columns=before,
            value_links=MAX_LINKS,
        )

    def add(self, result: ItemResult) -> None:
        item = result.item
        links = PageLinks(item.path, item.filename)
        sheet = self._documents
        sheet.next_row()
        sheet.text(result.document_id)
        sheet.text(item.filename, link=links.to(), reserved=True)
        sheet.text(str(item.path))
        sheet.text(item.sha256)
        sheet.text(item.state.value, style=STATE_STYLES.get(item.state, ""))
        sheet.text(item.error_code)
        sheet.text(item.error_message)
        sheet.number(item.page_count, "0")
        sheet.text(result.template_id)
        sheet.number(result.template_version, "0")
        sheet.text(result.batch_id)
        sheet.text(metadata_text(result))
        sheet.time(item.started_at)
        sheet.time(item.ended_at)
        values = {value.name: value for value in fields_of(result, self._template)}
        for field in self._singles:
            _write_value(sheet, values.get(field.name), links)
        for field in table_fields(self._template):
            rows = self._tables[field.name]
            for number, cells in numbered_rows(result, field):
                rows.next_row()
                rows.text(result.document_id)
                rows.text(item.filename)
                rows.number(number, "0")
                for cell in cells:
                    _write_value(rows, cell, links)

    def close(self) -> None:
        """Finish all sheets and write the file."""
        sheets = [self._documents, *self._tables.values()]
        for one in sheets:
            one.finish()
        legend = self._workbook.add_worksheet("Legend")
        legend.set_column(0, 0, 26)
        legend.set_column(1, 3, 44)
        legend.hide_gridlines(2)
        rows = legend_rows(self._context, [note for one in sheets for note in one.notes])
        for number, row in enumerate(rows):
            style = self._formats.legend(row.style)
            for column, text in enumerate(row.cells):
                legend.write_string(number, column, xml_text(text), style)
        self._workbook.close()

    def release(self) -> None:
        """Close the temporary files, also of a workbook that was given up; Windows cannot remove open ones."""
        for sheet in self._workbook.worksheets():
            for name in ("row_data_fh", "fh"):
                stream = getattr(sheet, name, None)
                if stream is not None and hasattr(stream, "close"):
                    with suppress(OSError):  # a full disk, already reported
                        stream.close()


def _companions(start: int, stop: int) -> set[int]:
    return {column for column in range(start, stop) if (column - start) % len(VALUE_SUFFIXES)}


def _write_value(sheet: Sheet, value: FieldValue | None, links: PageLinks) -> None:
    cells = value_cells(value)
    if value is None:
        sheet.skip(len(VALUE_SUFFIXES))
        return
    style: Style = "flagged" if value.needs_review else "confirmed" if value.reviewed else ""
    sheet.value(value, style, None if cells.page is None else links.to(cells.page))
    sheet.number(cells.confidence, "0.00")
    sheet.truth(cells.needs_review)
    sheet.number(cells.page, "0")
    sheet.text(None if cells.bbox is None else json.dumps(cells.bbox))
