"""What the test layouts share: widths of columns and the cells of an item."""

from __future__ import annotations

from dataclasses import dataclass

from generator.canvas import Align, Canvas
from generator.sheet import Column, Row, Sheet


@dataclass(frozen=True)
class Lane:
    """A column's strip of the page: from `x0` to `x1` in points."""

    column: Column
    x0: float
    x1: float

    def anchor(self, align: Align, pad: float = 3.0) -> float:
        """Where text of that alignment is anchored."""
        return {"left": self.x0 + pad, "right": self.x1 - pad, "center": (self.x0 + self.x1) / 2}[align]


def by_weight(sheet: Sheet, x0: float, x1: float) -> list[Lane]:
    """Columns in fixed proportions, whatever stands in them."""
    whole = sum(c.weight for c in sheet.columns)
    lanes, x = [], x0
    for column in sheet.columns:
        wide = (x1 - x0) * column.weight / whole
        lanes.append(Lane(column, x, x + wide))
        x += wide
    return lanes


def put(canvas: Canvas, lane: Lane, y: float, text: str, size: float, align: Align, tag: str = "") -> None:
    """Print a cell, made smaller where it would leave its column."""
    room = lane.x1 - lane.x0 - 4
    wide = canvas.measure(text, size)
    canvas.text(lane.anchor(align), y, text, size * min(1.0, room / wide) if wide else size, align=align, tag=tag)


def item_lines(canvas: Canvas, lanes: list[Lane], row: Row, size: float) -> list[str]:
    """The description's printed lines."""
    lane = text_lane(lanes)
    return canvas.wrap(row.cells.get(lane.column.key, ""), lane.x1 - lane.x0 - 6, size)


def text_lane(lanes: list[Lane]) -> Lane:
    """The column that holds the running text."""
    return next((lane for lane in lanes if lane.column.key in ("description", "booking")), lanes[0])


def last_lane(lanes: list[Lane]) -> Lane:
    """The column of the amounts, or the last."""
    return next((lane for lane in reversed(lanes) if lane.column.key in ("amount", "balance")), lanes[-1])


def draw_item(
    canvas: Canvas,
    sheet: Sheet,
    lanes: list[Lane],
    row: Row,
    y: float,
    size: float,
    leading: float,
    align: dict[str, Align],
) -> float:
    """Print an item with its baseline at `y`; gives the height in points."""
    lines = item_lines(canvas, lanes, row, size)
    for lane in lanes:
        key = lane.column.key
        tag = f"{sheet.table_tag}.{row.index}.{key}"
        if lane is text_lane(lanes):
            for k, text in enumerate(lines):
                canvas.text(lane.x0 + 3, y + k * leading, text, size, tag=tag)
            for k, text in enumerate(row.extras):
                canvas.text(lane.x0 + 3, y + (len(lines) + k) * leading, text, size - 1)
        else:
            put(canvas, lane, y, row.cells.get(key, ""), size, align.get(key, lane.column.align), tag)
    return (len(lines) + len(row.extras)) * leading
