from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from window_desk import Desk

from docuextract_desktop.errors import InputNotFoundError
from docuextract_desktop.jobs.intake import scan
from docuextract_desktop.settings import Limits
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.new_batch import collect as collecting
from docuextract_desktop.ui.new_batch.collect import collect, suggest_template, summary
from docuextract_desktop.ui.new_batch.model import STANDING, FileTable
from docuextract_desktop.ui.new_batch.view import NewBatchView

MakeFiles = Callable[..., list[Path]]


# --- looking at files ---------------------------------------------------------------------------------------------


def test_folders_expand_and_every_file_gets_its_standing(make_files: MakeFiles, tmp_path: Path) -> None:
    make_files(names=["a.pdf", "inner/b.pdf"])
    make_files(names=["copy 1.pdf", "copy 2.pdf"], content=b"the same")
    folder = tmp_path / "documents"
    (folder / "text.pdf").write_text("hello")
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("not meant")
    found = {e.file.filename.split("/", 1)[1]: e for e in collect([folder], (), Limits())}
    assert set(found) == {"a.pdf", "inner/b.pdf", "copy 1.pdf", "copy 2.pdf", "text.pdf", "empty.png"}
    assert found["a.pdf"].standing == "ready"
    assert (found["copy 1.pdf"].standing, found["copy 2.pdf"].standing) == ("ready", "duplicate")
    assert "copy 1.pdf" in found["copy 2.pdf"].reason
    assert (found["text.pdf"].standing, found["text.pdf"].reason) == ("unreadable", "Not a PDF or a picture")
    assert found["empty.png"].reason == "The file is empty"
    assert summary(list(found.values())) == "6 documents, 1 duplicate will be read once, 2 cannot be read"


def test_adding_the_same_files_again_adds_nothing(make_files: MakeFiles) -> None:
    paths = make_files(2)
    once = collect(paths, (), Limits())
    assert collect(paths, once, Limits()) == once


def test_files_of_unlike_size_are_not_hashed(make_files: MakeFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = make_files(1)[0], make_files(names=["longer name.pdf"])[0]
    monkeypatch.setattr(collecting, "fingerprint", lambda *_, **__: pytest.fail("hashed"))
    assert [e.standing for e in collect([one, two], (), Limits())] == ["ready", "ready"]


def test_a_file_over_the_limit_is_said_before_the_start(make_files: MakeFiles) -> None:
    entry = collect(make_files(1), (), Limits(max_file_bytes=10))[0]
    assert entry.standing == "unreadable"
    assert "limit" in entry.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_does_not_hold_up_the_looking(tmp_path: Path) -> None:
    path = tmp_path / "pipe.pdf"
    os.mkfifo(path)
    assert collecting.look_at(scan([path])[0], Limits()).reason == "Not an ordinary file"


def test_a_path_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError):
        collect([tmp_path / "gone.pdf"], (), Limits())


def test_the_looking_can_be_stopped(make_files: MakeFiles) -> None:
    assert collect(make_files(3), (), Limits(), stopped=lambda: True) == ()


TEMPLATES = [("receipt", "Receipt"), ("purchase_order", "Purchase order"), ("invoice", "Invoice")]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["receipts"], "receipt"),
        (["Purchase-Orders 2025"], "purchase_order"),
        (["INVOICE_1.pdf", "invoice 2.pdf", "scan.pdf"], "invoice"),
        (["scan1.pdf", "scan2.pdf", "invoice.pdf"], None),
        (["invoice.pdf", "receipt.pdf"], None),
        ([], None),
    ],
)
def test_a_template_is_suggested_by_names(names: list[str], wanted: str | None) -> None:
    assert suggest_template(names, TEMPLATES) == wanted


def test_taking_out_the_first_of_two_alike_makes_the_other_ready(make_files: MakeFiles, qtbot: QtBot) -> None:
    table = FileTable()
    table.set_entries(collect(make_files(names=["a.pdf", "b.pdf"], content=b"same"), (), Limits()))
    assert table.entries[1].standing == "duplicate"
    table.remove([0])
    assert [e.standing for e in table.entries] == ["ready"]
    assert table.index(0, STANDING).data() == "Ready"


# --- the screen ---------------------------------------------------------------------------------------------------


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> NewBatchView:
    made = NewBatchView(desk.context)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh()
    assert tasks.wait_until_idle()
    return made


def add(view: NewBatchView, paths: list[Path]) -> None:
    view.add_paths(paths)
    assert tasks.wait_until_idle()


def labels(view: NewBatchView) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def test_an_empty_batch_cannot_be_started_and_says_what_to_do(view: NewBatchView) -> None:
    assert not view.start_button.isEnabled()
    assert view.zone.isVisible()
    assert "Drop documents or folders here" in labels(view)
    assert view.summary_label.text() == "No documents yet"


def test_the_template_shows_its_fields(view: NewBatchView, qtbot: QtBot) -> None:
    view.options.choose("receipt")
    qtbot.waitUntil(lambda: "Total" in labels(view))
    assert "Amount" in labels(view)
    assert view.options.name_edit.placeholderText().startswith("Receipt 2")


def test_premium_is_shown_but_not_to_be_had_and_says_why(view: NewBatchView) -> None:
    premium = view.options.tier_switch.button("premium")
    assert not premium.isEnabled()
    assert "local language model" in premium.toolTip()
    assert "local language model" in labels(view)
    assert view.options.tier() == "standard"


def test_ctrl_enter_starts_the_batch(view: NewBatchView, desk: Desk, make_files: MakeFiles, qtbot: QtBot) -> None:
    add(view, make_files(2))
    view.options.choose("receipt")
    qtbot.keyClicks(view.options.name_edit, "March")
    view.options.slider.setValue(70)
    with qtbot.waitSignal(view.started) as started:
        qtbot.keyClick(view.options.name_edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert started.args is not None
    batch = desk.services.queue.batch(started.args[0])
    assert (batch.name, batch.template_id, batch.total, batch.review_threshold) == ("March", "receipt", 2, 0.7)
    assert desk.runner.woken == 1
    assert view.files.entries == ()


def test_delete_takes_chosen_files_out(view: NewBatchView, make_files: MakeFiles, qtbot: QtBot) -> None:
    add(view, make_files(3))
    view.table.choose_row(1)
    qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    assert [e.file.path.name for e in view.files.entries] == ["paper 1.pdf", "paper 3.pdf"]
    assert view.summary_label.text() == "2 documents"


def test_what_cannot_be_read_can_be_taken_out_at_once(
    view: NewBatchView, make_files: MakeFiles, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "bad.pdf").write_text("words")
    add(view, [*make_files(1), tmp_path / "bad.pdf"])
    assert "1 cannot be read" in view.summary_label.text()
    qtbot.mouseClick(view.remove_unreadable, Qt.MouseButton.LeftButton)
    assert len(view.files.entries) == 1
    assert not view.remove_unreadable.isVisible()


def test_a_limit_is_explained_in_place_and_nothing_is_started(
    view: NewBatchView, desk: Desk, make_files: MakeFiles
) -> None:
    desk.services.settings.update(limits={"max_documents": 1})
    add(view, make_files(2))
    view.start()
    assert tasks.wait_until_idle()
    assert view.problem_box.isVisible()
    assert "more than the limit" in view.problem.text()
    assert desk.services.queue.batches() == []
    assert len(view.files.entries) == 2


def test_the_allowance_is_explained_in_place(view: NewBatchView, desk: Desk, make_files: MakeFiles) -> None:
    desk.services.settings.update(page_allowance=0)
    add(view, make_files(1))
    view.start()
    assert tasks.wait_until_idle(60_000)
    assert "allowance" in view.problem.text()
    assert desk.services.queue.batches() == []


def test_a_file_that_vanished_since_is_explained_in_place(view: NewBatchView, make_files: MakeFiles) -> None:
    paths = make_files(1)
    add(view, paths)
    paths[0].unlink()
    view.start()
    assert tasks.wait_until_idle()
    assert "not there" in view.problem.text()


def test_a_folder_without_documents_says_so(view: NewBatchView, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    add(view, [tmp_path / "empty"])
    assert desk.said.words == ["No PDF or picture in there."]


def test_the_folder_s_name_suggests_a_template_until_one_is_chosen(view: NewBatchView, tmp_path: Path) -> None:
    for name in ("bank statements", "contracts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.pdf").write_bytes(b"%PDF-1.4" + name.encode())
    add(view, [tmp_path / "bank statements"])
    assert view.options.template_id() == "bank_statement"
    assert view.options.hint.isVisible()
    view.options.choose("receipt")
    add(view, [tmp_path / "contracts"])
    assert view.options.template_id() == "receipt"


def test_odd_names_are_shown_and_started(view: NewBatchView, desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    written = 0
    for name in (b"<b>bold<b>.pdf", "\u202egnp.pdf".encode(), b"two\nlines.pdf", b"caf\xe9.pdf"):
        with contextlib.suppress(OSError):  # not every file system takes all of them
            Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(b"%PDF-1.4" + name)
            written += 1
    add(view, [folder])
    shown = [view.files.index(n, 0).data() for n in range(written)]
    assert all("\n" not in name and "\u202e" not in name for name in shown)
    assert any("<b>bold<b>" in name for name in shown)
    with qtbot.waitSignal(view.started):
        view.start()
    assert desk.services.queue.batches()[0].total == written


def test_every_control_can_be_reached_and_has_a_name(view: NewBatchView, make_files: MakeFiles) -> None:
    add(view, make_files(1))
    for widget in (
        view.table, view.more_files, view.more_folder, view.remove_button, view.options.template,
        view.options.name_edit, view.options.slider, view.options.spin, view.start_button, view.cancel_button,
    ):  # fmt: skip
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
