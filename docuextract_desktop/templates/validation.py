"""From JSON to a template, with every problem named by its place: `fields[2].type: 'dat' is not a type; ...`."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from docuextract_desktop.errors import TemplateInvalidError
from docuextract_desktop.templates.models import Column, ColumnType, FieldType, Locale, Template, TemplateField
from docuextract_desktop.templates.pattern_safety import problem_of
from docuextract_desktop.templates.rules import RuleError, check_rule, parse_rule
from docuextract_desktop.templates.types.currency import CODES

MAX_BYTES: Final = 2_000_000
MAX_FIELDS: Final = 500
MAX_PATTERN: Final = 300
MAX_LABELS: Final = 1_000

_PAGES_PART = re.compile(r"-?[1-9]\d{0,5}|(?P<a>[1-9]\d{0,5})-(?P<b>-?[1-9]\d{0,5})?")
# A quantifier on a group that itself ends with one: "(a+)+" needs exponential time on some texts.
_SCHEMA_ID: Final = "template.schema.json"


def parse_template(source: str | bytes | Mapping[str, Any]) -> Template:
    """A template from JSON text or from the data in it.

    Raises:
        TemplateInvalidError: with one sentence per problem in `problems`, each beginning with its place.
    """
    data = {key: value for key, value in load_json(source).items() if key != "$schema"}  # written there by editors
    try:
        template = Template.model_validate(data)
    except ValidationError as error:
        problems = [_sentence(detail) for detail in error.errors(include_url=False)]
        problems += _checks_on_data(data)
        raise invalid(problems) from None
    problems = list(check_template(template))
    if problems:
        raise invalid(problems)
    return template


def invalid(problems: Iterable[str]) -> TemplateInvalidError:
    """The error for these problems; its message shows the first ones."""
    unique = tuple(dict.fromkeys(problems))
    shown = "; ".join(unique[:3])
    more = f"; and {len(unique) - 3} more" if len(unique) > 3 else ""
    return TemplateInvalidError(f"This is not a valid template. {shown}{more}.", problems=unique)


def refuse_slow_patterns(template: Template) -> None:
    """Refuse a template that an earlier version of the program stored with a pattern that is refused today.

    For whoever is about to run patterns where nothing ends what takes for ever: outside of the worker processes.

    Raises:
        TemplateInvalidError: names the fields.
    """
    slow = [(n, f) for n, f in enumerate(template.fields) if f.pattern and _check_pattern(f.pattern, "")]
    if slow:
        titles = ", ".join(f"“{f.shown_title}”" for _, f in slow)
        problems = [p for n, f in slow for p in _check_pattern(f.pattern or "", f"fields[{n}].pattern")]
        raise TemplateInvalidError(
            f"{template.name}, version {template.version}: the pattern of {titles} is refused, since it can take for"
            " ever.",
            problems=tuple(problems),
            hint="Give the field another pattern in the template, and extract the documents again with that version.",
        )


def load_json(source: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
    """The object in JSON text; data that was read before comes back as it is.

    Raises:
        TemplateInvalidError: no JSON, or no object.
    """
    if isinstance(source, Mapping):
        return dict(source)
    if len(source) > MAX_BYTES:
        raise invalid([f"template: longer than {MAX_BYTES:,} bytes"])
    try:
        data = json.loads(source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise invalid(["template: not UTF-8 text"]) from None
    except json.JSONDecodeError as error:
        raise invalid([f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"]) from None
    except RecursionError:
        raise invalid(["template: nested too deeply"]) from None
    if not isinstance(data, dict):
        raise invalid(["template: must be a JSON object"])
    return cast("dict[str, Any]", data)


# ------------------------------------------------------------------ pydantic's complaints, as sentences


def place_of(location: Sequence[str | int]) -> str:
    """`("fields", 2, "type")` as `fields[2].type`."""
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place or "template"


def _sentence(detail: ErrorDetails) -> str:
    location = detail["loc"]
    place = place_of(location)
    kind, given = detail["type"], detail.get("input")
    last = location[-1] if location else ""
    context = detail.get("ctx") or {}
    if kind == "missing":
        return f"{place}: is missing"
    if kind == "extra_forbidden":
        return f"{place}: is not known here{_did_you_mean(str(last), _known_keys(location))}"
    if kind == "literal_error":
        allowed = _allowed(location)
        noun = "a type" if last == "type" else "one of the allowed words"
        listed = "" if _did_you_mean(str(given), allowed) else f" (allowed: {', '.join(allowed)})"
        return f"{place}: {given!r} is not {noun}{_did_you_mean(str(given), allowed)}{listed}"
    if kind == "string_pattern_mismatch":
        return (
            f"{place}: {_short(given)} must begin with a letter and hold only letters, digits, '_' and '-' "
            "(at most 64 characters)"
        )
    if kind in ("string_type", "int_type", "int_parsing", "bool_type", "bool_parsing", "float_type", "float_parsing"):
        wanted = {"s": "text", "i": "a whole number", "b": "true or false", "f": "a number"}[kind[0]]
        return f"{place}: must be {wanted}, not {_short(given)}"
    if kind in ("tuple_type", "list_type"):
        return f"{place}: must be a list, not {_short(given)}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{place}: must be an object, not {_short(given)}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        side = "at least" if kind == "greater_than_equal" else "at most"
        return f"{place}: must be {side} {bound}, not {_short(given)}"
    return f"{place}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _short(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known_keys(location: Sequence[str | int]) -> list[str]:
    if "columns" in location[:-1]:
        return list(Column.model_fields)
    if location[0] == "fields" and len(location) > 2:
        return list(TemplateField.model_fields)
    if location[0] == "locale" and len(location) > 1:
        return list(Locale.model_fields)
    return list(Template.model_fields)


def _allowed(location: Sequence[str | int]) -> list[str]:
    last = location[-1]
    if last == "type":
        return list(get_args(ColumnType if "columns" in location else FieldType))
    annotation = Locale.model_fields[str(last)].annotation if location[0] == "locale" else None
    return [str(a) for a in get_args(annotation)]


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def _checks_on_data(data: Mapping[str, Any]) -> list[str]:
    """What can be said about data that is no template yet: the checks of the parts that are valid by themselves."""
    problems: list[str] = []
    entries = data.get("fields")
    if not isinstance(entries, list):
        return problems
    fields: list[tuple[int, TemplateField]] = []
    for index, entry in enumerate(entries):
        try:
            fields.append((index, TemplateField.model_validate(entry)))
        except ValidationError:
            continue
    names = [e.get("name") if isinstance(e, dict) else None for e in entries]
    problems += _duplicates(names, "fields")
    for index, field in fields:
        problems += _check_field(field, f"fields[{index}]")
    return problems


# ------------------------------------------------------------------ checks beyond the shape


def check_template(template: Template) -> list[str]:
    """Problems of a template whose shape is right; empty where all is well."""
    problems: list[str] = []
    if not template.name.strip():
        problems.append("name: is empty")
    if template.version < 1:
        problems.append(f"version: must be at least 1, not {template.version}")
    if not template.fields:
        problems.append("fields: is empty; a template needs at least one field")
    if len(template.fields) > MAX_FIELDS:
        problems.append(f"fields: more than {MAX_FIELDS}")
    currency = template.locale.currency
    if currency is not None and currency not in CODES and not re.fullmatch(r"[A-Z]{3}", currency):
        hint = _did_you_mean(currency.upper(), sorted(CODES))
        problems.append(f"locale.currency: {currency!r} is not a currency code such as 'EUR'{hint}")
    problems += _duplicates([f.name for f in template.fields], "fields")
    for index, field in enumerate(template.fields):
        problems += _check_field(field, f"fields[{index}]")
    for index, text in enumerate(template.rules):
        try:
            rule = parse_rule(text)
        except RuleError as error:
            problems.append(f"rules[{index}]: {error}")
        else:
            problems += [f"rules[{index}]: {complaint}" for complaint in check_rule(rule, template)]
    return problems


def _duplicates(names: Sequence[object], place: str) -> list[str]:
    problems = []
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        if name in first:
            problems.append(f"{place}[{index}].name: {name!r} is used before, by {place}[{first[name]}]")
        first.setdefault(name, index)
    return problems


def _check_field(field: TemplateField, place: str) -> list[str]:
    problems = _check_labels(field.labels, place) + _check_choices(field.type, field.choices, place)
    if field.type == "table":
        if not field.columns:
            problems.append(f"{place}.columns: is missing; a table needs at least one column")
        if field.pattern is not None:
            problems.append(f"{place}.pattern: a table has none")
    elif field.columns:
        problems.append(f"{place}.columns: only a table has columns, and {field.name!r} is of type {field.type!r}")
    problems += _duplicates([c.name for c in field.columns], f"{place}.columns")
    for index, column in enumerate(field.columns):
        inner = f"{place}.columns[{index}]"
        problems += _check_labels(column.labels, inner) + _check_choices(column.type, column.choices, inner)
    if field.pattern is not None:
        problems += _check_pattern(field.pattern, f"{place}.pattern")
    if field.pages is not None:
        problems += _check_pages(field.pages, f"{place}.pages")
    return problems


def _check_labels(labels: Sequence[str], place: str) -> list[str]:
    problems = [f"{place}.labels[{i}]: is empty" for i, label in enumerate(labels) if not label.strip()]
    problems += [
        f"{place}.labels[{i}]: longer than 200 characters" for i, label in enumerate(labels) if len(label) > 200
    ]
    if len(labels) > MAX_LABELS:
        problems.append(f"{place}.labels: more than {MAX_LABELS:,}")
    return problems


def _check_choices(kind: str, choices: Sequence[str] | None, place: str) -> list[str]:
    if kind == "choice" and not choices:
        return [f"{place}.choices: is missing; a choice needs the words to choose from"]
    if kind != "choice" and choices is not None:
        return [f"{place}.choices: only the type 'choice' has them, and this is of type {kind!r}"]
    problems = [f"{place}.choices[{i}]: is empty" for i, c in enumerate(choices or ()) if not c.strip()]
    seen: set[str] = set()
    for index, choice in enumerate(choices or ()):
        if choice.strip().casefold() in seen:
            problems.append(f"{place}.choices[{index}]: {choice!r} is there twice")
        seen.add(choice.strip().casefold())
    return problems


def _check_pattern(pattern: str, place: str) -> list[str]:
    problem = _pattern_problem(pattern)
    return [] if problem is None else [f"{place}: {problem}"]


@lru_cache(maxsize=256)
def _pattern_problem(pattern: str) -> str | None:
    if len(pattern) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN} characters"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        where = getattr(error, "pos", None)
        at = f" at character {where + 1}" if isinstance(where, int) else ""
        what = getattr(error, "msg", "too complex")
        return f"not a regular expression ({what}{at})"
    return problem_of(pattern)


def _check_pages(pages: str, place: str) -> list[str]:
    complaint = f"{place}: {pages!r} is no list of pages; write '1', '1-2', '2-', '-1' (the last) or '1,3-4'"
    for part in pages.split(","):
        match = _PAGES_PART.fullmatch(part.strip())
        if match is None:
            return [complaint]
        if match["b"] and not match["b"].startswith("-") and int(match["a"]) > int(match["b"]):
            return [f"{place}: in {part.strip()!r} the first page comes after the last"]
    return []


def page_indices(pages: str | None, page_count: int) -> tuple[int, ...]:
    """The 0-based pages of a document of `page_count` pages that a field's `pages` names; all of them for None.

    Args:
        pages: as validated: "1", "1-2", "2-", "-1" (the last page), "1,3-4"; pages that are not there are left out.
        page_count: pages of the document.
    """
    if pages is None:
        return tuple(range(page_count))
    wanted: set[int] = set()
    for part in pages.split(","):
        match = _PAGES_PART.fullmatch(part.strip())
        if match is None:
            continue
        if match["a"] is None:
            number = int(part)
            wanted.add(number - 1 if number > 0 else page_count + number)
            continue
        end = int(match["b"]) if match["b"] else -1
        stop = end if end > 0 else page_count + end + 1
        wanted.update(range(int(match["a"]) - 1, min(stop, page_count)))
    return tuple(sorted(i for i in wanted if 0 <= i < page_count))


_DESCRIPTIONS: Final = {
    "Template": {
        "id": "Names the template and its file: a letter, then letters, digits, '_' and '-'.",
        "name": "What people call it.",
        "version": "Counted up by the library on every saved change.",
        "description": "What kind of document it is for.",
        "locale": "How these documents print dates and numbers; 'auto' follows each document's own habit.",
        "review_threshold": "Values less sure than this are put before a person.",
        "fields": "What to find.",
        "rules": "Arithmetic between fields: 'subtotal + tax = total', 'sum(line_items.amount) = subtotal'.",
    },
    "TemplateField": {
        "labels": "Words that documents print near the value, in any language; case and punctuation do not matter.",
        "pattern": "A regular expression that the printed text must match in full.",
        "pages": "Where the value may stand: '1', '1-2', '2-', '-1' (the last), '1,3-4'; null for all pages.",
        "choices": "For the type 'choice': the words to choose from.",
        "columns": "For the type 'table': its columns.",
        "required": "Whether a document without it is put before a person.",
        "review_threshold": "Overrides the template's.",
    },
    "Column": {"labels": "Words in the heads of such columns, in any language."},
    "Locale": {"currency": "ISO 4217 code, or null to read it from the document."},
}


def template_json_schema() -> dict[str, Any]:
    """The JSON Schema of template files, as shipped in `resources/templates/template.schema.json`."""
    schema = Template.model_json_schema(mode="validation")
    for name, texts in _DESCRIPTIONS.items():
        part = schema if name == "Template" else schema["$defs"][name]
        for key, text in texts.items():
            part["properties"][key]["description"] = text
    for part in schema["$defs"].values():
        part.pop("description", None)  # docstrings speak to programmers
    schema["description"] = "A template of DocuExtract Desktop: the fields to find on a kind of document."
    schema["title"] = "DocuExtract template"
    schema["properties"]["$schema"] = {"type": "string", "description": "Where this schema lies; editors read it."}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _SCHEMA_ID, **schema}


def template_json_schema_text() -> str:
    """`template_json_schema` as the text of its shipped file."""
    return json.dumps(template_json_schema(), ensure_ascii=False, indent=2) + "\n"
