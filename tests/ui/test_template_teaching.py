from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from window_desk import Lane, Shown

from docuextract_desktop.review.accuracy import Accuracy, Tally
from docuextract_desktop.templates.drafting import Place, draft_of
from docuextract_desktop.ui.templates.editor import TemplateEditor
from docuextract_desktop.ui.templates.teaching_page import TeachingPage, verdict


@pytest.fixture
def items(shown: Shown, lane: Lane, make_batch: Callable[..., str]) -> list[str]:
    """Two documents that were read and looked at."""
    services = shown.desk.services
    batch = make_batch(2)
    lane.finish(2)
    ids = [item.id for item in services.queue.items(batch)]
    services.review.confirm(ids[0], {"company": "Shop", "total": "12.50"})
    services.review.confirm(ids[1], {"company": "Shop"})
    return ids


def open_taught(shown: Shown) -> tuple[TemplateEditor, TeachingPage]:
    template = shown.desk.services.templates.get("receipt")
    shown.screens.edit_template(draft_of(template), template, False)
    editor = shown.screens.template_editor
    editor.parts.button("taught").click()
    shown.desk.settle()
    return editor, editor.teaching


def test_a_template_that_was_taught_nothing_says_how_it_learns(shown: Shown) -> None:
    _, page = open_taught(shown)
    assert page.nothing.isVisible()
    assert "Review" in page.nothing.text()
    assert not page.try_button.isVisible()


def test_taught_documents_are_listed_and_taken_back(shown: Shown, items: list[str]) -> None:
    _, page = open_taught(shown)
    assert page.lessons.count() == 2
    assert page.lesson_head.text() == "Taught by 2 documents"
    assert page.lessons.item(0).text().startswith("paper 1.pdf")
    page.lessons.item(0).setSelected(True)
    assert page.back_button.isEnabled()
    assert not page.up_button.isEnabled()
    page.back_button.click()
    shown.desk.settle()
    assert "taken back" in page.lessons.item(0).text()
    assert page.lessons.item(0).font().strikeOut()
    lessons = shown.desk.services.lessons.taught(shown.desk.services.templates.get("receipt"))
    assert [lesson.taken_back for lesson in lessons] == [True, False]
    page.lessons.item(0).setSelected(True)
    page.up_button.click()
    shown.desk.settle()
    assert "taken back" not in page.lessons.item(0).text()


def test_accuracy_is_shown_with_its_interval(shown: Shown, items: list[str]) -> None:
    _, page = open_taught(shown)
    model = page.accuracy
    lines = {model.index(n, 0).data(): model.index(n, 1).data() for n in range(model.rowCount())}
    assert model.headerData(1, page.table.horizontalHeader().orientation()) == "Version 1"
    assert lines["Company"] == "100 %  (34–100 %)"
    assert lines["Address"] == "–"


def test_whether_an_edit_helps_is_answered_and_forgotten_at_the_next_change(shown: Shown, items: list[str]) -> None:
    editor, page = open_taught(shown)
    editor.document.change(Place(0), "labels", ("shop",))
    page.try_button.click()
    shown.desk.settle()
    QApplication.processEvents()
    assert "on 2 documents" in page.verdict.text()
    assert page.accuracy.columnCount() == 4, "the field, version 1, saved and draft"
    editor.document.change(Place(0), "labels", ("shop", "store"))
    assert page.verdict.text() == ""
    assert page.accuracy.columnCount() == 2


def test_a_saved_edit_is_taught_what_the_version_before_knew(shown: Shown, items: list[str]) -> None:
    editor, _ = open_taught(shown)
    editor.document.change(Place(0), "title", "Shop")
    editor.save()
    shown.desk.settle()
    services = shown.desk.services
    kept = services.templates.get("receipt")
    assert kept.version == 2
    job = services.queue.try_job(services.queue.item(items[0]).path, kept, None, ())
    assert job.knowledge is not None


def accuracy(right: int, known: int) -> Accuracy:
    return Accuracy(None, 10, {"total": Tally(values=known, known=known, right=right)})


@pytest.mark.parametrize(
    ("before", "after", "words", "tone"),
    [
        ((10, 100), (90, 100), "Yes, the edit helps.", "good"),
        ((90, 100), (10, 100), "No, the edit does harm.", "bad"),
        ((50, 100), (53, 100), "3 more values are right; too few to be sure.", "warn"),
        ((50, 100), (49, 100), "1 more value is wrong; too few to be sure.", "warn"),
        ((50, 100), (50, 100), "No clear difference.", "normal"),
        ((0, 0), (0, 0), "There are no reviewed values", "muted"),
    ],
)
def test_the_verdict(before: tuple[int, int], after: tuple[int, int], words: str, tone: str) -> None:
    said, told = verdict(accuracy(*before), accuracy(*after))
    assert said.startswith(words)
    assert told == tone
