"""What to look for: a template is a list of fields, each with a type and the words that documents print near it.

A template can only be made valid: `Template.model_validate` (pydantic) checks it, and `templates.validation` turns its
complaints into sentences that name the place.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FieldType = Literal[
    "text",
    "id",
    "name",
    "address",
    "money",
    "number",
    "integer",
    "percent",
    "date",
    "boolean",
    "choice",
    "email",
    "phone",
    "table",
]
ColumnType = Literal[
    "text",
    "id",
    "name",
    "address",
    "money",
    "number",
    "integer",
    "percent",
    "date",
    "boolean",
    "choice",
    "email",
    "phone",
]
DateOrder = Literal["auto", "day-first", "month-first"]
DecimalMark = Literal["auto", ".", ","]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_\-]{0,63}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Locale(_Model):
    """How documents of this template print dates and numbers; `auto` follows the habit of each document."""

    dates: DateOrder = "auto"
    decimal: DecimalMark = "auto"
    currency: str | None = None


class Column(_Model):
    """One column of a table field."""

    name: Identifier
    title: str | None = None
    type: ColumnType
    labels: tuple[str, ...] = ()
    description: str = ""
    required: bool = False
    choices: tuple[str, ...] | None = None


class TemplateField(_Model):
    """One value, or one table, to find on a document.

    Attributes:
        pages: 1-based page numbers or ranges where the value may stand, such as "1", "1-2", "-1" (the last); None: all.
        pattern: a regular expression that the printed text must match in full, or None.
        review_threshold: overrides the template's.
    """

    name: Identifier
    title: str | None = None
    type: FieldType
    labels: tuple[str, ...] = ()
    description: str = ""
    required: bool = False
    pattern: str | None = None
    choices: tuple[str, ...] | None = None
    pages: str | None = None
    review_threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    columns: tuple[Column, ...] = ()

    @property
    def shown_title(self) -> str:
        """The title, or the name made readable."""
        return self.title or self.name.replace("_", " ").capitalize()


class Template(_Model):
    """The fields to find, with what helps to find them.

    Attributes:
        rules: sentences of arithmetic between fields, such as "subtotal + tax = total" or "flight_from <= flight_to".
    """

    id: Identifier
    name: str
    version: int = 1
    description: str = ""
    locale: Locale = Locale()
    review_threshold: Annotated[float, Field(ge=0, le=1)] = 0.85
    fields: tuple[TemplateField, ...]
    rules: tuple[str, ...] = ()

    def field(self, name: str) -> TemplateField:
        """The field of that name.

        Raises:
            KeyError: there is none.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)
