"""Correct once, and the batch fixes itself: the real teacher on pages that the tests print themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.pipeline import extract
from docuextract_desktop.jobs.models import BatchRequest, ItemState
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.review.models import Action, Decided, Reproposal
from docuextract_desktop.templates.models import Template
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.review.learning import Learner

TEMPLATE = {
    "id": "slip",
    "name": "Slip",
    "review_threshold": 0.999,
    "fields": [
        {"name": "number", "title": "Number", "type": "id", "labels": ["slip no"]},
        {"name": "paid", "title": "Paid", "type": "money", "labels": ["total"]},
    ],
}


def slip(number: int) -> Page:
    """A page of four lines, a label and a value each."""
    lines = [
        ("Harbour", "Shop"),
        ("Slip no", f"SN-{4711 + number}"),
        ("Total", f"{20 + number}.50"),
        ("Cash", f"{50 + number}.00"),
    ]
    texts, boxes, line_of, segment_of = [], [], [], []
    for line, (label, value) in enumerate(lines):
        for segment, (text, x) in enumerate(((label, 0.1), (value, 0.7))):
            for word in text.split():
                texts.append(word)
                boxes.append([x, 0.1 + line * 0.05, x + 0.08, 0.12 + line * 0.05])
                line_of.append(line)
                segment_of.append(line * 2 + segment)
                x += 0.1
    return Page(
        0, 600.0, 800.0, 0, "text_layer", tuple(texts), np.array(boxes, np.float32), np.ones(len(texts), np.float32),
        np.array(line_of, np.int32), np.array(segment_of, np.int32),
    )  # fmt: skip


@pytest.fixture
def slips(desk: Desk, tmp_path: Path) -> str:
    """A batch of eight slips, each value flagged since the threshold is so high."""
    services = desk.services
    template = Template.model_validate(TEMPLATE)
    path = tmp_path / "slip.json"
    path.write_text(template.model_dump_json(), encoding="utf-8")
    papers = []
    for number in range(8):
        paper = tmp_path / f"slip {number}.pdf"
        paper.write_bytes(f"%PDF-1.4 {number}".encode())
        papers.append(paper)
    batch_id = services.queue.create_batch(BatchRequest(files=services.queue.scan(papers), template=str(path)))
    for number in range(8):
        claim = services.queue.claim()
        assert claim is not None
        page = slip(number)
        sha256 = claim.sha256 or f"{number:064}"
        made = extract(Document(sha256, "pdf", 1, (page,)), template)
        kept = (KeptPage(0, 600.0, 800.0, 0, "text_layer", pages_to_blob((page,))),)
        assert services.queue.finish(claim, Outcome(sha256, "pdf", 10, 1, 1, WORDS_VERSION, kept, (), made))
    return batch_id


@pytest.fixture
def work(desk: Desk, slips: str, qtbot: QtBot) -> Iterator[ReviewDesk]:
    made = ReviewDesk(desk.context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.open(slips)
    settle(desk)
    yield made
    made.stop()
    desk.feed.stop()
    wait()


def wait() -> None:
    assert any(tasks.wait_until_idle(30_000) for _ in range(50))
    QApplication.processEvents()


def settle(desk: Desk) -> None:
    for _ in range(4):
        wait()
        desk.feed._timer.stop()
        desk.feed._read()
    wait()


def values(desk: Desk, batch_id: str, name: str) -> list[FieldValue]:
    return [desk.services.queue.extraction(item.id).field(name) for item in desk.services.queue.items(batch_id)]


def teach_cash(work: ReviewDesk, desk: Desk, qtbot: QtBot, batch_id: str, count: int) -> None:
    """Say on the first slips that what was paid is the cash: by pointing at it, as a person would."""
    for item in desk.services.queue.items(batch_id)[:count]:
        work.go_to(item.id, "paid")
        wait()
        page = next(p for p in desk.services.queue.document_pages(item.id) or ())
        work.picker._pick((page.texts.index("Cash") + 1,))
        qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
        settle(desk)


def test_corrections_change_the_open_documents_and_say_so(
    work: ReviewDesk, desk: Desk, slips: str, qtbot: QtBot
) -> None:
    before = [value.value for value in values(desk, slips, "paid")]
    assert before[-1] == "27.50"
    teach_cash(work, desk, qtbot, slips, 3)
    after = values(desk, slips, "paid")
    assert [value.value for value in after[:3]] == ["50.00", "51.00", "52.00"]
    assert after[-1].value == "57.00"
    assert not after[-1].reviewed
    assert "because you corrected Paid on slip" in work.quiet.text()
    assert work.take_back_button.isVisible()
    assert any("Proposed anew because you corrected Paid" in reason for reason in after[-1].reasons)


def test_what_was_proposed_anew_is_marked_in_the_list_and_does_not_move_the_person(
    work: ReviewDesk, desk: Desk, slips: str, qtbot: QtBot
) -> None:
    teach_cash(work, desk, qtbot, slips, 3)
    last = desk.services.queue.items(slips)[-1].id
    work.go_to(last, "paid")
    settle(desk)
    assert work.current() == (last, "paid")
    assert work.card.edit.text() == "57.00"
    assert "Proposed anew because you corrected Paid" in work.card.reason.text()
    qtbot.keyClicks(work.card.edit, "5")
    work.documents.refresh(last)
    settle(desk)
    assert work.card.edit.text() == "5", "what is being typed is left alone"


def test_a_reproposal_is_taken_back_as_one_step(work: ReviewDesk, desk: Desk, slips: str, qtbot: QtBot) -> None:
    teach_cash(work, desk, qtbot, slips, 1)
    changed = [v.value for v in values(desk, slips, "paid")]
    if not work.take_back_button.isVisible():
        teach_cash(work, desk, qtbot, slips, 3)
        changed = [v.value for v in values(desk, slips, "paid")]
    qtbot.mouseClick(work.take_back_button, Qt.MouseButton.LeftButton)
    settle(desk)
    restored = values(desk, slips, "paid")
    assert [v.value for v in restored] != changed
    assert restored[-1].value == "27.50"
    assert [v.reviewed for v in restored][:1] == [True], "decided values are never touched"
    assert "as before" in work.quiet.text()


def test_items_leave_review_when_their_last_value_was_decided(
    work: ReviewDesk, desk: Desk, slips: str, qtbot: QtBot
) -> None:
    first = desk.services.queue.items(slips)[0].id
    while work.current()[0] == first:
        qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
        settle(desk)
    settle(desk)
    assert desk.services.queue.item(first).state is ItemState.COMPLETED
    qtbot.keyClick(work.card.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(desk)
    assert desk.services.queue.item(first).state is ItemState.NEEDS_REVIEW


# --- whose turn it is ---------------------------------------------------------------------------------------------


def decided(number: int, item_id: str) -> Decided:
    value = FieldValue("paid", "money", "1")
    return Decided(number, Action.ACCEPT, "b", item_id, "a.pdf", "paid", value, value, ItemState.COMPLETED)


@dataclass
class SlowTeacher:
    """Learns until it is cancelled or let go."""

    told: list[tuple[int, bool]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    fails: bool = False
    settled: int = 0

    def settle(self, *, cancelled: Callable[[], bool]) -> bool:
        self.settled += 1
        return True

    def learn(self, given: Decided, *, cancelled: Callable[[], bool]) -> Reproposal | None:
        self.begun.set()
        if self.fails:
            raise StorageUnavailableError("The disk is full.")
        while not cancelled() and not self.go.wait(0.002):
            pass
        self.told.append((given.number, cancelled()))
        return None if cancelled() else Reproposal(given.number, "b", "you corrected Paid", 3, 1, 0, ())


def test_a_newer_decision_cancels_the_one_in_hand(look: object, qtbot: QtBot) -> None:
    teacher = SlowTeacher()
    learner = Learner(lambda: teacher)  # type: ignore[arg-type,return-value]
    learner.learn(decided(1, "a"))
    assert teacher.begun.wait(10)
    learner.learn(decided(2, "b"))
    learner.learn(decided(3, "b"))
    learner.learn(decided(4, "c"))
    with qtbot.waitSignal(learner.reproposed, timeout=10_000) as made:
        teacher.go.set()
    assert made.args is not None
    assert made.args[0].number == 4, "the newest is learnt to the end"
    assert teacher.told == [(1, True), (4, False)]
    assert teacher.settled == 0
    wait()


def test_what_was_learnt_quickly_is_fitted_anew_once_decisions_pause(
    look: object, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docuextract_desktop.ui.review.learning.SETTLE_MS", 1)
    teacher = SlowTeacher()
    teacher.go.set()
    learner = Learner(lambda: teacher)  # type: ignore[arg-type,return-value]
    learner.learn(decided(1, "a"))
    qtbot.waitUntil(lambda: teacher.settled == 1, timeout=10_000)
    wait()
    learner.learn(decided(2, "a"))
    learner.stop()
    wait()
    assert teacher.settled == 1


def test_trouble_is_reported_and_learning_goes_on(look: object, qtbot: QtBot) -> None:
    teacher = SlowTeacher(fails=True)
    learner = Learner(lambda: teacher)  # type: ignore[arg-type,return-value]
    with qtbot.waitSignal(learner.troubled, timeout=10_000) as trouble:
        learner.learn(decided(1, "a"))
    assert trouble.args is not None
    assert "disk is full" in str(trouble.args[0])
    teacher.fails = False
    teacher.go.set()
    with qtbot.waitSignal(learner.reproposed, timeout=10_000):
        learner.learn(decided(2, "a"))
    wait()
