"""Documents taught through the screen alone, by keys, clicks and drags, and the same told at once, as `learn` does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.documents.models import Box, Document
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.extraction.learning import Knowledge, matching_rows
from docuextract_desktop.extraction.models import Evidence, FieldValue
from docuextract_desktop.extraction.pipeline import extract
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.storage import knowledge
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.types import type_of
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review.desk import ReviewDesk
from tests.extraction.printed import document_of

Truth = Mapping[str, str | None]

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


@dataclass
class Hand:
    """Reviews with real events what it knows the truth of: Enter, N, typing, and pointing where a value stands once."""

    work: ReviewDesk
    desk: Desk
    qtbot: QtBot
    drags: int = 0
    typed: int = 0
    accepted: int = 0

    def settle(self) -> None:
        for _ in range(2):
            self._wait()
            self.desk.feed._timer.stop()
            self.desk.feed._read()  # what a knock leads to after a pause
        self._wait()

    @staticmethod
    def _wait() -> None:
        # One piece of work may begin another just as the wait ends.
        assert any(tasks.wait_until_idle() for _ in range(50))
        QApplication.processEvents()

    def teach(self, batch_id: str, truths: Sequence[Truth]) -> None:
        for item, truth in zip(self.desk.services.queue.items(batch_id), truths, strict=True):
            while self.work.current()[0] != item.id:
                self.qtbot.mouseClick(self.work.next_button, Qt.MouseButton.LeftButton)
                self.settle()
            for name, wanted in truth.items():
                self._choose(name)
                self._say(item.id, name, wanted)
                self.settle()
                if self.work.current()[0] != item.id:
                    self._back_to(item.id)

    def _back_to(self, item_id: str) -> None:
        """Enter went on to the next flagged value; the rest of this document is told first."""
        self.qtbot.mouseClick(self.work.previous_button, Qt.MouseButton.LeftButton)
        self.settle()
        assert self.work.current()[0] == item_id

    def _choose(self, name: str) -> None:
        line = next(n for n, e in enumerate(self.work.values.entries) if e.field.name == name)
        view = self.work.value_view
        view.scrollTo(self.work.values.index(line))
        self.qtbot.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(self.work.values.index(line)).center()
        )
        self.settle()
        assert self.work.current()[1] == name

    def _say(self, item_id: str, name: str, wanted: str | None) -> None:
        target = self.work.target()
        assert target is not None
        edit = self.work.card.edit
        if wanted is None:
            self.qtbot.keyClick(edit, Qt.Key.Key_N)
            return
        if self._is(target.value, item_id, wanted):
            self.accepted += 1
            self.qtbot.keyClick(edit, Qt.Key.Key_Return)
            return
        place = self._only_place(item_id, name, wanted)
        if place is not None:
            self._drag(place)
            self.drags += 1
        else:
            edit.selectAll()
            self.qtbot.keyClicks(edit, wanted)
            self.typed += 1
        self.qtbot.keyClick(edit, Qt.Key.Key_Return)

    def _is(self, value: FieldValue, item_id: str, wanted: str) -> bool:
        ready = self.desk.services.shelf.of_item(item_id)
        assert ready is not None
        field = next(e.field for e in self.work.values.entries if e.field.name == value.name)
        parsed = type_of(field).parse(wanted, ready[1].locale)
        return value.value is not None and parsed is not None and type_of(field).same(value.value, parsed.value)

    def _only_place(self, item_id: str, name: str, wanted: str) -> Evidence | None:
        """Where the value stands, if it stands once, on one line, printed as it was told."""
        ready = self.desk.services.shelf.of_item(item_id)
        assert ready is not None
        field = next(e.field for e in self.work.values.entries if e.field.name == name)
        rows, warning = matching_rows(ready[1], field, wanted)
        found = ready[1].candidates(field)
        if len(rows) != 1 or warning or found.texts[rows[0]] != wanted:
            return None
        place = found.evidence(rows[0])
        page = next(p for p in ready[0].pages if p.index == place.page_index)
        whole = tuple(range(min(place.words), max(place.words) + 1)) == place.words and not place.parts
        return place if whole and " ".join(page.texts[w] for w in place.words) == wanted else None

    def _drag(self, place: Evidence) -> None:
        if self.work.pane.page() != place.page_index:
            self.work.pane.show_page(place.page_index)
            self.settle()
        canvas = self.work.pane.canvas
        port = canvas.viewport()
        spots = [self._spot(place.box, share) for share in (0.05, 0.5, 0.95)]
        self.qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=spots[0])
        self.qtbot.mouseMove(port, spots[1])
        self.qtbot.mouseMove(port, spots[2])
        self.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=spots[2])
        assert self.work.picker.chosen() == place.words

    def _spot(self, box: Box, share: float) -> QPoint:
        """A spot of the screen, so far along the diagonal of a box."""
        canvas = self.work.pane.canvas
        page = canvas._page
        x, y = box.x0 + box.width * share, box.y0 + box.height * share
        return canvas.mapFromScene(QPointF(x * page.width(), y * page.height()))


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
    work = ReviewDesk(desk.context)
    qtbot.addWidget(work)
    work.resize(1400, 1000)
    work.show()
    work.activateWindow()
    qtbot.waitActive(work)
    work.open(batch)
    hand = Hand(work, desk, qtbot)
    hand.settle()
    try:
        hand.teach(batch, truths)
    finally:
        work.stop()
        desk.feed.stop()
        hand._wait()
    assert services.teacher.settle()
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
