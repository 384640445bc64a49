"""The rows of a commercial document: items, headings, sub-totals, and the columns an issuer prints."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from generator.people import digits
from generator.sheet import Column, Row
from generator.voice import RATES, REDUCED, Voice, cents

COLUMN_SETS: tuple[tuple[str, ...], ...] = (
    ("description", "quantity", "unit_price", "amount"),
    ("quantity", "description", "unit_price", "amount"),
    ("position", "description", "quantity", "unit_price", "amount"),
    ("position", "article", "description", "quantity", "unit", "unit_price", "amount"),
    ("article", "description", "quantity", "unit_price", "amount"),
    ("description", "article", "unit_price", "quantity", "amount"),
    ("position", "quantity", "unit", "description", "unit_price", "amount"),
    ("description", "quantity", "unit", "unit_price", "discount", "amount"),
    ("position", "article", "description", "tax_rate", "quantity", "unit_price", "amount"),
    ("description", "unit_price", "quantity", "tax_rate", "amount"),
    ("date", "description", "hours", "unit_price", "amount"),
    ("position", "description", "amount"),
    ("description", "amount"),
    ("quantity", "unit", "article", "description", "unit_price", "discount", "tax_rate", "amount"),
    ("position", "quantity+unit", "description", "unit_price", "amount"),
    ("date", "article", "description", "quantity", "unit_price", "amount"),
)
_WEIGHT = {
    "position": 0.5, "article": 1.1, "description": 4.2, "quantity": 0.9, "quantity+unit": 1.1, "hours": 0.8,
    "unit": 0.8, "unit_price": 1.2, "discount": 0.9, "tax_rate": 0.8, "amount": 1.3, "date": 1.1, "ordered": 1.0,
    "delivered": 1.0, "weight": 0.9, "reference": 1.1, "item_number": 1.1, "moved": 1.3, "value_date": 1.1,
    "debit": 1.2, "credit": 1.2, "balance": 1.3, "booking": 4.0,
}  # fmt: skip
_HEADER = {"quantity+unit": "quantity", "item_number": "article"}
"""Columns whose header words stand under another name."""
NUMERIC = {"quantity", "quantity+unit", "hours", "unit_price", "discount", "tax_rate", "amount", "ordered",
           "delivered", "weight", "moved", "debit", "credit", "balance"}  # fmt: skip


@dataclass(frozen=True)
class Goods:
    """All rows with their sums.

    Attributes:
        items: the true cells, normalised, one dictionary per item.
        nets: sum of the amounts per tax rate, as percentages.
    """

    rows: list[Row]
    items: list[dict[str, str]]
    nets: dict[Decimal, Decimal]


def columns(voice: Voice, keys: tuple[str, ...]) -> list[Column]:
    """The issuer's columns with their headers."""
    rng = voice.rng("columns")
    with_currency = rng.random() < 0.2
    found = []
    for key in keys:
        word = voice.header(_HEADER.get(key, key))
        if with_currency and key in ("amount", "unit_price"):
            word = f"{word} {voice.currency}" if rng.random() < 0.5 else f"{word} ({voice.currency})"
        found.append(Column(key, word, "right" if key in NUMERIC else "left", _WEIGHT[key]))
    return found


def renamed(goods: Goods, column: str, name: str) -> Goods:
    """The same rows with a column under another name, which becomes part of the true cells."""
    rows = [replace(r, cells={name if k == column else k: v for k, v in r.cells.items()}) for r in goods.rows]
    for row, item in zip((r for r in rows if r.kind == "item"), goods.items, strict=True):
        if name in row.cells:
            item[name] = row.cells[name]
    return Goods(rows, goods.items, goods.nets)


def fill(voice: Voice, rng: random.Random, keys: tuple[str, ...], day: date) -> Goods:
    """Draw rows for the columns `keys` of a document dated `day`."""
    habits = voice.rng("rows")
    groups, subtotals, extras_share = habits.random() < 0.15, habits.random() < 0.5, habits.choice([0, 0, 0.3, 0.7])
    mixed = voice.country in REDUCED and ("tax_rate" in keys or habits.random() < 0.1)
    services = "hours" in keys or (habits.random() < 0.3)
    longest = habits.choice([4, 6, 9, 12, 45])
    count = rng.randint(1, longest) if longest < 45 else rng.randint(18, 60)
    names = list(voice.words["services"] if services else voice.words["goods"])
    names += rng.sample(voice.words["goods"], 4)
    rows: list[Row] = []
    items: list[dict[str, str]] = []
    nets: dict[Decimal, Decimal] = {}
    running, section = Decimal(0), Decimal(0)
    article = rng.choice(["#####", "@@-####", "##.###.##", "@####", "########", "@@@ ###/#"])
    since_group = 0
    for index in range(count):
        if groups and (index == 0 or (since_group >= 3 and rng.random() < 0.4)):
            if index and subtotals:
                rows.append(Row("subtotal", {"description": voice.label("section_subtotal"),
                                             "amount": voice.cell_money(section)}))  # fmt: skip
            title = f"{rng.randint(1, 9)}. {rng.choice(voice.words['groups'])}"
            rows.append(Row("group", {"description": title if rng.random() < 0.5 else title[3:]}))
            section, since_group = Decimal(0), 0
        since_group += 1
        rate = Decimal(REDUCED[voice.country] if mixed and rng.random() < 0.35 else RATES[voice.country])
        negative = index > 1 and running > 80 and rng.random() < 0.04
        name = rng.choice(voice.words["discount_row"] if negative else names)
        if rng.random() < 0.12 and not negative:
            other: str = rng.choice(names)
            name = f"{name}, {other[0].lower()}{other[1:]}"
        quantity = Decimal(1) if negative else _quantity(rng, services)
        price = -cents(Decimal(rng.randint(200, 6000)) / 100) if negative else _price(rng)
        discount = Decimal(rng.choice([0, 0, 0, 5, 10, 15])) if "discount" in keys and not negative else Decimal(0)
        amount = cents(quantity * price * (100 - discount) / 100)
        running, section = running + amount, section + amount
        nets[rate] = nets.get(rate, Decimal(0)) + amount
        unit = "h" if "hours" in keys else rng.choice(voice.words["units"])
        cells = {
            "position": f"{(index + 1) * voice.rng('step').choice([1, 1, 1, 10])}",
            "article": digits(rng, article),
            "description": name,
            "quantity": voice.quantity(quantity),
            "quantity+unit": f"{voice.quantity(quantity)} {unit}",
            "hours": voice.number(quantity, 2),
            "unit": unit,
            "unit_price": voice.cell_money(price),
            "discount": voice.rate(discount) if discount else rng.choice(["", "", "0"]),
            "tax_rate": voice.rate(rate),
            "amount": voice.cell_money(amount),
            "date": voice.date(day - timedelta(days=rng.randint(0, 25))),
        }
        row = Row("item", {key: cells[key] for key in keys}, index=index, running=running)
        if rng.random() < extras_share:
            row.extras = [
                word.format(n=rng.randint(10000, 99999999), date=voice.date(day - timedelta(days=rng.randint(1, 9))))
                for word in rng.sample(voice.words["extras"], rng.randint(1, 2))
            ]
        rows.append(row)
        truth = {"description": name, "amount": str(amount)}
        if {"quantity", "quantity+unit", "hours"} & set(keys):
            truth["quantity"] = f"{quantity.normalize():f}"
        if "unit_price" in keys:
            truth["unit_price"] = str(price)
        items.append(truth)
    if groups and subtotals:
        rows.append(Row("subtotal", {"description": voice.label("section_subtotal"),
                                     "amount": voice.cell_money(section)}))  # fmt: skip
    return Goods(rows, items, nets)


def _quantity(rng: random.Random, services: bool) -> Decimal:
    if services:
        return Decimal(rng.choice(["1", "1", "2", "3", "0.5", "1.5", "2.25", "8", "12.75", "4"]))
    return Decimal(rng.choice(["1", "1", "2", "3", "4", "5", "6", "10", "12", "20", "24", "50", "100", "250", "2.5",
                               "1200", "7.35"]))  # fmt: skip


def _price(rng: random.Random) -> Decimal:
    top = rng.choice([900, 4000, 9900, 45000, 250000])
    price = Decimal(rng.randint(25, top)) / 100
    return cents(price if rng.random() < 0.6 else Decimal(rng.randint(1, max(top // 100, 1))))
