"""Which printed column feeds which column of the template: by name, by what stands in it, and by arithmetic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from docuextract_desktop.extraction.tables.arithmetic import product_shares
from docuextract_desktop.extraction.tables.grid import Grid
from docuextract_desktop.extraction.tables.inline import Product
from docuextract_desktop.extraction.tables.labels import NUMERIC_TYPES, SURE, LabelBook
from docuextract_desktop.extraction.tables.lines import Layout
from docuextract_desktop.extraction.tables.readings import Reading, best_reading, readings
from docuextract_desktop.extraction.tables.rows import Row
from docuextract_desktop.extraction.tables.sheet import Look
from docuextract_desktop.templates.models import Column, DecimalMark

_THOUSANDTHS: Final = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")

TRIPLE: Final = ("quantity", "unit_price", "amount")


@dataclass(slots=True)
class Roles:
    """Which printed column is what.

    Attributes:
        places: printed column of each key.
        sureness: of each key in `places`, 0..1.
        proven: share of the rows in which quantity × price is the amount, 0 where that could not be tried.
        numbers: for each row, the numbers of each printed column.
        products: of rows that print quantity and price inside a text.
    """

    places: dict[str, int] = field(default_factory=dict)
    sureness: dict[str, float] = field(default_factory=dict)
    proven: float = 0.0
    numbers: list[dict[int, list[Reading]]] = field(default_factory=list)
    products: dict[int, Product | None] = field(default_factory=dict)

    def reading(self, row: int, key: str) -> Reading | None:
        """The number of a row in the column of `key`."""
        place = self.places.get(key)
        return best_reading(self.numbers[row].get(place, []), key) if place is not None else None


def find_roles(
    grid: Grid, rows: Sequence[Row], layout: Layout, book: LabelBook, columns: Sequence[Column], decimal: DecimalMark
) -> Roles:
    """Match the template's columns, and those that help to check them, to printed ones."""
    roles = Roles()
    numeric = {k for k, c in enumerate(grid.columns) if c.numeric} | set(layout.keys)
    for row in rows:
        roles.numbers.append(
            {k: readings(grid.sheet, words, decimal) for k, words in row.cells.items() if k in numeric}
        )
    if decimal == "auto":
        _read_thousandths(grid, roles)
    names = [c.header.found if c.header is not None else {} for c in grid.columns]
    _place_triple(grid, rows, layout, names, roles)
    _place_others(grid, rows, layout, names, roles, book, columns)
    _place_running(rows, roles, book)
    _place_rest(grid, rows, roles, book, columns)
    return roles


def _place_running(rows: Sequence[Row], roles: Roles, book: LabelBook) -> None:
    """A balance that changes by the amount beside it, row by row, where no name says so."""
    if "balance" not in book.asked or "balance" in roles.places or len(rows) < 3:
        return
    series: dict[int, list[Decimal | None]] = {}
    for at in {k for numbers in roles.numbers for k, found in numbers.items() if found}:
        cells = [best_reading(numbers.get(at, []), "balance") for numbers in roles.numbers]
        series[at] = [c.value if c is not None else None for c in cells]
    for balance, after in series.items():
        for amount, change in series.items():
            steps = [
                abs(b - a) == abs(c)
                for a, b, c in zip(after, after[1:], change[1:], strict=False)
                if a is not None and b is not None and c is not None
            ]
            if balance != amount and len(steps) >= 2 and sum(steps) >= 0.7 * (len(rows) - 1):
                for key, at in (("balance", balance), ("amount", amount)):
                    if key in book.asked and (key not in roles.places or roles.places[key] in (balance, amount)):
                        roles.places[key], roles.sureness[key] = at, 0.9
                return


def _read_thousandths(grid: Grid, roles: Roles) -> None:
    """Where nothing shows the decimal mark, a column of "24.000", "7.500", "1.000" has three decimals."""
    for at in range(len(grid.columns)):
        cells = [numbers[at] for numbers in roles.numbers if numbers.get(at)]
        shaped = [_THOUSANDTHS.fullmatch(grid.sheet.page.texts[r.words[0]]) for found in cells for r in found]
        if not shaped or not all(shaped):
            continue
        for numbers in roles.numbers:
            if at in numbers:
                numbers[at] = [
                    replace(r, value=r.others[0], others=(r.value, *r.others[1:]), decimals=3) if r.others else r
                    for r in numbers[at]
                ]


def _place_rest(grid: Grid, rows: Sequence[Row], roles: Roles, book: LabelBook, columns: Sequence[Column]) -> None:
    """What is left: a price without quantity is the amount; a nameless column may be the only one still asked for."""
    places, sureness = roles.places, roles.sureness
    if "amount" in book.asked and "amount" not in places and "unit_price" in places and "quantity" not in places:
        places["amount"], sureness["amount"] = places.pop("unit_price"), 0.9 * sureness.pop("unit_price")
    open_keys = [k for k, c in zip(book.keys, columns, strict=True) if k not in places and c.type in NUMERIC_TYPES]
    taken = set(places.values())
    for at, column in enumerate(grid.columns):
        if not column.numeric or column.role is not None or at in taken or not open_keys:
            continue
        cells = [found for numbers in roles.numbers if (found := best_reading(numbers.get(at, []), None)) is not None]
        if len(cells) < 0.6 * len(rows):
            continue
        whole = all(c.decimals == 0 for c in cells)
        steps = {b.value - a.value for a, b in pairwise(cells)}
        if whole and "quantity" in open_keys and not (len(cells) > 1 and len(steps) == 1 and min(steps) > 0):
            key = "quantity"
        elif len(open_keys) == 1 and column.header is not None:
            key = open_keys[0]
        else:
            continue
        places[key], sureness[key] = at, 0.72
        open_keys.remove(key)
        taken.add(at)


def _place_triple(grid: Grid, rows: Sequence[Row], layout: Layout, names: list[dict[str, float]], roles: Roles) -> None:
    """Quantity, price and amount together: names and arithmetic may outvote each other."""
    count = len(grid.columns)
    able = [k for k in sorted(layout.keys) if not grid.columns[k].dated]
    values = np.full((len(rows), count), np.nan)
    decimals = np.zeros((len(rows), count))
    for r, numbers in enumerate(roles.numbers):
        for k in able:
            found = best_reading(numbers.get(k, []), None)
            if found is not None:
                values[r, k] = float(found.value)
                decimals[r, k] = found.decimals
    shares = product_shares(values[:, able], decimals[:, able])
    best, pick = 0.0, (-1, -1, -1)
    options = [-1, *range(len(able))]
    scores = [[_name_score(names[k], role, grid, k) for k in able] for role in TRIPLE]
    for n, k in enumerate(able):  # where names are silent: prices have decimals, quantities often none
        have = ~np.isnan(values[:, k])
        share = float(np.mean(decimals[have, k] >= 2)) if have.any() else 0.5
        scores[0][n] += 0.04 * (1 - share)
        scores[1][n] += 0.04 * share
    filled = [float(np.mean(~np.isnan(values[:, k]))) if len(rows) else 0.0 for k in able]
    last = max((n for n in range(len(able)) if filled[n] >= 0.5), default=-1)
    for a in options:
        score_a = 0.0 if a < 0 else scores[2][a] + (0.12 if a == last else 0.0)
        for q in options:
            if q == a >= 0:
                continue
            score_q = score_a + (0.0 if q < 0 else scores[0][q])
            for p in options:
                if p >= 0 and p in (a, q):
                    continue
                score = score_q + (0.0 if p < 0 else scores[1][p])
                if q >= 0 and p >= 0 and a >= 0:
                    score += 1.5 * float(shares[q, p, a]) + (0.02 if q < p else 0.0)
                if score > best:
                    best, pick = score, (q, p, a)
    proven = float(shares[pick]) if min(pick) >= 0 else 0.0
    roles.proven = proven
    for role, n in zip(TRIPLE, pick, strict=True):
        if n < 0:
            continue
        name = max(names[able[n]].get(role, 0.0), 0.0)
        sure = max(name, 0.95 * proven if proven >= 0.5 else 0.0)
        if sure < 0.5 and not (role == "amount" and not any(names)):
            continue
        roles.places[role] = able[n]
        roles.sureness[role] = max(sure, 0.5)


def _name_score(found: dict[str, float], role: str, grid: Grid, at: int) -> float:
    """How well a printed name fits a role; a name that means something else speaks against it."""
    score = found.get(role, 0.0)
    if score >= 0.5:
        return score
    other = max(found.values(), default=0.0)
    if not grid.columns[at].numeric:
        return -0.6
    if other >= SURE:
        key = max(found, key=lambda k: found[k])
        return -0.35 if key in TRIPLE else -0.9
    return -0.05 + score * 0.3


def _place_others(
    grid: Grid,
    rows: Sequence[Row],
    layout: Layout,
    names: list[dict[str, float]],
    roles: Roles,
    book: LabelBook,
    columns: Sequence[Column],
) -> None:
    """Every other key by its name, best match first; the description falls back to the widest text."""
    taken = set(roles.places.values())
    types = dict(zip(book.keys, [c.type for c in columns], strict=True))
    wanted = {k: t for k, t in types.items() if k not in TRIPLE}
    for helper in ("discount", "price_basis", "position", "unit", "article", "tax_rate"):
        wanted.setdefault(helper, "number" if helper in ("discount", "price_basis", "tax_rate") else "text")
    offers: list[tuple[float, str, int]] = []
    for at, found in enumerate(names):
        for key, score in found.items():
            if key in wanted and score >= 0.55:
                fit = _type_fit(grid, rows, at, wanted[key])
                if key == "description":
                    continue
                if fit > 0.3:
                    offers.append((score * (0.6 + 0.4 * fit) - (0.0 if key in book.asked else 0.05), key, at))
    main = layout.main
    if "description" in book.asked and main is not None and main not in taken:
        roles.places["description"] = main
        roles.sureness["description"] = max(0.8, names[main].get("description", 0.0))
        taken.add(main)
    for score, key, at in sorted(offers, key=lambda o: (-o[0], o[2])):
        if key in roles.places or at in taken:
            continue
        roles.places[key] = at
        roles.sureness[key] = min(score, 1.0)
        taken.add(at)
    if "value_date" in roles.places and "date" in book.asked and "date" not in roles.places:
        # A single column of dates is the date, whichever its name.
        roles.places["date"], roles.sureness["date"] = roles.places.pop("value_date"), 0.9
    for key, kind in wanted.items():  # a single column of dates needs no name
        if key in book.asked and key not in roles.places and kind == "date":
            dated = [k for k, c in enumerate(grid.columns) if c.dated and k not in taken]
            if len(dated) == 1:
                roles.places[key] = dated[0]
                roles.sureness[key] = 0.7
                taken.add(dated[0])


def _type_fit(grid: Grid, rows: Sequence[Row], at: int, kind: str) -> float:
    """Share of a printed column's cells that can be of a type."""
    cells = [row.cells[at] for row in rows if at in row.cells]
    if not cells:
        return 0.5
    if kind in NUMERIC_TYPES:
        test = (Look.NUMBER, Look.PERCENT)
    elif kind == "date":
        return 1.0 if grid.columns[at].dated else 0.5
    else:
        return 1.0
    return sum(any(grid.sheet.looks[i] in test for i in words) for words in cells) / len(cells)
