"""Delivery notes, with the field names of the shipped `delivery_note` template."""

from __future__ import annotations

import random
from datetime import timedelta

from generator.canvas import Run
from generator.kinds.goods import columns
from generator.kinds.invoice import contact_of, day_of
from generator.people import digits, firm
from generator.sheet import Column, Entry, Row, Sheet
from generator.voice import Voice

FIELDS = {
    "delivery_note_number": "id", "delivery_date": "date:dmy", "order_number": "id", "customer_number": "id",
    "supplier": "text", "recipient": "text", "delivery_address": "text",
}  # fmt: skip
_COLUMNS = (
    ("position", "item_number", "description", "quantity", "unit"),
    ("item_number", "description", "quantity_ordered", "quantity"),
    ("quantity", "unit", "description"),
    ("position", "description", "unit", "quantity_ordered", "quantity"),
    ("item_number", "description", "quantity"),
)


def compose(voice: Voice, rng: random.Random) -> Sheet:
    """Facts of one delivery note: no prices."""
    habits = voice.rng("delivery")
    supplier = firm(voice.rng("seller"), voice)
    recipient = firm(rng, voice, buyer=True)
    day = day_of(rng)
    keys = habits.choice(_COLUMNS)
    number = digits(rng, habits.choice(["LS-#####", "######", "DN{y}-###", "8#######"]).format(y=day.year))
    order, customer = digits(rng, habits.choice(["########", "PO-####"])), digits(rng, "######")
    meta = [
        Entry(voice.label("delivery_note_number"), number, "delivery_note_number"),
        Entry(voice.label("delivery_date"), voice.date(day), "delivery_date"),
    ]
    if habits.random() < 0.7:
        meta.append(Entry(voice.label("order_number"), order, "order_number"))
    if habits.random() < 0.5:
        meta.append(Entry(voice.label("order_date"), voice.date(day - timedelta(days=rng.randint(2, 20)))))
    if habits.random() < 0.6:
        meta.append(Entry(voice.label("customer_number"), customer, "customer_number"))
    rows, items = _rows(voice, rng, keys)
    ship = firm(rng, voice, buyer=True) if habits.random() < 0.4 else None
    outro = [[Run(word)] for word in habits.sample(voice.words["outro"], 1)]
    return Sheet(
        kind="delivery_note", language=voice.language, title=voice.label("delivery_note"), sender=supplier,
        recipient=recipient, sender_tag="supplier", recipient_tag="recipient",
        recipient_label=voice.label("bill_to"), ship_to=ship, ship_to_label=voice.label("ship_to"),
        ship_to_tag="delivery_address", meta=meta, legal=[], columns=_columns(voice, keys), rows=rows, totals=[],
        tax_table=[], intro=[], outro=outro, bank=[], contact=contact_of(voice, supplier),
        page_label=voice.label("page"), of_label=voice.label("of"), carried_label="", running_texts=[""] * len(rows),
        fields={
            "delivery_note_number": number, "delivery_date": day.isoformat(), "order_number": order,
            "customer_number": customer, "supplier": supplier.name, "recipient": recipient.name,
            "delivery_address": " ".join(ship.address) if ship else None,
        },
        items=items, currency="",
    )  # fmt: skip


def _columns(voice: Voice, keys: tuple[str, ...]) -> list[Column]:
    shown = {"quantity_ordered": "ordered", "quantity": "delivered" if "quantity_ordered" in keys else "quantity"}
    plain = columns(voice, tuple(shown.get(key, key) for key in keys))
    return [Column(key, c.header, c.align, c.weight) for key, c in zip(keys, plain, strict=True)]


def _rows(voice: Voice, rng: random.Random, keys: tuple[str, ...]) -> tuple[list[Row], list[dict[str, str]]]:
    rows, items = [], []
    for index in range(rng.choice([1, 2, 3, 4, 6, 9, 15, 40])):
        ordered = rng.choice([1, 2, 4, 5, 10, 12, 24, 50, 100, 240])
        count = ordered if rng.random() < 0.85 else max(ordered // 2, 1)
        cells = {
            "position": str(index + 1), "item_number": digits(rng, rng.choice(["#####", "@@-####"])),
            "description": rng.choice(voice.words["goods"]), "quantity": voice.number_of(count),
            "quantity_ordered": voice.number_of(ordered), "unit": rng.choice(voice.words["units"]),
        }  # fmt: skip
        rows.append(Row("item", {key: cells[key] for key in keys}, index=index))
        truth = {key: cells[key] for key in keys if key in ("item_number", "description", "unit")}
        truth["quantity"] = str(count)
        if "quantity_ordered" in keys:
            truth["quantity_ordered"] = str(ordered)
        items.append(truth)
    return rows, items
