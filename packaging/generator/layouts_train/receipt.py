"""Receipts of the train family: a narrow strip with freely placed lines."""

from __future__ import annotations

import random

from generator.canvas import Align, Canvas, Run
from generator.sheet import Row, Sheet
from generator.voice import Voice


class _Strip:
    """Prints line after line down a narrow strip; `y` is the next baseline."""

    def __init__(self, canvas: Canvas, size: float, margin: float) -> None:
        self.canvas, self.size, self.margin = canvas, size, margin
        self.y = 22.0 + size
        self.step = size * 1.35

    def feed(self, lines: float = 1.0) -> None:
        """Go down."""
        self.y += self.step * lines

    def line(self, text: str, align: Align = "center", tag: str = "", *, bold: bool = False, grow: float = 1.0) -> None:
        """Print a line, wrapped where it is too wide."""
        room = self.canvas.width - 2 * self.margin
        x = {"left": self.margin, "center": self.canvas.width / 2, "right": self.canvas.width - self.margin}[align]
        for part in self.canvas.wrap(text, room, self.size * grow, bold=bold):
            self.canvas.text(x, self.y, part, self.size * grow, align=align, tag=tag, bold=bold)
            self.feed(max(grow, 1.0))

    def ends(self, left: str, right: str, tag: str = "", *, bold: bool = False, grow: float = 1.0) -> None:
        """Print one text at each edge, made smaller where both do not fit."""
        size = self.size * grow
        wide = self.canvas.measure(f"{left}  {right}", size, bold=bold)
        size *= min(1.0, (self.canvas.width - 2 * self.margin) / wide)
        self.canvas.text(self.margin, self.y, left, size, bold=bold)
        self.canvas.text(self.canvas.width - self.margin, self.y, right, size, align="right", tag=tag, bold=bold)
        self.feed(max(grow, 1.0))

    def rule(self, kind: str) -> None:
        """Draw or print a rule over the width."""
        left, right = self.margin, self.canvas.width - self.margin
        if kind == "line":
            self.canvas.line(left, self.y - self.size * 0.6, right, self.y - self.size * 0.6, dashed=True)
        else:
            self.canvas.text(left, self.y, kind * int((right - left) / self.canvas.measure(kind, self.size)), self.size)
        self.feed()


def draw_receipt(sheet: Sheet, voice: Voice) -> Canvas:
    """Lay out a receipt in the shop's style."""
    rng = voice.rng("train receipt")
    width = rng.choice([170.0, 210.0, 226.0, 250.0])
    canvas = Canvas(width, 2400, rng.choice(["courier", "courier", "helvetica", "vera"]))
    strip = _Strip(canvas, rng.choice([7.0, 7.5, 8.0, 9.0]), rng.choice([10.0, 16.0, 24.0]))
    rule = rng.choice(["-", "=", "*", "line", "."])
    align: Align = rng.choice(["center", "center", "center", "left"])
    legal = _head(strip, sheet, voice, align, rng)
    if rng.random() < 0.8:
        strip.line(f"{sheet.contact[0].label} {sheet.contact[0].value}", align)
    for text in legal:
        strip.line(text, align)
    if rng.random() < 0.6:
        strip.feed(0.5)
        strip.line(sheet.title, align, bold=True)
    strip.rule(rule)
    _facts(strip, sheet, voice)
    strip.rule(rule)
    _items(strip, sheet, voice)
    strip.rule(rule)
    for entry in sheet.totals:
        grow = rng.choice([1.0, 1.3]) if entry.strong else 1.0
        strip.ends(entry.label + rng.choice(["", ":", " :"]), entry.value, entry.tag, bold=entry.strong, grow=grow)
    strip.rule(rule)
    for runs in sheet.outro:
        strip.line("".join(run.text for run in runs))
    canvas.crop(strip.y + 20)
    return canvas


def _head(strip: _Strip, sheet: Sheet, voice: Voice, align: Align, rng: random.Random) -> list[str]:
    """Who sells, and where; returns the lines with the shop's register number, which stand below its telephone."""
    more = voice.rng("train receipt head")
    if more.random() < 0.15:  # a clerk's or a till's own line
        strip.line(more.choice([more.choice(voice.words["people"]).lower(), "POSTED", f"#{more.randint(10, 999)}"]))
    bold, grow = rng.random() < 0.6, rng.choice([1.0, 1.2, 1.5])
    registered = rng.random() < 0.6
    legal = [f"({e.label}: {e.value})" if rng.random() < 0.5 else f"{e.label} : {e.value}" for e in sheet.legal]
    names = _name_lines(sheet.sender.name, more)
    if more.random() < 0.25:  # the shop's own name stands over its owner's
        brand = f"{more.choice(voice.words['stems'])} {more.choice(voice.words['trades'])}"
        strip.line(brand.upper() if more.random() < 0.6 else brand, align, bold=bold, grow=grow)
        led = more.choice(["", "", "Owned by: ", "Operated by : ", "by "])
        grow = 1.0
        strip.canvas.runs(strip.margin, strip.y, [Run(led), Run(names[0], sheet.sender_tag)], strip.size)
        strip.feed()
        names = names[1:]
    numbered = registered and more.random() < 0.4
    for at, name in enumerate(names):
        if numbered and at == len(names) - 1:
            number = f"({more.randint(10**5, 10**6)}-{more.choice('ADHKMPTUVWX')})"
            runs = [Run(name, sheet.sender_tag), Run(f" {number}")]
            strip.canvas.runs(strip.margin, strip.y, runs, strip.size)
            strip.feed()
        else:
            strip.line(name, align, sheet.sender_tag, bold=bold, grow=grow)
    if registered and not numbered and rng.random() < 0.5:
        strip.line(legal[0], align)
    lines = sheet.sender.address
    if more.random() < 0.15:
        led = more.choice(["HQ ADD: ", "Address : ", "ADD : "])
        strip.canvas.runs(strip.margin, strip.y, [Run(led), Run(lines[0], sheet.address_tag)], strip.size)
        strip.feed()
        lines = lines[1:]
    for text in lines:
        strip.line(text, align, sheet.address_tag)
    if more.random() < 0.25:  # the branch, which is no part of the owner's address
        place = more.choice(sheet.sender.address[-1].split() or ["HQ"]).strip(",").upper()
        branch = more.randint(10, 2000)
        strip.line(more.choice([f"{branch}-{place}", f"SITE {branch}", f"Branch : {place}", f"{place} BRANCH"]), align)
    return legal[-1:] if registered else []


def _name_lines(name: str, rng: random.Random) -> list[str]:
    """The name in one line, or broken before its last two words."""
    words = name.split(" ")
    if len(words) > 3 and rng.random() < 0.2:
        at = len(words) - rng.choice([2, 3, 3])
        return [" ".join(words[:at]), " ".join(words[at:])]
    return [name]


def _facts(strip: _Strip, sheet: Sheet, voice: Voice) -> None:
    rng = voice.rng("train receipt facts")
    number, day, clock, cashier = sheet.meta
    canvas = strip.canvas
    shape = rng.choice(["lines", "joined", "ends"])
    number_text = f"{number.label}: {number.value}"
    if shape == "ends":
        canvas.text(strip.margin, strip.y, number_text, strip.size * 0.95)
        right = canvas.width - strip.margin
        fits = canvas.measure(f"{number_text}  {day.value} {clock.value}", strip.size) < right - strip.margin
        if not fits:
            strip.feed()
        wide = canvas.measure(f" {clock.value}", strip.size)
        canvas.text(right - wide, strip.y, day.value, strip.size, align="right", tag=day.tag)
        canvas.text(right, strip.y, clock.value, strip.size, align="right")
        strip.feed()
    else:
        strip.line(number_text, "left")
        lead = f"{day.label} : " if day.label else ""
        at = [Run(lead), Run(day.value, day.tag)]
        at += [Run(f"  {clock.label} {clock.value}".rstrip())] if shape == "joined" else []
        canvas.runs(strip.margin, strip.y, at, strip.size)
        strip.feed()
        if shape == "lines":
            strip.line(f"{clock.label} {clock.value}".strip(), "left")
    if rng.random() < 0.6:
        strip.line(f"{cashier.label}: {cashier.value}", "left")


def _items(strip: _Strip, sheet: Sheet, voice: Voice) -> None:
    rng = voice.rng("train receipt items")
    canvas, keys = strip.canvas, [c.key for c in sheet.columns]
    right = canvas.width - strip.margin
    stacked = "unit_price" in keys and (rng.random() < 0.6 or canvas.width < 220)
    places = {"quantity": strip.margin + canvas.width * 0.42, "unit_price": right - canvas.width * 0.2, "amount": right}
    if keys[0] == "quantity":
        places["quantity"] = strip.margin + 12
    if rng.random() < 0.6 and not stacked:
        for column in sheet.columns:
            if column.key == "description":
                x = strip.margin + (24 if keys[0] == "quantity" else 0)
                canvas.text(x, strip.y, column.header[:12], strip.size * 0.9)
            else:
                canvas.text(places[column.key], strip.y, column.header[:9], strip.size * 0.9, align="right")
        strip.feed(1.2)
    for row in sheet.rows:
        _item(strip, sheet, row, places, stacked=stacked, lead=keys[0] == "quantity")


def _item(strip: _Strip, sheet: Sheet, row: Row, places: dict[str, float], *, stacked: bool, lead: bool) -> None:
    canvas, size = strip.canvas, strip.size
    tag = f"{sheet.table_tag}.{row.index}"
    x = strip.margin + (24 if lead else 0)
    wide = x + canvas.measure(row.cells["description"], size)
    own_line = stacked or ("unit_price" in row.cells and wide > places["quantity"] - 18)
    room = (strip.canvas.width - strip.margin - x) if own_line else places["amount"] - x - 50
    lines = canvas.wrap(row.cells["description"], room, size)
    for k, text in enumerate(lines):
        canvas.text(x, strip.y, text, size, tag=f"{tag}.description")
        if own_line or k < len(lines) - 1:
            strip.feed()
    if stacked:
        count, price = row.cells["quantity"], row.cells["unit_price"]
        runs = [Run(count, f"{tag}.quantity"), Run(" x "), Run(price, f"{tag}.unit_price")]
        canvas.runs(strip.margin + 14, strip.y, runs, size)
        canvas.text(places["amount"], strip.y, row.cells["amount"], size, align="right", tag=f"{tag}.amount")
    else:
        for key, place in places.items():
            if key in row.cells:
                canvas.text(place, strip.y, row.cells[key], size, align="right", tag=f"{tag}.{key}")
    strip.feed()
