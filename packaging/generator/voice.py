"""How one issuer writes: language, labels, numbers, dates. Fixed for all documents of the issuer."""

from __future__ import annotations

import datetime
import json
import random
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

Family = Literal["train", "test", "blind"]
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
CURRENCY = {"GB": "GBP", "US": "USD", "CH": "CHF", "MY": "MYR"}
SYMBOL = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "MYR": "RM"}
RATES = {
    "GB": "20", "US": "8.25", "IE": "23", "MY": "6", "DE": "19", "AT": "20", "CH": "8.1", "FR": "20", "BE": "21",
    "ES": "21", "IT": "22", "NL": "21", "PT": "23",
}  # fmt: skip
REDUCED = {"DE": "7", "AT": "10", "CH": "2.6", "FR": "5.5", "BE": "6", "ES": "10", "IT": "10", "NL": "9", "PT": "6"}
CENT = Decimal("0.01")


@cache
def lexicon(language: str) -> dict[str, Any]:
    """The words of a language: labels, column headers, goods, names."""
    path = Path(__file__).parent / "data" / f"{language}.json"
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words


def cents(value: Decimal) -> Decimal:
    """Rounded to two decimals, half up, as bookkeeping does."""
    return value.quantize(CENT, ROUND_HALF_UP)


class Voice:
    """One issuer's habits; every choice depends only on the issuer's seed and on what is asked for."""

    def __init__(self, seed: str, language: str, country: str, family: Family) -> None:
        self.seed, self.language, self.country, self.family = seed, language, country, family
        self.words = lexicon(language)
        self.currency = CURRENCY.get(country, "EUR")
        rng = self.rng("numbers")
        continental = country not in ("GB", "US", "IE", "MY")
        if country == "CH":
            self.group, self.mark = rng.choice(["'", "’"]), "."
        elif continental:
            self.group, self.mark = rng.choice([" ", " ", ""] if language == "fr" else [".", ".", ".", ""]), ","
        else:
            self.group, self.mark = rng.choice([",", ",", ""]), "."
        self.symbol_style = rng.choice(["none", "none", "symbol-before", "symbol-after", "code-after", "code-before"])
        if not continental and self.symbol_style.endswith("after"):
            self.symbol_style = "symbol-before"
        self.table_symbols = rng.random() < 0.25
        self.date_form: str = rng.choice(self.words["dates"][country])
        self.iban_grouped = rng.random() < 0.7
        self.quantity_decimals = rng.choice([0, 0, 0, 2, 3])
        self.minus = rng.choice(["-", "-", "−", "after"])
        self.colon = rng.choice([":", ":", "", ""])

    def rng(self, purpose: str) -> random.Random:
        """A generator of its own for each purpose, so that one choice never shifts another."""
        return random.Random(f"{self.seed}/{purpose}")  # noqa: S311  (fictional documents, no secrets)

    def label(self, key: str, rate: str = "") -> str:
        """The issuer's word for a labelled value; `rate` is filled in where the word has a place for it."""
        filled = self._choice("labels", key).format(rate=rate)
        return " ".join(filled.replace("()", "").rstrip("@ ").split())

    def header(self, key: str) -> str:
        """The issuer's word for a column."""
        return self._choice("columns", key)

    def _choice(self, group: str, key: str) -> str:
        known: list[str] = self.words[group][key]
        if self.family == "train" and len(known) >= 5:
            known = [word for place, word in enumerate(known) if place % 5 != 3]  # kept for the test family alone
        return self.rng(f"{group}/{key}").choice(known)

    def number(self, value: Decimal, decimals: int) -> str:
        """A plain number with the issuer's marks."""
        quantum = Decimal(1).scaleb(-decimals)
        digits = f"{abs(value).quantize(quantum, ROUND_HALF_UP):,.{decimals}f}"
        text = digits.replace(",", "\0").replace(".", self.mark).replace("\0", self.group)
        if value >= 0:
            return text
        return f"{text}-" if self.minus == "after" else f"{self.minus}{text}"

    def money(self, value: Decimal, *, symbol: bool = True) -> str:
        """An amount, with the currency where the issuer prints one."""
        text = self.number(value, 2)
        sign = SYMBOL[self.currency]
        style = self.symbol_style if symbol else "none"
        return {
            "none": text,
            "symbol-before": f"{sign}{text}" if self.language == "en" and sign != "CHF" else f"{sign} {text}",
            "symbol-after": f"{text} {sign}",
            "code-after": f"{text} {self.currency}",
            "code-before": f"{self.currency} {text}",
        }[style]

    def cell_money(self, value: Decimal) -> str:
        """An amount inside a table."""
        return self.money(value, symbol=self.table_symbols)

    def quantity(self, value: Decimal) -> str:
        """A count or measure."""
        whole = value == value.to_integral_value()
        decimals = self.quantity_decimals if whole else max(self.quantity_decimals, 2)
        return self.number(value, decimals)

    def number_of(self, count: int) -> str:
        """A whole number of things."""
        return self.quantity(Decimal(count))

    def rate(self, value: Decimal) -> str:
        """A percentage with its sign."""
        text = f"{value.normalize():f}".replace(".", self.mark)
        return f"{text} %" if self.language in ("de", "fr") and self.rng("percent").random() < 0.6 else f"{text}%"

    def date(self, day: datetime.date) -> str:
        """A calendar day as the issuer prints it."""
        return self.date_form.format(
            d=day.day, m=day.month, y=day.year, yy=day.year % 100,
            month=self.words["months"][day.month - 1], mon=self.words["mons"][day.month - 1],
        )  # fmt: skip

    def short_date(self, day: datetime.date) -> str:
        """A calendar day in figures, for narrow columns."""
        if "{mon" not in self.date_form:
            return self.date(day)
        form: str = next(f for f in self.words["dates"][self.country] if "{mon" not in f)
        return form.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100)

    def iban(self, iban: str) -> str:
        """In groups of four, or in one piece."""
        return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)) if self.iban_grouped else iban
