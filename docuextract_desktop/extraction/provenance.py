"""By which methods, and for which form of a template, something was worked out; made otherwise it is worth nothing."""

from __future__ import annotations

import hashlib

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.extraction.features.prepared import FEATURES_VERSION
from docuextract_desktop.extraction.latest import for_latest
from docuextract_desktop.extraction.models import ENGINE_VERSION
from docuextract_desktop.extraction.ranking.knowledge import KNOWLEDGE_VERSION
from docuextract_desktop.templates.models import Template

METHODS = f"{WORDS_VERSION}/{ENGINE_VERSION}/{FEATURES_VERSION}"
"""What prepared documents depend on beside words and template."""

KNOWLEDGE_METHODS = f"{KNOWLEDGE_VERSION}/{METHODS}"
"""What fitted knowledge depends on beside the lessons."""


@for_latest
def prepared_by(template: Template) -> str:
    """What prepared documents depend on, with the template's fields: a file may change under one version number."""
    told = template.model_dump_json(include={"fields", "locale"})
    return f"{METHODS}/{hashlib.sha256(told.encode()).hexdigest()[:16]}"
