"""The body of a table before its rows are known: columns, runs of words, and which word stands in which column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from docuextract_desktop.extraction.tables.headers import Header, HeaderCell
from docuextract_desktop.extraction.tables.lexicon import totals_strength
from docuextract_desktop.extraction.tables.sheet import Look, Sheet

NUMERIC_ROLES: Final = frozenset(
    [
        "quantity",
        "unit_price",
        "price_basis",
        "discount",
        "tax_rate",
        "tax_amount",
        "tax_base",
        "amount",
        "gross",
        "debit",
        "credit",
        "balance",
    ]
)
TEXT_ROLES: Final = frozenset(["description", "article", "unit"])
DATE_ROLES: Final = frozenset(("date", "value_date"))

RUN_GAP: Final = 0.75
"""White space, in heights of a word, that parts two runs of one line."""

_FAR: Final = 60.0
_GROUP_HEAD: Final = re.compile(r"(?<![\d.,])\d{1,3}$")
_GROUP_TAIL: Final = re.compile(r"\d{3}(?!\d)")


@dataclass(slots=True)
class GridColumn:
    """One column as printed.

    Attributes:
        header: its printed name, or None where none was found.
        x0, x1: where its words stand, in the page's units.
        numeric: whether numbers stand in it.
        dated: whether dates stand in it.
        role: what its name says for sure, or None.
    """

    header: HeaderCell | None
    x0: float
    x1: float
    numeric: bool = False
    dated: bool = False
    role: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.role = self.header.best_key() if self.header is not None else None


@dataclass(slots=True)
class Run:
    """Words of a line without a wide gap; the smallest piece that is put into a column as a whole."""

    words: list[int]
    x0: float
    x1: float
    number: bool
    dated: bool
    gap: float
    """White space to the run before, in heights of a word."""


@dataclass(slots=True)
class GridLine:
    """One line of a table's body: words by column.

    Attributes:
        index: of the line in the sheet.
        cells: words of each column that has any, from left to right.
        cost: how badly the line fits the columns.
    """

    index: int
    cells: dict[int, list[int]]
    cost: float


@dataclass(slots=True)
class Grid:
    """The body of a table on one page, before its rows are known."""

    sheet: Sheet
    header: Header | None
    columns: list[GridColumn]
    lines: list[GridLine] = field(default_factory=list)


def runs_of(sheet: Sheet, line: int) -> list[Run]:
    """Cut a line at wide gaps, and between a number and text where the gap is more than a plain space."""
    start, stop = sheet.lines[line]
    runs: list[Run] = []
    texts, looks = sheet.page.texts, sheet.looks
    at_change, at_gap = max(0.5, 1.6 * sheet.space), max(RUN_GAP, 1.8 * sheet.space)
    for i in range(start, stop):
        number = looks[i] in (Look.NUMBER, Look.PERCENT)
        gap = sheet.gap(i - 1, i) if i > start else _FAR
        if runs:
            last = runs[-1]
            labelled = texts[i - 1].endswith(":") or texts[i].startswith(":")
            change = number != last.number and looks[i] != Look.SIGN and looks[i - 1] != Look.SIGN
            limit = 1.5 if labelled else at_change if change else at_gap
            if number and last.number:
                limit = _FAR if may_join(sheet, i - 1) else 0.1
            if gap <= limit:
                last.words.append(i)
                last.x1 = max(last.x1, sheet.x1[i])
                last.number = last.number and (number or looks[i] == Look.SIGN)
                if looks[i - 1] == Look.SIGN and number and len(last.words) == 2:
                    last.number = True
                last.dated = last.dated or looks[i] == Look.DATE
                continue
        runs.append(Run([i], sheet.x0[i], sheet.x1[i], number or looks[i] == Look.SIGN, looks[i] == Look.DATE, gap))
    return runs


def may_join(sheet: Sheet, word: int) -> bool:
    """Whether a word and the next can be one number, its thousands parted by a space: "7 695,40"."""
    texts = sheet.page.texts
    if sheet.gap(word, word + 1) > 1.25 * sheet.space + 0.05:
        return False
    return bool(_GROUP_HEAD.search(texts[word]) and _GROUP_TAIL.match(texts[word + 1]))


def sample_of(sheet: Sheet, body: Sequence[int]) -> list[int]:
    """Those lines at the beginning of a body that surely belong to the table: before sums and wide empty space."""
    found: list[int] = []
    rows = 0
    last = 0
    for line in body[:60]:
        start, stop = sheet.lines[line]
        numbers = sum(look in (Look.NUMBER, Look.PERCENT) for look in sheet.looks[start:stop])
        if rows and found and sheet.tops[line] - sheet.bottoms[found[-1]] > 8 * sheet.em:
            break
        if rows and numbers:
            wording = " ".join(sheet.page.texts[i] for i in range(start, stop) if sheet.looks[i] == Look.TEXT)
            if totals_strength(wording) >= 0.6 and numbers <= 2:
                break
        rows += numbers >= 2
        if numbers >= 2:
            last = len(found)
        found.append(line)
    # What stands apart under the last row is the title of something else.
    for at in range(last + 1, len(found)):
        if sheet.tops[found[at]] - sheet.bottoms[found[at - 1]] > 2.5 * sheet.em:
            return found[:at]
    return found
