"""Unflagged values put before a person: after all others, without their confidence, and said on the batch page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_desk import Desk, Lane

from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.review.auditing import Audit
from docuextract_desktop.review.teacher import Teacher
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.batch.audit import audit_line
from docuextract_desktop.ui.batch.view import BatchView
from docuextract_desktop.ui.document.model import TO_BE_CHECKED
from docuextract_desktop.ui.review.desk import ReviewDesk

MakeBatch = Callable[..., str]


@pytest.fixture(autouse=True)
def no_learning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of these tests stand on no real page."""
    monkeypatch.setattr(Teacher, "learn", lambda *_, **__: None)
    monkeypatch.setattr(Teacher, "settle", lambda *_, **__: True)


@pytest.fixture
def batch(desk: Desk, lane: Lane, make_batch: MakeBatch) -> str:
    """Two documents, each with a flagged total and an unflagged company that is to be audited."""
    desk.services.settings.update(audit_share=1.0)
    batch_id = make_batch(2)
    lane.finish(2)
    return batch_id


@pytest.fixture
def work(desk: Desk, batch: str, qtbot: QtBot) -> Iterator[ReviewDesk]:
    made = ReviewDesk(desk.context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.open(batch)
    settle(desk)
    yield made
    made.stop()
    settle(desk)


def settle(desk: Desk) -> None:
    for _ in range(3):
        assert tasks.wait_until_idle(30_000)
        QApplication.processEvents()
        desk.settle()


def test_audited_values_come_after_the_flagged_ones(work: ReviewDesk) -> None:
    assert [(stop.flag.position, stop.flag.field, stop.flag.audit) for stop in work.run] == [
        (0, "total", False), (1, "total", False), (0, "company", True), (1, "company", True)
    ]  # fmt: skip


def test_they_say_what_they_are_but_not_how_sure_the_program_is(work: ReviewDesk, desk: Desk, qtbot: QtBot) -> None:
    assert "55 %" in work.card.sure.text()
    company = next(e for e in work.values.entries if e.field.name == "company")
    assert company.blind, "also while another value of the document is decided"
    for _ in range(2):
        qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
        settle(desk)
    assert work.current()[1] == "company"
    assert work.card.sure.text() == ""
    assert work.card.reason.text() == TO_BE_CHECKED
    assert "Picked at random" in TO_BE_CHECKED, "it is told from a flagged one anyhow: it says so itself"
    assert "99" not in work.card.edit.accessibleDescription()
    assert work.card.edit.text() == "Shop"
    assert [stop.flag.audit for stop in work.run if not stop.done] == [True, True]


def test_deciding_them_changes_no_state_and_is_counted(work: ReviewDesk, desk: Desk, batch: str, qtbot: QtBot) -> None:
    items = [item.id for item in desk.services.queue.items(batch)]
    for _ in range(2):
        qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
        settle(desk)
    assert [desk.services.queue.item(i).state for i in items] == [ItemState.COMPLETED] * 2, "audits hold nothing up"
    assert desk.services.auditor.of_batch(batch) == Audit(2, 0, 0)
    qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
    settle(desk)
    work.card.edit.selectAll()
    qtbot.keyClicks(work.card.edit, "Shoe")
    qtbot.keyClick(work.card.edit, Qt.Key.Key_Return)
    settle(desk)
    assert desk.services.auditor.of_batch(batch) == Audit(2, 2, 1)
    assert desk.services.queue.extraction(items[0]).field("company").reviewed
    assert [desk.services.queue.item(i).state for i in items] == [ItemState.COMPLETED] * 2
    assert work.run.open_count() == 0
    work.undo()
    settle(desk)
    assert desk.services.auditor.of_batch(batch) == Audit(2, 1, 0)
    assert work.current() == (items[1], "company")
    assert work.card.reason.text() == TO_BE_CHECKED, "undone, it is to be checked blind again"


def test_the_batch_page_says_what_was_measured(desk: Desk, batch: str, qtbot: QtBot) -> None:
    view = BatchView(desk.context)
    qtbot.addWidget(view)
    view.resize(1200, 800)
    view.show()
    view.open(batch)
    settle(desk)
    assert view.audit_label.text() == "Audit: 2 unflagged values chosen to be checked, none of them checked yet"
    assert "95 %" in view.audit_label.toolTip()
    assert "not how sure the program is" in view.audit_label.toolTip()
    assert "as carefully as the flagged ones" in view.audit_label.accessibleDescription()
    for item in desk.services.queue.items(batch):
        desk.services.review.accept(item.id, "total")
    settle(desk)
    assert view.review_button.isVisible(), "there is something to check, though nothing is flagged"
    for item in desk.services.queue.items(batch):
        desk.services.review.accept(item.id, "company")
    desk.settle()
    settle(desk)
    assert view.audit_label.text().startswith("Audit: 2 unflagged values checked, none wrong; between 0 % and")
    assert not view.review_button.isVisible()
    desk.feed.stop()


@pytest.mark.parametrize(
    ("audit", "line"),
    [
        (Audit(0, 0, 0), ""),
        (Audit(1, 0, 0), "Audit: 1 unflagged value chosen to be checked, none of them checked yet"),
        (
            Audit(200, 160, 4),
            "Audit: 160 unflagged values checked, 4 wrong; between 1 % and 6 % of all unflagged ones are wrong"
            "  ·  40 values to check",
        ),
    ],
)
def test_the_line(audit: Audit, line: str) -> None:
    assert audit_line(audit) == line
