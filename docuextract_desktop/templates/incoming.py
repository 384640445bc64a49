"""Whatever a new template can be made of, by file or by paste: our own form, foreign schemas, a header row.

A text that begins with a brace is JSON; everything else is rows of cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from docuextract_desktop.templates.foreign import Imported, from_header_row, import_template, title_of
from docuextract_desktop.templates.library import read_any_template_file
from docuextract_desktop.templates.spreadsheet import SUFFIXES, Rows, rows_of_file, rows_of_text
from docuextract_desktop.templates.validation import invalid

LOOKED_THROUGH: Final = 10
"""A header row stands among so many rows, below a heading or two."""
SAMPLES: Final = 40


def from_file(path: Path) -> Imported:
    """A template made of a file.

    Raises:
        TemplateNotFoundError: the file cannot be read.
        TemplateInvalidError: no template can be made of it; the problems say why.
    """
    if path.suffix.lower() in SUFFIXES:
        return from_rows(rows_of_file(path), title_of(path.stem) or "From a spreadsheet")
    return read_any_template_file(path)


def from_text(text: str, name: str = "New template") -> Imported:
    """A template made of pasted text.

    Raises:
        TemplateInvalidError: no template can be made of it; the problems say why.
    """
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return import_template(text, name)
    return from_rows(rows_of_text(text), name)


def from_rows(rows: Rows, name: str) -> Imported:
    """A template with a field for each column.

    Raises:
        TemplateInvalidError: there is no header row.
    """
    if not rows:
        raise invalid(["cells: there is nothing here; the first row has to name the columns"])
    at = header_at(rows)
    return from_header_row(rows[at], rows[at + 1 : at + 1 + SAMPLES], name=name)


def header_at(rows: Rows) -> int:
    """Number of the row that names the columns: the first of those with the most cells of words.

    Above it there may be a heading of one cell; below it stand figures and dates.
    """
    worth = [sum(1 for cell in row if cell and not _is_figure(cell)) for row in rows[:LOOKED_THROUGH]]
    filled = [sum(1 for cell in row if cell) for row in rows[:LOOKED_THROUGH]]
    return max(range(len(worth)), key=lambda n: (filled[n] >= 0.6 * max(filled), worth[n], -n))


def _is_figure(cell: str) -> bool:
    letters = sum(c.isalpha() for c in cell)
    return letters * 2 < len(cell.replace(" ", ""))
