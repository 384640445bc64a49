"""Templates and pages for the tests of header fields, small enough to be read in the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Document, Page, WordMethod
from docuextract_desktop.templates.models import Template, TemplateField

_WIDTH, _HEIGHT, _LETTER, _LINE = 600.0, 800.0, 6.0, 16.0


def page_of(text: str, *, index: int = 0, method: WordMethod = "text_layer", confidence: float = 1.0) -> Page:
    """A page of typewriter text: one printed line per line, runs of spaces keep their width."""
    texts: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    for row, line in enumerate(text.strip("\n").split("\n")):
        at = 0
        for word in line.split(" "):
            if word:
                x, y = 20 + at * _LETTER, 20 + row * _LINE
                texts.append(word)
                boxes.append((x, y, x + len(word) * _LETTER - 1, y + 10))
            at += len(word) + 1
    return arrange(
        texts,
        np.array(boxes, np.float64).reshape(-1, 4),
        np.full(len(texts), confidence, np.float32),
        index=index,
        width=_WIDTH,
        height=_HEIGHT,
        method=method,
    )


def document_of(*pages: str | Page, name: str = "a") -> Document:
    """A document of such pages."""
    made = tuple(page_of(p, index=i) if isinstance(p, str) else p for i, p in enumerate(pages))
    return Document(sha256=name.ljust(64, "0"), kind="pdf", page_count=len(made), pages=made)


def template_of(*fields: TemplateField, rules: Sequence[str] = (), **more: Any) -> Template:
    """A template called `test`."""
    return Template(id="test", name="Test", fields=fields, rules=tuple(rules), **more)


def field(name: str, kind: str, *labels: str, **more: Any) -> TemplateField:
    """A field with labels."""
    return TemplateField.model_validate({"name": name, "type": kind, "labels": labels, **more})
