"""What review needs of the queue, and how values are read off pages and out of what people type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.errors import ValueInvalidError
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.templates.models import Column, Locale, Template, TemplateField
from docuextract_desktop.templates.types import resolve_locale, type_of

EXAMPLES = {
    "money": "such as 1,234.50",
    "number": "such as 12.5",
    "integer": "such as 12",
    "percent": "such as 19 %",
    "date": "such as 2025-03-31",
    "boolean": "such as yes or no",
    "email": "such as name@example.org",
    "phone": "such as +49 30 123456",
}


class Desk(Protocol):
    """What review asks of the queue (`jobs.queue.Queue` is one)."""

    def item(self, item_id: str) -> ItemRow:
        """The item."""
        ...

    def template_of(self, batch_id: str) -> Template:
        """The template version that the batch keeps."""
        ...

    def document_pages(self, item_id: str) -> tuple[Page, ...] | None:
        """The words of its pages."""
        ...


def locale_of(template: Template, pages: Sequence[Page]) -> Locale:
    """The template's locale with the document's own habits filled in."""
    lines = [page.line_text(line) for page in pages for line in range(len(page.line_starts) - 1)]
    return resolve_locale(template.locale, lines)


def typed_value(
    field: TemplateField | Column, text: str, locale: Locale, evidence: Evidence | None = None
) -> FieldValue:
    """The value that a person typed or pointed at.

    Raises:
        ValueInvalidError: `text` is no value of the field's type.
    """
    printed = " ".join(text.split())
    if not printed:
        raise ValueInvalidError("There is no value in what was typed.", hint="Press N for “not on this document”.")
    if field.type == "choice" and field.choices:
        same = [choice for choice in field.choices if choice.casefold() == printed.casefold()]
        if same:
            printed = same[0]
    parsed = type_of(field).parse(printed, locale)
    if parsed is None:
        if field.type == "choice":
            hint = f"Choose one of: {', '.join(field.choices or ())}."
        else:
            example = EXAMPLES.get(field.type, "")
            hint = f"Type it {example}." if example else ""
        article = "an" if field.type[0] in "aeiou" else "a"
        raise ValueInvalidError(f"“{printed}” is not {article} {_spoken(field.type)}.", hint=hint)
    return FieldValue(
        name=field.name,
        type=field.type,
        value=parsed.value,
        text=printed,
        confidence=1.0,
        currency=parsed.currency,
        evidence=evidence,
        reviewed=True,
    )


def _spoken(kind: str) -> str:
    spoken = {"money": "amount", "id": "number or code", "boolean": "yes or no", "integer": "whole number"}
    return spoken.get(kind, kind)


def words_at(pages: Sequence[Page], page_index: int, words: Sequence[int]) -> tuple[str, Evidence]:
    """The text of words that were pointed at, in reading order, and their place.

    Raises:
        ValueInvalidError: there are no such words.
    """
    page = next((p for p in pages if p.index == page_index), None)
    wanted = sorted({w for w in words if page is not None and 0 <= w < len(page)})
    if page is None or not wanted:
        raise ValueInvalidError("There are no words at that place.", hint="Point at printed words, or type the value.")
    lines: dict[int, list[int]] = {}
    for word in wanted:
        lines.setdefault(int(page.line_of[word]), []).append(word)
    boxes = [Box.around(page.box_of(w, w + 1) for w in group) for group in lines.values()]
    text = " ".join(page.texts[w] for w in wanted)
    return text, Evidence(
        page_index=page_index,
        box=Box.around(boxes),
        method=page.method,
        parts=tuple(boxes) if len(boxes) > 1 else (),
        words=tuple(wanted),
    )
