"""A template while it is being written: it may be incomplete or wrong, and every change gives a new draft.

A draft keeps what a template has no room for: choices of a field that is no choice any more, names that are empty or
twice. What is wrong with it is found by `draft_checks`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from docuextract_desktop.templates.models import Column, Template, TemplateField
from docuextract_desktop.templates.names import safe_id, safe_name

_keys = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A field, or a column of a table, as it is being written.

    Attributes:
        key: tells it apart while the draft lives, whatever it is called and wherever it stands.
        name_follows: the name is made from the title until somebody says otherwise or a version was saved with it.
    """

    title: str = ""
    type: str = "text"
    labels: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    required: bool = False
    review_threshold: float | None = None
    choices: tuple[str, ...] = ()
    pages: str = ""
    pattern: str = ""
    columns: tuple[Entry, ...] = ()
    name_follows: bool = field(default=False, compare=False)
    key: int = field(default_factory=lambda: next(_keys), compare=False)

    @property
    def shown_title(self) -> str:
        """The title, or the name made readable, or a word for neither."""
        return self.title.strip() or self.name.replace("_", " ").capitalize() or "Unnamed"


ENTRY_ATTRIBUTES: Final = frozenset(f.name for f in fields(Entry)) - {"key", "columns", "name_follows"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: a field, or a column of it."""

    field: int
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A template that is being written. Compared by content: two drafts are equal where saving them gives the same.

    Attributes:
        id: of the template; empty for a new one, which gets one made of its name when it is saved.
    """

    id: str = ""
    name: str = ""
    description: str = ""
    dates: str = "auto"
    decimal: str = "auto"
    currency: str = ""
    review_threshold: float = 0.85
    entries: tuple[Entry, ...] = ()
    rules: tuple[str, ...] = ()

    # --- looking

    def entry(self, place: Place) -> Entry:
        """The entry at a place.

        Raises:
            IndexError: there is none.
        """
        found = self.entries[place.field]
        return found if place.column is None else found.columns[place.column]

    def places(self) -> list[Place]:
        """All places in the order in which they are listed: each field, then its columns."""
        found = []
        for number, entry in enumerate(self.entries):
            found.append(Place(number))
            if entry.type == "table":
                found += [Place(number, column) for column in range(len(entry.columns))]
        return found

    def place_of(self, key: int) -> Place | None:
        """Where the entry with that key stands."""
        for number, entry in enumerate(self.entries):
            if entry.key == key:
                return Place(number)
            for column, inner in enumerate(entry.columns):
                if inner.key == key:
                    return Place(number, column)
        return None

    def names_beside(self, place: Place) -> set[str]:
        """Names of the other fields, or of the other columns of the same table."""
        if place.column is None:
            return {e.name for n, e in enumerate(self.entries) if n != place.field}
        return {e.name for n, e in enumerate(self.entries[place.field].columns) if n != place.column}

    # --- changing

    def changed(self, place: Place, **changes: Any) -> Draft:
        """With other values in an entry; a name that follows the title changes with it, and rules follow the name."""
        before = self.entry(place)
        after = replace(before, **changes)
        if "name" in changes:
            after = replace(after, name_follows=False)
        elif after.name_follows and "title" in changes:
            after = replace(after, name=safe_name(after.title, self.names_beside(place)) if after.title.strip() else "")
        if after.type == "table" and before.type != "table" and not after.columns:
            after = replace(after, columns=(new_entry("Description"), new_entry("Amount", "money")))
        made = self._with(place, after)
        if before.name and after.name and before.name != after.name:
            made = replace(made, rules=tuple(_renamed(rule, self, place, after.name) for rule in self.rules))
        return made

    def _with(self, place: Place, entry: Entry) -> Draft:
        if place.column is None:
            return replace(self, entries=_put(self.entries, place.field, entry))
        table = self.entries[place.field]
        table = replace(table, columns=_put(table.columns, place.column, entry))
        return replace(self, entries=_put(self.entries, place.field, table))

    def added(self, entry: Entry, after: Place | None = None) -> tuple[Draft, Place]:
        """With another field: after the one at (or around) a place, or at the end. Its name is made unique."""
        at = len(self.entries) if after is None else after.field + 1
        if entry.name:
            entry = replace(entry, name=safe_name(entry.name, {e.name for e in self.entries}))
        return replace(self, entries=(*self.entries[:at], entry, *self.entries[at:])), Place(at)

    def added_column(self, entry: Entry, to: Place) -> tuple[Draft, Place]:
        """With another column in the table at `to`: after the column named there, or at the end."""
        table = self.entries[to.field]
        at = len(table.columns) if to.column is None else to.column + 1
        if entry.name:
            entry = replace(entry, name=safe_name(entry.name, {e.name for e in table.columns}))
        columns = (*table.columns[:at], entry, *table.columns[at:])
        made = replace(self, entries=_put(self.entries, to.field, replace(table, columns=columns)))
        return made, Place(to.field, at)

    def duplicated(self, place: Place) -> tuple[Draft, Place]:
        """With a copy of an entry behind it, under a name of its own."""
        copy = _copied(self.entry(place))
        copy = replace(copy, title=f"{copy.shown_title} (copy)")
        return self.added(copy, place) if place.column is None else self.added_column(copy, place)

    def removed(self, place: Place) -> Draft:
        """Without an entry."""
        if place.column is None:
            return replace(self, entries=self.entries[: place.field] + self.entries[place.field + 1 :])
        table = self.entries[place.field]
        columns = table.columns[: place.column] + table.columns[place.column + 1 :]
        return replace(self, entries=_put(self.entries, place.field, replace(table, columns=columns)))

    def moved(self, place: Place, by: int) -> tuple[Draft, Place]:
        """With an entry so many places further down among its like, or as far as there are any."""
        siblings = self.entries if place.column is None else self.entries[place.field].columns
        at = place.field if place.column is None else place.column
        to = min(max(0, at + by), len(siblings) - 1)
        others = [e for n, e in enumerate(siblings) if n != at]
        others.insert(to, siblings[at])
        if place.column is None:
            return replace(self, entries=tuple(others)), Place(to)
        table = replace(self.entries[place.field], columns=tuple(others))
        return replace(self, entries=_put(self.entries, place.field, table)), Place(place.field, to)


def _put(entries: tuple[Entry, ...], at: int, entry: Entry) -> tuple[Entry, ...]:
    return (*entries[:at], entry, *entries[at + 1 :])


def _copied(entry: Entry) -> Entry:
    """The same entry under keys of its own."""
    return replace(entry, key=next(_keys), columns=tuple(_copied(column) for column in entry.columns))


def _renamed(rule: str, draft: Draft, place: Place, name: str) -> str:
    """A rule in which an entry goes by another name."""
    if place.column is None:
        old = draft.entries[place.field].name
        return re.sub(rf"(?<![\w.\-]){re.escape(old)}(?![\w\-])", name, rule)
    table, column = draft.entries[place.field].name, draft.entry(place).name
    return re.sub(rf"(?<=\b{re.escape(table)}\.){re.escape(column)}(?![\w\-])", name, rule)


def new_entry(
    title: str = "", kind: str = "text", labels: Sequence[str] = (), *, taken: Collection[str] = (), name: str = ""
) -> Entry:
    """An entry whose name is made of its title."""
    made = safe_name(name or title, taken) if (name or title).strip() else ""
    return Entry(title=title, type=kind, labels=tuple(labels), name=made, name_follows=True)


def settled(draft: Draft) -> Draft:
    """After it was saved: names do not follow titles any more, since exports and what was taught go by them."""

    def fixed(entry: Entry) -> Entry:
        return replace(entry, name_follows=False, columns=tuple(fixed(column) for column in entry.columns))

    return replace(draft, entries=tuple(fixed(entry) for entry in draft.entries))


# ------------------------------------------------------------------ from templates and back


def draft_of(template: Template, *, as_copy: bool = False) -> Draft:
    """A template, to be written on.

    Args:
        template: as it was saved.
        as_copy: as a new template of its own.
    """
    return Draft(
        id="" if as_copy else template.id,
        name=f"{template.name} (copy)" if as_copy else template.name,
        description=template.description,
        dates=template.locale.dates,
        decimal=template.locale.decimal,
        currency=template.locale.currency or "",
        review_threshold=template.review_threshold,
        entries=tuple(_entry_of(f) for f in template.fields),
        rules=template.rules,
    )


def _entry_of(source: TemplateField | Column) -> Entry:
    made = Entry(
        title=source.title or "",
        type=source.type,
        labels=source.labels,
        name=source.name,
        description=source.description,
        required=source.required,
        choices=source.choices or (),
    )
    if isinstance(source, Column):
        return made
    return replace(
        made,
        review_threshold=source.review_threshold,
        pages=source.pages or "",
        pattern=source.pattern or "",
        columns=tuple(_entry_of(column) for column in source.columns),
    )


def _data_of(entry: Entry, *, column: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"name": entry.name, "type": entry.type}
    if entry.title.strip():
        data["title"] = " ".join(entry.title.split())
    if entry.labels:
        data["labels"] = list(entry.labels)
    if entry.description.strip():
        data["description"] = entry.description.strip()
    if entry.required:
        data["required"] = True
    if entry.type == "choice" and entry.choices:
        data["choices"] = list(entry.choices)
    if column:
        return data
    if entry.review_threshold is not None:
        data["review_threshold"] = entry.review_threshold
    if entry.pages.strip():
        data["pages"] = entry.pages.strip()
    if entry.type == "table":
        data["columns"] = [_data_of(inner, column=True) for inner in entry.columns]
    elif entry.pattern:
        data["pattern"] = entry.pattern
    return data


def data_of(draft: Draft) -> dict[str, Any]:
    """What a template's file would hold; it need not be valid."""
    locale = {"dates": draft.dates, "decimal": draft.decimal, "currency": draft.currency.strip().upper() or None}
    return {
        "id": draft.id or safe_id(draft.name),
        "name": " ".join(draft.name.split()),
        "description": draft.description.strip(),
        "locale": locale,
        "review_threshold": draft.review_threshold,
        "fields": [_data_of(entry, column=False) for entry in draft.entries],
        "rules": [rule.strip() for rule in draft.rules if rule.strip()],
    }


def with_free_id(template: Template, taken: Collection[str]) -> Template:
    """A new template under an id that no installed one has: `claim`, then `claim_2`."""
    lower = {t.lower() for t in taken}
    name, number = template.id, 2
    while name.lower() in lower:
        suffix = f"_{number}"
        name, number = template.id[: 64 - len(suffix)] + suffix, number + 1
    return template.model_copy(update={"id": name})
