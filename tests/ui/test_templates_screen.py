from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.ui.templates import view as module
from docuextract_desktop.ui.templates.view import TemplatesView


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> TemplatesView:
    made = TemplatesView(desk.context)
    qtbot.addWidget(made)
    for model in (made.templates, made.fields):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.resize(1000, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh()
    desk.settle()
    return made


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "claim.json"
    fields = [{"name": "claim_number", "type": "id", "labels": ["claim no"], "required": True}]
    path.write_text(json.dumps({"id": "claim", "name": "Claim <b>form</b>", "fields": fields}))
    return path


def test_shipped_templates_are_listed_with_their_fields(view: TemplatesView) -> None:
    names = [entry.name for entry in view.templates.entries]
    assert {"Invoice", "Receipt"} <= set(names)
    view.list.setCurrentIndex(view.templates.index(names.index("Receipt")))
    assert view.name.text() == "Receipt"
    assert "shipped" in view.origin.text().lower()
    assert not view.delete_button.isVisible()
    titles = [view.fields.index(n, 0).data().strip() for n in range(view.fields.rowCount())]
    assert "Total" in titles
    assert "marked for review" in view.habits.text()


def test_a_template_is_imported_chosen_exported_and_deleted(
    view: TemplatesView, desk: Desk, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.import_path(own)
    desk.settle()
    entry = view.current()
    assert entry is not None
    assert entry.id == "claim"
    assert view.name.text() == "Claim <b>form</b>"
    assert view.delete_button.isVisible()
    target = tmp_path / "out.json"
    monkeypatch.setattr(module.QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    view.export()
    desk.settle()
    assert json.loads(target.read_text())["id"] == "claim"
    assert desk.said.words[-1] == "Saved out.json."
    view.delete()
    desk.settle()
    assert "claim" not in [e.id for e in view.templates.entries]
    assert "claim" in [e.id for e in desk.services.templates.list()], "deleted only when the notice goes"


def test_a_template_with_mistakes_is_refused_with_their_places(view: TemplatesView, desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"id": "x", "name": "X", "fields": [{"name": "a", "type": "dat"}]}))
    view.import_path(bad)
    desk.settle()
    assert "fields[0].type" in desk.said.words[-1]


def test_a_template_can_begin_a_batch(view: TemplatesView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.new_batch_wanted) as wanted:
        view.use_button.click()
    assert wanted.args == [view.templates.entries[0].id]
