"""Columns of a table: which words of each line belong under which header.

A column's interval is first that of its printed name and is then widened to where its words really stand: numbers are
set to the right, text to the left, and names are often narrower or wider than what stands under them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from docuextract_desktop.extraction.tables.headers import Header, HeaderCell
from docuextract_desktop.extraction.tables.lexicon import totals_strength
from docuextract_desktop.extraction.tables.sheet import Look, Sheet, clean_number

NUMERIC_ROLES = frozenset(
    "quantity unit_price price_basis discount tax_rate tax_amount tax_base amount gross debit credit balance".split()
)

TEXT_ROLES = frozenset("description article unit".split())

RUN_GAP = 0.75
"""White space, in heights of a word, that parts two runs of one line."""

_FAR = 60.0
_GROUP_HEAD = re.compile(r"(?<![\d.,])\d{1,3}$")
_GROUP_TAIL = re.compile(r"\d{3}(?!\d)")


@dataclass(slots=True)
class GridColumn:
    """One column as printed.

    Attributes:
        header: its printed name, or None where none was found.
        x0, x1: where its words stand, in the page's units.
        numeric: whether numbers stand in it.
        dated: whether dates stand in it.
    """

    header: HeaderCell | None
    x0: float
    x1: float
    numeric: bool = False
    dated: bool = False

    def role(self) -> str | None:
        """What its name says for sure."""
        return self.header.best_key() if self.header is not None else None


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
        runs.append(
            Run([i], sheet.x0[i], sheet.x1[i], number or looks[i] == Look.SIGN, looks[i] == Look.DATE, gap)
        )
    return runs


def may_join(sheet: Sheet, word: int) -> bool:
    """Whether a word and the next can be one number, its thousands parted by a space: "7 695,40"."""
    texts = sheet.page.texts
    if sheet.gap(word, word + 1) > 1.25 * sheet.space + 0.05:
        return False
    return bool(_GROUP_HEAD.search(texts[word]) and _GROUP_TAIL.match(texts[word + 1]))


def columns_of(header: Header) -> list[GridColumn]:
    """One column per header cell, as wide as its name."""
    return [
        GridColumn(c, c.x0, c.x1, numeric=(c.best_key() in NUMERIC_ROLES), dated=c.best_key() in ("date", "value_date"))
        for c in header.cells
    ]


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
    sampled = [line for line in sample if line in runs]
    for _ in range(2):
        first = [_assign(sheet, columns, runs[line], line) for line in sampled]
        added = _nameless(sheet, columns, [(runs[line], g) for line, g in zip(sampled, first, strict=True)])
        if not added:
            break
        columns.extend(added)
        columns.sort(key=lambda c: c.x0 + c.x1)
    for turn in range(2):
        first = [_assign(sheet, columns, runs[line], line) for line in sampled]
        if turn == 0 and match is not None and _part_doubled(sheet, columns, first, match):
            first = [_assign(sheet, columns, runs[line], line) for line in sampled]
        _learn(sheet, columns, first)
    grid.lines = [_assign(sheet, columns, runs[line], line) for line in body]
    return grid


def _distance(column: GridColumn, x0: float, x1: float) -> float:
    """How far a run stands from a column: 0 where the narrower of the two is half covered."""
    overlap = min(column.x1, x1) - max(column.x0, x0)
    narrow = min(column.x1 - column.x0, x1 - x0)
    if overlap <= 0:
        return 0.25 * max(narrow, 0.0) - overlap
    if overlap >= 0.5 * narrow:
        return 0.0
    return 0.0 if narrow <= 0 else (0.5 * narrow - overlap) * 0.5


def _assign(sheet: Sheet, columns: list[GridColumn], runs: list[Run], line: int) -> GridLine:
    """Put each run of a line into a column, in order, at the least cost; runs over several columns are cut first."""
    em = sheet.em
    pieces = _cut(sheet, columns, runs)
    count = len(columns)
    costs: list[list[float]] = []
    for piece in pieces:
        row = []
        x1 = piece.x1
        if len(piece.words) > 2 and not piece.number:
            # Where text begins says where it belongs, if it runs on over other columns.
            touched = sum(min(c.x1, x1) - max(c.x0, piece.x0) > 0.3 * em for c in columns)
            x1 = min(x1, piece.x0 + 2 * em) if touched > 1 else x1
        clean = piece.number or clean_number(sheet, piece.words)
        for column in columns:
            distance = _distance(column, piece.x0, x1) / em
            cost = min(distance * 0.25, 4.0)
            if piece.number and not column.numeric:
                cost += 0.0 if column.role() == "article" else 0.05
            elif column.numeric and not clean:
                cost += 0.15 if len(piece.words) == 1 and piece.x1 - piece.x0 < 3 * em else 0.9
            elif column.role() == "position" and not piece.number and piece.x1 - piece.x0 > 3 * em:
                cost += 0.8
            row.append(cost)
        costs.append(row)
    best = costs[0][:]
    backs: list[list[int]] = []
    for k in range(1, len(pieces)):
        gap = pieces[k].gap
        stay = 0.0 if gap < 1.0 else min(0.08 * gap, 0.35)
        move = 0.5 if gap < 0.2 else 0.12 if gap < RUN_GAP else 0.0
        row, back = [], []
        lead, lead_at = 1e9, -1  # cheapest column left of this one
        for c in range(count):
            here = best[c] + stay
            if lead + move < here:
                row.append(lead + move + costs[k][c])
                back.append(lead_at)
            else:
                row.append(here + costs[k][c])
                back.append(c)
            if best[c] < lead:
                lead, lead_at = best[c], c
        best = row
        backs.append(back)
    at = min(range(count), key=lambda c: best[c])
    total = best[at]
    places = [at]
    for back in reversed(backs):
        at = back[at]
        places.append(at)
    places.reverse()
    cells: dict[int, list[int]] = {}
    for piece, place in zip(pieces, places, strict=True):
        cells.setdefault(place, []).extend(piece.words)
    return GridLine(line, cells, total / len(pieces))


def _cut(sheet: Sheet, columns: list[GridColumn], runs: list[Run]) -> list[Run]:
    """Cut runs that stand in several columns into words, but not prose that runs on regardless of columns."""
    slack = 0.3 * sheet.em
    pieces: list[Run] = []
    for run in runs:
        split = _aligned(sheet, columns, run)
        if split:
            pieces.append(Run(run.words[:split], run.x0, sheet.x1[run.words[split - 1]], run.number, run.dated, run.gap))
            word = run.words[split]
            run = Run(run.words[split:], sheet.x0[word], run.x1, run.number, run.dated, RUN_GAP)
            for piece in (pieces[-1], run):
                looks = [sheet.looks[i] for i in piece.words]
                piece.number = all(look in (Look.NUMBER, Look.PERCENT, Look.SIGN) for look in looks)
                piece.dated = Look.DATE in looks
        touched = [c for c in columns if min(c.x1, run.x1) - max(c.x0, run.x0) > slack]
        if len(touched) < 2 or len(run.words) < 2 or _straddles(sheet, touched, run):
            pieces.append(run)
            continue
        cuts = [0, *(n for n in range(1, len(run.words)) if _may_cut(sheet, touched, run, n)), len(run.words)]
        for start, stop in zip(cuts, cuts[1:], strict=False):
            words = run.words[start:stop]
            looks = [sheet.looks[i] for i in words]
            gap = run.gap if start == 0 else sheet.gap(words[0] - 1, words[0])
            number = all(look in (Look.NUMBER, Look.PERCENT, Look.SIGN) for look in looks)
            pieces.append(Run(words, sheet.x0[words[0]], sheet.x1[words[-1]], number, Look.DATE in looks, gap))
    return pieces


def _may_cut(sheet: Sheet, touched: list[GridColumn], run: Run, at: int) -> bool:
    """Whether a run may be cut before its word `at`: at a wider gap, at a column's edge, between text and number."""
    before, word = run.words[at - 1], run.words[at]
    texts = sheet.page.texts
    if texts[before].endswith(":") or texts[word].startswith(":"):
        return False
    if sheet.gap(before, word) > 1.4 * sheet.space + 0.05:
        return True
    if any(abs(sheet.x0[word] - c.x0) < 0.5 * sheet.em for c in touched[1:]):
        return True
    plain = (Look.TEXT,)
    if (sheet.looks[before] in plain) == (sheet.looks[word] in plain):
        return sheet.looks[word] not in plain
    middles = [(sheet.x0[i] + sheet.x1[i]) / 2 for i in (before, word)]
    places = [min(range(len(touched)), key=lambda c: _off(touched[c], middle)) for middle in middles]
    return places[0] != places[1]


def _off(column: GridColumn, x: float) -> float:
    return max(column.x0 - x, x - column.x1, 0.0)


def _aligned(sheet: Sheet, columns: list[GridColumn], run: Run) -> int:
    """Where to cut a run whose second part begins exactly under a name while the first stands under the one before."""
    em = sheet.em
    first = sheet.looks[run.words[0]]
    if first == Look.NUMBER and len(run.words) > 1 and sheet.looks[run.words[1]] == Look.TEXT:
        rest = sheet.x1[run.words[-1]]
        for left, right in zip(columns, columns[1:], strict=False):
            if left.header is None or right.header is None or not _counts(left) or right.role() in NUMERIC_ROLES:
                continue
            # "3 Steel pipe": a number under its name, and text that begins beyond it.
            under = min(left.header.x1, sheet.x1[run.words[0]]) > max(left.header.x0, sheet.x0[run.words[0]])
            if under and sheet.x0[run.words[1]] >= left.header.x1 and rest > right.header.x0:
                return 1
    for left, right in zip(columns, columns[1:], strict=False):
        if right.header is None or left.header is None or not run.x0 < right.header.x0 - 0.3 * em < run.x1:
            continue
        if run.x0 > left.header.x1 + 0.5 * em:
            continue
        for n in range(1, len(run.words)):
            if abs(sheet.x0[run.words[n]] - right.header.x0) < 0.3 * em:
                return n
    return 0


def _counts(column: GridColumn) -> bool:
    """Whether the column's name stands over bare numbers that text may follow closely."""
    return column.role() in ("position", "quantity")


def _straddles(sheet: Sheet, touched: list[GridColumn], run: Run) -> bool:
    """Whether the run is prose: a word of it stands across the border of two columns, or it fills three and more."""
    texts = [i for i in run.words if sheet.looks[i] == Look.TEXT]
    if 3 * len(texts) < 2 * len(run.words):
        return False
    slack = 0.3 * sheet.em
    for left, right in zip(touched, touched[1:], strict=False):
        if any(sheet.x0[i] < left.x1 - slack and sheet.x1[i] > right.x0 + slack for i in texts):
            return True
    return len(touched) > 2 and len(texts) > 4 and len(texts) == len(run.words)


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
        found = spans[at] or ([] if column.role() in NUMERIC_ROLES else loose[at])
        if not found:
            continue
        column.dated = column.dated or 2 * dated[at] > count[at] > 0
        named = column.role() in NUMERIC_ROLES
        column.numeric = (
            not column.dated
            and column.role() not in TEXT_ROLES
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
    for left, right in zip(columns, columns[1:], strict=False):
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
            if len(numbers) == 2 and all(
                sheet.looks[i] == Look.SIGN for i in words if numbers[0] < i < numbers[1]
            ) and sheet.x0[numbers[1]] > sheet.x1[numbers[0]]:
                if numbers[1] == numbers[0] + 1 and may_join(sheet, numbers[0]):
                    joint += 1
                lefts.append(sheet.x1[numbers[1] - 1])
                rights.append(sheet.x0[numbers[1]])
        if len(lefts) <= joint or 2 * len(lefts) < cells or max(lefts) > min(rights):
            continue
        columns[at : at + 1] = _parted(sheet, columns[at], (max(lefts) + min(rights)) / 2, match)
        changed = True
    return changed


def _parted(
    sheet: Sheet, column: GridColumn, cut: float, match: Callable[[str], dict[str, float]]
) -> list[GridColumn]:
    """Two columns out of one, cut at `cut`; the words of its name go to the side where they stand."""
    sides: list[list[int]] = [[], []]
    for i in column.header.words if column.header is not None else []:
        sides[(sheet.x0[i] + sheet.x1[i]) / 2 > cut].append(i)
    found: list[GridColumn] = []
    for words, x0, x1 in ((sides[0], column.x0, cut), (sides[1], cut, column.x1)):
        header = None
        if words:
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


def _nameless(sheet: Sheet, columns: list[GridColumn], lines: list[tuple[list[Run], GridLine]]) -> list[GridColumn]:
    """Columns whose header names nothing: runs far from every name that stand over each other in most rows."""
    em = sheet.em
    strays: list[tuple[int, Run]] = []
    full = 0
    for number, (runs, _) in enumerate(lines):
        if sum(r.number for r in runs) >= 2 or len(runs) >= 3:
            full += 1
            for run in runs:
                if min(_distance(c, run.x0, run.x1) for c in columns) > 0.5 * em:
                    strays.append((number, run))
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
        beside = min(columns, key=lambda c: _distance(c, x0, x1))
        textual = not beside.numeric and beside.role() != "position" and beside.x1 < x0
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
        role = columns[at].role()
        if (role in NUMERIC_ROLES) == numeric and role != "position":
            return columns[at]
    return None


def _words(group: list[tuple[int, Run]]) -> int:
    return sum(len(run.words) for _, run in group)


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
