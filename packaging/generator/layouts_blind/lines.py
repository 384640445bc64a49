"""What an invoice of the blind family charges for: items, and what stands among them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from generator.layouts_blind.habits import CENT, Habits, cents
from generator.people import digits

_RATES = {
    "FR": "20",
    "BE": "21",
    "DE": "19",
    "AT": "20",
    "CH": "8.1",
    "GB": "20",
    "US": "8.875",
    "IE": "23",
    "ES": "21",
    "IT": "22",
    "NL": "21",
}
_LOW = {
    "FR": "5.5",
    "BE": "6",
    "DE": "7",
    "AT": "10",
    "CH": "2.6",
    "GB": "5",
    "US": "0",
    "IE": "13.5",
    "ES": "10",
    "IT": "10",
    "NL": "9",
}


@dataclass
class Line:
    """A line of the table: an item, or a heading, a remark or a sub-total among them."""

    kind: str
    name: str
    index: int = -1
    ref: str = ""
    extras: list[str] = field(default_factory=list)
    quantity: Decimal | None = None
    unit: str = ""
    list_price: Decimal | None = None
    price: Decimal | None = None
    per: int = 1
    discount: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    day: date | None = None
    ean: str = ""


def lines_of(
    habits: Habits, rng: random.Random, day: date, features: frozenset[str]
) -> tuple[list[Line], list[dict[str, str]]]:
    """The lines of a table, and the true items among them."""
    bag, style = habits.words, habits.rng("lines")
    services = "services" in features or style.random() < 0.3
    low = Decimal(_LOW[habits.country]) if style.random() < 0.35 else None
    count = (
        rng.randint(14, 46) if "many" in features and rng.random() < 0.55 else rng.randint(1, style.choice([3, 6, 10]))
    )
    pool = bag["services"] if services else bag["goods"] + bag["services"][:3]
    extras_share = style.choice([0, 0.25, 0.6, 0.9])
    form, cuts = style.choice(["######", "@@-####", "@@@###", "###.###", "#########", "@#@-##/#"]), style.random() < 0.6
    lines: list[Line] = []
    items: list[dict[str, str]] = []
    section, name_of = Decimal(0), ""
    sections = "sections" in features and style.random() < 0.5
    for index in range(count):
        if sections and (index == 0 or rng.random() < 0.25):
            if name_of and style.random() < 0.7:
                lines.append(Line("subtotal", habits.word("section_total", name=name_of), net=section))
            name_of, section = rng.choice(bag["sections"]), Decimal(0)
            lines.append(Line("section", name_of))
        line = _item(habits, rng, index, pool, features, form=form, cuts=cuts, low=low, services=services)
        if index and rng.random() < 0.05:
            line.name, line.quantity, line.discount = rng.choice(bag["refund"]), Decimal(1), Decimal(0)
            line.price = line.list_price = -cents(Decimal(rng.randint(300, 4000)) / 100)
            line.per, line.net = 1, line.price
        elif index and "gift" in features and rng.random() < 0.06:
            line.name, line.price, line.list_price, line.net = rng.choice(bag["gift"]), *[Decimal("0.00")] * 3
            line.discount, line.per = Decimal(0), 1
        elif rng.random() < extras_share:
            d1 = day - timedelta(days=rng.randint(10, 40))
            line.extras = [
                e.format(
                    d1=habits.date(d1),
                    d2=habits.date(d1 + timedelta(days=29)),
                    n=rng.randint(10000, 999999),
                    s=digits(rng, "@@#####-##"),
                )
                for e in rng.sample(bag["extras"], rng.randint(1, 3 if "long" in features else 2))
            ]
        line.day = day - timedelta(days=count - index)
        section += line.net
        lines.append(line)
        if "remarks" in features and rng.random() < 0.06:
            lines.append(Line("remark", rng.choice(bag["intro"])))
        true = {"description": line.name, "amount": str(line.net)}
        if line.quantity is not None:
            true["quantity"] = f"{line.quantity.normalize():f}"
        if line.price is not None:
            true["unit_price"] = str(line.price)
        items.append(true)
    if name_of and any(line.kind == "subtotal" for line in lines):
        lines.append(Line("subtotal", habits.word("section_total", name=name_of), net=section))
    if sum((line.net for line in lines if line.kind == "item"), Decimal(0)) <= 0:
        return lines_of(habits, rng, day, features)
    return lines, items


def _item(
    habits: Habits,
    rng: random.Random,
    index: int,
    pool: list[str],
    features: frozenset[str],
    *,
    form: str,
    cuts: bool,
    low: Decimal | None,
    services: bool,
) -> Line:
    rate = low if low is not None and rng.random() < 0.3 else Decimal(_RATES[habits.country])
    counts = (
        ["1", "1", "1", "2", "3", "0.5", "1.5", "7.5", "12", "0.25"]
        if services
        else ["1", "1", "2", "3", "4", "5", "6", "8", "10", "12", "24", "36", "100", "2.5", "1500", "13.75"]
    )
    quantity = Decimal(rng.choice(counts))
    whole = Decimal(rng.randint(1, rng.choice([9, 60, 400, 1500])))
    price = whole if rng.random() < 0.25 else cents(whole + Decimal(rng.randint(0, 99)) / 100)
    price, per, discount = price.quantize(CENT), 1, Decimal(0)
    if "per" in features and rng.random() < 0.2:
        quantity, per = Decimal(rng.choice([200, 500, 1000, 50])), 100
    if {"discount", "list_price"} & features and cuts and rng.random() < 0.5:
        discount = Decimal(rng.choice(["5", "10", "15", "20", "30", "12.5"]))
    list_price = price
    if "list_price" in features:  # the price that counts is the one after the discount
        price = cents(price * (100 - discount) / 100)
        net = cents(quantity * price / per)
    else:
        net = cents(quantity * price * (100 - discount) / 100 / per)
    line = Line(
        "item",
        rng.choice(pool),
        index,
        digits(rng, form),
        [],
        quantity,
        rng.choice(habits.words["units"][:8]),
        list_price,
        price,
        per,
        discount,
        rate,
        net,
        ean=digits(rng, "3############"),
    )
    if services:
        line.unit = habits.words["units"][2] if quantity % 1 else line.unit
    if "no_quantity" in features:
        line.quantity = line.price = None
    return line
