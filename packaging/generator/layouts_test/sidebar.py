"""A coloured side bar with all the facts, and a plain business letter."""

from __future__ import annotations

from generator.canvas import GREY, WHITE, Canvas, Run
from generator.layouts_test.rows import by_weight, draw_item, item_lines, last_lane, put, text_lane
from generator.sheet import Entry, Sheet
from generator.voice import Voice


def draw_sidebar(sheet: Sheet, voice: Voice) -> Canvas:
    """Facts stacked in a bar at one side, labels above values; the table beside it without rules."""
    rng = voice.rng("sidebar")
    canvas = Canvas(595.3, 841.9, rng.choice(["helvetica", "helvetica", "vera"]))
    on_left = rng.random() < 0.6
    dark = rng.random() < 0.5
    fill, ink = ((0.13, 0.2, 0.3), WHITE) if dark else ((0.92, 0.94, 0.9), (0.1, 0.1, 0.1))
    bar0, bar1 = (0.0, 165.0) if on_left else (430.0, 595.3)
    x0, x1 = (185.0, 565.0) if on_left else (32.0, 412.0)
    canvas.rect(bar0, 0, bar1, canvas.height, stroke=None, fill=fill)
    y = 50.0
    for text in canvas.wrap(sheet.sender.name, 135, 13, bold=True):
        canvas.text(bar0 + 16, y, text, 13, bold=True, colour=ink, tag=sheet.sender_tag)
        y += 16
    stacks = [Entry("", line) for line in sheet.sender.address] + [Entry("", "")]
    for entry in stacks:
        canvas.text(bar0 + 16, y, entry.value, 8, colour=ink)
        y += 11
    for entry in [*sheet.meta, *sheet.bank, *sheet.legal, *sheet.contact[:3]]:
        canvas.text(bar0 + 16, y, entry.label, 7, colour=ink)
        wide = canvas.measure(entry.value, 9, bold=True)
        canvas.text(bar0 + 16, y + 11, entry.value, 9 * min(1, 140 / wide) if wide else 9, bold=True, colour=ink,
                    tag=entry.tag)  # fmt: skip
        y += 27
    strong = next((e for e in sheet.totals if e.strong), None)
    canvas.text(x0, 62, sheet.title, 26, bold=True)
    y = 96.0
    if strong is not None and rng.random() < 0.5:  # the sum to pay in large print on top
        canvas.text(x0, y, strong.label, 9, colour=GREY)
        canvas.text(x0, y + 20, strong.value, 18, bold=True, tag=strong.tag)
        y += 44
    canvas.text(x0, y, sheet.recipient_label, 8, colour=GREY)
    canvas.text(x0, y + 13, sheet.recipient.name, 10, bold=True, tag=sheet.recipient_tag)
    for k, line in enumerate(sheet.recipient.address):
        canvas.text(x0, y + 26 + 12 * k, line, 9)
    if sheet.ship_to is not None:
        canvas.text(x0 + 200, y, sheet.ship_to_label, 8, colour=GREY)
        for k, line in enumerate([sheet.ship_to.name, *sheet.ship_to.address]):
            canvas.text(x0 + 200, y + 13 + 12 * k, line, 9, tag=sheet.ship_to_tag if k else "")
    y += 90
    size = 8.0 if len(sheet.columns) > 5 else 9.0
    lanes = by_weight(sheet, x0, x1)

    def head(top: float) -> float:
        for lane in lanes:
            put(canvas, lane, top, lane.column.header, size - 1, lane.column.align)
        return top + 18

    y = head(y)
    for row in sheet.rows:
        tall = (len(item_lines(canvas, lanes, row, size)) + len(row.extras)) * (size + 2.5) + 9
        if y + tall > canvas.height - 50:
            canvas.new_page()
            y = 60.0
        if row.kind == "item":
            draw_item(canvas, sheet, lanes, row, y, size, size + 2.5, {})
        else:
            canvas.text(text_lane(lanes).x0 + 3, y, row.cells["description"], size, bold=True)
            put(canvas, last_lane(lanes), y, row.cells.get("amount", ""), size, "right", row.tag)
        y += tall
    y += 10
    if y + 18 * len(sheet.totals) > canvas.height - 40:
        canvas.new_page()
        y = 60.0
    for entry in sheet.totals:
        canvas.text(x1 - 110, y, entry.label, 9, align="right", colour=GREY)
        canvas.text(x1 - 3, y, entry.value, 12 if entry.strong else 9, align="right", bold=entry.strong, tag=entry.tag)
        y += 18
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y + 4, runs, 8.5, x1 - x0, 12)
    return canvas


def draw_letter(sheet: Sheet, voice: Voice) -> Canvas:
    """A letter: place and date on the right, the number in the subject, figures in line with the text."""
    rng = voice.rng("letter")
    canvas = Canvas(595.3, 841.9, rng.choice(["times", "times", "helvetica"]), word_by_word=True)
    x0, x1, size = 72.0, 520.0, rng.choice([10.0, 11.0])
    step = size * 1.3
    y = 56.0
    for k, line in enumerate([sheet.sender.name, *sheet.sender.address]):
        canvas.text((x0 + x1) / 2, y, line, 15 if k == 0 else 9, align="center", tag=sheet.sender_tag if k == 0 else "")
        y += 15 if k == 0 else 11
    canvas.line(x0, y, x1, y, width=1)
    y += 34
    for k, line in enumerate([sheet.recipient.name, *sheet.recipient.address]):
        canvas.text(x0, y, line, size, tag=sheet.recipient_tag if k == 0 else "")
        y += step
    number = next((e for e in sheet.meta if e.tag.endswith("number")), sheet.meta[0])
    day = next((e for e in sheet.meta if e.tag.endswith("date") and e is not number), sheet.meta[-1])
    place = sheet.sender.city.split(" ")[-1]
    wide = canvas.measure(f"{place}, {day.value}", size)
    canvas.runs(x1 - wide, y + 8, [Run(f"{place}, "), Run(day.value, day.tag)], size)
    y += 40
    canvas.runs(x0, y, [Run(f"{sheet.title} {number.label} "), Run(number.value, number.tag)], size + 2, bold=True)
    y += step * 1.2
    for entry in (e for e in sheet.meta if e not in (number, day)):
        canvas.runs(x0, y, [Run(f"{entry.label}: "), Run(entry.value, entry.tag)], size)
        y += step
    for runs in sheet.intro:
        y = canvas.paragraph(x0, y + 6, runs, size, x1 - x0, step)
    lanes = by_weight(sheet, x0, x1)
    small = size - 1.5 if len(sheet.columns) > 5 else size - 0.5
    y += step
    for lane in lanes:
        put(canvas, lane, y, lane.column.header, small, lane.column.align)
    canvas.line(x0, y + 4, x1, y + 4, dashed=True)
    y += step * 1.3
    for row in sheet.rows:
        tall = (len(item_lines(canvas, lanes, row, small)) + len(row.extras)) * (small * 1.25) + 4
        if y + tall > canvas.height - 80:
            canvas.text((x0 + x1) / 2, canvas.height - 40, f"- {canvas.page_index + 1} -", 9, align="center")
            canvas.new_page()
            y = 80.0
        if row.kind == "item":
            draw_item(canvas, sheet, lanes, row, y, small, small * 1.25, {"quantity": "left", "unit_price": "right"})
        else:
            canvas.text(text_lane(lanes).x0 + 3, y, row.cells["description"], small, bold=True)
            put(canvas, last_lane(lanes), y, row.cells.get("amount", ""), small, "right", row.tag)
        y += tall
    if y + step * (len(sheet.totals) + len(sheet.outro) + 5) > canvas.height - 60:
        canvas.new_page()
        y = 80.0
    end = last_lane(lanes)
    for entry in sheet.totals:  # directly under the column of amounts
        canvas.line(end.x0, y - size, end.x1, y - size, width=0.4)
        canvas.text(text_lane(lanes).x0 + 3, y, entry.label, small, bold=entry.strong)
        canvas.text(end.anchor("right"), y, entry.value, small, bold=entry.strong, align="right", tag=entry.tag)
        y += step
    y += step
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, size, x1 - x0, step)
    for entry in [*sheet.bank, *sheet.legal]:
        canvas.runs(x0, y, [Run(f"{entry.label} "), Run(entry.value, entry.tag)], size - 1)
        y += step
    canvas.text(x0, y + step * 1.5, sheet.sender.manager, size)
    return canvas
