"""Columns of a table: which words of each line belong under which header.

A column's interval is first that of its printed name and is then widened to where its words really stand: numbers are
set to the right, text to the left, and names are often narrower or wider than what stands under them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from docuextract_desktop.extraction.tables.assign import assign
from docuextract_desktop.extraction.tables.grid import (
    DATE_ROLES,
    NUMERIC_ROLES,
    TEXT_ROLES,
    Grid,
    GridColumn,
    GridLine,
    Run,
    may_join,
    runs_of,
)
from docuextract_desktop.extraction.tables.headers import Header, HeaderCell
from docuextract_desktop.extraction.tables.sheet import Look, Sheet, clean_number

MAX_SAMPLE = 60
"""Lines from which the columns' places are learnt."""


def columns_of(header: Header) -> list[GridColumn]:
    """One column per header cell, as wide as its name."""
    columns = [GridColumn(c, c.x0, c.x1) for c in header.cells]
    for column in columns:
        column.numeric, column.dated = column.role in NUMERIC_ROLES, column.role in DATE_ROLES
    return columns


def fit(
    sheet: Sheet,
    header: Header | None,
    columns: list[GridColumn],
    body: Sequence[int],
    sample: Sequence[int],
    match: Callable[[str], dict[str, float]] | None = None,
) -> Grid:
    """Assign the words of `body` to columns.

    Args:
        sheet: the page.
        header: the header over the body, if any.
        columns: as named by the header, or as found otherwise; changed in place.
        body: lines to assign.
        sample: those of `body` that surely belong to the table; the columns' intervals are learnt from them.
        match: names the keys of a header's text; needed to part headers that cover two columns.
    """
    runs = {line: runs_of(sheet, line) for line in body}
    grid = Grid(sheet, header, columns)
    sampled = [line for line in sample if line in runs][:MAX_SAMPLE]
    for _ in range(2):
        first = assign(sheet, columns, runs, sampled)
        added = _nameless(sheet, columns, [(runs[line], g) for line, g in zip(sampled, first, strict=True)])
        if not added:
            break
        columns.extend(added)
        columns.sort(key=lambda c: c.x0 + c.x1)
    for turn in range(2):
        first = assign(sheet, columns, runs, sampled)
        if turn == 0 and match is not None and _part_doubled(sheet, columns, first, match):
            first = assign(sheet, columns, runs, sampled)
        _learn(sheet, columns, first)
    grid.lines = assign(sheet, columns, runs, body)
    return grid


def _learn(sheet: Sheet, columns: list[GridColumn], lines: list[GridLine]) -> None:
    """Move each column's interval to where its words stand, and note what stands in it."""
    em = sheet.em
    rowlike = [line for line in lines if _fullness(sheet, columns, line) >= 2]
    strong = {id(line) for line in rowlike}
    spans: list[list[tuple[float, float]]] = [[] for _ in columns]
    loose: list[list[tuple[float, float]]] = [[] for _ in columns]
    numeric = [0] * len(columns)
    dated = [0] * len(columns)
    count = [0] * len(columns)
    for line in lines:
        for at, words in line.cells.items():
            span = (min(sheet.x0[i] for i in words), max(sheet.x1[i] for i in words))
            (spans if id(line) in strong else loose)[at].append(span)
            if id(line) in strong or not rowlike:
                count[at] += 1
                numeric[at] += clean_number(sheet, words)
                dated[at] += any(sheet.looks[i] == Look.DATE for i in words)
    for at, column in enumerate(columns):
        found = spans[at] or ([] if column.role in NUMERIC_ROLES else loose[at])
        if not found:
            continue
        column.dated = column.dated or 2 * dated[at] > count[at] > 0
        named = column.role in NUMERIC_ROLES
        column.numeric = (
            not column.dated
            and column.role not in TEXT_ROLES
            and (numeric[at] > 0.6 * count[at] or (named and 3 * numeric[at] >= count[at]))
        )
        lefts = sorted(s[0] for s in found)
        rights = sorted(s[1] for s in found)
        trim = len(found) // 8
        x0, x1 = lefts[trim], rights[-1 - trim]
        if not spans[at]:
            # Learnt from lines that are no rows: not beyond the names on either side.
            before = columns[at - 1].header if at else None
            after = columns[at + 1].header if at + 1 < len(columns) else None
            x0 = max(x0, before.x1) if before is not None else x0
            x1 = min(x1, after.x0) if after is not None else x1
            if x1 <= x0:
                continue
        if column.header is not None:
            # Keep the name inside, unless it hangs over a neighbour's words.
            x0, x1 = min(x0, column.header.x0), max(x1, column.header.x1)
        column.x0, column.x1 = x0, x1
    for left, right in itertools.pairwise(columns):
        if left.x1 > right.x0:
            _part(left, right)
    for at, column in enumerate(columns):
        if not column.numeric and not column.dated:
            limit = columns[at + 1].x0 if at + 1 < len(columns) else column.x1
            column.x1 = max(column.x1, limit - 0.6 * em)


def _fullness(sheet: Sheet, columns: list[GridColumn], line: GridLine) -> int:
    """How many columns of numbers or dates a line fills cleanly; prose fills none."""
    count = 0
    for at, words in line.cells.items():
        if len(words) > 4 and not columns[at].numeric:
            continue
        if clean_number(sheet, words) or any(sheet.looks[i] == Look.DATE for i in words):
            count += 1
    return count


def _part_doubled(
    sheet: Sheet, columns: list[GridColumn], lines: list[GridLine], match: Callable[[str], dict[str, float]]
) -> bool:
    """Part columns in which most rows show two numbers side by side; their names stood too close together."""
    changed = False
    for at in range(len(columns) - 1, -1, -1):
        lefts: list[float] = []
        rights: list[float] = []
        cells = joint = 0
        for line in lines:
            words = line.cells.get(at, [])
            numbers = [i for i in words if sheet.looks[i] in (Look.NUMBER, Look.PERCENT)]
            if not numbers or len(words) > len(numbers) + 3:
                continue
            cells += 1
            if (
                len(numbers) == 2
                and all(sheet.looks[i] == Look.SIGN for i in words if numbers[0] < i < numbers[1])
                and sheet.x0[numbers[1]] > sheet.x1[numbers[0]]
            ):
                if numbers[1] == numbers[0] + 1 and may_join(sheet, numbers[0]):
                    joint += 1
                lefts.append(sheet.x1[numbers[1] - 1])
                rights.append(sheet.x0[numbers[1]])
        if len(lefts) <= joint or 2 * len(lefts) < cells or max(lefts) > min(rights):
            continue
        columns[at : at + 1] = _parted(sheet, columns[at], (max(lefts) + min(rights)) / 2, match)
        changed = True
    return changed


def _parted(sheet: Sheet, column: GridColumn, cut: float, match: Callable[[str], dict[str, float]]) -> list[GridColumn]:
    """Two columns out of one, cut at `cut`; the words of its name go to the side where they stand."""
    sides: list[list[int]] = [[], []]
    for i in column.header.words if column.header is not None else []:
        sides[(sheet.x0[i] + sheet.x1[i]) / 2 > cut].append(i)
    found: list[GridColumn] = []
    for words, x0, x1 in ((sides[0], column.x0, cut), (sides[1], cut, column.x1)):
        header = None
        straddled = any(sheet.x0[i] < cut - sheet.em and sheet.x1[i] > cut + sheet.em for i in words)
        if words and not straddled:
            text = " ".join(sheet.page.texts[i] for i in words)
            header = HeaderCell(
                words, min(sheet.x0[i] for i in words), max(sheet.x1[i] for i in words), text, match(text)
            )
        found.append(GridColumn(header, min(x0, x1), x1, numeric=True))
    return found


def _part(left: GridColumn, right: GridColumn) -> None:
    """Two neighbours overlap: give the strip to the one whose name or numbers stand there."""
    low, high = right.x0, left.x1
    if right.numeric and not left.numeric:
        left.x1 = low
    elif left.numeric and not right.numeric:
        right.x0 = high
    else:
        middle = (low + high) / 2
        if left.header is not None and right.header is not None and left.header.x1 < right.header.x0:
            middle = min(max(middle, left.header.x1), right.header.x0)
        left.x1 = right.x0 = middle


def distance(column: GridColumn, x0: float, x1: float) -> float:
    """How far x0..x1 stands from a column, in the page's units: 0 where the narrower of the two is half covered."""
    overlap = min(column.x1, x1) - max(column.x0, x0)
    narrow = max(min(column.x1 - column.x0, x1 - x0), 0.0)
    return 0.25 * narrow - overlap if overlap <= 0 else max(0.5 * narrow - overlap, 0.0) * 0.5


def _nameless(sheet: Sheet, columns: list[GridColumn], lines: list[tuple[list[Run], GridLine]]) -> list[GridColumn]:
    """Columns whose header names nothing: runs far from every name that stand over each other in most rows."""
    em = sheet.em
    strays: list[tuple[int, Run]] = []
    full = 0
    for number, (runs, _) in enumerate(lines):
        if sum(r.number for r in runs) >= 2 or len(runs) >= 3:
            full += 1
            strays.extend(
                (number, run)
                for run in runs
                if run.gap > 1.0 and min(distance(c, run.x0, run.x1) for c in columns) > 0.5 * em
            )
    if full < 2:
        return []
    groups: list[list[tuple[int, Run]]] = []
    for number, run in sorted(strays, key=lambda s: s[1].x0):
        for group in groups:
            x0 = median(r.x0 for _, r in group)
            x1 = median(r.x1 for _, r in group)
            if abs(run.x0 - x0) < 0.7 * em or abs(run.x1 - x1) < 0.7 * em or abs(run.x0 + run.x1 - x0 - x1) < em:
                group.append((number, run))
                break
        else:
            groups.append([(number, run)])
    found: list[GridColumn] = []
    for group in groups:
        if len({n for n, _ in group}) < max(2, 0.6 * full):
            continue
        x0, x1 = min(r.x0 for _, r in group), max(r.x1 for _, r in group)
        if any(min(c.x1, x1) > max(c.x0, x0) for c in (*columns, *found)):
            continue
        numbers = sum(r.number for _, r in group)
        # Text beside a text column's name is more of that text, set over to the right.
        beside = min(columns, key=lambda c: distance(c, x0, x1))
        textual = not beside.numeric and beside.role != "position" and beside.x1 < x0
        if numbers * 2 < len(group) and textual and _words(group) > 1.5 * len(group):
            continue
        numeric = numbers * 2 > len(group)
        others = [
            {at for at, words in lines[n][1].cells.items() if not set(words) <= set(run.words)} for n, run in group
        ]
        named = _unused(columns, others, x0, x1, numeric=numeric)
        if named is not None:  # its name is centred over a wide column
            named.x0, named.x1 = min(named.x0, x0), max(named.x1, x1)
        else:
            found.append(GridColumn(None, x0, x1, numeric=numeric))
    return found


def _unused(
    columns: list[GridColumn], lines: list[set[int]], x0: float, x1: float, *, numeric: bool
) -> GridColumn | None:
    """The named column next to x0..x1 under whose name nothing stands in these lines, if it is of the right kind.

    Args:
        columns: from left to right.
        lines: for each line the columns in which something else stands.
        x0: left edge of the words without a name, in the page's units.
        x1: their right edge.
        numeric: whether they are numbers.
    """
    used = Counter(at for line in lines for at in line)
    right = next((n for n, c in enumerate(columns) if c.x0 >= x1), None)
    left = next((n for n in range(len(columns) - 1, -1, -1) if columns[n].x1 <= x0), None)
    for at in (right, left):
        if at is None or columns[at].header is None or 3 * used[at] > len(lines):
            continue
        role = columns[at].role
        if (role in NUMERIC_ROLES) == numeric and role != "position":
            return columns[at]
    return None


def _words(group: list[tuple[int, Run]]) -> int:
    return sum(len(run.words) for _, run in group)
