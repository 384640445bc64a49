"""Statements of bank accounts, with the field names of the shipped `bank_statement` template."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from generator.canvas import SPAN
from generator.kinds.goods import columns
from generator.kinds.invoice import contact_of
from generator.people import digits, firm
from generator.sheet import Column, Entry, Party, Row, Sheet
from generator.voice import Voice, cents

FIELDS = {
    "bank": "text", "account_holder": "text", "account_number": "id", "statement_number": "id",
    "period_from": "date:dmy", "period_to": "date:dmy", "opening_balance": "money", "closing_balance": "money",
    "total_credits": "money", "total_debits": "money",
}  # fmt: skip
_COLUMNS = (
    ("date", "description", "amount"),
    ("date", "description", "debit", "credit"),
    ("date", "description", "debit", "credit", "balance"),
    ("date", "value_date", "description", "amount"),
    ("date", "description", "amount", "balance"),
    ("date", "reference", "description", "debit", "credit", "balance"),
)


def compose(voice: Voice, rng: random.Random) -> Sheet:
    """Facts of one month of an account."""
    habits = voice.rng("statement")
    bank = firm(voice.rng("seller"), voice)
    bank_name = voice.rng("bank").choice(voice.words["banks"])
    holder = firm(rng, voice, buyer=True)
    first = date(rng.randint(2016, 2025), rng.randint(1, 12), 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    opening = cents(Decimal(rng.randint(-50_000, 2_000_000)) / 100)
    keys = habits.choice(_COLUMNS)
    rows, items, moves = _rows(voice, rng, keys, first, last, opening)
    closing = opening + sum(moves, Decimal(0))
    credits, debits = sum((m for m in moves if m > 0), Decimal(0)), -sum((m for m in moves if m < 0), Decimal(0))
    account = holder.iban or digits(rng, "##########")
    number = digits(rng, habits.choice(["#", "##", "###/{y}", "{y}-##"]).format(y=first.year))
    period = f"{voice.date(first)}{SPAN}{voice.date(last)}"
    printed_account = voice.iban(account) if holder.iban else account
    meta = [Entry(voice.label("account_number"), printed_account, "account_number")]
    if habits.random() < 0.7:
        meta.append(Entry(voice.label("statement_number"), number, "statement_number"))
    meta.append(Entry(voice.label("period"), period, "period_from|period_to"))
    if habits.random() < 0.3:
        meta.append(Entry(voice.label("statement_date"), voice.date(last + timedelta(days=1))))
    old = Entry(voice.label("opening_balance"), voice.money(opening), "opening_balance")
    new = Entry(voice.label("closing_balance"), voice.money(closing), "closing_balance", strong=True)
    totals = []
    if habits.random() < 0.5:  # as rows of the table
        start = Row("subtotal", {"description": old.label, "amount": old.value}, tag=old.tag)
        end = Row("subtotal", {"description": new.label, "amount": new.value}, tag=new.tag)
        rows = [start, *rows, end]
    else:
        totals += [old, new]
    if habits.random() < 0.5:
        sums = [Entry(voice.header("credit"), voice.money(credits), "total_credits"),
                Entry(voice.header("debit"), voice.money(debits), "total_debits")]  # fmt: skip
        totals = [*totals[:1], *sums, *totals[1:]]
    shown = {"description": "booking", "amount": "moved"}
    plain = columns(voice, tuple(shown.get(key, key) for key in keys))
    lanes = [Column(key, c.header, c.align, c.weight) for key, c in zip(keys, plain, strict=True)]
    return Sheet(
        kind="bank_statement", language=voice.language, title=voice.label("bank_statement"),
        sender=_named(bank, bank_name), recipient=holder, sender_tag="bank", recipient_tag="account_holder",
        recipient_label=voice.label("account_owner"), ship_to=None, ship_to_label="", meta=meta, legal=[],
        columns=lanes, rows=rows, totals=totals, tax_table=[], intro=[], outro=[], bank=[],
        contact=contact_of(voice, bank), page_label=voice.label("page"), of_label=voice.label("of"),
        carried_label=voice.label("carried"), running_texts=[voice.cell_money(row.running) for row in rows],
        fields={
            "bank": bank_name, "account_holder": holder.name, "account_number": account, "statement_number": number,
            "period_from": first.isoformat(), "period_to": last.isoformat(), "opening_balance": str(opening),
            "closing_balance": str(closing), "total_credits": str(credits), "total_debits": str(debits),
        },
        items=items, currency=voice.currency, table_tag="transactions",
    )  # fmt: skip


def _named(bank: Party, name: str) -> Party:
    return replace(bank, name=name, manager="")


def _rows(
    voice: Voice, rng: random.Random, keys: tuple[str, ...], first: date, last: date, opening: Decimal
) -> tuple[list[Row], list[dict[str, str]], list[Decimal]]:
    """Rows in the order of their days, the true cells, and the signed moves."""
    rows: list[Row] = []
    items: list[dict[str, str]] = []
    moves: list[Decimal] = []
    balance = opening
    count = rng.choice([4, 8, 12, 20, 45])
    for index, place in enumerate(sorted(rng.randint(0, (last - first).days) for _ in range(count))):
        day = first + timedelta(days=place)
        move = cents(Decimal(rng.randint(200, rng.choice([9_000, 90_000, 400_000]))) / 100)
        move = move if rng.random() < 0.35 else -move
        balance += move
        moves.append(move)
        other = rng.choice(voice.words["stems"])
        text = f"{rng.choice(voice.words['bookings'])} {other}"
        if rng.random() < 0.3:
            text += f" {digits(rng, '########')}"
        cells = {
            "date": voice.short_date(day), "value_date": voice.short_date(day + timedelta(days=rng.randint(0, 1))),
            "reference": digits(rng, "######"), "description": text, "amount": voice.cell_money(move),
            "debit": voice.cell_money(-move) if move < 0 else "", "credit": voice.cell_money(move) if move > 0 else "",
            "balance": voice.cell_money(balance),
        }  # fmt: skip
        values = {
            "date": day.isoformat(), "description": text, "amount": str(move), "balance": str(balance),
            "debit": str(-move) if move < 0 else "", "credit": str(move) if move > 0 else "",
        }  # fmt: skip
        rows.append(Row("item", {key: cells[key] for key in keys}, index=index, running=balance))
        items.append({key: values[key] for key in keys if values.get(key)})
    return rows, items, moves
