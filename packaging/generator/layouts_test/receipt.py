"""Receipts of the test family: printed on a grid of characters, as cash registers do."""

from __future__ import annotations

from collections.abc import Callable

from generator.canvas import Canvas
from generator.sheet import Entry, Sheet
from generator.voice import Voice


def draw_till(sheet: Sheet, voice: Voice) -> Canvas:
    """Lay out a receipt on 32 to 42 characters a line."""
    rng = voice.rng("till")
    count, size = rng.choice([32, 38, 42]), rng.choice([8.0, 9.0])
    canvas = Canvas(count * size * 0.6 + 40, 2400, "courier")
    pitch, step, y = size * 0.6, size * 1.25, 34.0

    def put(column: int, text: str, tag: str = "", *, bold: bool = False) -> None:
        canvas.text(20 + column * pitch, y, text, size, tag=tag, bold=bold)

    def feed(lines: float = 1.0) -> None:
        nonlocal y
        y += step * lines

    def centred(text: str, tag: str = "", *, bold: bool = False) -> None:
        for part in _fold(text, count):
            put((count - len(part)) // 2, part, tag, bold=bold)
            feed()

    def ends(entry: Entry) -> None:
        label = entry.label[: count - len(entry.value) - 1]
        put(0, label, bold=entry.strong)
        put(count - len(entry.value), entry.value, entry.tag, bold=entry.strong)
        feed(1.5 if entry.strong else 1.0)

    if rng.random() < 0.4:
        centred("* * *")
    centred(sheet.sender.name, sheet.sender_tag, bold=True)
    for text in sheet.sender.address:
        centred(text, sheet.address_tag)
    for entry in [*sheet.contact, *sheet.legal]:
        centred(f"{entry.label} {entry.value}")
    feed()
    rows_first = rng.random() < 0.4
    if not rows_first:
        _facts(sheet, put, feed, count)
        feed(0.5)
    unit = "unit_price" in [c.key for c in sheet.columns]
    for row in sheet.rows:
        tag = f"{sheet.table_tag}.{row.index}"
        amount = row.cells["amount"]
        if unit and (row.cells["quantity"] != "1" or rng.random() < 0.3):
            lead = f"{row.cells['quantity']} x "
            put(1, row.cells["quantity"], f"{tag}.quantity")
            put(1 + len(row.cells["quantity"]), " x ")
            put(1 + len(lead), row.cells["unit_price"], f"{tag}.unit_price")
            feed()
        elif "quantity" in row.cells:
            put(0, row.cells["quantity"], f"{tag}.quantity")
            if unit:
                put(len(row.cells["quantity"]) + 1, f"@{row.cells['unit_price']}", f"{tag}.unit_price")
                feed()
        start = 3 if "quantity" in row.cells and not unit else 0
        put(start, row.cells["description"][: count - start - len(amount) - 1], f"{tag}.description")
        put(count - len(amount), amount, f"{tag}.amount")
        feed()
    put(0, "-" * count)
    feed()
    for entry in sheet.totals:
        ends(entry)
    feed()
    if rows_first:
        _facts(sheet, put, feed, count)
    for runs in sheet.outro:
        centred("".join(run.text for run in runs))
    canvas.crop(y + 16)
    return canvas


def _facts(sheet: Sheet, put: Callable[..., None], feed: Callable[..., None], count: int) -> None:
    number, day, clock, cashier = sheet.meta
    put(0, day.value, day.tag)
    put(count - len(clock.value), clock.value)
    feed()
    put(0, f"{number.label} {number.value}"[:count])
    feed()
    put(0, f"{cashier.label} {cashier.value}")
    feed()


def _fold(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return [line[:width] for line in lines]
