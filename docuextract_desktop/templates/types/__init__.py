"""Value types: one file each, all behind `ValueType`.

    value_type("money").parse("RM 1,471.60").value == "1471.60"

Tables are no value type: their cells have one each, and `extraction.tables` finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docuextract_desktop.templates.models import Column, TemplateField
from docuextract_desktop.templates.types.address import AddressType
from docuextract_desktop.templates.types.base import AUTO_LOCALE, Parsed, Span, ValueType
from docuextract_desktop.templates.types.boolean import BooleanType
from docuextract_desktop.templates.types.choice import ChoiceType
from docuextract_desktop.templates.types.date import DateType
from docuextract_desktop.templates.types.email import EmailType
from docuextract_desktop.templates.types.habits import resolve_locale
from docuextract_desktop.templates.types.id import IdType
from docuextract_desktop.templates.types.integer import IntegerType
from docuextract_desktop.templates.types.lines import Lines
from docuextract_desktop.templates.types.money import MoneyType
from docuextract_desktop.templates.types.name import NameType
from docuextract_desktop.templates.types.number import NumberType
from docuextract_desktop.templates.types.percent import PercentType
from docuextract_desktop.templates.types.phone import PhoneType
from docuextract_desktop.templates.types.text import TextType

__all__ = [
    "AUTO_LOCALE",
    "VALUE_TYPE_NAMES",
    "Lines",
    "Parsed",
    "Span",
    "ValueType",
    "resolve_locale",
    "type_of",
    "value_type",
]

_TYPES: Final[dict[str, ValueType]] = {
    kind.name: kind
    for kind in (
        TextType(),
        IdType(),
        NameType(),
        AddressType(),
        MoneyType(),
        NumberType(),
        IntegerType(),
        PercentType(),
        DateType(),
        BooleanType(),
        ChoiceType(),
        EmailType(),
        PhoneType(),
    )
}
VALUE_TYPE_NAMES: Final = tuple(_TYPES)


def value_type(name: str, choices: Sequence[str] | None = None) -> ValueType:
    """The value type of that name; `choices` are for the type `choice` only.

    Raises:
        KeyError: there is no such type ("table" is none).
    """
    if name == "choice" and choices:
        return ChoiceType(choices)
    return _TYPES[name]


def type_of(field: TemplateField | Column) -> ValueType:
    """The value type of a field or a column, its choices included.

    Raises:
        KeyError: the field is a table.
    """
    return value_type(field.type, field.choices)
