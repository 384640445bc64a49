"""Templates made of what others use: schemas in the form of Documind and of Extend, and a spreadsheet's header row.

Documind: `{"named_entities": {name: {"type", "description"}}, "required": [names]}`.
Extend: a JSON Schema object whose properties may carry "extend:type" (date, currency, signature) and "extend:name"; the
older form with a list of `fields` is read too. What has no counterpart here is left out, and said in `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from docuextract_desktop.templates.guess import guess_labels, guess_type, guess_type_of_name, known_field, words_of
from docuextract_desktop.templates.models import Column, ColumnType, Template, TemplateField
from docuextract_desktop.templates.names import safe_id, safe_name
from docuextract_desktop.templates.validation import check_template, invalid, load_json, parse_template

Form = Literal["own", "documind", "extend", "extend-fields"]

_MAX_DEPTH: Final = 6
"""Extend allows five levels of nesting."""
_QUOTED = re.compile(r"['\"‘’“”«»]([^'\"‘’“”«»]{2,60})['\"‘’“”«»]")
_SPEAKS_OF_LABELS = re.compile(r"label|appear|head|titled|marked|printed as|called|column", re.IGNORECASE)
_NOT_LABEL = re.compile(r"\d{2}|null|true|false|YYYY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Imported:
    """A template made of a foreign schema.

    Attributes:
        form: what the schema was.
        notes: sentences about what was left out or changed.
    """

    template: Template
    form: Form
    notes: tuple[str, ...] = ()


def import_template(source: str | bytes | Mapping[str, Any], name: str = "Imported template") -> Imported:
    """A template from JSON in any form that we read; a template of our own comes back as it is.

    Args:
        source: JSON text, or the data in it.
        name: for the template, where the schema has none; its id is made of it.

    Raises:
        TemplateInvalidError: it is no JSON, or none of the forms, or nothing in it can be used.
    """
    data = load_json(source)
    form, schema = detect(data)
    if form is None:
        # Its problems as a template of our own say most about what is missing.
        return Imported(parse_template(data), "own")
    if form == "own":
        return Imported(parse_template(data), "own")
    builder = _Builder()
    if form == "documind":
        builder.documind(schema)
    elif form == "extend":
        builder.properties(schema.get("properties"), (), 1)
    else:
        builder.fields_list(schema.get("fields"))
    title = next((str(data[k]) for k in ("name", "title") if isinstance(data.get(k), str) and data[k].strip()), name)
    description = schema.get("description")
    return builder.build(title, description if isinstance(description, str) else "", form)


def detect(data: Mapping[str, Any]) -> tuple[Form | None, Mapping[str, Any]]:
    """Which form JSON data has, and the part of it that holds the schema; (None, data) for none."""
    if "fields" in data and "id" in data:
        return "own", data
    for part in _parts(data, 0):
        if isinstance(part.get("named_entities"), Mapping):
            return "documind", part
        kind = part.get("type")
        if isinstance(part.get("properties"), Mapping) and kind in ("object", None):
            return "extend", part
        entries = part.get("fields")
        if isinstance(entries, list) and entries and all(isinstance(e, Mapping) and "id" in e for e in entries):
            return "extend-fields", part
    return None, data


def _parts(data: Mapping[str, Any], depth: int) -> list[Mapping[str, Any]]:
    """The data, and the objects in which requests wrap a schema."""
    found: list[Mapping[str, Any]] = [data]
    if depth < 3:
        for key in ("schema", "config", "extraction_request", "extractor", "overrideConfig"):
            inner = data.get(key)
            if isinstance(inner, Mapping):
                found += _parts(inner, depth + 1)
    return found


def from_header_row(
    titles: Sequence[str], rows: Sequence[Sequence[str]] = (), *, name: str = "From a spreadsheet"
) -> Imported:
    """A template with a field per column of a spreadsheet; types and labels are guessed.

    Args:
        titles: the cells of the header row; empty ones are passed over.
        rows: some rows below it, as text; they make the guesses of types better.
        name: of the template.

    Raises:
        TemplateInvalidError: no cell of the header row holds a title.
    """
    builder = _Builder()
    for index, title in enumerate(titles):
        clean = " ".join(str(title).split())
        if not clean:
            continue
        samples = [str(row[index]) for row in rows if index < len(row) and row[index] is not None]
        builder.add(
            TemplateField(
                name=builder.name(clean),
                title=clean[:200],
                type=guess_type(clean, samples),
                labels=guess_labels(clean[:200]),
            )
        )
    return builder.build(name, "", "own")


def labels_in(description: str) -> tuple[str, ...]:
    """Labels that a description quotes: "often labelled 'Invoice No' or 'Inv #'" gives both."""
    if not _SPEAKS_OF_LABELS.search(description):
        return ()
    return tuple(q.strip() for q in _QUOTED.findall(description) if q.strip() and not _NOT_LABEL.search(q))[:20]


@dataclass
class _Builder:
    """Collects fields; names are made unique."""

    found: list[TemplateField] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def name(self, text: str) -> str:
        return safe_name(text, {f.name for f in self.found})

    def add(self, entry: TemplateField) -> None:
        self.found.append(entry)

    def build(self, name: str, description: str, form: Form) -> Imported:
        title = " ".join(name.split())[:200] or "Imported template"
        if not self.found:
            raise invalid(["fields: nothing in this schema can be looked for on a document", *self.notes])
        template = Template(id=safe_id(title), name=title, description=description[:2_000], fields=tuple(self.found))
        problems = check_template(template)
        if problems:
            raise invalid(problems)
        return Imported(template, form, tuple(self.notes))

    # -- Documind

    def documind(self, schema: Mapping[str, Any]) -> None:
        required = schema.get("required")
        wanted = {str(r) for r in required} if isinstance(required, list) else set()
        self.properties(schema["named_entities"], (), 1, frozenset(wanted))
        known = {str(n) for n in schema["named_entities"]}
        self.notes += [f"required: {r!r} is not among the named entities" for r in sorted(wanted - known)]

    # -- JSON Schema

    def properties(
        self, properties: object, path: tuple[str, ...], depth: int, required: frozenset[str] = frozenset()
    ) -> None:
        """Fields for the properties of an object; those of objects inside get the outer names in front.

        `required` of Extend's schemas is not used: there it has to list every property and says nothing.
        """
        if not isinstance(properties, Mapping):
            return
        for key, entry in properties.items():
            if not isinstance(entry, Mapping):
                self.notes.append(f"{'.'.join((*path, str(key)))}: left out, since it is no object")
                continue
            self.property((*path, str(key)), entry, depth, required=str(key) in required)

    def property(self, path: tuple[str, ...], entry: Mapping[str, Any], depth: int, *, required: bool = False) -> None:
        kind = _json_type(entry)
        special = entry.get("extend:type")
        place = ".".join(path)
        if depth > _MAX_DEPTH:
            self.notes.append(f"{place}: left out, since it is nested too deeply")
        elif kind == "array":
            self.array(path, entry, required=required)
        elif special == "signature":
            self.add(self.field(path, entry, "boolean", required=required))
            self.notes.append(f"{place}: a signature becomes a box that is ticked or not")
        elif kind == "object" and special != "currency" and not _is_money_object(entry):
            if isinstance(entry.get("properties"), Mapping):
                self.properties(entry["properties"], path, depth + 1)
            else:
                self.notes.append(f"{place}: left out, since its properties are not named")
        else:
            self.add(self.field(path, entry, _scalar_type(path[-1], entry), required=required))

    def field(
        self, path: tuple[str, ...], entry: Mapping[str, Any], kind: ColumnType, *, required: bool = False
    ) -> TemplateField:
        title, description = _texts(entry)
        return TemplateField(
            name=self.name("_".join(path)),
            title=title,
            type=kind,
            labels=guess_labels(path[-1], title=title, extra=labels_in(description)),
            description=description,
            required=required,
            choices=_choices(entry) if kind == "choice" else None,
        )

    def array(self, path: tuple[str, ...], entry: Mapping[str, Any], *, required: bool) -> None:
        items = entry.get("items")
        items = items if isinstance(items, Mapping) else {}
        columns: list[Column] = []
        if _json_type(items) == "object" and items.get("extend:type") is None and not _is_money_object(items):
            self.columns(items.get("properties"), path, (), columns)
        else:
            columns.append(_column(path[-1], items, set()))
        if not columns:
            self.notes.append(f"{'.'.join(path)}: left out, since its rows have no cells that can be read")
            return
        title, description = _texts(entry)
        name = self.name("_".join(path))
        self.add(
            TemplateField(
                name=name, title=title, type="table", description=description, required=required, columns=tuple(columns)
            )
        )

    def columns(self, properties: object, path: tuple[str, ...], inner: tuple[str, ...], columns: list[Column]) -> None:
        if not isinstance(properties, Mapping):
            return
        for key, entry in properties.items():
            place = ".".join((*path, *inner, str(key)))
            if not isinstance(entry, Mapping):
                continue
            kind = _json_type(entry)
            if kind == "array":
                self.notes.append(f"{place}: left out, since a row cannot hold a table")
            elif kind == "object" and entry.get("extend:type") is None and not _is_money_object(entry):
                if len(inner) < _MAX_DEPTH:
                    self.columns(entry.get("properties"), path, (*inner, str(key)), columns)
            else:
                columns.append(_column("_".join((*inner, str(key))), entry, {c.name for c in columns}))

    # -- Extend's older form

    def fields_list(self, entries: object) -> None:
        """Fields of the list form: `{"id", "name", "type", "description", "schema", "enum"}`."""
        for entry in _list(entries):
            if isinstance(entry, Mapping):
                self.property((str(entry["id"]),), _as_json_schema(entry, 1), 1)


def _as_json_schema(entry: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """An entry of Extend's older list form as the JSON Schema that says the same."""
    kind = str(entry.get("type", "string"))
    inner = (
        [e for e in _list(entry.get("schema")) if isinstance(e, Mapping) and "id" in e] if depth < _MAX_DEPTH else []
    )
    properties = {str(e["id"]): _as_json_schema(e, depth + 1) for e in inner}
    schema: dict[str, Any] = {k: entry[k] for k in ("description",) if k in entry}
    if isinstance(entry.get("name"), str):
        schema["extend:name"] = entry["name"]
    if kind in ("date", "currency", "signature"):
        schema |= {"type": "string" if kind == "date" else "object", "extend:type": kind}
    elif kind == "enum":
        options = _list(entry.get("enum"))
        schema["enum"] = [o.get("value") if isinstance(o, Mapping) else o for o in options]
    elif kind == "array":
        schema |= {"type": "array", "items": {"type": "object", "properties": properties}}
    elif kind == "object":
        schema |= {"type": "object", "properties": properties}
    else:
        schema["type"] = kind
    return schema


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _json_type(entry: Mapping[str, Any]) -> str:
    """The type of a property, null aside."""
    kind = entry.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "string")
    if kind is None:
        for option in _list(entry.get("anyOf")) + _list(entry.get("oneOf")):
            if isinstance(option, Mapping) and option.get("type") not in (None, "null"):
                return str(option["type"])
        if "properties" in entry:
            return "object"
        return "array" if "items" in entry else "string"
    return str(kind).lower()


def _is_money_object(entry: Mapping[str, Any]) -> bool:
    properties = entry.get("properties")
    return isinstance(properties, Mapping) and "amount" in properties and "iso_4217_currency_code" in properties


def _scalar_type(key: str, entry: Mapping[str, Any]) -> ColumnType:
    special, kind = entry.get("extend:type"), _json_type(entry)
    if special == "date" or kind == "date" or entry.get("format") in ("date", "date-time"):
        return "date"
    if special == "currency" or kind in ("currency", "money") or _is_money_object(entry):
        return "money"
    if _choices(entry):
        return "choice"
    if kind == "boolean":
        return "boolean"
    known = known_field(key)
    guess = (known.type if known else None) or guess_type_of_name(key)
    if kind in ("integer", "int"):
        return "integer"
    if kind in ("number", "float", "decimal"):
        return guess if guess in ("money", "percent", "integer") else "number"
    if entry.get("format") == "email":
        return "email"
    # Numbers may be kept as text in a schema; yes or no, and words to choose from, would have been said.
    return "text" if guess in (None, "table", "boolean", "choice") else guess  # type: ignore[return-value]


def _choices(entry: Mapping[str, Any]) -> tuple[str, ...] | None:
    unique: dict[str, str] = {}
    for option in _list(entry.get("enum")):
        if isinstance(option, str | int | float) and not isinstance(option, bool) and str(option).strip():
            unique.setdefault(str(option).strip().casefold(), str(option).strip())
    return tuple(unique.values()) or None


def _texts(entry: Mapping[str, Any]) -> tuple[str | None, str]:
    title = next((entry[k] for k in ("extend:name", "title") if isinstance(entry.get(k), str)), None)
    description = entry.get("description")
    clean = " ".join(description.split())[:2_000] if isinstance(description, str) else ""
    return (" ".join(title.split())[:200] or None if title else None), clean


def _column(key: str, entry: Mapping[str, Any], taken: set[str]) -> Column:
    title, description = _texts(entry)
    kind = _scalar_type(key, entry) if entry.get("extend:type") != "signature" else "boolean"
    return Column(
        name=safe_name(key, taken),
        title=title,
        type=kind,
        labels=guess_labels(key, title=title, extra=labels_in(description)),
        description=description,
        choices=_choices(entry) if kind == "choice" else None,
    )


def title_of(name: str) -> str:
    """A readable title for a field's name."""
    words = words_of(name)
    return words[:1].upper() + words[1:]
