"""Rows of a table: which of its lines belong together, and which are sums, headings and notes in between.

The lines are cut into rows by dynamic programming over three ways of setting a row: its numbers on the first line and
the rest of the description below; on the last line, the description above; or in the middle of a cell's height. The way
that explains the whole table best wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docuextract_desktop.extraction.tables.conditions import mark_conditions
from docuextract_desktop.extraction.tables.grid import Grid
from docuextract_desktop.extraction.tables.lines import (
    MAX_GAP,
    Layout,
    LineLook,
    layout_of,
    learn_usual,
    look_at,
    mark_sums,
)
from docuextract_desktop.templates.models import DecimalMark

MAX_LINES: Final = 14
"""Lines of one row."""

_WAYS: Final = ((0.5, 0.06), (0.06, 0.3), (0.14, 0.14))
"""Cost of a line of text above and below the line with the numbers: numbers on top, at the bottom, in the middle."""


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
    mark_conditions(grid, layout, looks, decimal)
    if usual is None:
        learn_usual(grid, layout, looks)
    mark_sums(grid, layout, looks, decimal)
    looks = _within(grid, layout, looks, usual)
    rows = _best_cut(grid, layout, looks)
    return _tidy(grid, layout, rows, strict=usual is not None), layout, looks


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
        if look.condition:
            continue
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
