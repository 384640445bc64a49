"""What an invoice of the blind family says: its own words, its own sums, nothing shared with the other families."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from generator.people import digits, iban

LANGUAGES = ("fr", "de", "en", "es", "it", "nl")
CENT = Decimal("0.01")
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


@cache
def words(language: str) -> dict[str, Any]:
    """The family's own vocabulary of a language."""
    path = Path(__file__).parents[1] / "data" / f"blind_{language}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def cents(value: Decimal) -> Decimal:
    """Rounded to two decimals, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


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


class Habits:
    """How one issuer writes; each choice depends on the issuer's seed and on what is asked for alone."""

    def __init__(self, seed: str, language: str, country: str) -> None:
        self.seed, self.language, self.country = seed, language, country
        self.words = words(language)
        self.currency = {"GB": "GBP", "US": "USD", "CH": "CHF"}.get(country, "EUR")
        self.sign = {"GBP": "£", "USD": "$", "CHF": "CHF", "EUR": "€"}[self.currency]
        rng = self.rng("numbers")
        if country in ("GB", "US", "IE"):
            self.group, self.mark = rng.choice([",", ",", ""]), "."
        elif country == "CH":
            self.group, self.mark = rng.choice(["'", "’"]), "."
        elif language == "fr":
            self.group, self.mark = rng.choice([" ", "\u00a0", " ", "", "."]), rng.choice([",", ",", ",", "."])
            if self.mark == "." and self.group == ".":
                self.group = " "
        else:
            self.group, self.mark = rng.choice([".", ".", ".", ""]), ","
        before = self.currency != "EUR" or country in ("IE", "NL")
        self.money_style = rng.choice(
            ["bare", "sign", "sign", "code"] if before else ["bare", "after", "after", "code"]
        )
        self.cell_style = rng.choice(["bare", "bare", self.money_style])
        self.price_decimals = rng.choice([2, 2, 2, 2, 3, 4])
        self.quantity_decimals = rng.choice([0, 0, 2, 2, 3])
        self.minus_after = country in ("DE", "AT") and rng.random() < 0.25
        self.percent = rng.choice(["{}%", "{} %", "{}"])
        self.rate_decimals = rng.choice([0, 0, 1, 2])
        forms = self.words["us_dates"] + ["{m:02d}/{d:02d}/{y}"] if country == "US" else self.words["dates"]
        self.date_form: str = rng.choice(forms)
        self.colon = rng.choice([" :", " :", ":"]) if language == "fr" else rng.choice([":", ":", ""])

    def rng(self, purpose: str) -> random.Random:
        """A generator for one purpose."""
        return random.Random(f"{self.seed}/blind/{purpose}")  # noqa: S311

    def word(self, label: str, **filled: str) -> str:
        """The issuer's word for a label or a column."""
        choices: list[str] = self.words[label]
        return self.rng(label).choice(choices).format(**({"currency": self.currency, "rate": ""} | filled)).strip()

    def number(self, value: Decimal, decimals: int) -> str:
        """A plain number with the issuer's marks."""
        text = f"{abs(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,.{decimals}f}"
        text = text.replace(",", "\0").replace(".", self.mark).replace("\0", self.group)
        if value < 0:
            return f"{text}-" if self.minus_after else f"-{text}"
        return text

    def _styled(self, text: str, style: str) -> str:
        if style == "sign":
            return f"-{self.sign}{text[1:]}" if text.startswith("-") else f"{self.sign}{text}"
        return {"bare": text, "after": f"{text}\u00a0{self.sign}", "code": f"{text} {self.currency}"}[style]

    def money(self, value: Decimal) -> str:
        """A sum outside the table."""
        return self._styled(self.number(value, 2), self.money_style)

    def cell(self, value: Decimal) -> str:
        """An amount in the table."""
        return self._styled(self.number(value, 2), self.cell_style)

    def price(self, value: Decimal) -> str:
        """A unit price in the table: as many decimals as it needs, at least the issuer's."""
        need = -int(value.normalize().as_tuple().exponent)
        return self._styled(self.number(value, max(self.price_decimals, need)), self.cell_style)

    def quantity(self, value: Decimal) -> str:
        """A count or measure."""
        need = max(0, -int(value.normalize().as_tuple().exponent))
        return self.number(value, max(self.quantity_decimals, need))

    def rate(self, value: Decimal) -> str:
        """A percentage."""
        need = max(0, -int(value.normalize().as_tuple().exponent))
        return self.percent.format(self.number(value, max(self.rate_decimals, need)))

    def percentage(self, value: Decimal) -> str:
        """A percentage outside the table: always with its sign."""
        return self.rate(value) if "%" in self.percent else f"{self.rate(value)}%"

    def date(self, day: date) -> str:
        """A calendar day."""
        month = self.words["months"][day.month - 1]
        return self.date_form.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3])


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
    lines, items = _lines(habits, rng, day, features)
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


def _lines(
    habits: Habits, rng: random.Random, day: date, features: frozenset[str]
) -> tuple[list[Line], list[dict[str, str]]]:
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
        return _lines(habits, rng, day, features)
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
