"""A table as many programs print one: columns, headers of one or two lines, wrapped texts, pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from generator.canvas import BLACK, Align, Canvas, Colour
from generator.layouts_blind.facts import Facts
from generator.layouts_blind.lines import Line

FIELD = {
    "name": "description",
    "ref_name": "description",
    "qty": "quantity",
    "qty_unit": "quantity",
    "hours": "quantity",
    "delivered": "quantity",
    "price": "unit_price",
    "net_price": "unit_price",
    "price_unit": "unit_price",
    "net": "amount",
    "qty_x": "quantity",
}


@dataclass(frozen=True)
class Lane:
    """A column: what it shows, where, and how header and cells are aligned (not always alike)."""

    key: str
    x0: float
    x1: float
    header: str
    align: Align
    head_align: Align

    def at(self, align: Align, pad: float = 3.0) -> float:
        """Where a text of this alignment is anchored."""
        return self.x0 + pad if align == "left" else self.x1 - pad if align == "right" else (self.x0 + self.x1) / 2


def lanes(
    facts: Facts,
    spec: str,
    x0: float,
    x1: float,
    *,
    heads: dict[str, str] | None = None,
    numbers: Align = "right",
    head_numbers: Align | None = None,
) -> list[Lane]:
    """Columns from a text like "ref:1 name:4 qty:.8": keys and shares of the width; `c`/`l`/`r` after it aligns."""
    parts = [part.split(":") for part in spec.split()]
    weights = [float(p[1].rstrip("clr")) for p in parts]
    share = (x1 - x0) / sum(weights)
    found, x = [], x0
    for (key, shape), weight in zip(parts, weights, strict=True):
        texts = key in ("name", "ref_name", "ref", "pos", "date", "ean", "unit", "code")
        align: Align = "left" if texts else numbers
        if shape[-1] in "clr":
            align = {"c": "center", "l": "left", "r": "right"}[shape[-1]]  # type: ignore[assignment]
        head: Align = head_numbers if head_numbers and not texts else align
        word = (heads or {}).get(key) or facts.habits.word(
            {"ref_name": "name", "qty_unit": "qty", "qty_x": "qty", "price_unit": "price"}.get(key, key)
        )
        found.append(Lane(key, x, x + weight * share, word, align, head))
        x += weight * share
    return found


def cell(facts: Facts, key: str, line: Line) -> str:
    """What a column prints of an item."""
    h = facts.habits
    quantity = "" if line.quantity is None else h.quantity(line.quantity)
    price = "" if line.price is None else h.price(line.price)
    gross = cents_of(line.net * (100 + line.rate) / 100)
    found = {
        "pos": str(line.index + 1),
        "ref": line.ref,
        "name": line.name,
        "ref_name": f"[{line.ref}] {line.name}",
        "qty": quantity,
        "hours": quantity,
        "delivered": quantity,
        "ordered": quantity,
        "unit": line.unit,
        "qty_unit": f"{quantity} {line.unit}",
        "qty_x": f"{quantity} x",
        "price": price,
        "net_price": price,
        "price_unit": f"{price} / {line.unit}",
        "per": str(line.per),
        "rate": h.rate(line.rate),
        "taxes": f"{h.word('vat_amount')} {h.percentage(line.rate)}",
        "code": "1" if line.rate > 10 else "2",
        "list_price": "" if line.list_price is None else h.price(line.list_price),
        "discount": h.rate(line.discount) if line.discount else "",
        "net": h.cell(line.net),
        "gross": h.cell(gross),
        "tax_cell": h.cell(gross - line.net),
        "date": h.date(line.day) if line.day else "",
        "ean": line.ean,
        "gross_price": "" if line.price is None else h.price(cents_of(line.price * (100 + line.rate) / 100)),
    }
    return found[key]


def cents_of(value: Decimal) -> Decimal:
    """Two decimals."""
    return value.quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Look:
    """How the table is drawn."""

    size: float = 9.0
    leading: float = 11.0
    gap: float = 4.0
    bottom: float = 720.0
    top_again: float = 70.0
    figures: str = "first"
    """On which line of a wrapped description the figures stand: first, last or middle."""
    head_fill: Colour | None = None
    head_ink: Colour = BLACK
    head_bold: bool = True
    head_wrap: bool = True
    zebra: Colour | None = None
    rule_rows: bool = False
    rule_head: bool = True
    verticals: bool = False
    full_height: bool = False
    repeat_head: bool = True
    carry: bool = False
    extras_size: float = 0.0
    extra_after: Callable[[Line], list[tuple[str, str, str]]] | None = None
    """Further lines below an item: (text at the left, text in the middle, text at the right)."""
    name_bold: bool = False
    upper: bool = False


def draw_grid(canvas: Canvas, facts: Facts, columns: list[Lane], y: float, look: Look) -> float:
    """Draw all lines from `y` on (the header's top); gives back the bottom edge."""
    return _Grid(canvas, facts, columns, look).draw(y)


class _Grid:
    def __init__(self, canvas: Canvas, facts: Facts, columns: list[Lane], look: Look) -> None:
        self.canvas, self.facts, self.columns, self.look = canvas, facts, columns, look
        self.name = next(c for c in columns if c.key in ("name", "ref_name"))
        self.last = next(c for c in reversed(columns) if c.key == "net")
        self.running = Decimal(0)

    def draw(self, y: float) -> float:
        look, canvas = self.look, self.canvas
        top, y = y, self.head(y)
        for number, line in enumerate(self.facts.lines):
            tall = self.height(line)
            if y + tall > look.bottom:
                if look.carry:
                    self.carried(y, "carried")
                    y += look.leading + look.gap
                self.close(top, look.bottom if look.full_height else y)
                canvas.new_page()
                top = y = look.top_again
                if look.repeat_head:
                    y = self.head(y)
                if look.carry:
                    self.carried(y, "brought")
                    y += look.leading + look.gap
            if look.zebra and number % 2:
                canvas.rect(self.columns[0].x0, y, self.columns[-1].x1, y + tall, stroke=None, fill=look.zebra)
            self.line(line, y)
            y += tall
            if look.rule_rows:
                canvas.line(self.columns[0].x0, y, self.columns[-1].x1, y, width=0.4, colour=(0.7, 0.7, 0.7))
        end = max(look.bottom, y) if look.full_height else y
        self.close(top, end)
        return end

    def heads(self, lane: Lane) -> list[str]:
        text = lane.header.upper() if self.look.upper else lane.header
        if not self.look.head_wrap:
            return [text]
        return self.canvas.wrap(text, lane.x1 - lane.x0 - 4, self.look.size, bold=self.look.head_bold)[:3]

    def head(self, y: float) -> float:
        look, canvas = self.look, self.canvas
        texts = [self.heads(lane) for lane in self.columns]
        most = max(len(t) for t in texts)
        tall = most * look.leading + 5
        x0, x1 = self.columns[0].x0, self.columns[-1].x1
        if look.head_fill:
            canvas.rect(x0, y, x1, y + tall, stroke=None, fill=look.head_fill)
        for lane, lines in zip(self.columns, texts, strict=True):
            for k, text in enumerate(lines):
                wide = canvas.measure(text, look.size, bold=look.head_bold)
                size = look.size * min(1.0, (lane.x1 - lane.x0 - 2) / wide)
                canvas.text(
                    lane.at(lane.head_align),
                    y + (k + 1) * look.leading - 1,
                    text,
                    size,
                    bold=look.head_bold,
                    align=lane.head_align,
                    colour=look.head_ink,
                )
        if look.rule_head:
            canvas.line(x0, y + tall, x1, y + tall, width=0.7)
        return y + tall + 2

    def texts(self, line: Line) -> list[tuple[str, str]]:
        """Lines of the description column, with their tags."""
        look = self.look
        tag = f"{self.facts.table_tag}.{line.index}.description" if line.kind == "item" else ""
        text = cell(self.facts, self.name.key, line) if line.kind == "item" else line.name
        found = [
            (t, tag) for t in self.canvas.wrap(text, self.name.x1 - self.name.x0 - 5, look.size, bold=look.name_bold)
        ]
        for extra in line.extras:
            found += [
                (t, "") for t in self.canvas.wrap(extra, self.name.x1 - self.name.x0 - 5, look.extras_size or look.size)
            ]
        return found

    def height(self, line: Line) -> float:
        after = len(self.look.extra_after(line)) if self.look.extra_after and line.kind == "item" else 0
        return (len(self.texts(line)) + after) * self.look.leading + self.look.gap

    def line(self, line: Line, y: float) -> None:
        look, canvas = self.look, self.canvas
        texts = self.texts(line)
        base = y + look.leading
        heading = line.kind in ("section", "subtotal")
        for k, (text, tag) in enumerate(texts):
            size = look.extras_size or look.size if not tag and line.kind == "item" else look.size
            canvas.text(
                self.name.at("left"),
                base + k * look.leading,
                text,
                size,
                tag=tag,
                bold=heading or (look.name_bold and bool(tag)),
            )
        if line.kind == "subtotal":
            canvas.text(
                self.last.at(self.last.align),
                base,
                self.facts.habits.cell(line.net),
                look.size,
                bold=True,
                align=self.last.align,
            )
        if line.kind != "item":
            return
        self.running += line.net
        row = {"first": 0, "last": len(texts) - 1, "middle": (len(texts) - 1) // 2}[look.figures]
        for lane in self.columns:
            if lane is self.name:
                continue
            text = cell(self.facts, lane.key, line)
            field = FIELD.get(lane.key)
            tag = f"{self.facts.table_tag}.{line.index}.{field}" if field and text else ""
            wide = canvas.measure(text, look.size) or 1.0
            canvas.text(
                lane.at(lane.align),
                base + row * look.leading,
                text,
                look.size * min(1.0, (lane.x1 - lane.x0 - 4) / wide),
                align=lane.align,
                tag=tag,
            )
        if look.extra_after:
            at = base + len(texts) * look.leading
            for left, middle, right in look.extra_after(line):
                canvas.text(self.name.at("left"), at, left, look.size)
                canvas.text(self.last.x0 - 10, at, middle, look.size, align="right")
                canvas.text(self.last.at(self.last.align), at, right, look.size, align=self.last.align)
                at += look.leading

    def carried(self, y: float, word: str) -> None:
        look = self.look
        text = self.facts.habits.word(word, page=str(self.canvas.page_count - 1))
        self.canvas.text(self.name.at("left"), y + look.leading, text, look.size)
        self.canvas.text(
            self.last.at(self.last.align),
            y + look.leading,
            self.facts.habits.cell(self.running),
            look.size,
            align=self.last.align,
        )

    def close(self, top: float, bottom: float) -> None:
        if not self.look.verticals:
            return
        for x in [lane.x0 for lane in self.columns] + [self.columns[-1].x1]:
            self.canvas.line(x, top, x, bottom, width=0.5)
        for y in (top, bottom):
            self.canvas.line(self.columns[0].x0, y, self.columns[-1].x1, y, width=0.5)
