"""Who writes an invoice of the blind family, and to whom: fictional firms with all that letterheads print."""

from __future__ import annotations

import random
from dataclasses import dataclass

from generator.layouts_blind.habits import Habits
from generator.people import digits, iban

_VAT = {
    "FR": "FR## #########",
    "BE": "BE 0###.###.###",
    "DE": "DE#########",
    "AT": "ATU########",
    "CH": "CHE-###.###.### MWST",
    "GB": "GB ### #### ##",
    "US": "",
    "IE": "IE#######K",
    "ES": "B########",
    "IT": "###########",
    "NL": "NL#########B01",
}
_COMPANY = {
    "FR": "### ### ### 000##",
    "BE": "0###.###.###",
    "DE": "##/###/#####",
    "AT": "###/####",
    "GB": "########",
    "US": "##-#######",
    "IT": "###########",
    "NL": "########",
    "ES": "Tomo #### Folio ##",
}


@dataclass(frozen=True)
class Firm:
    """A party with what letterheads print."""

    name: str
    lines: list[str]
    country: str
    phone: str
    mail: str
    vat_id: str
    company_number: str
    iban: str
    bic: str
    bank: str


def firm(habits: Habits, rng: random.Random, *, person: bool = False) -> Firm:
    """A fictional party of the issuer's country."""
    bag, country = habits.words, habits.country
    name = rng.choice(bag["companies"])
    legal = rng.choice(bag["legal"][country])
    name = f"{name} {legal}".strip() if not name.startswith("Sarl") else name
    if rng.random() < 0.25:
        name = name.upper()
    if person:
        name = rng.choice(bag["people"])
    lines = [rng.choice(bag["streets"]), rng.choice(bag["cities"][country])]
    if rng.random() < 0.4:
        lines.append(bag["country"][country])
    dial = {"FR": "0# ## ## ## ##", "DE": "0### / ######", "GB": "0#### ######", "US": "(###) ###-####"}
    host = "".join(c for c in name.split(" ")[0].lower() if c.isascii() and c.isalpha()) or "firm"
    account = iban(rng, country)
    return Firm(
        name=name,
        lines=lines,
        country=country,
        phone=digits(rng, dial.get(country, "+## ### ### ##")),
        mail=f"{rng.choice(['contact', 'info', 'compta', 'rechnung'])}@{host}.example",
        vat_id=digits(rng, _VAT[country]),
        company_number=digits(rng, _COMPANY.get(country, "")),
        iban=account,
        bic=digits(rng, f"@@@@{country}##"),
        bank=rng.choice(bag["banks"]),
    )
