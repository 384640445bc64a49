"""The first rows of a spreadsheet, as text: CSV, TSV, cells pasted from one, XLSX. Formulas are never computed.

Only what is shown is wanted, and only the first rows: a sheet of a million rows costs no more than one of forty.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from docuextract_desktop.errors import DocuExtractError, TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.templates.validation import invalid

ROWS: Final = 60
"""So many rows are read: enough to tell types, whatever stands above the header row."""
CELLS: Final = 500
"""So many cells of a row; as many as a template may have fields."""
CELL_LENGTH: Final = 500
MAX_FILE_BYTES: Final = 50_000_000
MAX_UNPACKED_BYTES: Final = 300_000_000
"""An XLSX file that says that it unpacks to more is refused; none of that size is a list of headings."""
TEXT_BYTES: Final = 1_000_000
"""Of a text file so much is looked at."""
SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")

Rows = tuple[tuple[str, ...], ...]


def rows_of_file(path: Path) -> Rows:
    """The first rows of a file.

    Raises:
        TemplateNotFoundError: it cannot be read.
        TemplateInvalidError: it holds no cells.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _unreadable(path, f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB")
        with path.open("rb") as stream:
            head = stream.read(TEXT_BYTES)
    except OSError as error:
        raise TemplateNotFoundError(
            f"The file {path.name!r} cannot be read.",
            hint="Check that it is there, and that you may read it.",
            detail=f"{path}: {error}",
        ) from error
    if head.startswith(b"PK\x03\x04"):
        return _of_workbook(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable(path, "it is in the old format .xls, or has a password; save it as .xlsx or .csv")
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable(path, "it is neither a spreadsheet nor text")
    return rows_of_text(_decoded(head))


def _unreadable(path: Path, why: str) -> TemplateInvalidError:
    return invalid([f"{path.name}: {why}"])


def _decoded(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    try:
        # A character may have been cut in two at the end of what was read.
        return io.TextIOWrapper(io.BytesIO(head), "utf-8-sig").read() if len(head) < TEXT_BYTES else _cut(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace")


def _cut(head: bytes) -> str:
    return head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8-sig")


def rows_of_text(text: str) -> Rows:
    """The first rows of pasted cells or of a CSV file; tabs, semicolons, commas or bars part the cells.

    Raises:
        TemplateInvalidError: there is nothing in it.
    """
    lines = text.removeprefix("\ufeff").strip("\r\n")
    if not lines.strip():
        raise invalid(["cells: there is nothing here; copy the header row of the spreadsheet, with some rows below"])
    first = next(line for line in lines.splitlines() if line.strip())
    mark = max("\t;,|", key=lambda m: (first.count(m), m == "\t"))
    if not first.count(mark):
        # One heading a line: a list rather than a row.
        return (tuple(line.strip()[:CELL_LENGTH] for line in lines.splitlines() if line.strip())[:CELLS],)
    try:
        return _first(csv.reader(io.StringIO(lines), delimiter=mark))
    except csv.Error as error:
        raise invalid([f"cells: these are no rows of a spreadsheet ({error})"]) from None


def _first(rows: Iterable[Iterable[object]]) -> Rows:
    found = []
    for number, row in enumerate(rows):
        if number >= ROWS:
            break
        cells = tuple(_shown(cell) for _, cell in zip(range(CELLS), row, strict=False))
        if any(cells):
            found.append(cells)
    return tuple(found)


def _shown(cell: object) -> str:
    """A cell as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return " ".join(str(cell)[:CELL_LENGTH].split())


def _of_workbook(path: Path) -> Rows:
    from openpyxl import load_workbook  # on first need: it takes a tenth of a second

    try:
        _refuse_bomb(path)
        # Rows are streamed, and entities are bounded by expat itself (2.4.1 and later).
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            for rows in (_first(_formatted(sheet)) for sheet in book.worksheets):
                if rows:
                    return rows
        finally:
            book.close()
    except DocuExtractError:
        raise
    except Exception as error:  # the library answers damaged files with whatever its parts raise
        raise invalid([f"{path.name}: this is no spreadsheet that can be read ({type(error).__name__})"]) from error
    raise _unreadable(path, "its sheets are empty")


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise _unreadable(path, "it unpacks to more than any list of headings needs")


def _formatted(sheet: object) -> Iterator[list[object]]:
    """Cells of a sheet; amounts and shares keep the sign that their format shows, since it tells the type."""
    for row in sheet.iter_rows(max_row=ROWS, max_col=CELLS):  # type: ignore[attr-defined]
        yield [_cell(cell) for cell in row]


def _cell(cell: object) -> object:
    value, form = getattr(cell, "value", None), str(getattr(cell, "number_format", ""))
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "%" in form:
            return f"{value * 100:g} %"
        if "0.00" in form:
            return f"{value:.2f}"
        if isinstance(value, int) and form.startswith("00"):
            return f"{value:0{len(form)}d}" if set(form) == {"0"} else value
    return value
