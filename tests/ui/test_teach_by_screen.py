"""Documents taught through the screen alone, by keys, clicks and drags, and the same told at once, as `learn` does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from teaching_hand import Hand, Truth, taught_by_hand
from window_desk import Desk

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.extraction.pipeline import extract
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.storage import knowledge
from docuextract_desktop.templates.models import Template
from tests.extraction.printed import document_of

FORM = """
Green Valley Water Board                     FILE {file}

Dossier     {dossier}              Case     {case}
Clerk       {clerk}

Meter       {meter}
"""
PEOPLE = ("Ann Archer", "Bea Baker", "Cid Carver", "Dan Dyer", "Eve Ewart", "Fay Fisher", "Gil Glover", "Ida Ives")


def extracted(services: Services, documents: Sequence[Document], template: Path, folder: Path) -> str:
    """A batch of these documents, done as a lane would do it; its id."""
    papers = []
    for number, document in enumerate(documents):
        paper = folder / f"{number:02} {document.sha256[:12]}.pdf"
        paper.write_bytes(b"%PDF-1.4 " + document.sha256.encode())
        papers.append(paper)
    request = BatchRequest(files=services.queue.scan(papers), template=str(template), force=True)
    batch_id = services.queue.create_batch(request)
    services.queue.heartbeat()
    for document in documents:
        claim = services.queue.claim([batch_id])
        assert claim is not None
        assert claim.sha256 is not None
        job = services.queue.job(claim)
        known = None if job.knowledge is None else Knowledge.from_bytes(job.knowledge.body)
        same = Document(claim.sha256, document.kind, document.page_count, document.pages)
        found = extract(same, Template.model_validate(job.template), known)
        kept = tuple(
            KeptPage(p.index, p.width, p.height, p.rotation, p.method, pages_to_blob((p,))) for p in document.pages
        )
        count = len(document.pages)
        outcome = Outcome(claim.sha256, "pdf", 10, count, count, WORDS_VERSION, kept, (), found)
        assert services.queue.finish(claim, outcome)
    return batch_id


def values(services: Services, batch_id: str) -> list[list[tuple[str, str | None, float, bool]]]:
    """What an export would say of each document."""
    items = services.queue.items(batch_id)
    found = [services.queue.extraction(item.id).fields for item in items]
    return [[(v.name, v.value, v.confidence, v.needs_review) for v in fields] for fields in found]


def fitted(services: Services, template_id: str) -> bytes:
    with services.database.reading() as session:
        found = knowledge.fitted(session, template_id, 1)
    assert found is not None
    return found.body


def compare(
    desk: Desk, qtbot: QtBot, tmp_path: Path, template: Template, taught: Sequence[tuple[Document, Truth]],
    rest: Sequence[Document],
) -> Hand:  # fmt: skip
    """Teach both ways; everything that is found on the rest must be the same."""
    told = template.model_copy(update={"review_threshold": 1.0})  # all that is found wants a look
    path = tmp_path / "template.json"
    path.write_text(told.model_dump_json(), encoding="utf-8")
    (tmp_path / "told").mkdir()
    documents, truths = [d for d, _ in taught], [truth for _, truth in taught]
    with open_services(tmp_path / "told") as other:
        batch = extracted(other, documents, path, tmp_path)
        for item, truth in zip(other.queue.items(batch), truths, strict=True):
            other.review.confirm(item.id, truth)
        other.lessons.fit(told)
        expected, known = values(other, extracted(other, rest, path, tmp_path)), fitted(other, told.id)
    services = desk.services
    batch = extracted(services, documents, path, tmp_path)
    hand = taught_by_hand(desk, qtbot, batch, truths)
    assert fitted(services, told.id) == known, "the same was told, so the same is known"
    assert values(services, extracted(services, rest, path, tmp_path)) == expected
    return hand


def form(number: int) -> tuple[Document, Truth]:
    """A form whose labels the template does not name, and what is right on it."""
    dossier = f"{4100 + 37 * number}-{number}"
    text = FORM.format(
        file=f"{9000 + number}-1", dossier=dossier, case=f"{7000 + 13 * number}-2", clerk=PEOPLE[number],
        meter=f"{555 + number}-7",
    )  # fmt: skip
    return document_of(text, name=f"{number:x}"), {"reference": dossier, "agent": PEOPLE[number], "phone": None}


def test_forms_taught_by_hand_teach_what_learn_teaches(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    template = Template.model_validate(
        {
            "id": "form",
            "name": "Form",
            "fields": [
                {"name": "reference", "type": "id"},
                {"name": "agent", "type": "text"},
                {"name": "phone", "type": "phone"},
            ],
        }
    )
    hand = compare(desk, qtbot, tmp_path, template, [form(n) for n in range(3)], [form(n)[0] for n in range(3, 8)])
    assert hand.drags, "some of it was pointed at"


@pytest.mark.slow
@pytest.mark.corpus
def test_ten_orders_taught_by_hand_teach_what_learn_teaches(
    desk: Desk, qtbot: QtBot, tmp_path: Path, corpora: Path
) -> None:
    folder = corpora / "adbuy"
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    lines = [line for line in lines if (folder / line["filename"]).is_file()]
    names = {line["filename"]: line["fields"] for line in lines}
    template = Template.model_validate_json(
        (Path(__file__).parent.parent / "bench" / "templates" / "adbuy.json").read_text("utf-8")
    )
    chosen = sorted(names)[:30]
    documents = {name: read_document(folder / name) for name in chosen}
    taught = [(documents[name], {f.name: names[name].get(f.name) for f in template.fields}) for name in chosen[:10]]
    hand = compare(desk, qtbot, tmp_path, template, taught, [documents[name] for name in chosen[10:]])
    assert hand.accepted
    assert hand.drags + hand.typed
