"""What can be done to the rows of a table, and whether a row's figures agree. Plain data, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Page
    from docuextract_desktop.extraction.models import Evidence, FieldValue
    from docuextract_desktop.templates.models import Column

Cells = tuple["FieldValue", ...]
Rows = tuple[Cells, ...]
ReadCell = Callable[[str, str, "Evidence | None"], "FieldValue"]
"""Column, text, place → the cell; raises ValueInvalidError."""
ReadWords = Callable[[int, Sequence[int]], "tuple[str, Evidence]"]
"""Page and words → their text and place."""

QUANTITIES = ("quantity", "qty", "units", "hours", "count")
PRICES = ("unit_price", "price", "unit_cost", "rate")
AMOUNTS = ("amount", "line_total", "line_amount", "total", "net_amount")
JOINED = ("text", "name", "address")
"""Types of which two printed parts make one value; of others the upper one is kept."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether quantity × unit price is the amount.

    Attributes:
        good: None where one of them is missing, or the table has no such columns.
        expected: the product, as it would be printed.
    """

    good: bool | None
    expected: str = ""


def checked_columns(columns: Sequence[Column]) -> tuple[int, int, int] | None:
    """Places of quantity, unit price and amount among the columns, by their names; None where one is missing."""
    names = [column.name.lower() for column in columns]

    def place(wanted: Sequence[str]) -> int | None:
        return next((names.index(name) for name in wanted if name in names), None)

    quantity, price, amount = place(QUANTITIES), place(PRICES), place(AMOUNTS)
    if quantity is None or price is None or amount is None:
        return None
    return quantity, price, amount


def check_row(cells: Cells, places: tuple[int, int, int] | None) -> Check:
    """Whether the row's figures agree; prices are printed rounded, so the product may be off by their rounding."""
    if places is None:
        return Check(None)
    figures = [_figure(cells[place]) if place < len(cells) else None for place in places]
    quantity, price, amount = figures
    if quantity is None or price is None or amount is None:
        return Check(None)
    product = quantity * price
    decimals = max(0, -int(price.as_tuple().exponent))
    slack = Decimal("0.0051") + (abs(quantity) * Decimal("0.51") * Decimal(10) ** -decimals if decimals else 0)
    slack = min(slack, Decimal("0.0051") + abs(amount) / 50)
    good = abs(product - amount) <= slack or (amount < 0 < product and abs(product + amount) <= slack)
    return Check(good, f"{product.quantize(Decimal('0.01')):f}")


def _figure(cell: FieldValue) -> Decimal | None:
    try:
        figure = Decimal(cell.value) if cell.value is not None else None
    except InvalidOperation:
        return None
    return figure if figure is not None and figure.is_finite() else None


def with_cell(rows: Rows, row: int, column: int, cell: FieldValue) -> Rows:
    """The rows with one cell replaced."""
    cells = rows[row]
    changed = (*cells[:column], cell, *cells[column + 1 :])
    return (*rows[:row], changed, *rows[row + 1 :])


def with_row(rows: Rows, place: int, cells: Cells) -> Rows:
    """The rows with another one at `place`."""
    return (*rows[:place], cells, *rows[place:])


def without_row(rows: Rows, place: int) -> Rows:
    """The rows without one."""
    return (*rows[:place], *rows[place + 1 :])


def merged_above(rows: Rows, place: int, read: ReadCell) -> Rows:
    """The rows with one joined to the one above it.

    Texts are joined; of other values the upper one is kept where both rows have one.
    """
    upper, lower = rows[place - 1], rows[place]
    cells = tuple(_joined(one, other, read) for one, other in zip(upper, lower, strict=True))
    return (*rows[: place - 1], cells, *rows[place + 1 :])


def _joined(upper: FieldValue, lower: FieldValue, read: ReadCell) -> FieldValue:
    if lower.value is None:
        return upper
    if upper.value is None:
        return lower
    if upper.type not in JOINED:
        return upper
    text = f"{upper.text or upper.value} {lower.text or lower.value}"
    return read(upper.name, text, _both(upper.evidence, lower.evidence))


def _both(first: Evidence | None, second: Evidence | None) -> Evidence | None:
    if first is None or second is None:
        return first or second
    if first.page_index != second.page_index:
        return first
    return replace(
        first,
        box=first.box.union(second.box),
        parts=(*(first.parts or (first.box,)), *(second.parts or (second.box,))),
        words=tuple(sorted({*first.words, *second.words})),
    )


def split_row(
    rows: Rows, place: int, pages: Sequence[Page], read: ReadCell, words: ReadWords, empty: Cells
) -> Rows | None:
    """The rows with one parted after its first printed line; None where it has but one line."""
    cells = rows[place]
    first_line: int | None = None
    by_index = {page.index: page for page in pages}
    lines: list[list[int]] = []
    for cell in cells:
        page = by_index.get(cell.evidence.page_index) if cell.evidence is not None else None
        found = []
        if page is not None and cell.evidence is not None:
            found = [int(page.line_of[w]) for w in cell.evidence.words if w < len(page)]
        lines.append(found)
        if found:
            first_line = min(found) if first_line is None else min(first_line, *found)
    if first_line is None or all(line == first_line for found in lines for line in found):
        return None
    upper, lower = list(cells), list(empty)
    for column, (cell, found) in enumerate(zip(cells, lines, strict=True)):
        evidence = cell.evidence
        if evidence is None or not found or all(line == first_line for line in found):
            continue
        later = [w for w, line in zip(evidence.words, found, strict=True) if line != first_line]
        earlier = [w for w, line in zip(evidence.words, found, strict=True) if line == first_line]
        upper[column] = read(cell.name, *words(evidence.page_index, earlier)) if earlier else empty[column]
        lower[column] = read(cell.name, *words(evidence.page_index, later))
    return (*rows[:place], tuple(upper), tuple(lower), *rows[place + 1 :])


def spread(rows: Rows, page: Page, words: Sequence[int]) -> dict[int, list[int]]:
    """Which of the words that were pointed at stand beside which row: a column pointed at as a whole."""
    heights: dict[int, tuple[float, float]] = {}
    for number, cells in enumerate(rows):
        boxes = [c.evidence.box for c in cells if c.evidence is not None and c.evidence.page_index == page.index]
        if boxes:
            heights[number] = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    found: dict[int, list[int]] = {}
    for word in words:
        middle = float(page.boxes[word, 1] + page.boxes[word, 3]) / 2
        for number, (top, bottom) in heights.items():
            if top <= middle <= bottom:
                found.setdefault(number, []).append(word)
                break
    return found


def keep_doubts(rows: Rows, before: Rows) -> Rows:
    """The rows as they are stored, in which cells that wanted a look before and are the same now still do."""
    doubtful = {(cell.name, cell.value, cell.evidence): cell for cells in before for cell in cells if cell.needs_review}
    return tuple(tuple(doubtful.get((c.name, c.value, c.evidence), c) for c in cells) for cells in rows)
