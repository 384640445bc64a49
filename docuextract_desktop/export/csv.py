r"""CSV exports: one wide row per document, and a file per table field.

UTF-8 with a byte order mark (Excel asks for it), lines end in CR LF (RFC 4180).

**Formulas are defused.** A spreadsheet runs a cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line end,
and a document or a file name may have been made to use that. Such a cell gets one apostrophe in front, as OWASP
advises ("CSV Injection"). Plain negative numbers such as ``-12.50`` are left alone: they are data, and harmless.

To get the original back, remove one apostrophe from every cell that matches `RESTORABLE`: apostrophes, then perhaps
white space, then one of those signs. `restore` does it. A cell that already looked like that gets one apostrophe more,
so nothing is ever ambiguous.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

import pandas as pd

from docuextract_desktop.export.columns import (
    DOCUMENT_COLUMNS,
    ROW_COLUMNS,
    ValueCells,
    fields_of,
    iso_time,
    metadata_text,
    numbered_rows,
    single_fields,
    table_fields,
    value_cells,
    value_columns,
)
from docuextract_desktop.export.models import ExportContext, ItemResult
from docuextract_desktop.templates.models import Template

ROWS_AT_A_TIME = 500
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Cell = str | None

# White space before the sign counts too: some spreadsheets strip it. The wide signs are taken for the plain ones by
# East Asian versions of Excel (OWASP, "CSV Injection").
_FORMULA = r"(?:[\t\r\n]|[\s\x00-\x1f]*[=+\-@＝＋－＠])"
_STARTS_FORMULA = re.compile("'*" + _FORMULA)
_PLAIN_NUMBER = re.compile(r"-\d+(?:\.\d+)?", re.ASCII)

RESTORABLE = re.compile("'+" + _FORMULA)
"""Matches the start of the cells that have one apostrophe too many."""


def defuse(cell: str) -> str:
    """The cell, with an apostrophe in front if a spreadsheet would run it as a formula."""
    if _STARTS_FORMULA.match(cell) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def restore(cell: str) -> str:
    """Inverse of `defuse`."""
    return cell[1:] if RESTORABLE.match(cell) else cell


def write(
    results: Iterable[ItemResult], context: ExportContext, main: BinaryIO, tables: Mapping[str, BinaryIO]
) -> None:
    """Write the documents to `main`, and the rows of each table field that `tables` names to its stream."""
    template = context.template
    singles = single_fields(template)
    sheet = _Sheet(main, [*DOCUMENT_COLUMNS, *value_columns(f.name for f in singles)])
    rows = {
        field.name: _Sheet(tables[field.name], [*ROW_COLUMNS, *value_columns(c.name for c in field.columns)])
        for field in table_fields(template)
        if field.name in tables
    }
    for result in results:
        sheet.add(_document_row(result, template))
        for field in table_fields(template):
            if field.name not in rows:
                continue
            for number, cells in numbered_rows(result, field):
                keys = (result.document_id, result.item.filename, str(number))
                rows[field.name].add([*keys, *(text for c in cells for text in _texts(value_cells(c)))])
    for one in (sheet, *rows.values()):
        one.flush()


class _Sheet:
    """One CSV file, written in pieces of `ROWS_AT_A_TIME` rows."""

    def __init__(self, stream: BinaryIO, columns: Sequence[str]) -> None:
        self._stream = stream
        self._columns = columns
        self._rows: list[list[Cell]] = []
        stream.write(BYTE_ORDER_MARK + _encode(pd.DataFrame(columns=list(columns)), header=True))

    def add(self, row: Iterable[Cell]) -> None:
        self._rows.append([None if cell is None else defuse(cell) for cell in row])
        if len(self._rows) >= ROWS_AT_A_TIME:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            # dtype=object: nothing is to be guessed, "007" and "nan" are text.
            frame = pd.DataFrame(self._rows, columns=list(self._columns), dtype=object)
            self._stream.write(_encode(frame, header=False))
            self._rows = []


def _encode(frame: pd.DataFrame, *, header: bool) -> bytes:
    text = frame.to_csv(index=False, header=header, lineterminator="\r\n")
    # Lone surrogates stand for bytes of a file name that is not UTF-8; they are shown as \udcXX.
    return text.encode("utf-8", "backslashreplace")


def _document_row(result: ItemResult, template: Template) -> Iterator[Cell]:
    item = result.item
    yield from (
        result.document_id,
        item.filename,
        str(item.path),
        item.sha256,
        item.state.value,
        item.error_code,
        item.error_message,
        None if item.page_count is None else str(item.page_count),
        result.template_id,
        str(result.template_version),
        result.batch_id,
        metadata_text(result),
        iso_time(item.started_at),
        iso_time(item.ended_at),
    )
    values = {value.name: value for value in fields_of(result, template)}
    for field in single_fields(template):
        yield from _texts(value_cells(values.get(field.name)))


def _texts(cells: ValueCells) -> tuple[Cell, ...]:
    return (
        cells.value,
        None if cells.confidence is None else str(cells.confidence),
        None if cells.needs_review is None else str(cells.needs_review).lower(),
        None if cells.page is None else str(cells.page),
        None if cells.bbox is None else json.dumps(cells.bbox),
    )
