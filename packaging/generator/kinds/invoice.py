"""Invoices, with the field names of the shipped `invoice` template."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from generator.canvas import Run
from generator.kinds import goods
from generator.people import digits, firm
from generator.sheet import Entry, Party, Sheet
from generator.voice import RATES, Voice, cents

FIELDS = {
    "invoice_number": "id", "invoice_date": "date:dmy", "due_date": "date:dmy", "seller": "text", "buyer": "text",
    "seller_tax_id": "id", "subtotal": "money", "tax": "money", "total": "money", "iban": "id",
}  # fmt: skip
NUMBERS = ("######", "RE-####", "{y}-####", "{y}/###", "INV-{y}-####", "##########", "@@####", "F{yy}-#####", "####",
           "R{yy}####", "A-######", "{yy}#####", "SI######", "{y}##-###", "@@@/{y}/####", "#####-#")  # fmt: skip


def day_of(rng: random.Random) -> date:
    """A day of the last ten years."""
    return date(2016, 1, 4) + timedelta(days=rng.randint(0, 3600))


def compose(voice: Voice, rng: random.Random) -> Sheet:
    """Facts of one invoice in the voice of its issuer."""
    habits = voice.rng("invoice")
    seller = firm(voice.rng("seller"), voice)
    buyer = firm(rng, voice, buyer=True)
    keys = habits.choice(goods.COLUMN_SETS)
    day = day_of(rng)
    due = day + timedelta(days=habits.choice([7, 10, 14, 30, 30, 60]))
    number = digits(rng, habits.choice(NUMBERS).format(y=day.year, yy=f"{day.year % 100:02d}"))
    table = goods.fill(voice, rng, keys, day)
    inclusive = habits.random() < 0.12
    sums, totals, tax_table, fields = _totals(voice, rng, table.nets, inclusive=inclusive)
    due_style = habits.choice(["meta", "meta", "sentence", "none", "both"])
    order_number, customer = digits(rng, habits.choice(["########", "PO-#####", "#/###"])), digits(rng, "#####")
    meta = [
        Entry(voice.label("invoice_number"), number, "invoice_number"),
        Entry(voice.label("invoice_date"), voice.date(day), "invoice_date"),
    ]
    if habits.random() < 0.5:
        meta.append(Entry(voice.label("customer_number"), customer))
    if habits.random() < 0.45:
        meta.append(Entry(voice.label("order_number"), order_number))
    if habits.random() < 0.4:
        delivered = day - timedelta(days=rng.randint(0, 8))
        meta.append(Entry(voice.label("delivery_date"), voice.date(delivered)))
    if habits.random() < 0.3:
        meta.append(Entry(voice.label("contact"), seller.manager))
    if habits.random() < 0.2:
        habits.shuffle(meta)
    if due_style in ("meta", "both"):
        meta.append(Entry(voice.label("due_date"), voice.date(due), "due_date"))
    tax_id = _tax_id(voice, seller)
    legal = [Entry(voice.label(label), value, "seller_tax_id") for label, value in tax_id]
    if legal and habits.random() < 0.25:
        meta.append(legal.pop())
    legal = _with_register(voice, seller, legal)
    outro: list[list[Run]] = []
    if due_style in ("sentence", "both"):
        outro.append(_sentence(rng.choice(voice.words["due_sentence"]), "due_date", voice.date(due)))
    if habits.random() < 0.2:
        outro.append(_sentence(rng.choice(voice.words["total_sentence"]), "total", voice.money(sums["total"])))
    outro += [[Run(word)] for word in habits.sample(voice.words["outro"], habits.randint(0, 2))]
    intro = [[Run(habits.choice(voice.words["intro"]))]] if habits.random() < 0.5 else []
    fields |= {
        "invoice_number": number, "invoice_date": day.isoformat(), "due_date": due.isoformat(), "seller": seller.name,
        "buyer": buyer.name, "seller_tax_id": tax_id[0][1] if tax_id else None, "iban": seller.iban or None,
    }  # fmt: skip
    ship = firm(rng, voice, buyer=True) if habits.random() < 0.15 else None
    return Sheet(
        kind="invoice", language=voice.language, title=voice.label("invoice"), sender=seller, recipient=buyer,
        sender_tag="seller", recipient_tag="buyer", recipient_label=voice.label("bill_to"),
        ship_to=ship, ship_to_label=voice.label("ship_to"), meta=meta, legal=legal,
        columns=goods.columns(voice, keys), rows=table.rows, totals=totals, tax_table=tax_table, intro=intro,
        outro=outro, bank=bank_of(voice, seller, "iban") if habits.random() < 0.8 else [],
        contact=contact_of(voice, seller), page_label=voice.label("page"), of_label=voice.label("of"),
        carried_label=voice.label("carried"), running_texts=[voice.cell_money(row.running) for row in table.rows],
        fields={name: fields.get(name) for name in FIELDS}, items=table.items, currency=voice.currency,
    )  # fmt: skip


def bank_of(voice: Voice, party: Party, iban_tag: str) -> list[Entry]:
    """Where to pay to."""
    entries = [Entry(voice.label("bank"), party.bank)]
    if party.iban:
        entries.append(Entry(voice.label("iban"), voice.iban(party.iban), iban_tag))
    entries.append(Entry(voice.label("bic"), party.bic))
    return entries


def contact_of(voice: Voice, party: Party) -> list[Entry]:
    """Telephone, mail, address in the web, manager."""
    return [
        Entry(voice.label("phone"), party.phone), Entry(voice.label("email"), party.email),
        Entry(voice.label("web"), party.web), Entry(voice.label("manager"), party.manager),
    ]  # fmt: skip


def _tax_id(voice: Voice, seller: Party) -> list[tuple[str, str]]:
    """The number that the issuer prints, as (label key, value): the first is the field's value."""
    habits = voice.rng("tax id")
    found = [("seller_tax_id", seller.vat_id)] if seller.vat_id and habits.random() < 0.85 else []
    with_number = bool(seller.tax_number) and seller.country_code not in _NO_TAX_NUMBER
    if not found and with_number and habits.random() < 0.8:
        found = [("tax_number", seller.tax_number)]
    return found


_NO_TAX_NUMBER = frozenset({"FR", "BE", "NL"})  # what their firms print besides is the number of a register
_WITH_REGISTER = frozenset({"FR", "BE", "DE", "NL", "GB", "IT"})  # elsewhere it is the VAT id without its country


def _with_register(voice: Voice, seller: Party, legal: list[Entry]) -> list[Entry]:
    """The firm's number in a register or at the tax office beside the VAT id that was asked for."""
    habits = voice.rng("register")
    printed = any(entry.value == seller.tax_number for entry in legal)
    if voice.family != "train" or seller.country_code not in _WITH_REGISTER or not seller.vat_id or printed:
        return legal
    if habits.random() < 0.35:
        return legal
    other = Entry(voice.label("tax_number"), seller.tax_number)
    return [other, *legal] if habits.random() < 0.5 else [*legal, other]


def _sentence(form: str, tag: str, value: str) -> list[Run]:
    before, _, after = form.partition("{" + tag + "}")
    return [Run(before), Run(value, tag), Run(after)]


def _totals(
    voice: Voice, rng: random.Random, nets: dict[Decimal, Decimal], *, inclusive: bool
) -> tuple[dict[str, Decimal], list[Entry], list[list[str]], dict[str, str | None]]:
    """The sums, the totals block, the tax table (maybe empty), and the true values."""
    habits = voice.rng("totals")
    lines = sum(nets.values(), Decimal(0))
    entries: list[Entry] = []
    if inclusive:
        total = lines
        tax = sum((cents(net - net * 100 / (100 + rate)) for rate, net in nets.items()), Decimal(0))
        rate = max(nets)
        entries.append(Entry(voice.label("total"), voice.money(total), "total", strong=True))
        entries.append(Entry(voice.label("tax_included", voice.rate(rate)), voice.money(tax), "tax"))
        fields = {"total": str(total), "tax": str(tax), "subtotal": str(total - tax)}
        return {"total": total}, entries, [], dict(fields)
    shipping = Decimal(rng.choice(["4.90", "6.50", "12.00", "25.00"])) if habits.random() < 0.12 else Decimal(0)
    standard = Decimal(RATES[voice.country])
    charged = dict(nets)
    if shipping:
        charged[standard] = charged.get(standard, Decimal(0)) + shipping
        entries.append(Entry(voice.label("shipping"), voice.money(shipping)))
    subtotal = lines + shipping
    taxes = {rate: cents(net * rate / 100) for rate, net in sorted(charged.items(), reverse=True)}
    free = habits.random() < 0.06
    tax = Decimal(0) if free else sum(taxes.values(), Decimal(0))
    total = subtotal + tax
    entries.append(Entry(voice.label("subtotal"), voice.money(subtotal), "subtotal"))
    tax_table: list[list[str]] = []
    if not free and len(taxes) > 1:
        if habits.random() < 0.6:
            tax_table = [[voice.label(k) for k in ("rate", "net")] + [voice.label("tax"), voice.label("gross")]]
            tax_table += [
                [voice.rate(rate), voice.money(charged[rate]), voice.money(part), voice.money(charged[rate] + part)]
                for rate, part in taxes.items()
            ]
        else:
            entries += [Entry(voice.label("tax", voice.rate(r)), voice.money(part)) for r, part in taxes.items()]
        entries.append(Entry(voice.label("tax"), voice.money(tax), "tax"))
    elif not free:
        entries.append(Entry(voice.label("tax", voice.rate(next(iter(taxes)))), voice.money(tax), "tax"))
        if habits.random() < 0.08:
            tax_table = [[voice.label(k) for k in ("rate", "net")] + [voice.label("tax"), voice.label("gross")],
                         [voice.rate(next(iter(taxes))), voice.money(subtotal), voice.money(tax),
                          voice.money(total)]]  # fmt: skip
    entries.append(Entry(voice.label("total"), voice.money(total), "total", strong=True))
    values: dict[str, str | None] = {"subtotal": str(subtotal), "tax": None if free else str(tax), "total": str(total)}
    return {"total": total}, entries, tax_table, values
