"""What an invoice of the blind family says: its own words, its own sums, nothing shared with the other families."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from generator.layouts_blind.habits import Habits, cents, words
from generator.layouts_blind.lines import Line, lines_of
from generator.layouts_blind.parties import Firm, firm
from generator.people import digits

_NUMBERS = (
    "FA{yy}{m}-####",
    "FAC/{y}/0####",
    "F{y}00##",
    "#######",
    "{y}-0##",
    "RE{yy}#####",
    "INV-00##",
    "{y}{m}###",
    "##/{y}",
    "VF-######",
    "FC00####",
    "R-{y}-####",
    "9#########",
    "{y}/A/####",
    "1###",
    "@@@-####",
)


@dataclass
class Facts:
    """One invoice: true values (`fields`, `items`) and all that the layouts may print."""

    habits: Habits
    seller: Firm
    buyer: Firm
    ship: Firm | None
    number: str
    day: date
    due: date
    delivered: date
    order: str
    customer: str
    person: str
    lines: list[Line]
    allowance: tuple[Decimal, Decimal] | None
    charge: Decimal
    vat: list[tuple[Decimal, Decimal, Decimal]]
    gross_of_lines: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal
    fields: dict[str, str | None]
    items: list[dict[str, str]]
    kind: str = "invoice"
    table_tag: str = "line_items"
    spec: str = ""
    """The columns that the issuer prints, with their shares of the width."""

    @property
    def language(self) -> str:
        """Two letters."""
        return self.habits.language

    @property
    def currency(self) -> str:
        """Three letters."""
        return self.habits.currency


def compose(seed: str, rng: random.Random, language: str, *, features: frozenset[str]) -> Facts:
    """Facts of one invoice; `features` name what the layout can show.

    Known: sections, remarks, list_price, per, discount, gift, allowance, long, many, services, hours, no_quantity.
    """
    country = random.Random(f"{seed}/country").choice(sorted(words(language)["cities"]))  # noqa: S311
    habits = Habits(seed, language, country)
    seller, buyer = firm(habits, habits.rng("seller")), firm(habits, rng, person=rng.random() < 0.12)
    while buyer.name.lower() == seller.name.lower():
        buyer = firm(habits, rng)
    day = date(2019, 1, 7) + timedelta(days=rng.randint(0, 2300))
    lines, items = lines_of(habits, rng, day, features)
    nets: dict[Decimal, Decimal] = {}
    for line in lines:
        if line.kind == "item":
            nets[line.rate] = nets.get(line.rate, Decimal(0)) + line.net
    gross_of_lines = sum(nets.values(), Decimal(0))
    style = habits.rng("closing")
    allowance, charge, main = None, Decimal(0), max(nets, key=lambda r: nets[r])
    if "allowance" in features and style.random() < 0.35 and gross_of_lines > 50:
        percent = Decimal(style.choice([2, 3, 5, 10]))
        cut = sum((cents(n * percent / 100) for n in nets.values()), Decimal(0))
        allowance = (percent, cut)
        nets = {r: n - cents(n * percent / 100) for r, n in nets.items()}
    if style.random() < 0.25:
        charge = Decimal(rng.choice(["9.90", "15.00", "24.50", "7.35"]))
        nets[main] += charge
    vat = [(r, n, cents(n * r / 100)) for r, n in sorted(nets.items(), reverse=True)]
    subtotal, tax = sum((v[1] for v in vat), Decimal(0)), sum((v[2] for v in vat), Decimal(0))
    total = subtotal + tax
    paid = cents(total * 3 / 10) if style.random() < 0.15 else Decimal(0)
    due = day + timedelta(days=habits.rng("due").choice([8, 14, 30, 30, 45, 60]))
    number = digits(
        rng, habits.rng("number").choice(_NUMBERS).format(y=day.year, yy=day.year % 100, m=f"{day.month:02d}")
    )
    fields: dict[str, str | None] = {
        "invoice_number": number,
        "invoice_date": day.isoformat(),
        "due_date": due.isoformat(),
        "seller": seller.name,
        "buyer": buyer.name,
        "seller_tax_id": seller.vat_id.removesuffix(" MWST") or None,
        "subtotal": str(subtotal),
        "tax": str(tax),
        "total": str(total),
        "iban": seller.iban or None,
    }
    return Facts(
        habits,
        seller,
        buyer,
        firm(habits, rng) if style.random() < 0.2 else None,
        number,
        day,
        due,
        day - timedelta(days=rng.randint(0, 6)),
        digits(rng, style.choice(["4500######", "CDE-####", "####/##"])),
        digits(rng, style.choice(["C0####", "#####", "411@@@@"])),
        rng.choice(habits.words["people"]),
        lines,
        allowance,
        charge,
        vat,
        gross_of_lines,
        subtotal,
        tax,
        total,
        paid,
        fields,
        items,
    )
