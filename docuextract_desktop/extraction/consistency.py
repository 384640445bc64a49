"""Decisions that fields take together: both ends of a range, parts that add up to a total."""

from __future__ import annotations

from docuextract_desktop.extraction.choosing import Chosen
from docuextract_desktop.extraction.prepared import Prepared
from docuextract_desktop.templates.models import Template


def agree(prepared: Prepared, template: Template, chosen: dict[str, Chosen]) -> dict[str, Chosen]:
    """Choices that fit together where the fields' own evidence leaves room for it."""
    return chosen
