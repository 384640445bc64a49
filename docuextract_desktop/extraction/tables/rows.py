"""Rows of a table: which of its lines belong together, and which are sums, headings and notes in between.

The lines are cut into rows by dynamic programming over three ways of setting a row: its numbers on the first line and
the rest of the description below; on the last line, the description above; or in the middle of a cell's height. The way
that explains the whole table best wins.
"""

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

MAX_LINES: Final = 14
"""Lines of one row."""

MAX_GAP: Final = 3.0
"""White space inside one row, in heights of a word."""

_WAYS: Final = ((0.5, 0.06), (0.06, 0.3), (0.14, 0.14))
"""Cost of a line of text above and below the line with the numbers: numbers on top, at the bottom, in the middle."""


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


@dataclass(slots=True)
class Row:
    """One row of the table on one page: words by printed column.

    Attributes:
        lines: the looks that were joined.
        cells: words of each column, line after line.
        cost: how badly it fits the table, 0 is perfect.
    """

    lines: list[LineLook]
    cells: dict[int, list[int]]
    cost: float


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


def find_rows(
    grid: Grid, decimal: DecimalMark = "auto", *, usual: Layout | None = None
) -> tuple[list[Row], Layout, list[LineLook]]:
    """Cut a body into rows.

    Args:
        grid: words by column.
        decimal: the document's decimal mark.
        usual: of the table's first page, where this body is a page that goes on without a header: only rows that look
            like those there count.

    Returns:
        Rows from top to bottom, what is usual in the table, and the looks of all lines of the body.
    """
    layout = usual if usual is not None else layout_of(grid)
    looks = [look_at(grid, layout, line) for line in grid.lines]
    if not layout.keys:
        return [], layout, looks
    if usual is None:
        _usual(grid, layout, looks)
    _mark(grid, layout, looks, decimal)
    looks = _within(grid, layout, looks, usual)
    rows = _best_cut(grid, layout, looks)
    return _tidy(grid, layout, rows, strict=usual is not None), layout, looks


def _usual(grid: Grid, layout: Layout, looks: list[LineLook]) -> None:
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


def _mark(grid: Grid, layout: Layout, looks: list[LineLook], decimal: DecimalMark) -> None:
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


def _within(grid: Grid, layout: Layout, looks: list[LineLook], usual: Layout | None) -> list[LineLook]:
    """Cut the body at the sums after which no row follows, and at a wide empty space."""
    em = grid.sheet.em
    seen = 0
    last_bottom = None
    for at, look in enumerate(looks):
        if last_bottom is not None and look.top - last_bottom > 9 * em and seen:
            return looks[:at]
        if look.keys and look.totals >= 0.6 and seen:
            bare = grid.header is None and layout.lead > 0 and not look.carried and usual is None
            if bare or not _rows_follow(layout, looks[at + 1 :]):
                return looks[:at]
        if len(look.keys) >= 2 or (look.keys and look.texts):
            seen += 1
        last_bottom = max(look.bottom, last_bottom or look.bottom)
    return looks


def _rows_follow(layout: Layout, looks: list[LineLook]) -> bool:
    """Whether a line after a sum looks like a full row again."""
    need = [k for k, share in layout.share.items() if share >= 0.6]
    enough = len(need) if len(need) <= 2 else 0.75 * len(need)
    for look in looks:
        if look.totals >= 0.5 or look.away:
            continue
        keys = layout.have(look.keys)
        have = sum(k in keys for k in need)
        if have >= enough and (layout.main is None or layout.main in look.line.cells):
            return True
        if look.position and have >= max(1, 0.5 * len(need)):
            return True
    return False


def _span_costs(
    grid: Grid, layout: Layout, looks: list[LineLook], i: int, top: int
) -> list[tuple[float, float, float] | None]:
    """Costs of the rows that begin at line `i` and end at each line up to `top`; None where there is no row."""
    em = grid.sheet.em
    found: list[tuple[float, float, float] | None] = []
    filled: set[int] = set()
    positions = 0
    conflicts = 0.0
    spread = 0.0
    above = below = 0
    gaps = 0.0
    named = away = False
    totals = 0.0
    numbers: LineLook | None = None
    first_text: LineLook | None = None
    for j in range(i, top):
        look = looks[j]
        if j > i:
            gap = (look.top - max(looks[j - 1].bottom, looks[i].top)) / em
            if gap > MAX_GAP:
                break
            gaps += 0.45 * max(0.0, gap - layout.pitch - 0.12)
        positions += look.position
        has_main = layout.main in look.line.cells
        if look.keys:
            totals = max(totals, look.totals)
            clash = len(filled & look.keys)
            if not clash and filled & layout.twins and look.keys & layout.twins:
                clash = 1
            conflicts += 3.0 * clash
            if numbers is not None and not clash:
                overlap = min(numbers.bottom, look.bottom) - max(numbers.top, look.top)
                if overlap > 0.15 * em:
                    spread += 0.05
                elif has_main and layout.main in numbers.line.cells:
                    spread += 1.6
                else:
                    spread += 0.3
            numbers = look
            filled |= look.keys
        elif filled:
            below += 1
        else:
            above += 1
            if look.outside or (above == 1 and look.indented):
                gaps += 0.4
        if has_main and not named:
            named = True
            away = look.away
            first_text = look
        if conflicts > 6:
            break
        if not filled:
            found.append(None)
            continue
        cost = conflicts + spread + gaps + look.line.cost * 0.5
        have = layout.have(filled)
        cost += sum(0.55 * share for k, share in layout.share.items() if k not in have)
        if layout.amount is not None and layout.amount not in filled:
            cost += 0.5 * layout.share.get(layout.amount, 0.0)
        if layout.main is not None and not named:
            cost += 0.9
        if away:
            cost += 0.9
        if layout.position is not None:
            cost += 2.5 * max(0, positions - 1) + (0.5 if not positions else 0.0)
        if totals >= 0.5:
            full = sum(share for k, share in layout.share.items() if k in have)
            whole = sum(layout.share.values())
            cost += 2.5 * totals * (0.35 if len(filled) > 2 and full > 0.8 * whole else 1.0)
        own = numbers is not None and layout.main in numbers.line.cells
        costs = tuple(
            cost + below * down + above * (up if own or first_text is None else up * 0.5) for up, down in _WAYS
        )
        found.append((costs[0], costs[1], costs[2]))
    return found


def _skip_cost(grid: Grid, layout: Layout, look: LineLook) -> float:
    """Cost of leaving a line out of all rows."""
    if look.totals >= 0.5:
        full = sum(layout.share.values())
        have = sum(layout.share[k] for k in layout.have(look.keys))
        return 1.2 if look.position or (len(look.keys) > 1 and have > 0.8 * full) else 0.05
    main = layout.main in look.line.cells
    if look.keys:
        named = main and not look.away
        amount = layout.amount if layout.amount in look.keys else None
        priced = 0.4 if named and amount is not None and grid.columns[amount].role == "amount" else 0.0
        return (0.5 + 0.5 * len(look.keys) if named else 0.45 + 0.3 * len(look.keys)) + priced
    if not main or layout.main is None:
        return 0.42 if layout.dense else 0.16
    starts = grid.sheet.x0[look.line.cells[layout.main][0]]
    # Headings inside a table begin elsewhere than the descriptions.
    return (
        0.42 if (abs(starts - layout.lead) < 1.5 * grid.sheet.em and len(look.line.cells) == 1) or layout.dense else 0.2
    )


def _best_cut(grid: Grid, layout: Layout, looks: list[LineLook]) -> list[Row]:
    count = len(looks)
    spans = [_span_costs(grid, layout, looks, i, min(i + MAX_LINES, count)) for i in range(count)]
    skips = [_skip_cost(grid, layout, look) for look in looks]
    best_total, best_plan = float("inf"), []  # type: float, list[tuple[int, int, float]]
    for way in range(len(_WAYS)):
        totals = [0.0] + [float("inf")] * count
        back: list[tuple[int, float | None]] = [(0, None)] * (count + 1)
        for i in range(count):
            here = totals[i]
            if here + skips[i] < totals[i + 1]:
                totals[i + 1] = here + skips[i]
                back[i + 1] = (i, None)
            for n, costs in enumerate(spans[i]):
                if costs is not None and here + costs[way] < totals[i + n + 1]:
                    totals[i + n + 1] = here + costs[way]
                    back[i + n + 1] = (i, costs[way])
        if totals[count] < best_total - 1e-9:
            best_total = totals[count]
            best_plan = []
            j = count
            while j > 0:
                i, cost = back[j]
                if cost is not None:
                    best_plan.append((i, j, cost))
                j = i
            best_plan.reverse()
    return [_row(layout, looks[i:j], cost) for i, j, cost in best_plan]


def _row(layout: Layout, lines: list[LineLook], cost: float) -> Row:
    cells: dict[int, list[int]] = {}
    for look in lines:
        for at, words in look.line.cells.items():
            if at in look.keys or at not in layout.keys:
                cells.setdefault(at, []).extend(words)
    return Row(lines, cells, cost)


def _tidy(grid: Grid, layout: Layout, rows: list[Row], *, strict: bool) -> list[Row]:
    """Leave out rows that are none: too little in them, or far from the others."""
    em = grid.sheet.em
    need = [k for k, share in layout.share.items() if share >= 0.6]
    kept: list[Row] = []
    for row in rows:
        keys = {k for look in row.lines for k in look.keys}
        named = layout.main is None or layout.main in row.cells
        full = sum(k in layout.have(keys) for k in need) >= max(1, 0.6 * len(need))
        if not named and not (full and len(keys) >= 2):
            continue
        if strict and not (full and named):
            continue
        if not full and any(look.away or look.totals >= 0.6 for look in row.lines if look.keys):
            continue
        if (
            not full
            and layout.share.get(layout.amount if layout.amount is not None else -1, 0.0) >= 0.6
            and (layout.amount not in keys)
        ):
            continue
        if kept and row.lines[0].top - kept[-1].lines[-1].bottom > 7 * em and not full:
            break
        kept.append(row)
    return _without_heading(layout, kept)


def _without_heading(layout: Layout, rows: list[Row]) -> list[Row]:
    """Take text above the first row's numbers off, where no other row begins so and the row has text of its own."""
    if len(rows) < 3 or layout.main is None:
        return rows
    leading = [next((n for n, look in enumerate(row.lines) if look.keys), 0) for row in rows]
    own = layout.main in rows[0].lines[leading[0]].line.cells
    if leading[0] and own and not any(leading[1:]):
        rows[0] = _row(layout, rows[0].lines[leading[0] :], rows[0].cost)
    return rows
