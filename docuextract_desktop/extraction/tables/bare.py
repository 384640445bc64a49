"""Tables without a header: columns from where numbers stand under each other.

Only arithmetic can tell such a table from a list of anything: quantity × price = amount in its rows, or amounts
that add up to a sum printed below them.
"""

from __future__ import annotations

from collections.abc import Sequence

from docuextract_desktop.extraction.tables.grid import GridColumn, Run, runs_of
from docuextract_desktop.extraction.tables.lexicon import totals_strength
from docuextract_desktop.extraction.tables.sheet import Look, Sheet, clean_number, is_amount_shaped

EDGE = 0.8
"""Numbers of one column end within this many heights of a word."""

SHARE = 0.5
"""A column is one that this share of the rows fills."""


def bare_columns(sheet: Sheet, lines: Sequence[int]) -> tuple[list[GridColumn], list[int]] | None:
    """Columns that the numbers of these lines show, and the lines of the body; None where there are none.

    Args:
        sheet: the page.
        lines: to look at, in order; headers of other tables are not among them.
    """
    runs = {line: runs_of(sheet, line) for line in lines}
    ends = {line: end for line in lines if (end := _amount(sheet, runs[line])) is not None}
    cluster = _largest_cluster(sheet, ends)
    cluster = [line for line in cluster if totals_strength(_wording(sheet, line)) < 0.5]
    if not cluster:
        return None
    columns = _columns(sheet, [runs[line] for line in cluster])
    if len(columns) < 2:
        return None
    first, last = min(cluster), max(cluster)
    # Text above the first numbers may be the beginning of a description; sums stand below the last.
    body = [line for line in lines if first - 2 <= line <= last + 12]
    return columns, body


def _wording(sheet: Sheet, line: int) -> str:
    start, stop = sheet.lines[line]
    return " ".join(sheet.page.texts[i] for i in range(start, stop) if sheet.looks[i] == Look.TEXT)


def _amount(sheet: Sheet, runs: list[Run]) -> float | None:
    """Right edge of the last number of a line that also has text, if it is printed as amounts are."""
    numbers = [r for r in runs if clean_number(sheet, r.words)]
    if not numbers or not any(sheet.looks[i] == Look.TEXT for r in runs for i in r.words):
        return None
    last = numbers[-1]
    return last.x1 if any(is_amount_shaped(sheet.page.texts[i]) for i in last.words) else None


def _largest_cluster(sheet: Sheet, ends: dict[int, float]) -> list[int]:
    """The lines whose amounts end at the same place; the largest such group."""
    best: list[int] = []
    for edge in ends.values():
        group = [line for line, end in ends.items() if abs(end - edge) < EDGE * sheet.em]
        if len(group) > len(best):
            best = group
    return sorted(best)


def _columns(sheet: Sheet, rows: list[list[Run]]) -> list[GridColumn]:
    """Columns of numbers by their right edges, and of text by where it begins; those that enough rows fill."""
    em = sheet.em
    groups: list[list[Run]] = []
    for run in (r for row in rows for r in row if clean_number(sheet, r.words)):
        for group in groups:
            if abs(group[0].x1 - run.x1) < EDGE * em or abs(group[0].x0 - run.x0) < 0.4 * em:
                group.append(run)
                break
        else:
            groups.append([run])
    need = max(1.0, SHARE * len(rows))
    columns = [
        GridColumn(None, min(r.x0 for r in g), max(r.x1 for r in g), numeric=True) for g in groups if len(g) >= need
    ]
    kept: list[GridColumn] = []
    for column in sorted(columns, key=lambda c: c.x1):
        if kept and kept[-1].x1 > column.x0 + 0.3 * em:
            kept[-1].x0, kept[-1].x1 = min(kept[-1].x0, column.x0), max(kept[-1].x1, column.x1)
        else:
            kept.append(column)
    kept.extend(_dated(sheet, rows, need))
    kept.sort(key=lambda c: c.x0)
    texts = [r for row in rows for r in row if not r.dated and any(sheet.looks[i] == Look.TEXT for i in r.words)]
    found: list[GridColumn] = []
    borders = [0.0, *(x for c in kept for x in (c.x0, c.x1)), sheet.page.width]
    for left, right in zip(borders[::2], borders[1::2], strict=True):
        inside = [r for r in texts if left - 0.3 * em <= r.x0 and (r.x0 + r.x1) / 2 < right]
        if len(inside) >= need:
            found.append(GridColumn(None, min(r.x0 for r in inside), min(max(r.x1 for r in inside), right)))
    return sorted([*kept, *found], key=lambda c: c.x0)


def _dated(sheet: Sheet, rows: list[list[Run]], need: float) -> list[GridColumn]:
    """Columns of dates, by where these begin."""
    groups: list[list[Run]] = []
    for run in (r for row in rows for r in row if r.dated and len(r.words) == 1):
        for group in groups:
            if abs(group[0].x0 - run.x0) < EDGE * sheet.em:
                group.append(run)
                break
        else:
            groups.append([run])
    return [GridColumn(None, min(r.x0 for r in g), max(r.x1 for r in g), dated=True) for g in groups if len(g) >= need]
