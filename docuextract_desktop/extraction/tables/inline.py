"""Quantity and price printed as a product inside a text: "3 x 12.50", "10 Stk à 1,20"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from docuextract_desktop.extraction.tables.arithmetic import check_product
from docuextract_desktop.extraction.tables.readings import Reading, parse_number, readings
from docuextract_desktop.extraction.tables.sheet import Look, Sheet
from docuextract_desktop.templates.models import DecimalMark

_TIMES: Final = re.compile(r"[x×*@àáX]|je|zu|per|at|por|da")
_GLUED: Final = re.compile(r"(\d[\d.,]*)[x×*X@](\d[\d.,]*)")

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
    words = [i for i in words if i not in taken]
    texts = sheet.page.texts
    for at, i in enumerate(words):
        glued = _GLUED.fullmatch(texts[i])
        if glued is not None:
            parts = [parse_number(part, decimal) for part in glued.groups()]
            if parts[0] is not None and parts[1] is not None:
                pair = [Reading(p[0], p[1], (i,), False, max(0, -int(p[0].as_tuple().exponent))) for p in parts if p]
                if check_product(pair[0], pair[1], amount).good:
                    return pair[0], pair[1], (i,)
        if not _TIMES.fullmatch(texts[i]):
            continue
        before = _number_near(sheet, words, at, -1, decimal)
        after = _number_near(sheet, words, at, 1, decimal)
        if before is None or after is None:
            continue
        quantity, price = before, after
        check = check_product(quantity, price, amount)
        if check.good:
            start, stop = words.index(quantity.words[0]), words.index(price.words[-1])
            return quantity, price, tuple(words[start : stop + 1])
    return None


def _number_near(sheet: Sheet, words: Sequence[int], at: int, step: int, decimal: DecimalMark) -> Reading | None:
    """The number before or after the sign of multiplication, over at most one unit or currency."""
    for distance in (1, 2):
        place = at + step * distance
        if not 0 <= place < len(words):
            return None
        if sheet.looks[words[place]] == Look.NUMBER:
            found = readings(sheet, [words[place]], decimal)
            return found[0] if found else None
        if sheet.looks[words[place]] == Look.TEXT and len(sheet.page.texts[words[place]]) > 6:
            return None
    return None
