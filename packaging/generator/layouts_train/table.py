"""The main table, over as many pages as it needs."""

from __future__ import annotations

from dataclasses import dataclass

from generator.canvas import GREY, Align, Canvas
from generator.layouts_train.style import Style
from generator.sheet import Column, Row, Sheet


@dataclass
class _Place:
    column: Column
    x0: float
    x1: float
    align: Align

    @property
    def anchor(self) -> float:
        if self.align == "right":
            return self.x1 - 4
        return (self.x0 + self.x1) / 2 if self.align == "center" else self.x0 + 4


def draw_table(canvas: Canvas, sheet: Sheet, style: Style, y: float) -> float:
    """Draw the rows; gives the next free y."""
    places = _places(canvas, sheet, style)
    y = _header(canvas, places, style, y)
    top, last_sum = y, ""
    limit = canvas.height - style.bottom
    for number, row in enumerate(sheet.rows):
        height = _height(canvas, row, places, style)
        if y + height > limit:
            if style.carried and last_sum:
                _sum_line(canvas, sheet.carried_label, last_sum, places, style, y)
            _verticals(canvas, places, style, top, y)
            canvas.new_page()
            y = 60.0
            if style.repeat_header:
                y = _header(canvas, places, style, y)
            top = y
            if style.carried and last_sum:
                y = _sum_line(canvas, sheet.carried_label, last_sum, places, style, y)
        _row(canvas, sheet, row, places, style, y, number)
        y += height
        if row.kind == "item":
            last_sum = sheet.running_texts[number]
    _verticals(canvas, places, style, top, y)
    if style.rules in ("header", "frame", "columns"):
        canvas.line(places[0].x0, y, places[-1].x1, y)
    return y + style.leading * 0.4


def _places(canvas: Canvas, sheet: Sheet, style: Style) -> list[_Place]:
    """Columns at least as wide as what stands in them; the rest goes to the description."""
    size, room = style.size, canvas.width - style.left - style.right
    needs: list[float] = []
    for column in sheet.columns:
        texts = [row.cells.get(column.key, "") for row in sheet.rows if row.kind == "item"]
        wide = max((canvas.measure(text, size) for text in texts), default=0.0) + 8
        header = canvas.measure(_header_text(column, style), size, bold=True) + 8
        words = max(canvas.measure(w, size, bold=True) for w in _header_text(column, style).split(" ")) + 8
        needs.append(max(wide, words if header > 1.6 * wide else header))
    stretch = [i for i, c in enumerate(sheet.columns) if c.key in ("description", "booking")]
    fixed = sum(need for i, need in enumerate(needs) if i not in stretch)
    for i in stretch:
        needs[i] = max(room - fixed, 90.0)
    scale = min(1.0, room / sum(needs))
    found, x = [], style.left
    for column, need in zip(sheet.columns, needs, strict=True):
        align = style.numbers_align if column.align == "right" else column.align
        if column.key in ("amount", "balance") and align != "center":
            align = "right"
        found.append(_Place(column, x, x + need * scale, align))
        x += need * scale
    return found


def _header_text(column: Column, style: Style) -> str:
    return column.header.upper() if style.header_upper else column.header


def _header(canvas: Canvas, places: list[_Place], style: Style, y: float) -> float:
    lines = [
        canvas.wrap(_header_text(p.column, style), max(p.x1 - p.x0 - 6, 10), style.size, bold=True) for p in places
    ]
    height = max(len(part) for part in lines) * style.leading + 5
    left, right = places[0].x0, places[-1].x1
    if style.header_fill is not None:
        canvas.rect(left, y, right, y + height, stroke=None, fill=style.header_fill)
    for place, part in zip(places, lines, strict=True):
        for k, text in enumerate(part):
            canvas.text(place.anchor, y + style.size + 2 + k * style.leading, text, style.size, bold=True,
                        align=place.align, colour=style.header_ink)  # fmt: skip
    if style.rules in ("grid", "frame", "columns"):
        canvas.rect(left, y, right, y + height, stroke=GREY)
    elif style.rules in ("header", "rows"):
        canvas.line(left, y + height, right, y + height)
        if style.rules == "header":
            canvas.line(left, y, right, y)
    if style.rules in ("grid", "columns"):
        for place in places[1:]:
            canvas.line(place.x0, y, place.x0, y + height, colour=GREY)
    return y + height


def _wrapped(canvas: Canvas, row: Row, place: _Place, style: Style) -> list[str]:
    return canvas.wrap(row.cells.get(place.column.key, ""), place.x1 - place.x0 - 8, style.size)


def _height(canvas: Canvas, row: Row, places: list[_Place], style: Style) -> float:
    if row.kind == "group":
        return style.leading + style.row_gap + 4
    lines = max(len(_wrapped(canvas, row, p, style)) for p in places if p.column.key in ("description", "booking"))
    return (lines + len(row.extras)) * style.leading + style.row_gap + 2


def _row(canvas: Canvas, sheet: Sheet, row: Row, places: list[_Place], style: Style, y: float, number: int) -> None:
    left, right = places[0].x0, places[-1].x1
    if row.kind == "group":
        canvas.text(left + 4, y + style.size + 4, row.cells["description"], style.size, bold=True)
        return
    if row.kind == "subtotal":
        _sum_line(canvas, row.cells["description"], row.cells["amount"], places, style, y, row.tag)
        return
    height = _height(canvas, row, places, style)
    if style.rules == "zebra" and number % 2 == 0:
        canvas.rect(left, y, right, y + height, stroke=None, fill=(0.94, 0.94, 0.95))
    baseline = y + style.size + style.row_gap / 2
    lines_before = 0
    for place in places:
        if place.column.key in ("description", "booking"):
            tag = f"{sheet.table_tag}.{row.index}.{place.column.key}"
            lines = _wrapped(canvas, row, place, style)
            for k, text in enumerate(lines):
                canvas.text(place.x0 + 4, baseline + k * style.leading, text, style.size, tag=tag)
            for k, text in enumerate(row.extras):
                canvas.text(place.x0 + 4, baseline + (len(lines) + k) * style.leading, text, style.size * 0.9)
            lines_before = len(lines) - 1
    shift = lines_before * style.leading if style.valign_last else 0.0
    for place in places:
        key = place.column.key
        if key not in ("description", "booking"):
            text = row.cells.get(key, "")
            wide = canvas.measure(text, style.size)
            size = style.size * min(1.0, (place.x1 - place.x0 - 2) / wide) if wide else style.size
            canvas.text(place.anchor, baseline + shift, text, size, align=place.align,
                        tag=f"{sheet.table_tag}.{row.index}.{key}")  # fmt: skip
    if style.rules in ("rows", "grid"):
        canvas.line(left, y + height, right, y + height, width=0.4, colour=GREY)


def _sum_line(
    canvas: Canvas, label: str, amount: str, places: list[_Place], style: Style, y: float, tag: str = ""
) -> float:
    wide = next((p for p in places if p.column.key in ("description", "booking")), places[0])
    end = next((p for p in reversed(places) if p.column.key in ("amount", "balance")), places[-1])
    baseline = y + style.size + style.row_gap / 2
    canvas.text(wide.x0 + 4, baseline, label, style.size, bold=True)
    canvas.text(end.anchor, baseline, amount, style.size, bold=True, align=end.align, tag=tag)
    return y + style.leading + style.row_gap + 2


def _verticals(canvas: Canvas, places: list[_Place], style: Style, top: float, bottom: float) -> None:
    if style.rules in ("grid", "columns"):
        for x in [p.x0 for p in places] + [places[-1].x1]:
            canvas.line(x, top, x, bottom, width=0.4, colour=GREY)
    elif style.rules == "frame":
        canvas.rect(places[0].x0, top, places[-1].x1, bottom, stroke=GREY)
