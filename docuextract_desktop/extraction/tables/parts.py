"""Tables of a document, page by page: under their headers, going on without one, or proven by arithmetic alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from docuextract_desktop.extraction.tables.arithmetic import sum_matches
from docuextract_desktop.extraction.tables.bare import bare_columns
from docuextract_desktop.extraction.tables.columns import columns_of, fit
from docuextract_desktop.extraction.tables.grid import Grid, GridColumn, sample_of
from docuextract_desktop.extraction.tables.headers import Header, find_headers
from docuextract_desktop.extraction.tables.inline import find_product
from docuextract_desktop.extraction.tables.labels import LabelBook
from docuextract_desktop.extraction.tables.lexicon import totals_strength
from docuextract_desktop.extraction.tables.lines import Layout
from docuextract_desktop.extraction.tables.readings import readings
from docuextract_desktop.extraction.tables.roles import Roles, find_roles
from docuextract_desktop.extraction.tables.rows import Row, find_rows
from docuextract_desktop.extraction.tables.sheet import Look, Sheet
from docuextract_desktop.templates.models import Column, Locale

MIN_SCORE = 1.2
"""A table must name, or prove by arithmetic, about two of the asked columns."""

CLEARLY = 0.5
"""Headers that name less than this share of what the best one names are looked at only where that one fails."""


@dataclass(slots=True)
class Part:
    """A table, or its share of one page, with its columns known.

    Attributes:
        headed: the header stands on the same page.
        ended: sums closed it on its page, so it does not go on over the next.
        totals: numbers printed below it, among which its own total may be.
        named: those of them whose lines are named as sums.
    """

    sheet: Sheet
    grid: Grid
    layout: Layout
    rows: list[Row]
    roles: Roles
    score: float
    headed: bool
    ended: bool
    totals: list[Decimal]
    named: list[Decimal]

    @property
    def page_index(self) -> int:
        """0-based index of its page."""
        return self.sheet.page.index


def find_parts(sheets: list[Sheet], book: LabelBook, columns: Sequence[Column], locale: Locale) -> list[Part]:
    """The table that fits the template best, with its shares of all pages, in their order; empty where there is none.

    Args:
        sheets: the pages.
        book: of the template's columns.
        columns: of the template.
        locale: of the document, nothing "auto" in it that the document shows.
    """
    headers = [find_headers(s, book) for s in sheets]
    best = max((h.asked for found in headers for h in found), default=0.0)
    chosen = _choose(_headed_parts(sheets, headers, book, columns, locale, (CLEARLY * best, 99.0)), book)
    if not chosen:
        chosen = _choose(_headed_parts(sheets, headers, book, columns, locale, (0.0, CLEARLY * best)), book)
    if not chosen and "amount" in book.asked:
        chosen = _choose_proven(_bare_parts(sheets, headers, book, columns, locale))
    return _continue(chosen, sheets, headers, book, columns, locale)


def _headed_parts(
    sheets: list[Sheet],
    headers: list[list[Header]],
    book: LabelBook,
    columns: Sequence[Column],
    locale: Locale,
    asked: tuple[float, float] = (0.0, 99.0),
) -> list[Part]:
    """The tables under those headers that name at least so much of what was asked for, and less than so much."""
    parts: list[Part] = []
    for at, (sheet, found) in enumerate(zip(sheets, headers, strict=True)):
        for n, header in enumerate(found):
            if header.asked <= 0 or (len(columns) > 1 and header.asked < 0.9):
                continue
            if not asked[0] <= header.asked < asked[1]:
                continue
            stop = found[n + 1].first if n + 1 < len(found) else len(sheet.lines)
            part = _body_part(sheet, header, range(header.last + 1, stop), book, columns, locale)
            last = n + 1 == len(found) and at + 1 < len(sheets)
            if part is None and last and header.asked >= 2 and stop - header.last <= 6:
                # A header alone at the foot of a page: its rows stand on the next one.
                following = sheets[at + 1]
                lines = _until_header(following, headers[at + 1])
                part = _body_part(following, header, lines, book, columns, locale, headed=False)
            if part is not None:
                parts.append(part)
    return parts


def _until_header(sheet: Sheet, headers: list[Header]) -> range:
    """The lines of a page above its first header of any table."""
    return range(min((h.first for h in headers if h.known >= 3), default=len(sheet.lines)))


def _body_part(
    sheet: Sheet,
    header: Header,
    lines: range,
    book: LabelBook,
    columns: Sequence[Column],
    locale: Locale,
    *,
    headed: bool = True,
) -> Part | None:
    body = list(lines)
    if not body:
        return None
    match = book.match if headed else None
    grid = fit(sheet, header, columns_of(header), body, sample_of(sheet, body), match)
    part = _part(grid, book, columns, locale)
    if part is not None:
        part.headed = headed
    return part


def _bare_parts(
    sheets: list[Sheet], headers: list[list[Header]], book: LabelBook, columns: Sequence[Column], locale: Locale
) -> list[Part]:
    """Tables that no header names, one a page at most."""
    parts: list[Part] = []
    for sheet, found in zip(sheets, headers, strict=True):
        named = {line for h in found if h.known >= 3 for line in range(h.first, h.last + 1)}
        shown = bare_columns(sheet, [line for line in range(len(sheet.lines)) if line not in named])
        if shown is None:
            continue
        part = _part(fit(sheet, None, shown[0], shown[1], []), book, columns, locale)
        if part is not None:
            part.headed = False
            parts.append(part)
    return parts


def _choose_proven(parts: list[Part]) -> list[Part]:
    """The tables without header that arithmetic proves: by their products, or by a sum printed under them."""
    amounts = [
        r.value for part in parts for n in range(len(part.rows)) if (r := part.roles.reading(n, "amount")) is not None
    ]
    known = [t for part in parts for t in (part.totals if len(amounts) > 1 else part.named)]
    summed = sum_matches(amounts, known)
    chosen = [p for p in parts if summed or (p.roles.proven >= 0.6 and len(p.rows) > 1) or _dated(p)]
    for part in chosen:
        if "amount" in part.roles.places:
            part.roles.sureness["amount"] = max(part.roles.sureness["amount"], 0.93 if summed else 0.85)
    return [p for p in chosen if "amount" in p.roles.places]


def _dated(part: Part) -> bool:
    """Whether nearly all of several rows begin with a date that was asked for, as lines of a statement do."""
    place = part.roles.places.get("date")
    if place is None or len(part.rows) < 3:
        return False
    return sum(place in row.cells for row in part.rows) >= 0.9 * len(part.rows)


def _part(
    grid: Grid, book: LabelBook, columns: Sequence[Column], locale: Locale, *, usual: Layout | None = None
) -> Part | None:
    rows, layout, looks = find_rows(grid, locale.decimal, usual=usual)
    if not rows:
        return None
    roles = find_roles(grid, rows, layout, book, columns, locale.decimal)
    _place_products(grid, rows, roles, locale)
    last = rows[-1].lines[-1].line.index
    after = [look for look in looks if look.line.index > last]
    ended = any(look.totals >= 0.6 and look.keys and not look.carried for look in after)
    part = Part(grid.sheet, grid, layout, rows, roles, 0.0, usual is None, ended, *_totals_below(grid, rows, locale))
    part.score = _score(part, book)
    return part


def _place_products(grid: Grid, rows: list[Row], roles: Roles, locale: Locale) -> None:
    """Take quantity and price from products printed inside a text, where the row has no cell of their own for both."""
    if "quantity" in roles.places and "unit_price" in roles.places:
        return
    for n, row in enumerate(rows):
        amount = roles.reading(n, "amount")
        if amount is None or not amount.value:
            continue
        words = [i for look in row.lines for _, cell in sorted(look.line.cells.items()) for i in cell]
        roles.products[n] = find_product(grid.sheet, words, amount, locale.decimal)


def _totals_below(grid: Grid, rows: list[Row], locale: Locale) -> tuple[list[Decimal], list[Decimal]]:
    """Numbers in the lines under the table and in its own lines that are no rows: all, and those named as sums."""
    sheet = grid.sheet
    used = {look.line.index for row in rows for look in row.lines}
    first = rows[0].lines[0].line.index
    found: list[Decimal] = []
    named: list[Decimal] = []
    for line in range(first, min(rows[-1].lines[-1].line.index + 30, len(sheet.lines))):
        if line in used:
            continue
        start, stop = sheet.lines[line]
        values = [r.value for r in readings(sheet, range(start, stop), locale.decimal) if not r.percent]
        found.extend(values)
        wording = " ".join(sheet.page.texts[i] for i in range(start, stop) if sheet.looks[i] == Look.TEXT)
        if values and totals_strength(wording) >= 0.6:
            named.extend(values)
    return found, named


def _score(part: Part, book: LabelBook) -> float:
    """How much of what was asked for the table has."""
    score = 0.0
    for key in book.keys:
        place = part.roles.places.get(key)
        if place is None:
            continue
        filled = sum(place in row.cells for row in part.rows) / len(part.rows)
        score += part.roles.sureness[key] * min(1.0, 0.3 + filled)
    amounts = [r.value for n in range(len(part.rows)) if (r := part.roles.reading(n, "amount")) is not None]
    if sum_matches(amounts, part.totals):
        score += 0.4
    return score + part.roles.proven + 0.02 * min(len(part.rows), 10)


def _choose(parts: list[Part], book: LabelBook) -> list[Part]:
    """The best table, with all others that have the same columns: the same table on other pages, or in sections."""
    need = MIN_SCORE if len(book.keys) > 1 else 0.5
    best = max(parts, key=lambda p: (p.score, -p.page_index), default=None)
    if best is None or best.score < need:
        return []
    return [p for p in parts if p is best or _alike(p, best)]


def _alike(part: Part, best: Part) -> bool:
    a, b = part.grid.header, best.grid.header
    if a is None or b is None:
        return False
    keys_a, keys_b = a.keys(), b.keys()
    if 4 * len(keys_a & keys_b) < 3 * len(keys_a | keys_b):
        return False
    asked_a = {k for k in part.roles.places if k in ("quantity", "unit_price", "amount", "description")}
    asked_b = {k for k in best.roles.places if k in ("quantity", "unit_price", "amount", "description")}
    return len(asked_a ^ asked_b) <= 1


def _continue(
    chosen: list[Part],
    sheets: list[Sheet],
    headers: list[list[Header]],
    book: LabelBook,
    columns: Sequence[Column],
    locale: Locale,
) -> list[Part]:
    """Follow a table over pages that do not repeat its header."""
    result: list[Part] = []
    have = {p.page_index for p in chosen}
    for part in chosen:
        result.append(part)
        at = next(n for n, s in enumerate(sheets) if s is part.sheet)
        last = part
        while not last.ended and at + 1 < len(sheets) and sheets[at + 1].page.index not in have:
            at += 1
            following = _follow(part, sheets[at], headers[at], book, columns, locale)
            if following is None:
                break
            result.append(following)
            have.add(following.page_index)
            last = following
    return sorted(result, key=lambda p: (p.page_index, p.grid.lines[0].index if p.grid.lines else 0))


def _follow(
    part: Part, sheet: Sheet, headers: list[Header], book: LabelBook, columns: Sequence[Column], locale: Locale
) -> Part | None:
    if abs(sheet.page.width - part.sheet.page.width) > 0.02 * sheet.page.width:
        return None
    kept = [GridColumn(c.header, c.x0, c.x1, numeric=c.numeric, dated=c.dated) for c in part.grid.columns]
    body = list(_until_header(sheet, headers))
    if not body:
        return None
    grid = fit(sheet, None, kept, body, [])
    following = _part(grid, book, columns, locale, usual=part.layout)
    if following is None:
        return None
    following.roles.places = dict(part.roles.places)
    following.roles.sureness = {k: s * 0.97 for k, s in part.roles.sureness.items()}
    return following
