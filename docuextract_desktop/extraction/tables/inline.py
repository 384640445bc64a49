"""Quantity and price printed as a product inside a text: "3 x 12.50", "10 Stk à 1,20", "1 @8.60", "2x3.50"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from docuextract_desktop.extraction.tables.arithmetic import check_product
from docuextract_desktop.extraction.tables.readings import Reading, parse_number, readings
from docuextract_desktop.extraction.tables.sheet import Look, Sheet
from docuextract_desktop.templates.models import DecimalMark

_TIMES: Final = re.compile(r"[x×*@àáX]|je|zu|per|at|por|da")
_GLUED: Final = re.compile(r"(\d[\d.,]*)?([x×*X@])(\d[\d.,]*)?")
_UNIT_LETTERS: Final = 6

Product = tuple[Reading, Reading, tuple[int, ...]]
"""Quantity, price, and all words of the product, the sign and units between them included."""


def find_product(sheet: Sheet, words: Sequence[int], amount: Reading, decimal: DecimalMark) -> Product | None:
    """The product in these words that gives `amount`, or None.

    Args:
        sheet: the page.
        words: of a row, in reading order.
        amount: of the row.
        decimal: the document's decimal mark.
    """
    taken = set(amount.words)
    tokens = list(_tokens(sheet, [i for i in words if i not in taken], decimal))
    for at, (_, sign) in enumerate(tokens):
        if sign != "times":
            continue
        before = _number_near(tokens, at, -1)
        after = _number_near(tokens, at, 1)
        if before is None or after is None:
            continue
        quantity, price = tokens[before][1], tokens[after][1]
        if isinstance(quantity, Reading) and isinstance(price, Reading) and check_product(quantity, price, amount).good:
            return quantity, price, tuple(dict.fromkeys(word for word, _ in tokens[before : after + 1]))
    return None


def _tokens(sheet: Sheet, words: Sequence[int], decimal: DecimalMark) -> Iterator[tuple[int, Reading | str]]:
    """Each word as a number, a sign of multiplication ("times"), something short ("unit") or anything else ("")."""
    for i in words:
        text = sheet.page.texts[i]
        glued = _GLUED.fullmatch(text)
        if sheet.looks[i] == Look.NUMBER:
            found = readings(sheet, [i], decimal)
            yield i, (found[0] if found else "")
        elif glued is not None:
            for part in glued.groups():
                if part is None:
                    continue
                number = parse_number(part, decimal) if part[0].isdigit() else None
                if number is None:
                    yield i, "times"
                else:
                    decimals = max(0, -int(number[0].as_tuple().exponent))
                    yield i, Reading(number[0], number[1], (i,), False, decimals)
        elif _TIMES.fullmatch(text):
            yield i, "times"
        else:
            yield i, "unit" if len(text) <= _UNIT_LETTERS else ""


def _number_near(tokens: Sequence[tuple[int, Reading | str]], at: int, step: int) -> int | None:
    """Where the number before or after the sign of multiplication stands, over at most one unit or currency."""
    for distance in (1, 2):
        place = at + step * distance
        if not 0 <= place < len(tokens):
            return None
        near = tokens[place][1]
        if isinstance(near, Reading):
            return place
        if near != "unit":
            return None
    return None
