"""Layouts as small firms' programs print them."""

from __future__ import annotations

from generator.canvas import GREY, WHITE, Canvas
from generator.layouts_blind.facts import Facts
from generator.layouts_blind.grid import Look, draw_grid, lanes
from generator.layouts_blind.lines import Line
from generator.layouts_blind.parts import (
    bank,
    footer,
    labelled,
    meta,
    page_numbers,
    party,
    prose,
    room,
    sentence,
    sums,
    tax_line,
    vat_rows,
)

A4 = (595.3, 841.9)


def suite(facts: Facts) -> Canvas:
    """A web suite: recipient right, title large, facts in a strip, quantities with their unit, taxes named by row."""
    h, rng = facts.habits, facts.habits.rng("suite")
    canvas = Canvas(*A4, rng.choice(["helvetica", "vera"]))
    ink = rng.choice([(0.45, 0.3, 0.45), (0.1, 0.4, 0.6)])
    party(canvas, 42, 52, facts.seller, 9, tag="seller")
    canvas.line(42, 98, 553, 98, width=0.5)
    party(canvas, 330, 122, facts.buyer, 9, tag="buyer", bold=False)
    canvas.text(42, 196, h.word("invoice"), 17, colour=ink)
    canvas.text(
        42 + canvas.measure(h.word("invoice") + " ", 17), 196, facts.number, 17, colour=ink, tag="invoice_number"
    )
    strip = meta(facts, due=rng.random() < 0.8)[1:]
    for k, (label, value, tag) in enumerate(strip):
        x = 42 + k * 511 / len(strip)
        size = 8 * min(
            1.0, (505 / len(strip)) / max(canvas.measure(label + ":", 8, bold=True), canvas.measure(value, 8))
        )
        canvas.text(x, 222, f"{label}:", size, bold=True)
        canvas.text(x, 233, value, size, tag=tag)
    look = Look(
        size=8.5, leading=11, gap=rng.choice([3, 7]), rule_rows=True, bottom=735, repeat_head=rng.random() < 0.8
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 42, 553), 252, look)
    y = room(canvas, y + 14, 20 * len(sums(facts)) + 60)
    for label, value, tag in sums(facts):
        canvas.line(340, y - 10, 553, y - 10, width=0.4, colour=GREY)
        strong = tag == "total"
        canvas.text(342, y, label, 8.5, bold=strong or tag == "subtotal")
        canvas.text(550, y, value, 8.5, bold=strong, align="right", tag=tag)
        y += 15
    y = prose(canvas, f"{h.word('terms')}: {h.word('terms_value')}", 42, y + 14, 500, 8.5)
    footer(
        canvas, facts, [("", facts.seller.phone, ""), ("", facts.seller.mail, ""), *tax_line(facts), *bank(facts)[1:2]]
    )
    page_numbers(canvas, facts, 297, 826, align="center", size=7)
    return canvas


def framed(facts: Facts) -> Canvas:
    """An open-source ERP: sender in a grey box, recipient in a frame, table ruled in columns down to a fixed foot."""
    h, rng = facts.habits, facts.habits.rng("framed")
    canvas = Canvas(*A4, "helvetica")
    canvas.text(40, 50, facts.seller.name, 14, bold=True, tag="seller")
    canvas.text(555, 48, f"{h.word('invoice')}", 13, bold=True, align="right")
    y = 62.0
    for label, value, tag in meta(facts):
        mark = h.colon
        wide = canvas.measure(value, 8.5)
        canvas.text(555, y, value, 8.5, align="right", tag=tag)
        canvas.text(555 - wide - 3, y, f"{label}{mark}", 8.5, align="right")
        y += 11.5
    canvas.text(40, 128, f"{h.word('from')}{h.colon}", 7)
    canvas.rect(40, 132, 270, 200, stroke=None, fill=(0.9, 0.9, 0.9))
    lines = [*facts.seller.lines, f"{h.word('phone')}: {facts.seller.phone}", f"{h.word('mail')}: {facts.seller.mail}"]
    canvas.text(44, 143, facts.seller.name, 8.5, bold=True)
    for k, text in enumerate(lines):
        canvas.text(44, 154 + 10.5 * k, text, 8.5)
    canvas.text(310, 128, f"{h.word('to')}{h.colon}", 7)
    canvas.rect(310, 132, 555, 200)
    party(canvas, 314, 143, facts.buyer, 8.5, tag="buyer")
    canvas.text(555, 222, h.word("currency_note"), 7, align="right")
    look = Look(
        size=8.5,
        leading=10.5,
        gap=3,
        verticals=True,
        full_height=True,
        bottom=640,
        head_bold=False,
        rule_head=True,
        top_again=80,
        carry=rng.random() < 0.4,
        extras_size=7.5,
    )
    y = draw_grid(
        canvas, facts, lanes(facts, facts.spec, 40, 555, head_numbers=rng.choice(["center", "right"])), 226, look
    )
    y += 9
    entries = sums(facts)
    for k, (label, value, tag) in enumerate(entries):
        if k % 2 or tag == "total":
            canvas.rect(370, y - 8, 555, y + 3, stroke=None, fill=(0.92, 0.92, 0.92))
        canvas.text(372, y, label, 8.5, bold=tag == "total")
        canvas.text(552, y, value, 8.5, bold=tag == "total", align="right", tag=tag)
        y += 11
    canvas.text(42, 652, f"{h.word('terms')}: {h.word('terms_value')}", 7.5)
    labelled(canvas, bank(facts), 42, 668, 130, 7.5, step=11)
    footer(canvas, facts, tax_line(facts), y=795)
    page_numbers(canvas, facts, 555, 815, size=7)
    return canvas


def startup(facts: Facts) -> Canvas:
    """A payment service's invoice: plenty of white, labels above nothing, periods below the descriptions."""
    h, rng = facts.habits, facts.habits.rng("startup")
    canvas = Canvas(*((612.0, 792.0) if facts.seller.country == "US" else A4), rng.choice(["helvetica", "vera"]))
    right = canvas.width - 36
    canvas.text(36, 58, h.word("invoice"), 20, bold=True)
    y = labelled(canvas, meta(facts, more=1), 36, 84, 150, 9, colon=False, bold=True)
    top = y + 16
    y = party(canvas, 36, top, facts.seller, 9, tag="seller")
    canvas.text(36, y, facts.seller.mail, 9)
    for k, (label, value, tag) in enumerate(tax_line(facts)[:1]):
        canvas.text(36, y + 12 + 12 * k, label, 9)
        canvas.text(36 + canvas.measure(label + " ", 9), y + 12 + 12 * k, value, 9, tag=tag)
    canvas.text(240, top, h.word("to"), 9, bold=True)
    party(canvas, 240, top + 12, facts.buyer, 9, tag="buyer", bold=False)
    y = draw_grid(
        canvas,
        facts,
        lanes(facts, facts.spec, 33, right + 3),
        y + 70,
        Look(
            size=9,
            leading=12,
            gap=10,
            head_bold=False,
            bottom=canvas.height - 90,
            extras_size=8,
            repeat_head=rng.random() < 0.5,
        ),
    )
    y = room(canvas, y + 10, 22 * len(sums(facts)), bottom=canvas.height - 60)
    for label, value, tag in sums(facts):
        canvas.line(canvas.width / 2, y - 12, right, y - 12, width=0.3, colour=GREY)
        canvas.text(canvas.width / 2, y, label, 9, bold=tag == "total")
        canvas.text(right, y, value, 9, align="right", bold=tag == "total", tag=tag)
        y += 18
    if facts.seller.iban:
        y = labelled(canvas, bank(facts), 36, room(canvas, y + 10, 50), 120, 8.5)
    page_numbers(canvas, facts, right, canvas.height - 30)
    return canvas


def bars(facts: Facts) -> Canvas:
    """A bookkeeping service: coloured bars with white headers, bands, the sum due in a box at the top."""
    h, rng = facts.habits, facts.habits.rng("bars")
    canvas = Canvas(*A4, rng.choice(["helvetica", "vera", "times"]))
    ink = rng.choice([(0.15, 0.35, 0.25), (0.2, 0.2, 0.25), (0.75, 0.3, 0.1), (0.1, 0.35, 0.65)])
    canvas.rect(0, 0, canvas.width, 70, stroke=None, fill=ink)
    canvas.text(40, 44, facts.seller.name, 17, bold=True, colour=WHITE, tag="seller")
    canvas.text(555, 44, h.word("invoice").upper(), 17, colour=WHITE, align="right")
    for k, text in enumerate([*facts.seller.lines, facts.seller.phone, facts.seller.mail]):
        canvas.text(40, 88 + k * 11, text, 8)
    canvas.text(300, 88, h.word("to"), 8, bold=True, colour=ink)
    party(canvas, 300, 100, facts.buyer, 9, tag="buyer", bold=False)
    entries = [*meta(facts, more=rng.randint(0, 2)), (h.word("due"), h.money(facts.total - facts.paid), "")]
    share = 515 / len(entries)
    canvas.rect(40, 156, 555, 190, stroke=ink)
    for k, (label, value, tag) in enumerate(entries):
        size = 8 * min(1.0, (share - 6) / max(canvas.measure(label, 8), canvas.measure(value, 8, bold=True)))
        canvas.text(44 + k * share, 169, label, size, colour=GREY)
        canvas.text(44 + k * share, 182, value, size, bold=True, tag=tag)
    columns = lanes(facts, facts.spec, 40, 555, head_numbers=rng.choice([None, "left", "center"]))
    y = draw_grid(
        canvas,
        facts,
        columns,
        206,
        Look(
            size=8.5,
            leading=11,
            gap=6,
            head_fill=ink,
            head_ink=WHITE,
            zebra=rng.choice([None, (0.95, 0.95, 0.93)]),
            rule_head=False,
            bottom=730,
            upper=rng.random() < 0.4,
            repeat_head=rng.random() < 0.7,
            name_bold=rng.random() < 0.3,
            extras_size=7.5,
        ),
    )
    entries = sums(facts, rates=rng.random() < 0.7)
    y = room(canvas, y + 16, 16 * len(entries) + 90, bottom=790)
    for label, value, tag in entries:
        if tag == "total":
            canvas.rect(350, y - 11, 555, y + 5, stroke=None, fill=ink)
        colour = WHITE if tag == "total" else (0.0, 0.0, 0.0)
        canvas.text(355, y, label, 9, colour=colour, bold=tag == "total")
        canvas.text(551, y, value, 9, colour=colour, align="right", bold=tag == "total", tag=tag)
        y += 16
    y = sentence(canvas, facts, 40, y + 8, 8.5) if rng.random() < 0.4 else y
    footer(canvas, facts, [*bank(facts), *tax_line(facts)], y=806)
    return canvas


def shop(facts: Facts) -> Canvas:
    """A web shop: prices without and with tax side by side, a table of taxes close below the items."""
    h, rng = facts.habits, facts.habits.rng("shop")
    canvas = Canvas(*A4, "helvetica")
    canvas.text(50, 40, " - ".join([facts.seller.name, *facts.seller.lines[:2]]), 6.5)
    party(canvas, 50, 60, facts.buyer, 9.5, tag="buyer", bold=False)
    canvas.text(390, 60, facts.seller.name, 11, bold=True, tag="seller")
    canvas.text(390, 74, facts.seller.mail, 8)
    labelled(canvas, meta(facts, due=rng.random() < 0.5), 390, 96, 475, 8, step=11)
    canvas.text(50, 180, h.word("invoice"), 14, bold=True)
    look = Look(
        size=8, leading=10, gap=4, head_fill=(0.9, 0.9, 0.9), rule_head=False, bottom=700, rule_rows=rng.random() < 0.5
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 48, 552), 194, look)
    rows = vat_rows(facts)
    y = room(canvas, y + 10, 12 * len(rows) + 15 * len(sums(facts, rates=False)) + 60)
    for k, cells in enumerate(rows):
        for j, text in enumerate(cells):
            canvas.text(110 + 75 * j, y + 11 * k, text, 7.5, bold=k == 0, align="right")
    for label, value, tag in sums(facts, rates=False):
        canvas.text(470, y, f"{label}:", 8.5, align="right", bold=tag == "total")
        canvas.text(549, y, value, 8.5, align="right", bold=tag == "total", tag=tag)
        y += 13
    y = prose(canvas, rng.choice(h.words["outro"]), 50, y + 20, 480, 8)
    labelled(canvas, bank(facts), 50, y + 8, 120, 8, step=11)
    footer(canvas, facts, tax_line(facts), y=808)
    return canvas


def sections(facts: Facts) -> Canvas:
    """A supplier of services by subscription: no quantities, an amount on the right of every text."""
    rng = facts.habits.rng("sections")
    canvas = Canvas(*A4, rng.choice(["helvetica", "times"]))
    canvas.text(45, 55, facts.seller.name, 18, bold=True, colour=(0.8, 0.1, 0.3), tag="seller")
    party(canvas, 330, 120, facts.buyer, 10, tag="buyer", bold=False)
    labelled(canvas, meta(facts), 45, 120, 160, 8.5, colon=rng.random() < 0.5)
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 45, 550), 215, Look(size=9, leading=12, gap=2, bottom=730))
    y = room(canvas, y + 6, 14 * len(sums(facts)) + 60)
    for label, value, tag in sums(facts):
        canvas.text(47, y + 8, label, 9.5, bold=tag == "total")
        canvas.text(547, y + 8, value, 9.5, align="right", bold=tag == "total", tag=tag)
        y += 13
    y = sentence(canvas, facts, 45, y + 20, 9)
    footer(canvas, facts, [*tax_line(facts), *bank(facts)], y=800)
    return canvas


def conditions(facts: Facts) -> Canvas:
    """A large ERP's form: how each price came about stands on lines below it."""
    h, rng = facts.habits, facts.habits.rng("conditions")
    canvas = Canvas(*A4, rng.choice(["helvetica", "courier"]))
    size = 7.2 if canvas.family == "courier" else 8.5
    canvas.text(550, 50, facts.seller.name, 13, bold=True, align="right", tag="seller")
    party(canvas, 60, 110, facts.buyer, 9, tag="buyer", bold=False)
    canvas.text(330, 110, h.word("invoice"), 12, bold=True)
    labelled(canvas, meta(facts, more=3), 330, 126, 440, 8, step=10.5, colon=False)
    canvas.text(60, 215, h.word("currency_note"), 8)

    def after(line: Line) -> list[tuple[str, str, str]]:
        if line.list_price is None or line.quantity is None or not line.discount:
            return []
        gross = line.quantity * line.list_price / line.per
        return [
            (h.word("list_price"), h.price(line.list_price), h.cell(gross)),
            (h.word("discount"), h.percentage(-line.discount), h.cell(line.net - gross)),
        ]

    look = Look(size=size, leading=10, gap=5, bottom=720, carry=True, extra_after=after, head_bold=False)
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 56, 553), 224, look)
    y = room(canvas, y + 10, 14 * len(sums(facts)) + 70)
    canvas.line(56, y - 8, 553, y - 8)
    for label, value, tag in sums(facts):
        canvas.text(190, y + 4, label, size, bold=tag == "total")
        canvas.text(550, y + 4, value, size, align="right", bold=tag == "total", tag=tag)
        y += 12
    y = prose(canvas, f"{h.word('terms')}: {h.word('terms_value')}", 60, y + 14, 480, 8)
    footer(canvas, facts, [*tax_line(facts), *bank(facts)], y=798)
    page_numbers(canvas, facts, 550, 68)
    return canvas
