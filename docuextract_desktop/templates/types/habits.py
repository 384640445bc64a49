"""A document's own habits: what its template leaves to be found out."""

from __future__ import annotations

from collections.abc import Iterable

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.currency import vote_currency
from docuextract_desktop.templates.types.date import vote_date_order
from docuextract_desktop.templates.types.numerals import vote_decimal_mark


def resolve_locale(locale: Locale, texts: Iterable[str]) -> Locale:
    """The template's locale with every "auto" replaced by what the document's own lines show, where they show it.

    Args:
        locale: of the template.
        texts: the lines of the document.
    """
    lines = list(texts)
    dates = locale.dates if locale.dates != "auto" else vote_date_order(lines) or "auto"
    decimal = locale.decimal if locale.decimal != "auto" else vote_decimal_mark(lines) or "auto"
    currency = locale.currency or vote_currency(lines)
    return Locale(dates=dates, decimal=decimal, currency=currency)
