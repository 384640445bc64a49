"""Forms full of boxes, and a wide landscape list."""

from __future__ import annotations

from generator.canvas import WHITE, Canvas, Run
from generator.layouts_test.rows import by_weight, draw_item, item_lines, last_lane, put, text_lane
from generator.sheet import Entry, Party, Sheet
from generator.voice import Voice


def _cell(canvas: Canvas, entry: Entry, box: tuple[float, float, float, float], size: float) -> None:
    """A box with a small label in its upper corner and the value below."""
    x0, y0, x1, y1 = box
    canvas.rect(*box, width=0.8)
    canvas.text(x0 + 3, y0 + 7.5, entry.label, 6)
    wide = canvas.measure(entry.value, size, bold=entry.strong)
    fit = size * min(1.0, (x1 - x0 - 6) / wide) if wide else size
    canvas.text(x0 + 4, y1 - 5, entry.value, fit, tag=entry.tag, bold=entry.strong)


def _party_box(
    canvas: Canvas,
    label: str,
    party: Party,
    tag: str,
    more: list[Entry],
    box: tuple[float, float, float, float],
    address_tag: str = "",
) -> None:
    x0, y0, _, _ = box
    canvas.rect(*box, width=0.8)
    canvas.text(x0 + 3, y0 + 8, label, 6)
    y = y0 + 20
    canvas.text(x0 + 5, y, party.name, 9, bold=True, tag=tag)
    for line in party.address:
        y += 11
        canvas.text(x0 + 5, y, line, 8.5, tag=address_tag)
    for entry in more:
        y += 11
        canvas.runs(x0 + 5, y, [Run(f"{entry.label} "), Run(entry.value, entry.tag)], 8)


def draw_form(sheet: Sheet, voice: Voice) -> Canvas:
    """A form: everything in ruled boxes, labels small above the values, totals in boxes at the foot."""
    rng = voice.rng("form")
    canvas = Canvas(595.3, 841.9, rng.choice(["helvetica", "times", "vera"]))
    x0, x1, size = 36.0, 559.0, rng.choice([8.0, 8.5, 9.0])
    canvas.text(x0, 46, sheet.title.upper(), 15, bold=True)
    half = (x0 + x1) / 2
    from_label = voice.label("from")
    _party_box(canvas, from_label, sheet.sender, sheet.sender_tag, sheet.contact[:1] + sheet.legal, (x0, 56, half, 130))
    _party_box(canvas, sheet.recipient_label, sheet.recipient, sheet.recipient_tag, [], (half, 56, x1, 130))
    per_row = rng.choice([3, 4])
    y = 130.0
    share = (x1 - x0) / per_row
    for start in range(0, len(sheet.meta), per_row):
        for place in range(per_row):
            entry = sheet.meta[start + place] if start + place < len(sheet.meta) else Entry("", "")
            _cell(canvas, entry, (x0 + place * share, y, x0 + (place + 1) * share, y + 26), size + 1)
        y += 26
    if sheet.ship_to is not None:
        _party_box(canvas, sheet.ship_to_label, sheet.ship_to, "", [], (x0, y, x1, y + 58), sheet.ship_to_tag)
        y += 58
    lanes = by_weight(sheet, x0, x1)
    leading = size * 1.25

    def head(top: float) -> float:
        canvas.rect(x0, top, x1, top + 18, fill=(0.88, 0.88, 0.88), width=0.8)
        for lane in lanes:
            put(canvas, lane, top + 12, lane.column.header, size, "center")
        return top + 18

    y = top = head(y)
    foot = canvas.height - 120
    for row in sheet.rows:
        lines = len(item_lines(canvas, lanes, row, size)) + len(row.extras)
        if y + lines * leading + 5 > foot:
            _grid(canvas, [lane.x0 for lane in lanes] + [x1], top, y)
            canvas.new_page()
            y = top = head(40.0)
        if row.kind == "item":
            y += draw_item(canvas, sheet, lanes, row, y + leading, size, leading, {"position": "center"}) + 5
        else:
            canvas.text(text_lane(lanes).x0 + 3, y + leading, row.cells["description"], size, bold=True)
            if "amount" in row.cells:
                put(canvas, last_lane(lanes), y + leading, row.cells["amount"], size, "right", row.tag)
            y += leading + 5
        canvas.line(x0, y, x1, y, width=0.4)
    if canvas.page_count == 1 and rng.random() < 0.6:  # empty rows down to the foot, as printed forms have
        while y + 18 < foot - 60:
            y += 18
            canvas.line(x0, y, x1, y, width=0.4)
    _grid(canvas, [lane.x0 for lane in lanes] + [x1], top, y)
    if y + 90 > canvas.height - 40:
        canvas.new_page()
        y = 40.0
    share = (x1 - x0) / max(len(sheet.totals), 1)
    for place, entry in enumerate(sheet.totals):
        _cell(canvas, entry, (x0 + place * share, y, x0 + (place + 1) * share, y + 30), size + 2)
    y += 30
    for place, entry in enumerate(sheet.bank):
        _cell(canvas, entry, (x0 + place * (x1 - x0) / 3, y, x0 + (place + 1) * (x1 - x0) / 3, y + 24), size)
    y += 38 if sheet.bank else 14
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, 7.5, x1 - x0, 10)
    return canvas


def _grid(canvas: Canvas, verticals: list[float], top: float, bottom: float) -> None:
    for x in verticals:
        canvas.line(x, top, x, bottom, width=0.8)
    canvas.line(verticals[0], bottom, verticals[-1], bottom, width=0.8)


def draw_wide(sheet: Sheet, voice: Voice) -> Canvas:
    """Landscape: dark header row, striped rows, the totals continue the columns of the table."""
    rng = voice.rng("wide")
    canvas = Canvas(841.9, 595.3, rng.choice(["helvetica", "vera"]))
    ink = rng.choice([(0.15, 0.25, 0.4), (0.3, 0.3, 0.3), (0.4, 0.2, 0.1)])
    x0, x1, size = 42.0, 800.0, 9.0
    canvas.text(x0, 50, sheet.title, 20, colour=ink)
    canvas.text(x1, 44, sheet.sender.name, 11, bold=True, align="right", tag=sheet.sender_tag)
    canvas.text(x1, 57, ", ".join(sheet.sender.address), 8, align="right")
    tail = [Run(f"{e.label}: ") if k % 2 == 0 else Run(f"{e.value}   ", e.tag) for e in sheet.legal for k in (0, 1)]
    canvas.runs(x1 - 220, 68, tail, 8)
    y = 92.0
    canvas.text(x0, y, sheet.recipient_label, 7)
    for k, line in enumerate([sheet.recipient.name, *sheet.recipient.address]):
        canvas.text(x0, y + 12 + k * 11, line, size, tag=sheet.recipient_tag if k == 0 else "")
    for k, entry in enumerate(sheet.meta):  # labels end where values begin
        column, place = divmod(k, 4)
        middle = 420.0 + column * 210
        canvas.text(middle, y + place * 13, f"{entry.label}:", size, align="right", colour=ink)
        canvas.text(middle + 5, y + place * 13, entry.value, size, bold=True, tag=entry.tag)
    lanes = by_weight(sheet, x0, x1)

    def head(top: float) -> float:
        canvas.rect(x0, top, x1, top + 17, stroke=None, fill=ink)
        for lane in lanes:
            canvas.text(lane.anchor(lane.column.align), top + 12, lane.column.header, 8, bold=True,
                        align=lane.column.align, colour=WHITE)  # fmt: skip
        return top + 17

    y = head(y + 66)
    for number, row in enumerate(sheet.rows):
        tall = (len(item_lines(canvas, lanes, row, size)) + len(row.extras)) * 11 + 4
        if y + tall > canvas.height - 60:
            canvas.new_page()
            y = head(40.0)
        if number % 2:
            canvas.rect(x0, y, x1, y + tall, stroke=None, fill=(0.93, 0.95, 0.97))
        if row.kind == "item":
            draw_item(canvas, sheet, lanes, row, y + 10.5, size, 11, {})
        else:
            canvas.text(text_lane(lanes).x0 + 3, y + 10.5, row.cells["description"], size, bold=True, colour=ink)
            put(canvas, last_lane(lanes), y + 10.5, row.cells.get("amount", ""), size, "right", row.tag)
        y += tall
    if y + 16 * len(sheet.totals) > canvas.height - 50:
        canvas.new_page()
        y = 40.0
    end = last_lane(lanes)
    canvas.line(x0, y, x1, y, width=1.2, colour=ink)
    for entry in sheet.totals:
        y += 15
        canvas.text(end.x0 - 10, y, entry.label, size, align="right", bold=entry.strong)
        canvas.text(end.anchor("right"), y, entry.value, size, align="right", bold=entry.strong, tag=entry.tag)
    y += 24
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, 8, 420, 11)
    runs = [Run(f"{e.label} ") if k % 2 == 0 else Run(f"{e.value}    ", e.tag) for e in sheet.bank for k in (0, 1)]
    canvas.runs(x0, canvas.height - 24, runs, 8)
    return canvas
