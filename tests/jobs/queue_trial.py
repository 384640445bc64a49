"""A template, a clock, requests and outcomes for trying the queue."""

from __future__ import annotations

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchRequest, InputFile
from docuextract_desktop.jobs.work import Claim, KeptPage, Outcome
from docuextract_desktop.templates.models import Template, TemplateField

TEMPLATE = Template(
    id="note",
    name="Note",
    fields=(TemplateField(name="title", type="text"), TemplateField(name="total", type="money")),
)


class FakeClock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def request_for(files: tuple[InputFile, ...], **others: object) -> BatchRequest:
    return BatchRequest(files=files, template="note", **others)  # type: ignore[arg-type]


def outcome_for(claim: Claim, *, value: str = "x", flagged: bool = False, pages: int = 1) -> Outcome:
    fields = (
        FieldValue("title", "text", value, value, 0.5 if flagged else 0.99, flagged),
        FieldValue("total", "money", None, None, 0.9),
    )
    return Outcome(
        sha256=claim.sha256 or "0" * 64,
        kind="pdf",
        size_bytes=10,
        page_count=pages,
        pages_read=pages,
        words_version=WORDS_VERSION,
        words=tuple(KeptPage(index, 100.0, 200.0, 0, "text_layer", b"words") for index in range(pages)),
        warnings=("a warning",),
        extraction=Extraction("note", 1, fields, "engine-1"),
    )
