"""Fictional firms: names, addresses, tax numbers and accounts with right check digits."""

from __future__ import annotations

import random
import re
import unicodedata

from generator.sheet import Party
from generator.voice import Voice

_IBAN = {"DE": 18, "AT": 16, "CH": 17, "FR": 23, "BE": 12, "GB": 0, "ES": 20, "IT": 0, "NL": 0, "PT": 21, "IE": 0}
_VAT = {
    "DE": "DE#########", "AT": "ATU########", "CH": "CHE-###.###.### MWST", "FR": "FR###########", "BE": "BE0#########",
    "GB": "GB#########", "IE": "IE#######A", "ES": "ESB########", "IT": "IT###########", "NL": "NL#########B##",
    "PT": "PT#########", "US": "", "MY": "",
}  # fmt: skip
_TAX_NUMBER = {
    "DE": "##/###/#####", "FR": "### ### ### #####", "US": "##-#######", "NL": "########", "GB": "########",
    "BE": "0###.###.###", "IT": "###########", "MY": "############", "ES": "B########", "PT": "#########",
}  # fmt: skip


def digits(rng: random.Random, pattern: str) -> str:
    """Fill each # of a pattern with a digit and each @ with a capital letter."""
    filled = re.sub("#", lambda _: str(rng.randint(0, 9)), pattern)
    return re.sub("@", lambda _: rng.choice("ABCDEFGHKLMNPRSTVWX"), filled)


def iban(rng: random.Random, country: str) -> str:
    """An IBAN with right length and check digits, of no real bank, or nothing for a country without."""
    if country not in _IBAN:
        return ""
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTVWX") for _ in range(4))
    account = {
        "GB": letters + digits(rng, "#" * 14),
        "IE": letters + digits(rng, "#" * 14),
        "NL": letters + digits(rng, "#" * 10),
        "IT": letters[0] + digits(rng, "#" * 22),
    }.get(country) or digits(rng, "#" * _IBAN[country])
    as_number = "".join(str(int(c, 36)) for c in account + country + "00")
    return f"{country}{98 - int(as_number) % 97:02d}{account}"


def _as_printed(rng: random.Random, name: str, legal: str) -> str:
    """Letterheads leave the legal form out, or print the name in capitals."""
    if rng.random() < 0.25:
        name = name.removesuffix(f" {legal}")
    return name.upper() if rng.random() < 0.15 else name


def _grouped(voice: Voice, vat_id: str) -> str:
    """A VAT id as some firms print it: with its country apart, or with its digits in groups of three."""
    rng = voice.rng("grouping")
    compact = re.fullmatch(r"([A-Z]{2}U?)(\d{8,11})", vat_id)
    if voice.family != "train" or compact is None or rng.random() < 0.55:
        return vat_id
    country, number = compact.groups()
    if rng.random() < 0.5:
        return f"{country} {number}"
    sign = "." if country == "BE" and rng.random() < 0.7 else " "
    head = len(number) % 3
    groups = [number[:head]] * (head > 0) + [number[at : at + 3] for at in range(head, len(number), 3)]
    return f"{country}{rng.choice([' ', '']) if head or sign == '.' else ' '}{sign.join(groups)}"


def firm(rng: random.Random, voice: Voice, *, buyer: bool = False) -> Party:
    """A firm in the voice's country. Train and test families draw from separate halves of the names."""
    words = voice.words
    half = 0 if voice.family == "train" else 1
    stem = rng.choice(words["stems"][half::2])
    trade = rng.choice(words["trades"])
    legal = rng.choice(words["legal"][voice.country])
    first = rng.choice(words["people"]).split(" ")[-1]
    shapes = [f"{stem} {trade} {legal}", f"{stem} {legal}", f"{first} & {stem} {legal}", f"{trade} {stem} {legal}"]
    if buyer and rng.random() < 0.2:
        shapes = [rng.choice(words["people"])]
    name = rng.choice(shapes)
    zip_code, town = rng.choice(words["cities"][voice.country])
    street, house = rng.choice(words["streets"]), rng.randint(1, 180)
    number_first = voice.country in ("GB", "US", "IE", "FR")
    prefix = voice.country + ("-" if rng.random() < 0.5 else " ") if rng.random() < 0.1 else ""
    place = f"{town} {zip_code}" if voice.country in ("GB", "IE") else f"{prefix}{zip_code} {town}"
    if voice.country == "US":
        place = f"{town}, {zip_code}"
    if voice.family == "train":
        name = _as_printed(voice.rng(f"print of {name}"), name, legal)
    domain = re.sub(r"[^a-z]+", "-", unicodedata.normalize("NFKD", stem.lower()).encode("ascii", "ignore").decode())
    code = voice.country
    dial = {"DE": "+49", "AT": "+43", "CH": "+41", "FR": "+33", "BE": "+32", "GB": "+44", "IE": "+353", "ES": "+34",
            "IT": "+39", "NL": "+31", "PT": "+351", "US": "+1", "MY": "+60"}[code]  # fmt: skip
    return Party(
        name=name,
        street=f"{house} {street}" if number_first else f"{street} {house}",
        city=place,
        country=words["country"][code] if rng.random() < 0.4 else "",
        country_code=code,
        phone=digits(rng, f"{dial} {rng.choice(['### ######', '## ### ## ##', '####-####'])}"),
        email=f"{rng.choice(['info', 'office', 'mail', 'accounts'])}@{domain.strip('-')}.example",
        web=f"www.{domain.strip('-')}.example",
        vat_id=_grouped(voice, digits(rng, _VAT[code])),
        tax_number=digits(rng, _TAX_NUMBER[code]) if code in _TAX_NUMBER else "",
        iban=iban(rng, code),
        bic=digits(rng, f"@@@@{code}##@@@" if rng.random() < 0.5 else f"@@@@{code}##"),
        bank=rng.choice(words["banks"]),
        manager=rng.choice(words["people"]),
    )
