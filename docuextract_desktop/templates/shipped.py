"""The templates that ship with the program."""

from __future__ import annotations

from functools import cache
from typing import Final

from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.validation import parse_template

SCHEMA_FILE: Final = "template.schema.json"
_FIRST_SHOWN: Final = (
    "invoice",
    "receipt",
    "purchase_order",
    "bank_statement",
    "delivery_note",
    "contract",
    "generic_form",
)


@cache
def shipped_by_id() -> dict[str, Template]:
    """The shipped templates by id, commonest kinds of documents first. Callers must not change the dict."""
    found = {}
    for path in sorted((resources_dir() / "templates").glob("*.json")):
        if path.name != SCHEMA_FILE:
            template = parse_template(path.read_bytes())
            found[template.id] = template
    order = {name: index for index, name in enumerate(_FIRST_SHOWN)}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))


def shipped_templates() -> tuple[Template, ...]:
    """The templates that ship with the program, commonest kinds of documents first."""
    return tuple(shipped_by_id().values())
