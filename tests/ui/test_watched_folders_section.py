from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.jobs.models import WatchedFolder
from docuextract_desktop.jobs.watcher import FolderWatch
from docuextract_desktop.ui.batch.summary import finished_line, state_line
from docuextract_desktop.ui.settings.folder_dialog import FolderDialog
from docuextract_desktop.ui.settings.folders import FoldersSection


@pytest.fixture
def section(desk: Desk, qtbot: QtBot) -> FoldersSection:
    made = FoldersSection(desk.context)
    qtbot.addWidget(made)
    made.resize(700, 600)
    with qtbot.waitExposed(made):
        made.show()
    desk.settle()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "<b>in"
    made.mkdir()
    return made


def add(section: FoldersSection, desk: Desk, path: Path, *, done: str = "") -> None:
    section.add_button.click()
    dialog = dialog_of(section)
    dialog.set_path(path)
    dialog.template.setCurrentIndex(dialog.template.findData("receipt"))
    dialog.moves.setChecked(bool(done))
    dialog.done_folder.setText(done)
    dialog.ok.click()
    desk.settle()


def dialog_of(section: FoldersSection) -> FolderDialog:
    assert section.dialog is not None
    return section.dialog


def kept(desk: Desk) -> list[WatchedFolder]:
    return desk.services.folders.all()


def test_a_folder_is_added_with_its_template_and_shown_as_plain_text(
    section: FoldersSection, desk: Desk, folder: Path
) -> None:
    assert section.none.isVisible()
    add(section, desk, folder, done="done")
    (made,) = kept(desk)
    assert (made.path, made.template_id, made.done_folder) == (folder, "receipt", "done")
    assert section.dialog is None
    assert not section.none.isVisible()
    shown = section.lines[made.id]
    assert shown.path.text() == str(folder)
    assert {label.textFormat() for label in section.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    assert shown.words.text() == "Receipt  ·  0 documents taken  ·  done ones move to “done”  ·  not looked at yet"


def test_what_is_refused_is_said_in_the_dialog_which_stays_open(
    section: FoldersSection, desk: Desk, folder: Path
) -> None:
    add(section, desk, folder, done="../elsewhere")
    assert kept(desk) == []
    dialog = dialog_of(section)
    assert dialog.isVisible()
    assert "is not the name of a subfolder" in dialog.problem.text()
    dialog.done_folder.clear()
    dialog.ok.click()
    assert dialog.problem.text() == "Give the subfolder a name."
    dialog.moves.setChecked(False)
    dialog.ok.click()
    desk.settle()
    assert section.dialog is None
    assert len(kept(desk)) == 1
    add(section, desk, folder)
    assert "is watched already" in dialog_of(section).problem.text()
    dialog_of(section).cancel.click()
    assert section.dialog is None


def test_no_folder_no_button(section: FoldersSection) -> None:
    section.add_button.click()
    assert not dialog_of(section).ok.isEnabled()
    dialog_of(section).reject()


def test_a_folder_is_changed_turned_off_and_removed(section: FoldersSection, desk: Desk, folder: Path) -> None:
    add(section, desk, folder, done="done")
    (made,) = kept(desk)
    section.lines[made.id].edit_button.click()
    dialog = dialog_of(section)
    assert dialog.template.currentData() == "receipt"
    assert (dialog.moves.isChecked(), dialog.done_folder.text()) == (True, "done")
    dialog.template.setCurrentIndex(dialog.template.findData("invoice"))
    dialog.moves.setChecked(False)
    dialog.ok.click()
    desk.settle()
    (changed,) = kept(desk)
    assert (changed.template_id, changed.done_folder) == ("invoice", None)
    section.lines[made.id].on.click()
    desk.settle()
    assert kept(desk)[0].enabled is False
    assert section.lines[made.id].words.text() == "Invoice  ·  off"
    section.lines[made.id].remove_button.click()
    desk.settle()
    assert kept(desk) == []
    assert section.lines == {}
    assert section.none.isVisible()


def test_trouble_is_said_and_goes_by_itself(section: FoldersSection, desk: Desk, folder: Path) -> None:
    add(section, desk, folder)
    (made,) = kept(desk)
    watch = FolderWatch(desk.services.folders, made.id, lambda: None)
    folder.rename(folder.with_name("away"))
    watch.look()
    section.model.load()
    desk.settle()
    words = section.lines[made.id].words
    assert words.text() == "The folder is not there. It is watched again as soon as it is back."
    assert words.property("tone") == "warn"
    folder.with_name("away").rename(folder)
    watch.look()
    section.model.load()
    desk.settle()
    assert words.property("tone") == "muted"
    assert "looked at" in words.text()


def test_the_page_of_a_standing_batch_says_that_it_waits(desk: Desk, folder: Path, lane: object) -> None:
    made = desk.services.folders.add(folder, "receipt")
    watch = FolderWatch(desk.services.folders, made.id, lambda: None, settle_s=0.0)
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 a")
    watch.look()
    watch.look()
    lane.finish(flagged=False)  # type: ignore[attr-defined]
    (batch,) = desk.services.queue.batches()
    assert batch.watched
    assert state_line(batch).startswith("waiting for documents in its watched folder")
    assert finished_line(batch) == "1 document, 1 page"
    desk.services.folders.remove(made.id)
    (batch,) = desk.services.queue.batches()
    assert state_line(batch).startswith("completed")
