"""Numbers in cells: read once, with every reading that the print allows, so that arithmetic can choose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from docuextract_desktop.extraction.tables.grid import may_join
from docuextract_desktop.extraction.tables.sheet import Look, Sheet
from docuextract_desktop.templates.models import DecimalMark
from docuextract_desktop.templates.types.numerals import read_numeral

_CORE: Final = re.compile(r"[.,]?\d[\d.,'’]*")
_MINUS: Final = frozenset("-−–")


@dataclass(frozen=True, slots=True)
class Reading:
    """One number in a cell.

    Attributes:
        value: as most likely meant.
        others: what the same print could stand for as well.
        words: indices into the page's words: the number and its sign or currency.
        percent: printed with a percent sign.
        decimals: printed digits after the decimal mark.
    """

    value: Decimal
    others: tuple[Decimal, ...]
    words: tuple[int, ...]
    percent: bool
    decimals: int

    def all(self) -> tuple[Decimal, ...]:
        """Every value that it could stand for."""
        return (self.value, *self.others)


@lru_cache(maxsize=65536)
def parse_number(text: str, decimal: DecimalMark) -> tuple[Decimal, tuple[Decimal, ...]] | None:
    """The number that a word prints, whatever sign, currency or bracket is around it; None where it is none."""
    core = _CORE.search(text)
    if core is None:
        return None
    digits = core.group().rstrip(".,'’")
    # "150,-" means whole units.
    numeral = read_numeral(digits, decimal)
    if numeral is None:
        return None
    before, after = text[: core.start()], text[core.start() + len(digits) :]
    negative = any(c in _MINUS for c in before) or "(" in before
    if not negative and after and after[0] in _MINUS:
        negative = True
    sign = -1 if negative else 1
    values = [Decimal(v) * sign for v in (numeral.value, *numeral.alternatives)]
    return values[0], tuple(values[1:])


def readings(sheet: Sheet, words: Sequence[int], decimal: DecimalMark) -> list[Reading]:
    """All numbers among the words of a cell, in their order."""
    texts, looks = sheet.page.texts, sheet.looks
    found: list[Reading] = []
    used: set[int] = set()
    for at, i in enumerate(words):
        if i in used or looks[i] not in (Look.NUMBER, Look.PERCENT):
            continue
        group = [i]
        text = texts[i]
        for j in words[at + 1 :]:  # "1 234,56": groups parted by a space
            if j != group[-1] + 1 or not may_join(sheet, group[-1]):
                break
            group.append(j)
            text = f"{text} {texts[j]}"
        parsed = parse_number(text.replace(" ", ""), decimal)
        if parsed is None:
            continue
        value, others = parsed
        percent = looks[group[-1]] == Look.PERCENT
        extra = []
        before = words[at - 1] if at else None
        if before is not None and before not in used and looks[before] == Look.SIGN and before == i - 1:
            extra.append(before)
            if texts[before] in ("-", "−", "–"):
                value, others = -abs(value), tuple(-abs(o) for o in others)
        last = at + len(group)
        if last < len(words) and looks[words[last]] == Look.SIGN and words[last] == group[-1] + 1:
            after = words[last]
            if texts[after] == "%":
                percent = True
                extra.append(after)
            elif texts[after] not in ("+", "*"):
                extra.append(after)
                if texts[after] in ("-", "−") and sheet.gap(group[-1], after) < 0.4:
                    value, others = -abs(value), tuple(-abs(o) for o in others)
        used.update(group)
        used.update(extra)
        shown = f"{value:f}"
        decimals = len(shown.partition(".")[2])
        found.append(Reading(value, others, tuple(sorted((*group, *extra))), percent, decimals))
    return found


def best_reading(found: Sequence[Reading], role: str | None) -> Reading | None:
    """The number of a cell that a column of that role means."""
    if not found:
        return None
    if role in ("tax_rate", "discount"):
        return next((r for r in found if r.percent), found[0])
    plain = [r for r in found if not r.percent] or list(found)
    if role == "quantity":
        return plain[0]
    if role in ("amount", "gross", "balance"):
        shaped = [r for r in plain if r.decimals]
        return (shaped or plain)[-1]
    shaped = [r for r in plain if r.decimals]
    return (shaped or plain)[0]
