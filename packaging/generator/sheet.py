"""What a document says, before anyone decides where it stands: the layouts' only input."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from generator.canvas import Align, Run

RowKind = Literal["item", "group", "subtotal", "note"]


@dataclass(frozen=True)
class Party:
    """A fictional firm or person with everything that letterheads print."""

    name: str
    street: str
    city: str
    country: str
    country_code: str
    phone: str = ""
    email: str = ""
    web: str = ""
    vat_id: str = ""
    tax_number: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    manager: str = ""
    lines: tuple[str, ...] = ()
    """The address as the party itself breaks it, where it does."""

    @property
    def address(self) -> list[str]:
        """Street and place, without the name."""
        if self.lines:
            return list(self.lines)
        return [line for line in (self.street, self.city, self.country) if line]


@dataclass(frozen=True)
class Entry:
    """A label and its value, as printed; `tag` names the template's field, or is empty for a distractor.

    A value that shows two fields, such as a period, has both names, joined by `|`, and " - " between its parts.
    """

    label: str
    value: str
    tag: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the main table; `weight` is its share of the width."""

    key: str
    header: str
    align: Align
    weight: float


@dataclass
class Row:
    """A row of the main table; `index` counts the items only and is -1 for the others."""

    kind: RowKind
    cells: dict[str, str]
    index: int = -1
    extras: list[str] = field(default_factory=list)
    """Further lines under the description."""
    tag: str = ""
    """Field whose value a sub-total row shows, or empty."""
    running: Decimal = Decimal(0)
    """Sum of the amounts up to here, for carried-forward lines."""


@dataclass
class Sheet:
    """One document.

    Attributes:
        fields: true values by field name, normalised; a layout that does not print one makes it null in the truth.
        items: true cells of the main table's rows, normalised.
        table_tag: name of the template's table field.
        running_texts: the printed sum of the amounts up to each row, for carried-forward lines.
    """

    kind: str
    language: str
    title: str
    sender: Party
    recipient: Party
    sender_tag: str
    recipient_tag: str
    recipient_label: str
    ship_to: Party | None
    ship_to_label: str
    meta: list[Entry]
    legal: list[Entry]
    columns: list[Column]
    rows: list[Row]
    totals: list[Entry]
    tax_table: list[list[str]]
    intro: list[list[Run]]
    outro: list[list[Run]]
    bank: list[Entry]
    contact: list[Entry]
    page_label: str
    of_label: str
    carried_label: str
    running_texts: list[str]
    fields: dict[str, str | None]
    items: list[dict[str, str]]
    currency: str
    table_tag: str = "line_items"
    address_tag: str = ""
    """Field that the sender's address is the value of, or empty."""
    ship_to_tag: str = ""
    """Field that the delivery address (its lines below the name) is the value of, or empty."""
