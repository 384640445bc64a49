"""Purchase orders, with the field names of the shipped `purchase_order` template."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from generator.canvas import Run
from generator.kinds import goods
from generator.kinds.invoice import contact_of, day_of
from generator.people import digits, firm
from generator.sheet import Entry, Sheet
from generator.voice import RATES, Voice, cents

FIELDS = {
    "order_number": "id", "order_date": "date:dmy", "delivery_date": "date:dmy", "buyer": "text", "supplier": "text",
    "delivery_address": "text", "subtotal": "money", "tax": "money", "total": "money",
}  # fmt: skip
NUMBERS = ("######", "PO-####", "{y}-####", "45########", "PO{y}####", "B-#####", "{yy}/#####", "@@-#####", "#######")


def compose(voice: Voice, rng: random.Random) -> Sheet:
    """Facts of one purchase order; the sender buys, the recipient supplies."""
    habits = voice.rng("order")
    buyer = firm(voice.rng("seller"), voice)
    supplier = firm(rng, voice)
    keys = habits.choice([k for k in goods.COLUMN_SETS if "quantity" in k and "tax_rate" not in k])
    day = day_of(rng)
    delivery = day + timedelta(days=rng.randint(3, 40))
    number = digits(rng, habits.choice(NUMBERS).format(y=day.year, yy=f"{day.year % 100:02d}"))
    table = goods.renamed(goods.fill(voice, rng, keys, day), "article", "item_number")
    subtotal = sum(table.nets.values(), Decimal(0))
    rate = Decimal(RATES[voice.country])
    tax, with_tax = cents(subtotal * rate / 100), habits.random() < 0.5
    total = subtotal + tax if with_tax else subtotal
    totals = []
    if with_tax:
        totals.append(Entry(voice.label("subtotal"), voice.money(subtotal), "subtotal"))
        totals.append(Entry(voice.label("tax", voice.rate(rate)), voice.money(tax), "tax"))
    totals.append(Entry(voice.label("total"), voice.money(total), "total", strong=True))
    meta = [
        Entry(voice.label("purchase_order_number"), number, "order_number"),
        Entry(voice.label("order_date"), voice.date(day), "order_date"),
    ]
    if habits.random() < 0.7:
        meta.append(Entry(voice.label("delivery_date"), voice.date(delivery), "delivery_date"))
    if habits.random() < 0.4:
        meta.append(Entry(voice.label("customer_number"), digits(rng, "#####")))
    if habits.random() < 0.5:
        meta.append(Entry(voice.label("contact"), buyer.manager))
    ship = firm(rng, voice, buyer=True) if habits.random() < 0.5 else None
    keys = tuple("item_number" if key == "article" else key for key in keys)
    outro = [[Run(word)] for word in habits.sample(voice.words["outro"], habits.randint(0, 1))]
    return Sheet(
        kind="purchase_order", language=voice.language, title=voice.label("purchase_order"), sender=buyer,
        recipient=supplier, sender_tag="buyer", recipient_tag="supplier", recipient_label=voice.label("supplier"),
        ship_to=ship, ship_to_label=voice.label("ship_to"), ship_to_tag="delivery_address", meta=meta,
        legal=[Entry(voice.label("seller_tax_id"), buyer.vat_id)] if buyer.vat_id and habits.random() < 0.5 else [],
        columns=goods.columns(voice, keys), rows=table.rows, totals=totals, tax_table=[], intro=[], outro=outro,
        bank=[], contact=contact_of(voice, buyer), page_label=voice.label("page"), of_label=voice.label("of"),
        carried_label=voice.label("carried"), running_texts=[voice.cell_money(row.running) for row in table.rows],
        fields={
            "order_number": number, "order_date": day.isoformat(), "delivery_date": delivery.isoformat(),
            "buyer": buyer.name, "supplier": supplier.name,
            "delivery_address": " ".join(ship.address) if ship else None,
            "subtotal": str(subtotal), "tax": str(tax), "total": str(total),
        },
        items=table.items, currency=voice.currency,
    )  # fmt: skip
