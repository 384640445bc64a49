"""Guesses for templates that are being made: a type from a name or from sample values, labels from a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

from docuextract_desktop.templates.models import Column, ColumnType, Locale, TemplateField
from docuextract_desktop.templates.shipped import shipped_templates
from docuextract_desktop.templates.types import value_type
from docuextract_desktop.templates.types.address import looks_like_address
from docuextract_desktop.templates.types.currency import PATTERN
from docuextract_desktop.templates.types.id import iban_valid
from docuextract_desktop.templates.types.name import has_legal_form

# What words in a field's name say about its type, in seven languages; the first line that fits decides.
_NAME_WORDS: Final[tuple[tuple[ColumnType, str], ...]] = (
    ("email", r"e[- ]?mail|courriel|correo|posta elettronica"),
    (
        "phone",
        r"phone|telephone|tel|fax|mobile|cell|telefon\w*|handy|téléphone|portable|teléfono|móvil|cellulare|telefone",
    ),
    ("percent", r"percent\w*|rate|%|prozent|satz|\w+satz|taux|tasa|aliquota|percentuale|percentage|taxa|pct"),
    (
        "date",
        r"date|\w+_?date|dated|datum|\w+datum|day|deadline|due|expiry|expires|until|tarikh|fecha|vencimiento|data|scadenza|"
        r"échéance|vervaldatum|vencimento|dob|birthday|geburtstag|fällig\w*|from_date|to_date|period|flight",
    ),
    (
        "id",
        r"id|number|no|nr|num|numero|número|numéro|nummer|\w+nummer|\w+nr|code|ref|reference|referenz|référence|referencia|"
        r"iban|bic|swift|vat_?id|tax_?id|ein|tin|sku|isbn|serial|account|konto|kontonr|plate|passport|uuid|key|n°|nº|№|#",
    ),
    ("integer", r"count|pages|pieces|copies|age|year|anzahl|seiten|stück|jahr|nombre|año|anno|jaar|ano"),
    (
        "number",
        r"quantity|qty|menge|quantité|qté|cantidad|quantità|aantal|quantidade|qtd|weight|gewicht|poids|peso|hours|"
        r"stunden|heures|horas|ore|uren|length|width|height|area|volume|km|kg|units",
    ),
    (
        "money",
        r"amount|total|subtotal|price|cost|fee|charge|balance|salary|net|gross|tax|vat|sum|payment|deposit|credit|debit|"
        r"discount|betrag|\w*betrag|summe|\w*summe|preis|\w*preis|gesamt\w*|netto|brutto|saldo|montant|prix|solde|ht|ttc|tva|"
        r"importe|precio|coste|importo|prezzo|totale|bedrag|prijs|totaal|valor|preço|iva|btw|mwst|ust|rent|miete|premium|wage",
    ),
    (
        "address",
        r"address|adresse|anschrift|dirección|indirizzo|adres|endereço|morada|street|straße|city|town|zip|postcode",
    ),
    (
        "name",
        r"name|company|customer|client|supplier|vendor|seller|buyer|payee|payer|merchant|employer|employee|person|owner|"
        r"tenant|landlord|advertiser|agency|registrant|applicant|patient|firma|kunde|käufer|verkäufer|lieferant|mieter|nom|"
        r"société|fournisseur|vendeur|acheteur|nombre|empresa|proveedor|nome|azienda|fornitore|naam|klant|leverancier|"
        r"cliente|fornecedor|recipient|sender|contact|signed_by|signatory",
    ),
    ("boolean", r"is|has|signed|checked|paid|approved|accepted|yes_no|flag|bezahlt|unterschrieben|oui_non"),
)
_NAME_PATTERNS: Final = tuple((kind, re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")) for kind, words in _NAME_WORDS)
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-Z])")
_CURRENCY = re.compile(rf"(?:{PATTERN})")
_CENTS = re.compile(r"\d[.,]\d{2}(?!\d)")
_CODE = re.compile(r"(?=\S*\d)[\w./\-#]+")


def words_of(name: str) -> str:
    """A name as plain words: "invoiceDate" and "invoice_date" give "invoice date"."""
    return " ".join(_CAMEL.sub(" ", name).replace("_", " ").replace("-", " ").split())


def guess_type_of_name(name: str) -> ColumnType | None:
    """The type that a field of this name or title most likely has, or None where the name says nothing."""
    words = words_of(name).casefold()
    # The last word rules in English ("invoice date", "date number"), so the match that ends last counts.
    best: tuple[int, ColumnType] | None = None
    for kind, pattern in _NAME_PATTERNS:
        for match in pattern.finditer(words):
            if best is None or match.end() > best[0]:
                best = (match.end(), kind)
    return best[1] if best else None


def guess_type_of_values(samples: Iterable[str]) -> ColumnType | None:
    """The type that fits these printed values, or None where there are none. At least four of five have to fit."""
    values = [v.strip() for v in samples if v and v.strip()]
    if not values:
        return None
    needed = 0.8 * len(values)
    for kind, fits in _VALUE_TESTS:
        if sum(fits(v) for v in values) >= needed:
            return kind
    return "text"


def _whole(kind: str, value: str) -> bool:
    """Whether the type sees the whole of `value` as one value."""
    return any(s.start == 0 and s.end == len(value) for s in value_type(kind).recognise(value))


def _is_boolean(value: str) -> bool:
    return value_type("boolean").parse(value) is not None


def _is_money(value: str) -> bool:
    parsed = value_type("money").parse(value, Locale())
    return parsed is not None and (_CENTS.search(value) is not None or _CURRENCY.search(value) is not None)


def _is_integer(value: str) -> bool:
    return value.lstrip("+-").isdigit() and len(value) <= 6 and (value == "0" or not value.startswith("0"))


def _is_phone(value: str) -> bool:
    return value[:1] in "+(0" and any(c in value for c in " -/()+") and _whole("phone", value)


def _is_id(value: str) -> bool:
    return iban_valid(value) or _CODE.fullmatch(value) is not None


def _is_name(value: str) -> bool:
    words = value.split()
    capital = sum(w[:1].isupper() for w in words)
    return has_legal_form(value) or (
        1 < len(words) <= 5 and capital == len(words) and not any(c.isdigit() for c in value)
    )


_VALUE_TESTS: Final[tuple[tuple[ColumnType, Callable[[str], bool]], ...]] = (
    ("email", lambda v: _whole("email", v)),
    ("boolean", _is_boolean),
    ("date", lambda v: _whole("date", v)),
    ("percent", lambda v: "%" in v and _whole("percent", v)),
    ("money", _is_money),
    ("integer", _is_integer),
    (
        "number",
        lambda v: len(v) <= 20 and not v[:2].isalpha() and "." in v + v.replace(",", ".") and _whole("number", v),
    ),
    ("phone", _is_phone),
    ("id", _is_id),
    ("address", lambda v: looks_like_address(v) >= 0.5),
    ("name", _is_name),
)


def guess_type(name: str, samples: Iterable[str] = ()) -> ColumnType:
    """The likeliest type from both: values decide where there are some, but the name tells amounts from numbers."""
    of_name = guess_type_of_name(name)
    of_values = guess_type_of_values(samples)
    if of_values is None:
        return of_name or "text"
    if of_values in ("integer", "number", "money", "id") and of_name in ("money", "number", "integer", "percent", "id"):
        return of_name
    if of_values in ("text", "name", "address") and of_name in ("text", "name", "address", "id"):
        return of_name
    return of_values


def label_key(label: str) -> str:
    """A label in the form in which two are compared: letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", words_of(label).casefold())
    return "".join(c for c in plain if c.isalnum())


@cache
def _known_labels() -> tuple[dict[str, TemplateField | Column], dict[str, TemplateField | Column]]:
    """Fields of the shipped templates by name, and by each of their labels (fields with fewer labels first)."""
    entries: list[TemplateField | Column] = []
    for template in shipped_templates():
        for field in template.fields:
            entries += [field, *field.columns] if field.type != "table" else field.columns
    by_name: dict[str, TemplateField | Column] = {}
    by_label: dict[str, TemplateField | Column] = {}
    for entry in entries:
        if entry.labels:
            by_name.setdefault(label_key(entry.name), entry)
    # A word of many fields ("date") says less than one of few: what stands earlier in a list of labels is closer to it.
    ranked = sorted(((i, e) for e in entries for i in range(len(e.labels))), key=lambda pair: pair[0])
    for index, entry in ranked:
        by_label.setdefault(label_key(entry.labels[index]), entry)
    return by_name, by_label


def known_field(name: str) -> TemplateField | Column | None:
    """The field or column of a shipped template that goes by this name, title or label, or None."""
    by_name, by_label = _known_labels()
    key = label_key(name)
    return by_name.get(key) or by_label.get(key)


def guess_labels(name: str, *, title: str | None = None, extra: Sequence[str] = ()) -> tuple[str, ...]:
    """Words that documents print near a field of this name.

    The title and `extra` come first, then the name in plain words, then what the shipped templates know of such a
    field.
    """
    known = known_field(title or name) or known_field(name)
    labels = [*([title] if title else []), *extra, words_of(name), *(known.labels if known else ())]
    unique: dict[str, str] = {}
    for label in labels:
        key = label_key(label)
        if key and len(label) <= 200:
            unique.setdefault(key, " ".join(label.split()))
    return tuple(unique.values())
