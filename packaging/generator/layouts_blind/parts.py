"""Blocks that several layouts of the blind family print: addresses, facts, sums, bank, page numbers."""

from __future__ import annotations

from generator.canvas import GREY, Align, Canvas, Run
from generator.layouts_blind.facts import Facts
from generator.layouts_blind.parties import Firm

Entry = tuple[str, str, str]
"""Label, value, tag."""


def party(
    canvas: Canvas,
    x: float,
    y: float,
    firm: Firm,
    size: float,
    *,
    tag: str = "",
    bold: bool = True,
    align: Align = "left",
) -> float:
    """Name and address, line by line; gives back the next baseline."""
    canvas.text(x, y, firm.name, size, bold=bold, tag=tag, align=align)
    for line in firm.lines:
        y += size * 1.3
        canvas.text(x, y, line, size, align=align)
    return y + size * 1.3


def meta(facts: Facts, *, due: bool = True, more: int = 2) -> list[Entry]:
    """The facts beside the address: number and dates, then up to `more` further ones."""
    h = facts.habits
    found = [
        (h.word("invoice_number"), facts.number, "invoice_number"),
        (h.word("invoice_date"), h.date(facts.day), "invoice_date"),
    ]
    others = [
        (h.word("customer"), facts.customer, ""),
        (h.word("order"), facts.order, ""),
        (h.word("delivery_date"), h.date(facts.delivered), ""),
        (h.word("contact"), facts.person, ""),
        (h.word("terms"), h.word("terms_value"), ""),
    ]
    found += h.rng("meta").sample(others, more)
    if due:
        found.append((h.word("due_date"), h.date(facts.due), "due_date"))
    return found


def tax_line(facts: Facts) -> list[Entry]:
    """The seller's numbers for the tax office and the register."""
    h, seller = facts.habits, facts.seller
    found = []
    if seller.vat_id:
        found.append((h.word("seller_tax_id"), seller.vat_id, "seller_tax_id"))
    if seller.company_number:
        found.append((h.word("company_number"), seller.company_number, ""))
    return found


def bank(facts: Facts) -> list[Entry]:
    """Where to pay to."""
    h, seller = facts.habits, facts.seller
    found = [(h.word("bank"), seller.bank, "")]
    if seller.iban:
        grouped = h.rng("iban").random() < 0.7
        shown = " ".join(seller.iban[i : i + 4] for i in range(0, len(seller.iban), 4)) if grouped else seller.iban
        found.append((h.word("iban"), shown, "iban"))
    found.append((h.word("bic"), seller.bic, ""))
    return found


def sums(facts: Facts, *, rates: bool = True) -> list[Entry]:
    """The block of sums, top to bottom; `rates` prints one tax line per rate."""
    h = facts.habits
    found: list[Entry] = []
    if facts.allowance or facts.charge:
        found.append((h.word("sum_lines"), h.money(facts.gross_of_lines), ""))
    if facts.allowance:
        label = h.word("allowance", rate=h.percentage(facts.allowance[0]))
        found.append((label, h.money(-facts.allowance[1]), ""))
    if facts.charge:
        found.append((h.word("charge"), h.money(facts.charge), ""))
    found.append((h.word("subtotal"), h.money(facts.subtotal), "subtotal"))
    if rates and len(facts.vat) == 1:
        found.append((h.word("tax", rate=h.percentage(facts.vat[0][0])), h.money(facts.tax), "tax"))
    elif rates:
        for rate, _, tax in facts.vat:
            found.append((h.word("tax", rate=h.percentage(rate)), h.money(tax), ""))
        found.append((h.word("tax_total"), h.money(facts.tax), "tax"))
    else:
        found.append((h.word("tax_total"), h.money(facts.tax), "tax"))
    found.append((h.word("total"), h.money(facts.total), "total"))
    if facts.paid:
        found += [(h.word("paid"), h.money(-facts.paid), ""), (h.word("due"), h.money(facts.total - facts.paid), "")]
    return found


def vat_rows(facts: Facts) -> list[list[str]]:
    """The table of taxes by rate, its header first."""
    h = facts.habits
    rows = [[h.word(w) for w in ("vat_rate", "vat_base", "vat_amount", "vat_gross")]]
    return rows + [[h.rate(r), h.money(n), h.money(t), h.money(n + t)] for r, n, t in facts.vat]


def labelled(
    canvas: Canvas,
    entries: list[Entry],
    x: float,
    y: float,
    at: float,
    size: float,
    *,
    align: Align = "left",
    step: float = 13.0,
    colon: bool = True,
    bold: bool = False,
) -> float:
    """Labels in one column, values in another at `at`; gives back the next baseline."""
    for label, value, tag in entries:
        mark = facts_colon(label) if colon else ""
        canvas.text(x, y, f"{label}{mark}", size, bold=bold)
        canvas.text(at, y, value, size, align=align, tag=tag)
        y += step
    return y


def facts_colon(label: str) -> str:
    """A colon unless the label ends in a mark of its own."""
    return "" if label.endswith(("#", ":")) else ":"


def sentence(canvas: Canvas, facts: Facts, x: float, y: float, size: float) -> float:
    """The sentence that says until when to pay."""
    form: str = facts.habits.rng("sentence").choice(facts.habits.words["due_sentence"])
    before, _, after = form.partition("{due}")
    canvas.runs(
        x,
        y,
        [Run(before.rstrip()), Run(f" {facts.habits.date(facts.due)}", "due_date"), Run(f" {after.strip()}")],
        size,
    )
    return y + size * 1.35


def prose(canvas: Canvas, text: str, x: float, y: float, width: float, size: float) -> float:
    """A wrapped text; gives back the next baseline."""
    for line in canvas.wrap(text, width, size):
        canvas.text(x, y, line, size)
        y += size * 1.3
    return y


def footer(
    canvas: Canvas, facts: Facts, entries: list[Entry], *, size: float = 7, y: float = 800, x: float | None = None
) -> None:
    """One or two centred lines at the foot of every page."""
    for page in range(canvas.page_count):
        canvas.select(page)
        texts = [f"{label} {value}" for label, value, _ in entries]
        joined = f"{facts.seller.name} - " + " - ".join(texts)
        lines = canvas.wrap(joined, canvas.width - 90, size)
        for k, line in enumerate(lines):
            left = x if x is not None else canvas.width / 2 - canvas.measure(line, size) / 2
            canvas.text(left, y + k * (size + 2), line, size, colour=GREY)
            for _, value, tag in entries:
                if tag and value in line:
                    at = left + canvas.measure(line[: line.index(value)], size)
                    canvas.mark(at, y + k * (size + 2), value, size, tag)
    canvas.select(canvas.page_count - 1)


def page_numbers(canvas: Canvas, facts: Facts, x: float, y: float, *, size: float = 8, align: Align = "right") -> None:
    """'Page 1 / 3' on every page."""
    h = facts.habits
    for page in range(canvas.page_count):
        canvas.select(page)
        canvas.text(x, y, f"{h.word('page')} {page + 1} {h.word('of')} {canvas.page_count}", size, align=align)
    canvas.select(canvas.page_count - 1)


def room(canvas: Canvas, y: float, need: float, *, bottom: float = 770, top: float = 70) -> float:
    """Where to go on: `y`, or the top of a new page where `need` points do not fit."""
    if y + need <= bottom:
        return y
    canvas.new_page()
    return top
