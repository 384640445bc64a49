"""Receipts of shops and restaurants, with the field names of the shipped `receipt` template."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from generator.canvas import Run
from generator.kinds import goods
from generator.kinds.invoice import day_of
from generator.people import digits, firm
from generator.sheet import Entry, Party, Row, Sheet
from generator.voice import RATES, Voice, cents

FIELDS = {"company": "text", "date": "date:dmy", "address": "text", "total": "money"}
_MY_WORDS = ("PERMATA", "MELUR", "SERI BAYU", "KENANGA", "CEMPAKA", "DELIMA", "TERATAI", "MUTIARA BARAT", "INTAN",
             "SURIA JAYA", "ANGGERIK", "BAKAWALI")  # fmt: skip


def compose(voice: Voice, rng: random.Random) -> Sheet:
    """Facts of one receipt in the voice of its shop."""
    habits = voice.rng("receipt")
    shop = _shop(voice)
    day = day_of(rng)
    keys = habits.choice((("description", "quantity", "unit_price", "amount"), ("description", "amount"),
                          ("quantity", "description", "amount")))  # fmt: skip
    rows, items, lines = _rows(voice, rng, keys)
    rate = Decimal(RATES[voice.country])
    added = voice.country in ("US", "MY") and habits.random() < 0.4
    tax = cents(lines * rate / 100) if added else cents(lines - lines * 100 / (100 + rate))
    exact = lines + tax if added else lines
    total = exact
    if voice.country == "MY":
        total = (exact * 20).quantize(Decimal(1), ROUND_HALF_UP) / 20
    total = cents(total)
    totals, fields = [], {"total": str(total), "subtotal": None, "tax": None}
    subtotal = lines if added else lines - tax
    if added or habits.random() < 0.5:
        totals.append(Entry(voice.label("subtotal"), voice.money(subtotal), "subtotal"))
        fields["subtotal"] = str(subtotal)
    tax_first = habits.random() < 0.6
    tax_key = "tax" if added or totals else "tax_included"
    tax_line = Entry(voice.label(tax_key, voice.rate(rate)), voice.money(tax), "tax")
    with_tax = added or habits.random() < 0.7
    if with_tax and (tax_first or added):
        totals.append(tax_line)
    rounds = total != exact or (voice.country == "MY" and habits.random() < 0.5)
    closing = voice.rng("closing")
    if closing.random() < 0.15:
        totals.insert(0, Entry(f"{voice.label('items')}: {len(rows)}", voice.money(lines)))
    if rounds and closing.random() < 0.6:
        totals.append(Entry(voice.label("receipt_total"), voice.money(exact)))
        totals.append(Entry(voice.label("rounding"), _difference(voice, total - exact)))
        totals.append(Entry(voice.label("rounded_total"), voice.money(total), "total", strong=closing.random() < 0.5))
    else:
        if rounds:
            totals.append(Entry(voice.label("rounding"), _difference(voice, total - exact)))
        totals.append(Entry(voice.label("receipt_total"), voice.money(total), "total", strong=True))
    if habits.random() < 0.6:
        up = (1 - total % 1) % 1 if rng.random() < 0.7 else Decimal(0)
        given = cents(total + Decimal(rng.choice([0, 0, 1, 2, 5, 10])) + up)
        totals.append(Entry(voice.label("cash"), voice.money(given)))
        totals.append(Entry(voice.label("change"), voice.money(given - total)))
    else:
        totals.append(Entry(voice.label("card"), voice.money(total)))
    if with_tax and not (tax_first or added):
        totals.append(tax_line)
    fields["tax"] = str(tax) if with_tax else None
    clock = f"{rng.randint(8, 22):02d}:{rng.randint(0, 59):02d}"
    seconds = f":{rng.randint(0, 59):02d}" if habits.random() < 0.5 else ""
    with_label = habits.random() < 0.6
    meta = [
        Entry(voice.label("receipt_number"), digits(rng, habits.choice(["######", "CS##-#####", "#-###-####"]))),
        Entry(voice.label("invoice_date") if with_label else "", voice.date(day), "date"),
        Entry(voice.label("time") if with_label and habits.random() < 0.4 else "", clock + seconds),
        Entry(voice.label("cashier"), rng.choice(voice.words["people"]).split(" ")[0]),
    ]
    address = " ".join(shop.address)
    return Sheet(
        kind="receipt", language=voice.language, title=voice.label("receipt"), sender=shop,
        recipient=replace(shop, name=""), sender_tag="company", recipient_tag="", recipient_label="", ship_to=None,
        ship_to_label="", meta=meta, legal=[Entry(voice.label("registration"), shop.vat_id or shop.tax_number)],
        columns=goods.columns(voice, keys), rows=rows, totals=totals, tax_table=[], intro=[],
        outro=[[Run(word)] for word in habits.sample(voice.words["labels"]["thanks"], 1)], bank=[],
        contact=[Entry(voice.label("phone"), shop.phone)], page_label="", of_label="", carried_label="",
        running_texts=[], items=items, currency=voice.currency, address_tag="address",
        fields={"company": shop.name, "date": day.isoformat(), "address": address, **fields},
    )  # fmt: skip


def _difference(voice: Voice, value: Decimal) -> str:
    """The rounding of a sum, by some tills without its zero (`-.02`)."""
    text = voice.money(value)
    return text.replace("0.", ".", 1) if voice.rng("bare").random() < 0.3 and voice.mark == "." else text


def _shop(voice: Voice) -> Party:
    rng = voice.rng("seller")
    shop = firm(rng, voice)
    if voice.country != "MY":
        return shop
    zip_and_city, state = rng.choice(voice.words["cities"]["MY"])
    half = _MY_WORDS[0::2] if voice.family == "train" else _MY_WORDS[1::2]
    first = f"NO. {rng.randint(1, 180)}{rng.choice(['', 'A', ' & ' + str(rng.randint(181, 190))])}, "
    more = voice.rng("address")
    number = more.randint(1, 2900)
    if more.random() < 0.5:
        block, small = f"{more.choice('ABGK')}{number % 9}, BLK {more.choice('ABGK')}", number % 200
        first = more.choice(
            [
                f"{small}, ",
                f"{small} ",
                f"NO.{small}-{number % 3}, ",
                f"LOT {number}, ",
                f"NO: {block}, ",
                f"{small}-{1 + number % 3}, ",
                f"NO.{number % 90} & {1 + number % 90}, ",
            ]
        )
    street = f"{first}JALAN {rng.choice(half)} {rng.randint(1, 22)}/{rng.randint(1, 40)},"
    quarter = f"{rng.choice(['TAMAN', 'BANDAR', 'KAMPUNG'])} {rng.choice(half)},"
    place = f"{zip_and_city}, {state}." if state else f"{zip_and_city}."
    parts = [street, quarter if rng.random() < 0.7 else "", place]
    if rng.random() < 0.35:
        parts = [part.title() for part in parts]
    parts = _more_lines(parts, more, half)
    name = shop.name.upper() if rng.random() < 0.8 else shop.name
    if more.random() < 0.2:  # a branch that is a firm of its own: `… (SERI BAYU) SDN BHD`
        words = name.split(" ")
        at = len(words) - (2 if words[-1].strip(".").casefold() == "bhd" else 1)
        name = " ".join([*words[:at], f"({more.choice(half)})", *words[at:]])
    return replace(shop, name=name, lines=tuple(p for p in parts if p))


def _more_lines(parts: list[str], rng: random.Random, names: Sequence[str]) -> list[str]:
    """The address with a building over it, a quarter of works within it, a country under it; with commas or without."""
    capitals = parts[0].isupper()
    if rng.random() < 0.25:
        floor = rng.choice(
            [
                "LEVEL G2, BLOCK D1,",
                "GROUND FLOOR,",
                f"LOT {rng.randint(1, 90)}, LEVEL UG{rng.randint(1, 3)},",
                f"{rng.choice(names)} SHOPPING CENTRE,",
                f"SUITE {rng.randint(1, 40)}-{rng.randint(1, 9)},",
            ]
        )
        parts = [floor if capitals else floor.title(), *parts]
    if rng.random() < 0.2:
        works = rng.choice(["KAWASAN PERINDUSTRIAN", "PUSAT PERNIAGAAN", "SEKSYEN 9, TAMAN", "MEDAN NIAGA"])
        line = f"{works} {rng.choice(names)},"
        parts = [*parts[:-1], line if capitals else line.title(), parts[-1]]
    if rng.random() < 0.2:
        parts = [*parts, rng.choice(["MALAYSIA", "MALAYSIA."])]
    if rng.random() < 0.35:
        parts = [part.rstrip(",.") for part in parts]
    if rng.random() < 0.2:
        at = rng.randrange(len(parts) - 1) if len(parts) > 2 else 0
        joined = f"{parts[at]} {parts[at + 1]}".strip()
        parts = [*parts[:at], joined, *parts[at + 2 :]]
    return parts


def _rows(voice: Voice, rng: random.Random, keys: tuple[str, ...]) -> tuple[list[Row], list[dict[str, str]], Decimal]:
    rows, items, total = [], [], Decimal(0)
    names = voice.words["receipt_goods"]
    upper = voice.rng("upper").random() < 0.5
    for index in range(rng.choice([1, 1, 2, 2, 3, 4, 5, 7, 10, 14])):
        name = rng.choice(names)
        name = name.upper() if upper else name
        quantity = Decimal(rng.choice([1, 1, 1, 2, 2, 3, 5, 12]))
        price = cents(Decimal(rng.randint(30, rng.choice([900, 2500, 9000]))) / 100)
        if rng.random() < 0.7:
            price = cents((price * 10).quantize(Decimal(1), ROUND_HALF_UP) / 10)
        amount = cents(quantity * price)
        total += amount
        texts = {"description": name, "quantity": voice.number(quantity, 0), "unit_price": voice.number(price, 2),
                 "amount": voice.number(amount, 2)}  # fmt: skip
        values = {"description": name, "quantity": f"{quantity}", "unit_price": str(price), "amount": str(amount)}
        rows.append(Row("item", {key: texts[key] for key in keys}, index=index))
        items.append({key: values[key] for key in keys})
    return rows, items, total
