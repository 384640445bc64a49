"""Monospaced printouts, and lists whose items take two lines each."""

from __future__ import annotations

from generator.canvas import GREY, Canvas, Run
from generator.layouts_test.rows import by_weight, item_lines, last_lane, text_lane
from generator.sheet import Entry, Row, Sheet
from generator.voice import Voice


def draw_printout(sheet: Sheet, voice: Voice) -> Canvas:
    """As from a line printer: fixed pitch, rules made of characters, a page break every 60 lines."""
    rng = voice.rng("printout")
    canvas = Canvas(595.3, 841.9, "courier")
    size, step, x0 = 8.5, 12.0, 40.0
    pitch = canvas.measure("0", size)
    count = int(515 / pitch)
    y = 48.0
    rule = rng.choice(["-", "=", "_", "*"]) * count

    def put(column: int, text: str, tag: str = "") -> None:
        canvas.text(x0 + column * pitch, y, text, size, tag=tag)

    def feed(lines: float = 1.0) -> None:
        nonlocal y
        y += step * lines
        if y > canvas.height - 50:
            canvas.new_page()
            y = 48.0

    put(0, sheet.sender.name.upper() if rng.random() < 0.4 else sheet.sender.name, sheet.sender_tag)
    put(count - len(sheet.title), sheet.title.upper())
    feed()
    for line in sheet.sender.address:
        put(0, line)
        feed()
    put(0, rule)
    feed(1.5)
    left = [Entry("", sheet.recipient.name, sheet.recipient_tag)] + [Entry("", x) for x in sheet.recipient.address]
    dots = rng.random() < 0.5
    wide = max(len(e.label) for e in sheet.meta) + 2
    for k in range(max(len(left), len(sheet.meta))):
        if k < len(left):
            put(0, left[k].value[:42], left[k].tag)
        if k < len(sheet.meta):
            entry = sheet.meta[k]
            put(46, (entry.label + " ").ljust(wide, ".") + ":" if dots else f"{entry.label}:")
            put(46 + wide + 2, entry.value, entry.tag)
        feed()
    feed(0.5)
    put(0, rule)
    feed()
    lanes = by_weight(sheet, 0, count)
    for lane in lanes:
        text = lane.column.header[: int(lane.x1 - lane.x0) - 1]
        at = int(lane.x1) - len(text) - 1 if lane.column.align == "right" else int(lane.x0)
        put(at, text)
    feed()
    put(0, rule)
    feed()
    for row in sheet.rows:
        lane = text_lane(lanes)
        chars = max(int(lane.x1 - lane.x0) - 1, 12)
        tag = f"{sheet.table_tag}.{row.index}" if row.kind == "item" else ""
        lines = _chop(row.cells.get(lane.column.key, ""), chars)
        for other in lanes:
            text = row.cells.get(other.column.key, "")
            if row.kind != "item":
                text = row.cells.get("amount", "") if other is last_lane(lanes) else ""
            if other is not lane and text:
                at = int(other.x1) - len(text) - 1 if other.column.align == "right" else int(other.x0)
                put(max(at, 0), text, f"{tag}.{other.column.key}" if tag else row.tag)
        for k, text in enumerate([*lines, *row.extras]):
            put(int(lane.x0), text, (tag and k < len(lines) and f"{tag}.{lane.column.key}") or "")
            feed()
    put(0, rule)
    feed()
    for entry in sheet.totals:
        put(count - 22 - len(entry.label), entry.label)
        put(count - 1 - len(entry.value), entry.value, entry.tag)
        feed(1.2 if entry.strong else 1)
    feed()
    for runs in sheet.outro:
        canvas.runs(x0, y, runs, size)
        feed()
    for entry in [*sheet.bank, *sheet.legal]:
        put(0, f"{entry.label:<14}")
        put(15, entry.value, entry.tag)
        feed()
    return canvas


def _chop(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def draw_two_line(sheet: Sheet, voice: Voice) -> Canvas:
    """Each item on two lines: its text over the whole width, its figures below."""
    rng = voice.rng("two lines")
    canvas = Canvas(595.3, 841.9, rng.choice(["helvetica", "vera", "times"]))
    x0, x1, size = 60.0, 535.0, 9.0
    canvas.text(x1, 50, sheet.sender.name, 16, bold=True, align="right", tag=sheet.sender_tag)
    y = 64.0
    for line in [*sheet.sender.address, *(f"{e.label} {e.value}" for e in sheet.contact[:2])]:
        canvas.text(x1, y, line, 8, align="right", colour=GREY)
        y += 10
    y = 120.0
    for k, line in enumerate([sheet.recipient.name, *sheet.recipient.address]):
        canvas.text(x0, y + k * 12, line, 10, tag=sheet.recipient_tag if k == 0 else "")
    y = 190.0
    canvas.text(x0, y, sheet.title, 15, bold=True)
    y += 20
    abreast = 2 if all(canvas.measure(e.value, size) < 118 for e in sheet.meta) else 1
    for start in range(0, len(sheet.meta), abreast):
        for k, entry in enumerate(sheet.meta[start : start + abreast]):
            x = x0 + k * 240
            canvas.text(x, y, f"{entry.label}:", size, colour=GREY)
            canvas.text(x + 115, y, entry.value, size, tag=entry.tag)
        y += 14
    lanes = by_weight(sheet, x0, x1)
    text = text_lane(lanes)
    figures = [lane for lane in lanes if lane is not text]
    places = {lane.column.key: x0 + 20 + (k + 1) * (x1 - x0 - 20) / len(figures) for k, lane in enumerate(figures)}

    def head(top: float) -> float:
        canvas.line(x0, top - 10, x1, top - 10, width=1)
        canvas.text(x0, top, text.column.header, size, bold=True)
        for lane in figures:
            canvas.text(places[lane.column.key], top + 11, lane.column.header, size - 1, bold=True, align="right")
        canvas.line(x0, top + 15, x1, top + 15)
        return top + 29

    y = head(y + 20)
    for row in sheet.rows:
        if y + 40 > canvas.height - 70:
            canvas.new_page()
            y = head(60.0)
        y = _two_lines(canvas, sheet, row, (x0, x1), places, y)
    y += 6
    if y + 15 * len(sheet.totals) + 60 > canvas.height - 40:
        canvas.new_page()
        y = 60.0
    canvas.line(x0, y - 8, x1, y - 8)
    for entry in sheet.totals:
        y += 6 if entry.strong else 0
        canvas.text(x1 - 190, y + 4, entry.label, size, bold=entry.strong)
        canvas.text(x1, y + 4, entry.value, size, bold=entry.strong, align="right", tag=entry.tag)
        if entry.strong:
            canvas.line(x1 - 190, y + 8, x1, y + 8, width=0.5)
            canvas.line(x1 - 190, y + 10, x1, y + 10, width=0.5)
        y += 15
    y += 14
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, size, x1 - x0, 13)
    runs = [Run(f"{e.label}: ") if k % 2 == 0 else Run(f"{e.value} | ", e.tag) for e in sheet.bank for k in (0, 1)]
    canvas.paragraph(x0, canvas.height - 44, runs, 7.5, x1 - x0, 10)
    runs = [Run(f"{e.label}: ") if k % 2 == 0 else Run(e.value, e.tag) for e in sheet.legal for k in (0, 1)]
    canvas.runs(x0, canvas.height - 24, runs, 7.5)
    return canvas


def _two_lines(
    canvas: Canvas, sheet: Sheet, row: Row, edges: tuple[float, float], places: dict[str, float], y: float
) -> float:
    x0, x1 = edges
    lanes = by_weight(sheet, x0, x1)
    key = text_lane(lanes).column.key
    if row.kind != "item":
        canvas.text(x0, y, row.cells["description"], 9, bold=True)
        end = places.get(last_lane(lanes).column.key, x1)
        canvas.text(end, y, row.cells.get("amount", ""), 9, bold=True, align="right", tag=row.tag)
        return y + 16
    tag = f"{sheet.table_tag}.{row.index}"
    wide_lanes = [type(lanes[0])(text_lane(lanes).column, x0, x1)]
    for text in item_lines(canvas, wide_lanes, row, 9):
        canvas.text(x0, y, text, 9, tag=f"{tag}.{key}")
        y += 11.5
    for name, x in places.items():
        canvas.text(x, y, row.cells.get(name, ""), 8.5, align="right", tag=f"{tag}.{name}")
    y += 11.5
    for text in row.extras:
        canvas.text(x0 + 20, y, text, 7.5, colour=GREY)
        y += 10
    return y + 5
