"""Lines of a table's body: which of them carry numbers, which only words, and which are sums, headings or details."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from docuextract_desktop.extraction.tables.grid import NUMERIC_ROLES, Grid, GridLine
from docuextract_desktop.extraction.tables.lexicon import CHARGE, is_carried, totals_strength
from docuextract_desktop.extraction.tables.readings import readings
from docuextract_desktop.extraction.tables.sheet import Look, Sheet, clean_number, is_amount_shaped
from docuextract_desktop.templates.models import DecimalMark

MAX_GAP: Final = 3.0
"""White space inside one row, in heights of a word."""


@dataclass(slots=True)
class LineLook:
    """What one line of the body holds.

    Attributes:
        line: its words by column.
        keys: numeric (or dated) columns that it fills cleanly.
        texts: other columns that it fills.
        totals: how surely it is a sum, 0..1.
        away: its text begins far from where descriptions begin, as the names of sums do.
        outside: its text begins to the left of where descriptions begin, as headings do.
        indented: its text begins to the right of that, as details do.
        carried: whether the table may go on after that sum.
        position: whether it bears a running number.
        top, bottom: in the page's units.
        condition: it only tells how the price of the item above came about.
    """

    line: GridLine
    keys: frozenset[int]
    texts: frozenset[int]
    totals: float
    carried: bool
    position: bool
    top: float
    bottom: float
    away: bool = False
    outside: bool = False
    indented: bool = False
    condition: bool = False


@dataclass(slots=True)
class Layout:
    """What is usual in one table.

    Attributes:
        keys: columns that carry numbers or dates and so make rows.
        main: the column of the descriptions, or None.
        amount: the column of the amounts, or None.
        position: the column of running numbers, or None.
        dense: most rows have a line of text that begins elsewhere than the descriptions; such are no headings.
        twins: columns of which a row fills one: money out and money in.
        textual: there are neither numbers nor dates; columns of text that most lines fill make the rows.
        share: how often each key column is filled, among lines with any.
        lead: where the main column's text begins, in the page's units.
        pitch: the least white space between two lines, in heights of a word.
    """

    keys: frozenset[int]
    main: int | None
    amount: int | None
    position: int | None
    share: dict[int, float] = field(default_factory=dict)
    lead: float = 0.0
    pitch: float = 0.0
    textual: bool = False
    dense: bool = False
    twins: frozenset[int] = frozenset()

    def have(self, keys: AbstractSet[int]) -> AbstractSet[int]:
        """The key columns that a row with these numbers has, an empty twin of a filled one among them."""
        return keys | self.twins if keys & self.twins else keys


def _running_number(sheet: Sheet, words: Sequence[int]) -> bool:
    """Whether a cell of the position column is a short number, such as "3", "3." or "1.0"."""
    if not 0 < len(words) <= 2:
        return False
    text = sheet.page.texts[words[0]].strip(".)#(")
    return len(text) <= 5 and text[:1].isdigit()


def layout_of(grid: Grid) -> Layout:
    """Find the columns that make rows."""
    columns = grid.columns
    roles = [c.role for c in columns]
    counts: Counter[int] = Counter()
    texts: Counter[int] = Counter()
    shaped: Counter[int] = Counter()
    for line in grid.lines:
        for at, words in line.cells.items():
            if clean_number(grid.sheet, words) or any(grid.sheet.looks[i] == Look.DATE for i in words):
                counts[at] += 1
                shaped[at] += any(is_amount_shaped(grid.sheet.page.texts[i]) for i in words)
            else:
                texts[at] += sum(_letters(grid.sheet.page.texts[i]) for i in words)
    position = next((k for k, r in enumerate(roles) if r == "position" and counts[k]), None)
    keys = frozenset(
        k
        for k, c in enumerate(columns)
        if k != position and roles[k] not in ("article", "description", "unit") and (c.numeric or c.dated) and counts[k]
    )
    main = _main_column(grid, roles, keys, position, texts)
    amounts = [k for k in keys if roles[k] == "amount"] or [
        k for k in keys if shaped[k] and not columns[k].dated and roles[k] not in ("debit", "credit", "balance")
    ]
    twins = frozenset(k for k in keys if roles[k] in ("debit", "credit"))
    if keys or any(role in NUMERIC_ROLES for role in roles):
        return Layout(keys, main, max(amounts, default=None), position, twins=twins)
    filled = Counter(at for line in grid.lines for at in line.cells)
    most = max(filled.values(), default=0)
    usual = frozenset(at for at, n in filled.items() if at not in (main, position) and 2 * n >= most > 1)
    return Layout(usual, main, None, position, textual=True)


def _letters(text: str) -> int:
    """Letters of a word; none where digits make it a code."""
    return 0 if any(c.isdigit() for c in text) else sum(map(str.isalpha, text))


def _main_column(
    grid: Grid, roles: Sequence[str | None], keys: frozenset[int], position: int | None, texts: Counter[int]
) -> int | None:
    """The column that says what each row is: named so, or else the one with the most letters."""
    best, most = None, 0.0
    for at, column in enumerate(grid.columns):
        if at in keys or at == position:
            continue
        found = column.header.found if column.header is not None else {}
        weight = 0.35 if roles[at] is None else 0.12
        if found.get("description", 0.0) >= 0.7:
            # "Item" and the like may head the item's number as well.
            weight = 1.0 if found.get("article", 0.0) < 0.7 else 0.6
        if weight == 0.12 and texts[at] < 8 * sum(at in line.cells for line in grid.lines):
            continue  # units and codes name no item
        if weight * texts[at] > most:
            best, most = at, weight * texts[at]
    return best


def look_at(grid: Grid, layout: Layout, line: GridLine) -> LineLook:
    """Sum up what one line of the body holds."""
    sheet = grid.sheet
    keys, texts = set(), set()
    for at, words in line.cells.items():
        if at in layout.keys:
            if (
                layout.textual
                or clean_number(sheet, words)
                or (grid.columns[at].dated and any(sheet.looks[i] == Look.DATE for i in words))
            ):
                keys.add(at)
            elif any(sheet.looks[i] == Look.TEXT for i in words):
                texts.add(at)
        elif any(sheet.looks[i] != Look.SIGN for i in words):
            texts.add(at)
    start, stop = sheet.lines[line.index]
    wording = " ".join(
        sheet.page.texts[i] for i in range(start, stop) if sheet.looks[i] in (Look.TEXT,) and sheet.page.texts[i] != ":"
    )
    totals = totals_strength(wording) if keys else 0.6 * totals_strength(wording)
    if len(keys) > 1 and any(grid.columns[at].dated for at in keys) and not is_carried(wording):
        totals = min(totals, CHARGE)  # sums bear no date in the column of dates
    main = line.cells.get(layout.main, []) if layout.main is not None else []
    if main and len(keys) == 1 and totals < 0.5 and sheet.page.texts[main[-1]].endswith(":"):
        keys = set()  # "Gross price: 9.90" tells more of the row above
    return LineLook(
        line,
        frozenset(keys),
        frozenset(texts),
        totals,
        is_carried(wording),
        _running_number(sheet, line.cells.get(layout.position, []) if layout.position is not None else []),
        sheet.tops[line.index],
        sheet.bottoms[line.index],
    )


def learn_usual(grid: Grid, layout: Layout, looks: list[LineLook]) -> None:
    """How often each key column is filled, and where descriptions begin."""
    filled: Counter[int] = Counter()
    rows = 0
    leads: list[tuple[int, float]] = []
    bottom: float | None = None
    for look in looks:
        if (look.totals >= 0.6 and rows) or (bottom is not None and filled and look.top - bottom > 9 * grid.sheet.em):
            break
        bottom = look.bottom
        if look.keys:
            rows += len(look.keys) > 1
            filled.update(look.keys)
            if layout.main in look.line.cells:
                leads.append((len(look.keys), min(grid.sheet.x0[i] for i in look.line.cells[layout.main])))
    # Rows show several numbers at once; where none does, the fullest column counts them.
    most = rows or max(filled.values(), default=1)
    layout.share = {k: min(1.0, filled[k] / most) for k in layout.keys}
    fullest = max((n for n, _ in leads), default=0)
    starts = sorted(x for n, x in leads if n > 0.6 * fullest)
    if not starts:  # the numbers stand on lines of their own
        starts = sorted(
            grid.sheet.x0[look.line.cells[layout.main][0]]
            for look in looks
            if layout.main is not None and layout.main in look.line.cells and not look.keys
        )[: max(1, len(looks) // 2)]
    layout.lead = starts[len(starts) // 2] if starts else 0.0
    em = grid.sheet.em
    gaps = sorted(
        gap for upper, lower in itertools.pairwise(looks) if -0.5 < (gap := (lower.top - upper.bottom) / em) < MAX_GAP
    )
    layout.pitch = max(gaps[len(gaps) // 6], -0.2) if gaps else 0.0


def mark_sums(grid: Grid, layout: Layout, looks: list[LineLook], decimal: DecimalMark) -> None:
    """Find the lines that are no rows by where their text stands, or because they sum up the rows above."""
    sheet, em = grid.sheet, grid.sheet.em
    whole = section = Decimal(0)
    rows = in_section = 0
    for look in looks:
        words = look.line.cells.get(layout.main) if layout.main is not None else None
        look.away = layout.lead > 0 and words is not None and sheet.x0[words[0]] > layout.lead + 4 * em
        start = sheet.lines[look.line.index][0]
        look.outside = not look.keys and layout.lead > 0 and sheet.x0[start] < layout.lead - 1.5 * em
        look.indented = not look.keys and layout.lead > 0 and sheet.x0[start] > layout.lead + 0.8 * em
        if look.away and 0 < look.totals < 0.6:
            look.totals = 0.6
        value = None
        if layout.amount is not None and layout.amount in look.keys:
            found = readings(sheet, look.line.cells[layout.amount], decimal)
            value = found[-1].value if found else None
        if value is None:
            continue
        if look.keys == {layout.amount} and not look.position:
            many = rows > 1 or (look.away or look.totals > 0)
            if rows and many and value == whole:
                look.totals = 1.0
            elif in_section > (0 if look.totals > 0 else 1) and value == section:
                look.totals, look.carried = 1.0, True
        if look.totals >= 0.5:
            section, in_section = Decimal(0), 0
        else:
            whole, section = whole + value, section + value
            rows, in_section = rows + 1, in_section + 1
    # Headings of sections follow the sum of the section before.
    loose = [
        look
        for before, look in zip([None, *looks], looks, strict=False)
        if not look.keys and (look.outside or look.indented) and (before is None or before.totals < 0.5)
    ]
    if loose and loose[0] is looks[0] and any(look.carried for look in looks):
        del loose[0]
    rows_shown = sum(bool(look.keys) and look.totals < 0.5 for look in looks)
    layout.dense = rows_shown > 1 and len(loose) >= 0.6 * rows_shown
    if layout.dense:
        for look in loose:
            look.outside = False
