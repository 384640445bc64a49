"""The editor with a real runner: a worker reads a sample document, and the draft is tried on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.jobs.runner import Runner
from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.drafting import Draft
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.templates import draft_table
from docuextract_desktop.ui.templates.editor import TemplateEditor


@pytest.fixture
def editor(desk: Desk, qtbot: QtBot) -> Iterator[TemplateEditor]:
    runner = Runner(desk.services.queue, lanes=1)
    runner.start()
    context = Context(desk.services, runner, desk.feed, desk.context.state, desk.said)  # type: ignore[arg-type]
    made = TemplateEditor(context)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    runner.stop()


def test_a_field_that_is_pointed_at_is_found_by_the_draft_at_once(editor: TemplateEditor, qtbot: QtBot) -> None:
    sample = resources_dir() / "samples" / "invoices" / "invoice-1-en.pdf"
    editor.begin(Draft(name="Bills"))
    editor.add_samples([sample])
    read = editor.samples.entries[0]
    qtbot.waitUntil(lambda: bool(read.pages) and editor.pane.pane.canvas.has_picture(), timeout=60_000)
    words = read.pages[0]
    box = words.boxes[words.texts.index("INV-2019-8362")]
    canvas = editor.pane.pane.canvas
    size = canvas.page_size()
    middle = QPointF((box[0] + box[2]) / 2 * size.width(), (box[1] + box[3]) / 2 * size.height())
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.mapFromScene(middle))
    card = editor.pane.card
    assert card.text.text() == "“INV-2019-8362”"
    assert card.title.text() == "Invoice No"
    QTest.keyClick(card.title, Qt.Key.Key_Return)
    (entry,) = editor.document.draft.entries
    assert entry.type == "id"
    qtbot.waitUntil(lambda: entry.key in read.found, timeout=60_000)
    assert editor.fields.index(0, draft_table.FOUND).data() == "INV-2019-8362"
    assert entry.key in canvas.outline_keys()
