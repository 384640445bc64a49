"""How one issuer of the blind family writes: words, figures, days."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "de", "en", "es", "it", "nl")
CENT = Decimal("0.01")


@cache
def words(language: str) -> dict[str, Any]:
    """The family's own vocabulary of a language."""
    path = Path(__file__).parents[1] / "data" / f"blind_{language}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def cents(value: Decimal) -> Decimal:
    """Rounded to two decimals, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


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
