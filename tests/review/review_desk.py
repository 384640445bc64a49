"""A data folder with two documents that were extracted, for the tests of review."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.templates.library import dump_template
from docuextract_desktop.templates.models import Template

TEMPLATE = Template.model_validate(
    {
        "id": "note",
        "name": "Note",
        "fields": [
            {"name": "number", "type": "id", "labels": ["note number"]},
            {"name": "total", "type": "money", "labels": ["total"]},
            {"name": "lines", "type": "table", "columns": [{"name": "amount", "type": "money"}]},
        ],
    }
)


def page_of(*lines: str) -> Page:
    """A page with these lines, words side by side."""
    words = [(line, place, word) for line, text in enumerate(lines) for place, word in enumerate(text.split())]
    boxes = [[0.1 + 0.15 * p, 0.1 + 0.05 * n, 0.22 + 0.15 * p, 0.12 + 0.05 * n] for n, p, _ in words]
    line_of = np.array([n for n, _, _ in words], np.int32)
    return Page(
        index=0,
        width=612,
        height=792,
        rotation=0,
        method="text_layer",
        texts=tuple(word for _, _, word in words),
        boxes=np.array(boxes, np.float32),
        confidences=np.ones(len(words), np.float32),
        line_of=line_of,
        segment_of=line_of,
    )


def outcome(sha256: str, page: Page) -> Outcome:
    fields = (
        FieldValue("number", "id", "N-1", "N-1", 0.5, True, ("not sure",)),
        FieldValue("total", "money", "9.99", "9.99", 0.4, True, ("not sure",)),
        FieldValue("lines", "table"),
    )
    kept = KeptPage(0, page.width, page.height, page.rotation, page.method, pages_to_blob((page,)))
    return Outcome(
        sha256=sha256,
        kind="pdf",
        size_bytes=1,
        page_count=1,
        pages_read=1,
        words_version=WORDS_VERSION,
        words=(kept,),
        warnings=(),
        extraction=Extraction("note", 1, fields),
    )


def extracted_items(services: Services, folder: Path, *, force: bool = False) -> list[str]:
    """Two documents that were extracted, and one that still waits."""
    template = folder / "note.json"
    template.write_text(dump_template(TEMPLATE))
    for number in range(3):
        (folder / f"{number}.pdf").write_bytes(b"%%PDF %d" % number)
    queue = services.queue
    files = queue.scan([folder / f"{number}.pdf" for number in range(3)])
    batch_id = queue.create_batch(BatchRequest(files=files, template=str(template), force=force))
    queue.heartbeat()
    for number in range(2):
        claim = queue.claim([batch_id])
        assert claim is not None
        assert claim.sha256 is not None
        page = page_of(f"Note number: N-{number + 1}", f"Total: {number + 1}.50", "Thank you")
        queue.finish(claim, outcome(claim.sha256, page))
    return [item.id for item in queue.items(batch_id)]
