"""The dialog in which a watched folder is added or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFileDialog, QLabel, QLineEdit, QWidget

from docuextract_desktop.jobs.intake import shown_name
from docuextract_desktop.jobs.models import WatchedFolder
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row, without_drops
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import one_line

USUAL_DONE_FOLDER = "done"


@dataclass(frozen=True, slots=True)
class FolderChoice:
    """What was chosen.

    Attributes:
        done_folder: empty where done documents stay in the folder.
    """

    path: Path
    template_id: str
    done_folder: str


class FolderDialog(QDialog):
    """Folder, template, and what becomes of documents that are done.

    Signals:
        chosen: a `FolderChoice`; the dialog stays open until `accept` is called or `refuse` says why not.
    """

    chosen = Signal(object)

    def __init__(
        self, parent: QWidget, templates: Sequence[tuple[str, str]], folder: WatchedFolder | None = None
    ) -> None:
        super().__init__(parent)
        self._path = None if folder is None else folder.path
        self.setWindowTitle("Watch a folder" if folder is None else "Change the watched folder")
        self.shown_path = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.choose_button = button("&Choose…", self._choose, icon="folder")
        self.choose_button.setVisible(folder is None)
        self.template = QComboBox()
        self.template.setAccessibleName("Template")
        for template_id, name in templates:
            self.template.addItem(one_line(name, 80), template_id)
        self.moves = QCheckBox("&Move documents that are done to a subfolder")
        self.done_folder = QLineEdit(USUAL_DONE_FOLDER)
        self.done_folder.setAccessibleName("Name of the subfolder")
        self.done_folder.setMaxLength(100)
        self.problem = label("", tone="bad", wrap=True)
        self.problem.hide()
        self.ok = button("&Watch" if folder is None else "&Save", self._confirm, kind="primary")
        self.ok.setDefault(True)
        self.cancel = button("Cancel", self.reject)
        self.moves.toggled.connect(self.done_folder.setEnabled)
        line = row(self.shown_path, self.choose_button)
        line.setStretch(0, 1)
        self.setLayout(
            column(
                label("Folder", "strong"),
                line,
                8,
                _named("&Template", self.template),
                self.template,
                8,
                self.moves,
                self.done_folder,
                label("Nothing is overwritten; documents that failed stay where they are.", "caption", "muted"),
                8,
                label(
                    "What lies in the folder already is read, too, with all its subfolders. Hidden files, links, and "
                    "what is still being copied are left alone.",
                    "caption",
                    "muted",
                    wrap=True,
                ),
                self.problem,
                None,
                row(None, self.cancel, self.ok),
                margin=24,
            )
        )
        self.setMinimumWidth(480)
        self._fill(folder)
        without_drops(self)

    def _fill(self, folder: WatchedFolder | None) -> None:
        done = None if folder is None else folder.done_folder
        self.moves.setChecked(bool(done))
        self.done_folder.setEnabled(bool(done))
        if done:
            self.done_folder.setText(done)
        if folder is not None:
            place = self.template.findData(folder.template_id)
            if place < 0:
                self.template.insertItem(0, f"{one_line(folder.template_id, 80)} (not there any more)", "")
                place = 0
            self.template.setCurrentIndex(place)
        self.show_path()

    def show_path(self) -> None:
        """Show the folder that was chosen."""
        self.shown_path.setText(one_line(shown_name(self._path)) if self._path else "No folder was chosen yet.")
        self.shown_path.setAccessibleName(f"Folder: {self.shown_path.text()}")
        self.ok.setEnabled(self._path is not None)

    def set_path(self, path: Path) -> None:
        """Choose a folder, as the person would."""
        self._path = path
        self.show_path()

    def refuse(self, words: str) -> None:
        """Say why the choice cannot be kept."""
        self.problem.setText(words)
        self.problem.show()
        self.adjustSize()

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder to watch", str(self._path or Path.home()))
        if chosen:
            self.set_path(Path(chosen))

    def _confirm(self) -> None:
        if self._path is None:
            return
        template_id = str(self.template.currentData() or "")
        if not template_id:
            self.refuse("Choose a template.")
            return
        done = self.done_folder.text().strip() if self.moves.isChecked() else ""
        if self.moves.isChecked() and not done:
            self.refuse("Give the subfolder a name.")
            return
        self.problem.hide()
        self.chosen.emit(FolderChoice(self._path, template_id, done))


def _named(text: str, widget: QWidget) -> QLabel:
    made = label(text, "strong")
    made.setBuddy(widget)
    return made
