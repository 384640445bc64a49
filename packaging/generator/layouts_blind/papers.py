"""Layouts as letters, forms and spreadsheets have them."""

from __future__ import annotations

from generator.canvas import GREY, Canvas
from generator.layouts_blind.facts import Facts
from generator.layouts_blind.grid import Look, draw_grid, lanes
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


def letter(facts: Facts) -> Canvas:
    """A business letter: window address, subject, salutation, a table without a rule, sums right below."""
    h, rng = facts.habits, facts.habits.rng("letter")
    canvas = Canvas(*A4, rng.choice(["helvetica", "times", "vera"]), word_by_word=rng.random() < 0.2)
    size = 9.5 if canvas.family != "vera" else 8
    canvas.text(540, 60, facts.seller.name, 16, align="right", tag="seller")
    canvas.text(71, 130, " · ".join([facts.seller.name, *facts.seller.lines[:2]]), 6.5)
    party(canvas, 71, 148, facts.buyer, 10, tag="buyer", bold=False)
    labelled(canvas, meta(facts, due=rng.random() < 0.4), 354, 148, 450, 8.5, step=12)
    y = 255.0
    if rng.random() < 0.7:
        canvas.text(71, y, h.word("subject", number=facts.number), 11, bold=True)
    else:
        canvas.text(71, y, h.word("invoice"), 12, bold=True)
    canvas.text(71, y + 26, h.word("hello"), size)
    y = prose(canvas, h.word("intro"), 71, y + 46, 450, size)
    look = Look(
        size=size,
        leading=size + 2.5,
        gap=rng.choice([2, 8]),
        rule_head=rng.random() < 0.4,
        head_bold=rng.random() < 0.7,
        bottom=715,
        repeat_head=rng.random() < 0.6,
        carry=rng.random() < 0.5,
    )
    columns = lanes(facts, facts.spec, 68, 543, head_numbers=rng.choice([None, None, "left"]))
    y = draw_grid(canvas, facts, columns, y + 8, look)
    entries = sums(facts)
    y = room(canvas, y, (size + 3) * len(entries) + 70, bottom=735)
    at = rng.choice([71.0, 330.0])
    for label, value, tag in entries:
        canvas.text(at, y + size + 2, label, size, bold=tag == "total")
        canvas.text(540, y + size + 2, value, size, align="right", bold=tag == "total", tag=tag)
        y += size + 3
    y = sentence(canvas, facts, 71, y + 30, size)
    y = prose(canvas, rng.choice(h.words["outro"]), 71, y + 4, 460, size)
    for page in range(canvas.page_count):
        canvas.select(page)
        for k, block in enumerate((bank(facts), tax_line(facts))):
            for j, (label, value, tag) in enumerate(block):
                canvas.text(71 + 250 * k, 780 + 9 * j, f"{label} ", 7, colour=GREY)
                canvas.text(71 + 250 * k + canvas.measure(f"{label} ", 7), 780 + 9 * j, value, 7, colour=GREY, tag=tag)
    canvas.select(canvas.page_count - 1)
    return canvas


def boxes(facts: Facts) -> Canvas:
    """A classic French management program: boxes everywhere, ruled columns to the foot, taxes and sums in one band."""
    h, rng = facts.habits, facts.habits.rng("boxes")
    canvas = Canvas(*A4, "helvetica")
    party(canvas, 30, 42, facts.seller, 10, tag="seller")
    canvas.text(30, 92, f"{h.word('phone')} {facts.seller.phone}", 8)
    y = 102.0
    for label, value, tag in tax_line(facts):
        canvas.text(30, y, f"{label} : ", 8)
        canvas.text(30 + canvas.measure(f"{label} : ", 8), y, value, 8, tag=tag)
        y += 10
    canvas.rect(300, 80, 565, 150)
    party(canvas, 310, 100, facts.buyer, 10, tag="buyer")
    canvas.text(30, 150, h.word("invoice").upper(), 16, bold=True)
    entries = meta(facts, more=rng.randint(1, 3))
    share = 535 / len(entries)
    canvas.line(30, 176, 565, 176, width=0.4)
    canvas.rect(30, 164, 565, 190)
    for k, (label, value, tag) in enumerate(entries):
        canvas.line(30 + k * share, 164, 30 + k * share, 190)
        middle = 30 + (k + 0.5) * share
        for text, base, mark in ((label, 173.0, ""), (value, 186.0, tag)):
            canvas.text(
                middle, base, text, 7.5 * min(1.0, (share - 4) / canvas.measure(text, 7.5)), align="center", tag=mark
            )
    look = Look(
        size=8,
        leading=9.5,
        gap=2,
        verticals=True,
        full_height=True,
        bottom=600,
        carry=rng.random() < 0.6,
        top_again=200 if rng.random() < 0.5 else 60,
        head_fill=rng.choice([None, (0.88, 0.88, 0.88)]),
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 30, 565, head_numbers="center"), 198, look) + 14
    rows = vat_rows(facts)
    for k, cells in enumerate(rows):
        for j, text in enumerate(cells[:3]):
            canvas.text(95 + 75 * j, y + 11 * k, text, 7.5, align="right", bold=k == 0)
    for label, value, tag in sums(facts, rates=False):
        canvas.text(330, y, label, 9, bold=tag == "total")
        canvas.text(560, y, value, 9, align="right", bold=tag == "total", tag=tag)
        y += 12
    y = max(y, 700.0)
    labelled(canvas, bank(facts), 30, y, 100, 7.5, step=10)
    prose(canvas, rng.choice(h.words["outro"]), 30, 760, 530, 6.5)
    page_numbers(canvas, facts, 565, 40)
    return canvas


def catalogue(facts: Facts) -> Canvas:
    """A wholesaler's list: landscape, many columns in small type, ordered and delivered quantities."""
    rng = facts.habits.rng("catalogue")
    canvas = Canvas(841.9, 595.3, "helvetica")
    canvas.text(30, 36, facts.seller.name, 13, bold=True, tag="seller")
    canvas.text(30, 48, ", ".join(facts.seller.lines), 7)
    party(canvas, 560, 40, facts.buyer, 8, tag="buyer")
    labelled(canvas, meta(facts, more=3), 300, 40, 400, 7.5, step=9.5)
    look = Look(
        size=6.8,
        leading=8.5,
        gap=rng.choice([1, 3]),
        bottom=510,
        zebra=rng.choice([None, (0.93, 0.95, 0.98)]),
        top_again=40,
        carry=rng.random() < 0.4,
        rule_rows=rng.random() < 0.4,
        repeat_head=rng.random() < 0.7,
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 28, 814), 105, look)
    y = room(canvas, y + 14, 11 * len(sums(facts)) + 20, bottom=560, top=50)
    labelled(canvas, bank(facts), 30, y, 100, 7, step=9)
    for label, value, tag in sums(facts):
        canvas.text(640, y, label, 7.5, bold=tag == "total")
        canvas.text(811, y, value, 7.5, align="right", bold=tag == "total", tag=tag)
        y += 10.5
    footer(canvas, facts, tax_line(facts), y=580, size=6.5)
    page_numbers(canvas, facts, 811, 24)
    return canvas


def sheet(facts: Facts) -> Canvas:
    """A spreadsheet printed: every cell ruled and mostly centred, headers on two lines."""
    h, rng = facts.habits, facts.habits.rng("sheet")
    canvas = Canvas(*A4, rng.choice(["helvetica", "times"]))
    party(canvas, 35, 50, facts.seller, 10, tag="seller")
    y = 100.0
    for label, value, tag in tax_line(facts):
        canvas.text(35, y, label, 8.5)
        canvas.text(120, y, value, 8.5, tag=tag)
        y += 11
    canvas.text(560, 60, h.word("invoice").upper(), 20, bold=True, align="right")
    entries = meta(facts, more=1)
    for k, (label, value, tag) in enumerate(entries):
        canvas.rect(340, 75 + 15 * k, 560, 90 + 15 * k, width=0.4)
        canvas.line(450, 75 + 15 * k, 450, 90 + 15 * k, width=0.4)
        canvas.text(343, 86 + 15 * k, label, 8.5)
        canvas.text(505, 86 + 15 * k, value, 8.5, align="center", tag=tag)
    canvas.text(35, 160, h.word("to"), 9, bold=True)
    party(canvas, 35, 173, facts.buyer, 9, tag="buyer", bold=False)
    look = Look(
        size=9,
        leading=11,
        gap=6,
        verticals=True,
        rule_rows=True,
        figures=rng.choice(["first", "middle"]),
        head_fill=rng.choice([(0.8, 0.88, 0.95), (0.85, 0.85, 0.85), None]),
        bottom=700,
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 35, 560), 230, look)
    columns = lanes(facts, facts.spec, 35, 560)
    last = next(c for c in columns if c.key == "net")
    entries = sums(facts)
    y = room(canvas, y, 15 * len(entries) + 60)
    for label, value, tag in entries:  # the sums go on in the column of the amounts, without a gap
        canvas.rect(last.x0, y, last.x1, y + 15, width=0.4)
        canvas.text(last.x0 - 4, y + 11, label, 9, align="right", bold=tag == "total")
        wide = canvas.measure(value, 9, bold=tag == "total")
        canvas.text(
            last.at(last.align),
            y + 11,
            value,
            9 * min(1, (last.x1 - last.x0 - 2) / wide),
            align=last.align,
            bold=tag == "total",
            tag=tag,
        )
        y += 15
    labelled(canvas, bank(facts), 35, room(canvas, y + 20, 60), 130, 9)
    if rng.random() < 0.4:
        prose(canvas, rng.choice(h.words["outro"]), 35, 790, 520, 7)
    return canvas


def craft(facts: Facts) -> Canvas:
    """A craftsman's bill: long descriptions whose figures stand on their last line, sums of sections."""
    h, rng = facts.habits, facts.habits.rng("craft")
    canvas = Canvas(*A4, rng.choice(["helvetica", "times"]))
    canvas.text(297, 50, facts.seller.name, 18, bold=True, align="center", tag="seller")
    canvas.text(297, 64, " • ".join([*facts.seller.lines, facts.seller.phone]), 8, align="center")
    canvas.line(60, 72, 540, 72)
    party(canvas, 60, 120, facts.buyer, 10, tag="buyer", bold=False)
    y = labelled(canvas, meta(facts, more=1, due=False), 60, 205, 170, 9.5)
    canvas.text(60, y + 10, h.word("invoice"), 14, bold=True)
    look = Look(
        size=9,
        leading=11.5,
        gap=6,
        figures=rng.choice(["last", "last", "first"]),
        bottom=730,
        carry=rng.random() < 0.6,
        repeat_head=rng.random() < 0.5,
        extras_size=9,
    )
    y = draw_grid(canvas, facts, lanes(facts, facts.spec, 57, 543), y + 22, look)
    y = room(canvas, y + 4, 14 * len(sums(facts)) + 60)
    canvas.line(330, y, 540, y)
    for label, value, tag in sums(facts):
        canvas.text(332, y + 11, label, 9, bold=tag == "total")
        canvas.text(540, y + 11, value, 9, align="right", bold=tag == "total", tag=tag)
        y += 13
    y = sentence(canvas, facts, 60, y + 24, 9)
    footer(canvas, facts, [*bank(facts), *tax_line(facts)], y=800, x=60)
    return canvas


def fee_note(facts: Facts) -> Canvas:
    """A freelance's note: few lines, leaders of dots up to the amount, everything in one column of text."""
    h, rng = facts.habits, facts.habits.rng("fee")
    canvas = Canvas(*A4, rng.choice(["times", "helvetica"]))
    y = party(canvas, 80, 70, facts.seller, 11, tag="seller")
    for label, value, tag in [("", facts.seller.mail, ""), *tax_line(facts)]:
        lead = f"{label} : " if label else ""
        canvas.text(80, y, lead, 9)
        canvas.text(80 + canvas.measure(lead, 9), y, value, 9, tag=tag)
        y += 12
    party(canvas, 330, 150, facts.buyer, 11, tag="buyer", bold=False)
    head = meta(facts, more=0, due=False)
    canvas.text(330, 220, f"{facts.seller.lines[1].split(' ')[-1]}, {h.date(facts.day)}", 10)
    canvas.text(80, 260, f"{h.word('invoice')} ", 13, bold=True)
    canvas.text(
        80 + canvas.measure(f"{h.word('invoice')} ", 13, bold=True),
        260,
        facts.number,
        13,
        bold=True,
        tag="invoice_number",
    )
    canvas.text(80, 276, f"{head[1][0]}: ", 10)
    canvas.text(80 + canvas.measure(f"{head[1][0]}: ", 10), 276, head[1][1], 10, tag="invoice_date")
    columns = lanes(facts, facts.spec, 77, 523)
    y = draw_grid(canvas, facts, columns, 300, Look(size=10, leading=13, gap=5, bottom=720, rule_head=True))
    y = room(canvas, y + 20, 16 * len(sums(facts)) + 80)
    for label, value, tag in sums(facts):
        wide = canvas.measure(label + " ", 10)
        dots = "." * max(0, int((440 - wide - canvas.measure(value, 10) - 6) / canvas.measure(".", 10)))
        canvas.text(80, y, label, 10, bold=tag == "total")
        canvas.text(82 + canvas.measure(label, 10, bold=True), y, dots[8:], 10)
        canvas.text(520, y, value, 10, align="right", bold=tag == "total", tag=tag)
        y += 15
    y = sentence(canvas, facts, 80, y + 16, 10)
    labelled(canvas, bank(facts), 80, y + 12, 180, 9)
    return canvas


def navigator(facts: Facts) -> Canvas:
    """A mid-size ERP: two blocks of facts, headers of two lines, sums in the same columns."""
    h, rng = facts.habits, facts.habits.rng("navigator")
    canvas = Canvas(*A4, rng.choice(["helvetica", "vera"]))
    small = 7.5 if canvas.family == "helvetica" else 6.5
    canvas.text(40, 50, f"{h.word('invoice')} {facts.number}", 14, bold=True)
    canvas.mark(40 + canvas.measure(f"{h.word('invoice')} ", 14, bold=True), 50, facts.number, 14, "invoice_number")
    party(canvas, 40, 80, facts.buyer, 9, tag="buyer", bold=False)
    party(canvas, 550, 80, facts.seller, 9, tag="seller", bold=False, align="right")
    entries = [*meta(facts, more=3)[1:], *tax_line(facts), *bank(facts)]
    for k, (label, value, tag) in enumerate(entries):
        x, y = (40.0 if k % 2 == 0 else 300.0), 150 + (k // 2) * 11.0
        canvas.text(x, y, label, small + 0.5, bold=True)
        canvas.text(x + 120, y, value, small + 0.5, tag=tag)
    y = 150 + (len(entries) // 2 + 2) * 11.0
    columns = lanes(facts, facts.spec, 38, 552)
    look = Look(
        size=small,
        leading=small + 2.2,
        gap=2.5,
        bottom=745,
        carry=rng.random() < 0.5,
        zebra=rng.choice([None, (0.94, 0.94, 0.94)]),
    )
    y = draw_grid(canvas, facts, columns, y, look)
    y = room(canvas, y + 6, 11 * len(sums(facts)) + 20)
    for label, value, tag in sums(facts):
        canvas.text(columns[-1].x0 - 20, y + 6, label, small, align="right", bold=tag == "total")
        canvas.text(549, y + 6, value, small, align="right", bold=tag == "total", tag=tag)
        y += 11
    page_numbers(canvas, facts, 550, 36)
    return canvas
