"""From pages to the rows of one table field."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from docuextract_desktop.documents.models import Box, Document
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.extraction.tables.arithmetic import Check, check_product, sum_matches
from docuextract_desktop.extraction.tables.cells import Trust, absent, description_words, number_cell, text_cell
from docuextract_desktop.extraction.tables.labels import NUMERIC_TYPES, LabelBook, label_book
from docuextract_desktop.extraction.tables.parts import Part, find_parts
from docuextract_desktop.extraction.tables.readings import best_reading, readings
from docuextract_desktop.extraction.tables.rows import Row
from docuextract_desktop.extraction.tables.sheet import Look, make_sheet
from docuextract_desktop.templates.models import Column, Locale, TemplateField
from docuextract_desktop.templates.types import resolve_locale

NO_TABLE = "No table with these columns was found."
SUM_DOUBT = "The amounts do not add up to the printed total."
CELLS_DOUBT = "Some cells want a look."


def extract_table(
    document: Document,
    field: TemplateField,
    locale: Locale | None = None,
    *,
    totals: Sequence[Decimal] = (),
    review_threshold: float = 0.85,
    page_indices: Sequence[int] | None = None,
) -> FieldValue:
    """Find the rows of a table field.

    Args:
        document: as it was read.
        field: of type "table"; its columns say what to look for. Names, titles and labels of the columns show whether
            one is a quantity, a unit price, an amount, a description, a date, a balance and so on; known words in many
            languages stand for these without being listed in the template.
        locale: how the document prints dates and numbers; what is "auto" there is read off the document.
        totals: sums that the document prints, such as its subtotal; the amounts are compared with them.
        review_threshold: cells of lower confidence are flagged.
        page_indices: 0-based pages to look at, or None for all.

    Returns:
        The field with `rows`, each a tuple of cells in the order of the template's columns; a cell that a row does not
        have is there with value None. `evidence` is the box of the table on its first page. No rows where no table was
        found. Confidence is the mean over the cells that were found.
    """
    columns = field.columns
    pages = [p for p in document.pages if page_indices is None or p.index in page_indices]
    if not columns or not pages:
        return _nothing(field)
    lines = [p.line_text(k) for p in pages for k in range(len(p.line_starts) - 1)]
    locale = resolve_locale(locale or Locale(), lines)
    book = label_book(columns)
    sheets = [make_sheet(p) for p in pages]
    parts = find_parts(sheets, book, columns, locale)
    if not parts:
        return _nothing(field)
    return _value(field, parts, book, locale, totals, review_threshold)


def _nothing(field: TemplateField) -> FieldValue:
    reasons = (NO_TABLE,) if field.required else ()
    return FieldValue(field.name, field.type, needs_review=bool(reasons), reasons=reasons)


def _value(
    field: TemplateField,
    parts: list[Part],
    book: LabelBook,
    locale: Locale,
    totals: Sequence[Decimal],
    threshold: float,
) -> FieldValue:
    checks = [[_check(part, n) for n in range(len(part.rows))] for part in parts]
    feet = [{n for n in range(len(part.rows)) if _is_foot(part, n)} for part in parts]
    amounts: list[Decimal] = []
    for part, found, foot in zip(parts, checks, feet, strict=True):
        for n, check in enumerate(found):
            if n in foot:
                continue
            reading = part.roles.reading(n, "amount")
            if reading is not None:
                amounts.append(check.values[2] if check.values is not None else reading.value)
    whole = [*totals, *(t for part in parts for t in part.totals)]
    summed = sum_matches(amounts, whole)
    known = sum_matches(amounts, totals)
    rows: list[tuple[FieldValue, ...]] = []
    for part, found, foot in zip(parts, checks, feet, strict=True):
        for n, (row, check) in enumerate(zip(part.rows, found, strict=True)):
            if n in foot:
                continue
            trust = Trust(check, summed, 1.0 - min(0.35, 0.06 * max(0.0, row.cost - 0.4)))
            cells = _cells(part, n, row, field.columns, book, trust, locale, threshold)
            if any(c.value is not None for c in cells):
                rows.append(cells)
    if not rows:
        return _nothing(field)
    reasons: list[str] = []
    sures = [c.confidence for row in rows for c in row if c.value is not None]
    confidence = sum(sures) / len(sures)
    if known is False and not summed:
        reasons.append(SUM_DOUBT)
        confidence *= 0.85
    if any(c.needs_review for row in rows for c in row):
        reasons.append(CELLS_DOUBT)
    return FieldValue(
        field.name,
        field.type,
        confidence=round(confidence, 5),
        needs_review=bool(reasons),
        reasons=tuple(reasons),
        evidence=_place(parts[0]),
        rows=tuple(rows),
    )


_ACCOUNT_WORDS = frozenset(["iban", "bic", "swift", "bic/swift"])


def _is_foot(part: Part, row: int) -> bool:
    """Whether a row is a line at the foot of the page that names the issuer's account, with a number under amounts."""
    if any(part.roles.reading(row, key) is not None for key in ("quantity", "unit_price")):
        return False
    texts = part.sheet.page.texts
    return any(texts[i].strip(":.,;()-").casefold() in _ACCOUNT_WORDS for w in part.rows[row].cells.values() for i in w)


def _check(part: Part, row: int) -> Check:
    roles = part.roles
    discount = roles.reading(row, "discount")
    basis = roles.reading(row, "price_basis")
    product = roles.products.get(row)
    return check_product(
        product[0] if product is not None else roles.reading(row, "quantity"),
        product[1] if product is not None else roles.reading(row, "unit_price"),
        roles.reading(row, "amount"),
        basis=basis.value if basis is not None else None,
        discount=discount,
    )


def _cells(
    part: Part,
    number: int,
    row: Row,
    columns: Sequence[Column],
    book: LabelBook,
    trust: Trust,
    locale: Locale,
    threshold: float,
) -> tuple[FieldValue, ...]:
    page, sheet = part.sheet.page, part.sheet
    cells: list[FieldValue] = []
    for key, column in zip(book.keys, columns, strict=True):
        place = part.roles.places.get(key)
        product = part.roles.products.get(number)
        if product is not None and key in ("quantity", "unit_price") and column.type in NUMERIC_TYPES:
            factor = product[0] if key == "quantity" else product[1]
            cells.append(number_cell(page, sheet, column, key, factor, 0.93, trust, locale, threshold))
            continue
        words = row.cells.get(place, []) if place is not None else []
        if product is not None:
            words = [i for i in words if i not in product[2]]
        sure = 0.985 * min(1.0, 0.02 + part.roles.sureness.get(key, 0.0))
        if not words and key == "description":
            words, sure = _loose_text(row), 0.9
            if words:
                cells.append(text_cell(page, sheet, column, words, sure, trust, locale, threshold))
                continue
        if not words:
            cells.append(absent(column))
            continue
        if column.type in NUMERIC_TYPES:
            found = part.roles.numbers[number].get(place, []) if place is not None else []
            reading = best_reading(found or readings(sheet, words, locale.decimal), key)
            if reading is None:
                cells.append(absent(column))
            else:
                cells.append(number_cell(page, sheet, column, key, reading, sure, trust, locale, threshold))
            continue
        if key == "description" and place is not None:
            kept = set(words)
            words = [i for i in _description(part, row, place) if i in kept]
        if not words or all(sheet.looks[i] == Look.SIGN for i in words):
            cells.append(absent(column))
            continue
        cells.append(text_cell(page, sheet, column, words, sure, trust, locale, threshold))
    return tuple(cells)


def _loose_text(row: Row) -> list[int]:
    """Words of the row's lines without numbers: a description that is set over or under the columns."""
    return [i for look in row.lines if not look.keys for _, words in sorted(look.line.cells.items()) for i in words]


def _description(part: Part, row: Row, place: int) -> list[int]:
    lines = [(look.line.cells, look.top, look.bottom) for look in row.lines]
    numbers = next((n for n, look in enumerate(row.lines) if look.keys), 0)
    return description_words(part.sheet, place, lines, numbers)


def _place(part: Part) -> Evidence:
    words = [i for row in part.rows for w in row.cells.values() for i in w]
    if part.grid.header is not None and part.headed:
        words.extend(i for c in part.grid.header.cells for i in c.words)
    box: Box = part.sheet.box(words)
    return Evidence(part.page_index, box, part.sheet.page.method, words=())
