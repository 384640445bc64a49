"""Three parties side by side, and a classic centred head with a strip of facts."""

from __future__ import annotations

from generator.canvas import GREY, WHITE, Canvas, Run
from generator.layouts_test.rows import by_weight, draw_item, item_lines, last_lane, put, text_lane
from generator.sheet import Entry, Sheet
from generator.voice import Voice


def draw_cards(sheet: Sheet, voice: Voice) -> Canvas:
    """Sender, recipient and facts as three columns; coloured bars; totals on a tinted card."""
    rng = voice.rng("cards")
    canvas = Canvas(612, 792, rng.choice(["helvetica", "vera"]))
    ink = rng.choice([(0.0, 0.45, 0.45), (0.55, 0.2, 0.35), (0.2, 0.3, 0.6)])
    x0, x1, size = 40.0, 572.0, 8.5
    canvas.rect(0, 0, 612, 8, stroke=None, fill=ink)
    canvas.text(x0, 52, sheet.title, 24, colour=ink)
    third = (x1 - x0) / 3
    blocks = [
        (voice.label("from"), [Entry("", sheet.sender.name, sheet.sender_tag)]
         + [Entry("", v) for v in sheet.sender.address] + sheet.legal),
        (sheet.recipient_label, [Entry("", sheet.recipient.name, sheet.recipient_tag)]
         + [Entry("", v) for v in sheet.recipient.address]),
    ]  # fmt: skip
    bottom = 0.0
    for k, (label, entries) in enumerate(blocks):
        y = 84.0
        canvas.text(x0 + k * third, y, label.upper(), 7, bold=True, colour=GREY)
        for entry in entries:
            y += 12
            lead = f"{entry.label} " if entry.label else ""
            wide = canvas.measure(lead + entry.value, size)
            canvas.runs(x0 + k * third, y, [Run(lead), Run(entry.value, entry.tag)],
                        size * min(1.0, (third - 8) / wide))  # fmt: skip
        bottom = max(bottom, y)
    y = 84.0
    for entry in sheet.meta:  # label at the column's left edge, value at the page's right edge
        canvas.text(x0 + 2 * third + 4, y, entry.label, size, colour=GREY)
        room = third - canvas.measure(entry.label, size) - 12
        wide = canvas.measure(entry.value, size)
        canvas.text(x1, y, entry.value, size * min(1.0, room / wide), align="right", tag=entry.tag)
        y += 13
    y = max(bottom, y) + 24
    for runs in sheet.intro:
        y = canvas.paragraph(x0, y, runs, size, x1 - x0, 12) + 4
    lanes = by_weight(sheet, x0, x1)

    def head(top: float) -> float:
        canvas.rect(x0, top, x1, top + 20, stroke=None, fill=ink)
        for lane in lanes:
            wide = canvas.measure(lane.column.header, 8, bold=True)
            canvas.text(lane.anchor(lane.column.align), top + 13, lane.column.header,
                        8 * min(1.0, (lane.x1 - lane.x0 - 3) / wide), bold=True, align=lane.column.align,
                        colour=WHITE)  # fmt: skip
        return top + 22

    y = head(y)
    again = rng.random() < 0.5
    for row in sheet.rows:
        tall = (len(item_lines(canvas, lanes, row, size)) + len(row.extras)) * 11 + 7
        if y + tall > canvas.height - 60:
            canvas.new_page()
            y = head(48.0) if again else 48.0
        if row.kind == "item":
            draw_item(canvas, sheet, lanes, row, y + 12, size, 11, {"position": "left", "quantity": "center"})
        else:
            canvas.rect(x0, y, x1, y + tall, stroke=None, fill=(0.9, 0.9, 0.9))
            canvas.text(text_lane(lanes).x0 + 3, y + 12, row.cells["description"], size, bold=True)
            put(canvas, last_lane(lanes), y + 12, row.cells.get("amount", ""), size, "right", row.tag)
        y += tall
        canvas.line(x0, y, x1, y, width=0.3, colour=(0.8, 0.8, 0.8))
    if y + 20 * len(sheet.totals) + 30 > canvas.height - 40:
        canvas.new_page()
        y = 48.0
    y += 12
    card = x1 - 230
    if sheet.totals:
        canvas.rect(card, y, x1, y + 18 * len(sheet.totals) + 10, stroke=None, fill=(0.94, 0.95, 0.97))
    for entry in sheet.totals:
        y += 18
        canvas.text(card + 10, y, entry.label, 10 if entry.strong else size, bold=entry.strong)
        canvas.text(x1 - 10, y, entry.value, 10 if entry.strong else size, bold=entry.strong, align="right",
                    tag=entry.tag)  # fmt: skip
    at = y - 18 * len(sheet.totals) + 18
    for entry in sheet.bank:  # beside the card
        canvas.text(x0, at, entry.label, 7, colour=GREY)
        canvas.text(x0, at + 10, entry.value, size, tag=entry.tag)
        at += 26
    y = max(y, at) + 20
    for cells in sheet.tax_table:
        for k, text in enumerate(cells):
            canvas.text(x0 + k * 70, y, text, 7.5)
        y += 11
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, size, x1 - x0, 12)
    return canvas


def draw_strip(sheet: Sheet, voice: Voice) -> Canvas:
    """Head centred; facts and totals in strips over the page, values under labels; rules between columns only."""
    rng = voice.rng("strip")
    canvas = Canvas(595.3, 841.9, rng.choice(["times", "helvetica"]))
    x0, x1, size = 48.0, 548.0, rng.choice([8.5, 9.5])
    middle = (x0 + x1) / 2
    canvas.text(middle, 48, sheet.sender.name, 18, bold=True, align="center", tag=sheet.sender_tag)
    canvas.text(middle, 62, " – ".join(sheet.sender.address), 8, align="center")
    canvas.text(middle, 73, " – ".join(f"{e.label} {e.value}" for e in sheet.contact[:3]), 8, align="center")
    canvas.line(x0, 80, x1, 80)
    canvas.text(middle, 106, sheet.title.upper(), 14, align="center")
    y = 136.0
    indent = rng.choice([x0, x0 + 260])
    for k, line in enumerate([sheet.recipient_label, sheet.recipient.name, *sheet.recipient.address]):
        canvas.text(indent, y + 12 * k, line, 9.5, tag=sheet.recipient_tag if k == 1 else "")
    y += 76
    share = (x1 - x0) / min(len(sheet.meta), 5)
    for start in range(0, len(sheet.meta), 5):
        for k, entry in enumerate(sheet.meta[start : start + 5]):
            centre = x0 + (k + 0.5) * share
            for text, dy, tag in ((entry.label, 0.0, ""), (entry.value, 12.0, entry.tag)):
                wide = canvas.measure(text, size)
                canvas.text(centre, y + dy, text, size * min(1.0, (share - 4) / wide), align="center", tag=tag)
        y += 32
    lanes = by_weight(sheet, x0, x1)
    top = y

    def head() -> None:
        nonlocal y
        canvas.line(x0, y, x1, y, width=1)
        for lane in lanes:
            put(canvas, lane, y + 12, lane.column.header, size, "center")
        y += 17
        canvas.line(x0, y, x1, y, width=1)

    def close() -> None:
        for x in [lane.x0 for lane in lanes] + [x1]:
            canvas.line(x, top, x, y, width=0.5)
        canvas.line(x0, y, x1, y, width=1)

    head()
    for number, row in enumerate(sheet.rows):
        tall = (len(item_lines(canvas, lanes, row, size)) + len(row.extras)) * (size + 2) + 3
        if y + tall > canvas.height - 130:
            put(canvas, text_lane(lanes), y + 11, sheet.carried_label, size, "right")
            put(canvas, last_lane(lanes), y + 11, sheet.running_texts[max(number - 1, 0)], size, "right")
            y += 16
            close()
            canvas.new_page()
            y = top = 60.0
            head()
        if row.kind == "item":
            draw_item(canvas, sheet, lanes, row, y + size + 2, size, size + 2, {})
        else:
            canvas.text(text_lane(lanes).x0 + 3, y + size + 2, row.cells["description"], size, bold=True)
            put(canvas, last_lane(lanes), y + size + 2, row.cells.get("amount", ""), size, "right", row.tag)
        y += tall
    close()
    y += 20
    share = (x1 - x0) / max(len(sheet.totals), 1)
    for k, entry in enumerate(sheet.totals):  # a strip again: label above, sum below
        right = x0 + (k + 1) * share - 4
        wide = canvas.measure(entry.label, size)
        canvas.text(right, y, entry.label, size * min(1.0, (share - 8) / wide), align="right")
        canvas.text(right, y + 14, entry.value, size + (2 if entry.strong else 0), align="right", bold=entry.strong,
                    tag=entry.tag)  # fmt: skip
    y += 40
    for runs in sheet.outro:
        y = canvas.paragraph(x0, y, runs, size, x1 - x0, 12)
    entries = [*sheet.bank, *sheet.legal]
    runs = [Run(f"{e.label} ") if k % 2 == 0 else Run(f"{e.value}  ", e.tag) for e in entries for k in (0, 1)]
    canvas.paragraph(x0, canvas.height - 50, runs, 7.5, x1 - x0, 10)
    return canvas
