"""Unsaved changes to a template survive a program that is killed, and are offered when the editor is opened again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from window_desk import Desk

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.templates.draft_serial import draft_from_text, draft_to_text
from docuextract_desktop.templates.drafting import Draft, Place, draft_of, new_entry
from docuextract_desktop.templates.shipped import shipped_templates
from docuextract_desktop.ui.templates.editor import TemplateEditor
from docuextract_desktop.ui.templates.kept_draft import moment

CHILD = Path(__file__).with_name("draft_child.py")
MakeEditor = Callable[[], TemplateEditor]


@pytest.fixture
def make_editor(desk: Desk) -> MakeEditor:
    """Each call is another start of the program."""
    made: list[QWidget] = []

    def make() -> TemplateEditor:
        editor = TemplateEditor(desk.context)
        editor.resize(1200, 800)
        editor.show()
        made.append(editor)
        return editor

    return make


def kill_while_editing(home: Path, template_id: str, title: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CHILD), str(home), template_id, title], capture_output=True, timeout=240, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2_000:]


def stored(desk: Desk, template_id: str = "") -> Draft | None:
    kept = desk.services.drafts.newest(template_id)
    return draft_from_text(kept.body) if kept is not None else None


def leave_changes(desk: Desk, make_editor: MakeEditor, title: str = "Parcel") -> Draft:
    """A program that ended without asking: its draft is stored, its window gone."""
    editor = make_editor()
    editor.begin(Draft(name="Claims"))
    editor.document.add(new_entry(title))
    editor.keep_state()
    desk.settle()
    left = editor.document.draft
    editor.close()
    return left


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("template_id", ["-", "receipt"])
def test_unsaved_changes_survive_a_kill(home: Path, template_id: str, request: pytest.FixtureRequest) -> None:
    kill_while_editing(home, template_id, "Loyalty card")
    with open_services(home) as services:
        assert services.database.problems() == []
        assert [t.name for t in services.templates.templates() if t.name == "Claims"] == [], "nothing was saved"
    desk: Desk = request.getfixturevalue("desk")
    editor: TemplateEditor = request.getfixturevalue("make_editor")()
    if template_id == "-":
        editor.begin(Draft(name="New template"))
        expected = "Your unsaved template Claims of {} was kept."
    else:
        editor.edit(desk.services.templates.get(template_id))
        expected = "Your unsaved changes of {} were kept."
    desk.settle()
    kept = desk.services.drafts.newest("" if template_id == "-" else template_id)
    assert kept is not None
    assert editor.kept.isVisible()
    assert editor.kept.words.text() == expected.format(moment(kept.changed_at))
    assert "Loyalty card" not in [e.title for e in editor.document.draft.entries], "it is asked for first"
    editor.kept.keep_button.click()
    desk.settle()
    assert not editor.kept.isVisible()
    assert "Loyalty card" in [e.title for e in editor.document.draft.entries]
    assert editor.document.dirty
    editor.save()
    desk.settle()
    saved = desk.services.templates.get("claims" if template_id == "-" else template_id)
    assert "loyalty_card" in [f.name for f in saved.fields]
    assert stored(desk, "" if template_id == "-" else template_id) is None


def test_what_is_kept_can_be_discarded_by_keyboard(desk: Desk, make_editor: MakeEditor) -> None:
    leave_changes(desk, make_editor)
    editor = make_editor()
    editor.begin(Draft(name="New template"))
    desk.settle()
    assert editor.kept.isVisible()
    assert editor.kept.discard_button.accessibleName() == "Discard it"
    assert "was kept" in editor.kept.discard_button.accessibleDescription()
    editor.kept.discard_button.setFocus()
    QTest.keyClick(editor.kept.discard_button, Qt.Key.Key_Space)
    desk.settle()
    assert not editor.kept.isVisible()
    assert stored(desk) is None
    assert editor.document.draft == Draft(name="New template")


def test_keeping_can_be_undone(desk: Desk, make_editor: MakeEditor) -> None:
    left = leave_changes(desk, make_editor)
    editor = make_editor()
    editor.begin(Draft(name="New template"))
    desk.settle()
    editor.kept.keep_button.click()
    assert editor.document.draft == left
    editor.undo_button.click()
    assert editor.document.draft == Draft(name="New template")
    editor.redo_button.click()
    desk.settle()
    editor.keep_state()
    desk.settle()
    assert stored(desk) == left


def test_an_offer_that_is_passed_over_is_made_again_beside_newer_changes(desk: Desk, make_editor: MakeEditor) -> None:
    leave_changes(desk, make_editor, "Parcel")
    leave_changes(desk, make_editor, "Weight")  # the first one was offered there, and left alone
    editor = make_editor()
    editor.begin(Draft(name="New template"))
    desk.settle()
    editor.kept.discard_button.click()
    desk.settle()
    assert editor.kept.isVisible(), "the older one comes next"
    editor.kept.keep_button.click()
    desk.settle()
    assert [e.title for e in editor.document.draft.entries] == ["Parcel"]


@pytest.mark.parametrize("how", ["save", "discard", "undo", "leave"])
def test_nothing_is_offered_once_the_person_decided(desk: Desk, make_editor: MakeEditor, how: str) -> None:
    editor = make_editor()
    editor.edit(desk.services.templates.get("receipt"))
    editor.document.change(Place(0), "title", "Shop")
    editor.keep_state()
    desk.settle()
    assert stored(desk, "receipt") == editor.document.draft
    if how == "save":
        editor.save()
    elif how == "discard":
        editor.discard_button.click()
    elif how == "undo":
        editor.undo_button.click()
    else:
        assert not editor.may_leave(lambda: None)
        from docuextract_desktop.ui.templates.beginnings import LeaveDialog

        editor.findChild(LeaveDialog).discard_button.click()
    desk.settle()
    assert stored(desk, "receipt") is None
    again = make_editor()
    again.edit(desk.services.templates.get("receipt"))
    desk.settle()
    assert not again.kept.isVisible()


def test_changes_to_an_older_version_say_so(desk: Desk, make_editor: MakeEditor) -> None:
    editor = make_editor()
    template = desk.services.templates.save(desk.services.templates.get("receipt").model_copy(update={"name": "Slip"}))
    editor.edit(template)
    editor.document.change(Place(0), "title", "Shop")
    editor.keep_state()
    desk.settle()
    newer = desk.services.templates.save(template.model_copy(update={"name": "Paper"}))
    again = make_editor()
    again.edit(newer)
    desk.settle()
    assert again.kept.words.text().endswith(f"were kept; they were made to version {template.version}.")


def test_drafts_go_with_their_template(desk: Desk, make_editor: MakeEditor) -> None:
    desk.services.drafts.keep("a", "note", 1, draft_to_text(Draft(name="Note")))
    desk.services.drafts.keep("b", "slip", 1, draft_to_text(Draft(name="Slip")))
    desk.services.drafts.forget_template("note")
    assert stored(desk, "note") is None
    assert stored(desk, "slip") == Draft(name="Slip")


def test_a_text_that_cannot_be_read_is_passed_over(desk: Desk, make_editor: MakeEditor) -> None:
    left = leave_changes(desk, make_editor)
    for number, body in enumerate(("{", '{"form": 2, "draft": {}}', '{"form": 1, "draft": {"entries": 7}}', "[]")):
        desk.services.drafts.keep(f"bad {number}", "", None, body)
    editor = make_editor()
    editor.begin(Draft(name="New template"))
    desk.settle()
    editor.kept.keep_button.click()
    assert editor.document.draft == left


def test_a_store_that_fails_is_told_of_once(
    desk: Desk, make_editor: MakeEditor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise StorageUnavailableError("The disk is full.")

    editor = make_editor()
    editor.begin(Draft(name="New template"))
    desk.settle()
    monkeypatch.setattr(desk.services.drafts, "keep", full)
    for title in ("A", "B"):
        editor.document.add(new_entry(title))
        editor.keeper.keep_now()
        desk.settle()
    assert desk.said.words == ["Changes that are not saved would not survive the end of the program. The disk is full."]
    assert "not stored" in caplog.text
    QApplication.processEvents()


def test_drafts_are_stored_whole() -> None:
    for template in shipped_templates():
        draft = draft_of(template, as_copy=True).added(new_entry())[0]
        again = draft_from_text(draft_to_text(draft))
        assert again == draft
        assert [e.name_follows for e in again.entries] == [e.name_follows for e in draft.entries]
        assert not {e.key for e in again.entries} & {e.key for e in draft.entries}


def test_moments_are_told_as_people_say_them() -> None:
    now = 1_763_994_720.0
    assert len(moment(now, now)) == len("14:32")
    assert moment(now - 86_400 * 3, now).endswith(moment(now, now))
    assert "November" in moment(now - 86_400 * 3, now)
