"""Lines under an item that only tell how its price came about: a list price, a discount, a surcharge."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from docuextract_desktop.extraction.tables.grid import Grid
from docuextract_desktop.extraction.tables.lines import Layout, LineLook
from docuextract_desktop.extraction.tables.readings import readings
from docuextract_desktop.templates.models import DecimalMark

MAX_CONDITIONS: Final = 4
"""Lines of conditions under one item."""


def mark_conditions(grid: Grid, layout: Layout, looks: list[LineLook], decimal: DecimalMark) -> None:
    """Take the numbers off lines that add up to the amount of the item above, a discount among them.

    A gross amount and the discounts under it that give exactly the item's own amount are no items beside it: they would
    count it twice. Arithmetic alone shows that, in any language.
    """
    if layout.amount is None:
        return
    valued = [(look, value) for look in looks if look.keys and (value := _amount(grid, layout, look, decimal))]
    at = 0
    while at < len(valued):
        item, amount = valued[at]
        at += 1
        if len(item.keys) < 2 or item.totals >= 0.5:
            continue
        whole = Decimal(0)
        for stop in range(at, min(at + MAX_CONDITIONS, len(valued))):
            look, value = valued[stop]
            if look.position or len(look.keys) >= len(item.keys):  # as full as the item: one of its own
                break
            whole += value
            lines = valued[at : stop + 1]
            mixed = any((v < 0) != (amount < 0) for _, v in lines)
            if len(lines) > 1 and mixed and whole == amount:
                for told, _ in lines:
                    told.keys, told.totals, told.condition = frozenset(), 0.0, True
                at = stop + 1
                break


def _amount(grid: Grid, layout: Layout, look: LineLook, decimal: DecimalMark) -> Decimal | None:
    if layout.amount not in look.keys:
        return None
    found = readings(grid.sheet, look.line.cells[layout.amount], decimal)
    return found[-1].value if found else None
