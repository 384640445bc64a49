"""One sheet of a workbook, written cell by cell: texts, dates, numbers, values with their colour and their link."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from xlsxwriter.url import Url
from xlsxwriter.utility import xl_range

from docuextract_desktop.export.columns import file_link
from docuextract_desktop.export.models import ExportTargetError
from docuextract_desktop.extraction.models import FieldValue

# Limits of the format (Microsoft, "Excel specifications and limits"); links: 65,530 a sheet and 2,079 characters each.
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
MAX_LINKS = 65_530
MAX_LINK_LENGTH = 2_079
MAX_TIP_LENGTH = 255
MAX_SHEET_NAME = 31
WIDEST, NARROWEST = 48, 8
"""Of columns, in characters."""
FIRST_DAY = date(1900, 1, 1)
MAX_DIGITS = 15
"""Spreadsheets calculate with 15 digits; longer numbers stay text rather than lose some."""

Style = Literal["", "flagged", "confirmed", "failed"]
LOOKS: dict[Style, dict[str, Any]] = {
    "": {},
    "flagged": {"bg_color": "#FFE9A8", "font_color": "#5C3D00"},
    "confirmed": {"bg_color": "#E2F3E5"},
    "failed": {"bg_color": "#F9D7D5", "font_color": "#7A1712"},
}
HEADER = {"bold": True, "bg_color": "#E8ECF1", "bottom": 1, "valign": "top"}

# Not allowed in XML 1.0, save for tab and line feed; lone surrogates stand for bytes of a file name that is not UTF-8.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class Formats:
    """Cell formats of a workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, Style], Any] = {}
        self.header = workbook.add_format(HEADER)
        self._plain = workbook.add_format({"valign": "top", "text_wrap": True})

    def of(self, number_format: str, style: Style) -> Any:
        """The format that shows numbers like that, in the colours of `style`."""
        key = (number_format, style)
        if key not in self._made:
            self._made[key] = self._workbook.add_format({"num_format": number_format, "valign": "top", **LOOKS[style]})
        return self._made[key]

    def legend(self, style: Style | Literal["heading"]) -> Any:
        """The format of a cell of the legend."""
        return self.header if style == "heading" else self.of("@", style) if style else self._plain


class Sheet:
    """A sheet under a frozen header row; goes on in a further sheet where it is full."""

    def __init__(
        self,
        workbook: Any,
        formats: Formats,
        name: str,
        columns: Sequence[str],
        *,
        folded: Collection[int],
        frozen_columns: int,
        value_links: int,
    ) -> None:
        if len(columns) > MAX_COLUMNS:
            raise ExportTargetError(
                f"A spreadsheet holds {MAX_COLUMNS:,} columns; the fields of the template need {len(columns):,}.",
                hint="Export as CSV or JSON.",
            )
        self._workbook = workbook
        self._formats = formats
        self._name = name
        self._columns = columns
        self._folded = folded
        self._frozen_columns = frozen_columns
        self._value_links = value_links
        self._parts = 0
        self._unlinked = 0
        self._cut = 0
        self._open()

    def _open(self) -> None:
        self._parts += 1
        name = self._name if self._parts == 1 else f"{self._name} ({self._parts})"
        self._sheet = self._workbook.add_worksheet(name)
        self._links = 0
        self._left_for_values = self._value_links
        self._widths = [len(c) for c in self._columns]
        self._row = 0
        self._column = 0
        self._sheet.freeze_panes(1, self._frozen_columns)
        for column, title in enumerate(self._columns):
            self._sheet.write_string(0, column, title, self._formats.header)

    def next_row(self) -> None:
        """Start the next row, on a further sheet where this one is full."""
        if self._row + 1 >= MAX_ROWS:
            self.finish()
            self._open()
        self._row += 1
        self._column = 0

    def skip(self, cells: int) -> None:
        """Leave cells empty."""
        self._column += cells

    def text(
        self,
        text: str | None,
        *,
        style: Style = "",
        link: Url | None = None,
        reserved: bool = False,
    ) -> None:
        """A cell that stays text, whatever it looks like; `reserved`: its link does not count among the values'."""
        column = self._take_column()
        if text is None:
            if style:
                self._sheet.write_blank(self._row, column, None, self._formats.of("@", style))
            return
        clean = xml_text(text)
        if len(clean.encode("utf-16-le")) // 2 > MAX_TEXT:
            clean = cut_text(clean)
            self._cut += 1
        self._grow(column, len(clean))
        cell_format = self._formats.of("@", style)
        self._link(column, link, reserved=reserved)
        self._sheet.write_string(self._row, column, clean, cell_format)

    def number(self, number: float | None, number_format: str) -> None:
        """A number of ours, or an empty cell."""
        column = self._take_column()
        if number is not None:
            self._sheet.write_number(self._row, column, number, self._formats.of(number_format, ""))

    def truth(self, truth: bool | None) -> None:
        """TRUE or FALSE, or an empty cell."""
        column = self._take_column()
        if truth is not None:
            self._sheet.write_boolean(self._row, column, truth, self._formats.of("General", ""))

    def time(self, unix_s: float | None) -> None:
        """A moment in UTC to the second, or an empty cell."""
        column = self._take_column()
        if unix_s is not None:
            moment = datetime.fromtimestamp(round(unix_s), UTC).replace(tzinfo=None)
            self._grow(column, 19)
            self._sheet.write_datetime(self._row, column, moment, self._formats.of("yyyy-mm-dd hh:mm:ss", ""))

    def value(self, value: FieldValue, style: Style, link: Url | None) -> None:
        """A value as what it is: a date, a number, or text."""
        day = as_day(value)
        if day is not None:
            column = self._take_column()
            self._grow(column, 10)
            self._link(column, link)
            self._sheet.write_datetime(self._row, column, day, self._formats.of("yyyy-mm-dd", style))
            return
        number = as_number(value)
        if number is not None:
            column = self._take_column()
            number_format = number_format_of(value, number)
            self._grow(column, len(f"{number:,f}") + (4 if value.currency else 0))
            self._link(column, link)
            self._sheet.write_number(self._row, column, float(number), self._formats.of(number_format, style))
            return
        if value.type == "boolean" and value.value in ("true", "false"):
            column = self._take_column()
            self._link(column, link)
            self._sheet.write_boolean(self._row, column, value.value == "true", self._formats.of("General", style))
            return
        self.text(value.value, style=style, link=link)

    @property
    def notes(self) -> list[str]:
        """What the reader of the legend should know about this sheet."""
        notes = []
        if self._parts > 1:
            notes.append(
                f"{self._name}: goes on in {self._parts - 1} more sheets, since a sheet holds {MAX_ROWS:,} rows."
            )
        if self._unlinked:
            notes.append(
                f"{self._name}: {self._unlinked:,} values have no link to their page, since a sheet holds at most "
                f"{MAX_LINKS:,} links."
            )
        if self._cut:
            notes.append(f"{self._name}: {self._cut:,} texts were cut, since a cell holds {MAX_TEXT:,} characters.")
        return notes

    def _take_column(self) -> int:
        self._column += 1
        return self._column - 1

    def _grow(self, column: int, length: int) -> None:
        self._widths[column] = max(self._widths[column], length)

    def _link(self, column: int, link: Url | None, *, reserved: bool = False) -> None:
        # Only the link: the cell itself is written right after, over the text that xlsxwriter puts there.
        if link is None:
            return
        room = self._links < MAX_LINKS if reserved else self._left_for_values > 0
        if not room:
            self._unlinked += 1
            return
        self._links += 1
        self._left_for_values -= not reserved
        self._sheet.write_url(self._row, column, link, self._formats.of("@", ""))

    def finish(self) -> None:
        """Set what holds for whole columns; after the last row."""
        last_row, last_column = max(self._row, 1), len(self._columns) - 1
        self._sheet.autofilter(0, 0, last_row, last_column)
        # Ids are text on purpose: no green corner that offers to turn them into numbers.
        everything = xl_range(0, 0, last_row, last_column)
        self._sheet.ignore_errors({"number_stored_as_text": everything})
        for column, width in enumerate(self._widths):
            options = {"level": 1, "hidden": True} if column in self._folded else {}
            self._sheet.set_column(column, column, min(WIDEST, max(NARROWEST, width)) + 2, None, options)


def as_day(value: FieldValue) -> date | None:
    """The value as a calendar day that a spreadsheet can hold, or None."""
    if value.type != "date" or value.value is None:
        return None
    try:
        day = date.fromisoformat(value.value)
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None


def as_number(value: FieldValue) -> Decimal | None:
    """The value as a number that a spreadsheet can hold without losing digits, or None."""
    if value.type not in ("money", "number", "integer", "percent") or value.value is None:
        return None
    try:
        number = Decimal(value.value)
    except InvalidOperation:
        return None
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > 99:
        return None
    return number


def number_format_of(value: FieldValue, number: Decimal) -> str:
    """How the number is shown: money with two decimals, or with those that it has where these are more."""
    if value.type == "percent":
        return 'General"%"'
    if value.type != "money":
        return "General"
    exponent = number.normalize().as_tuple().exponent
    more = max(0, -exponent - 2) if isinstance(exponent, int) else 0
    currency = f" [${value.currency}]" if value.currency and _CURRENCY.fullmatch(value.currency) else ""
    return "#,##0.00" + "0" * min(more, 8) + currency


def xml_text(text: str) -> str:
    """The text without what a spreadsheet file cannot hold."""
    clean = _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # xlsxwriter takes such a text for ready-made markup and writes it as it is.
    return clean + " " if clean.startswith("<r>") and clean.endswith("</r>") else clean


def cut_text(text: str) -> str:
    """The beginning of a text that is too long for a cell, with a note that says so."""
    note = f" … [cut: {len(text):,} characters in all]"
    return first_units(text, MAX_TEXT - len(note)) + note


def first_units(text: str, count: int) -> str:
    """The beginning of a text, in UTF-16 units as spreadsheets count."""
    return text.encode("utf-16-le")[: 2 * count].decode("utf-16-le", "ignore")


class PageLinks:
    """The links to the pages of one document, each made once: a workbook keeps its links in memory until its end."""

    def __init__(self, path: Path, filename: str) -> None:
        self._path = path
        self._filename = filename
        self._made: dict[int | None, Url | None] = {}

    def to(self, page_number: int | None = None) -> Url | None:
        """The link to a page from 1, or to the document; None where it has no address or one too long for a link."""
        if page_number not in self._made:
            address = file_link(self._path, page_number)
            tip = "Open the document" if page_number is None else f"Page {page_number} of {self._filename}"
            fits = address is not None and len(address) <= MAX_LINK_LENGTH
            self._made[page_number] = _link_to(address, tip) if address is not None and fits else None
        return self._made[page_number]


def _link_to(address: str, tip: str) -> Url:
    """The address as xlsxwriter's own object.

    Given a `file:///` address of a POSIX path, xlsxwriter makes a relative Windows path of it, which opens nowhere. So
    its parts are set here as they have to be written: the target, and the page as the location within it.
    """
    target, _, place = address.partition("#")
    url = Url("https://localhost/")
    url._link = url._relationship_link = target
    url._anchor = place
    url._text = ""
    url.tip = first_units(xml_text(tip), MAX_TIP_LENGTH)
    return url
