"""The watched folders on the screen of settings: a line each, with how it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.jobs.intake import shown_name
from docuextract_desktop.jobs.models import WatchedFolder
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.settings.folder_dialog import FolderChoice, FolderDialog
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.layouts import column, line, row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label, set_tone
from docuextract_desktop.ui.wording import clock, count, one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.ui.context import Context

LOOK_EVERY_MS = 2_000


class FoldersModel(QObject):
    """The watched folders as last read, and the templates to choose from.

    Signals:
        loaded: they were read.
        refused: a change could not be kept; words.
        kept: a change was kept.
    """

    loaded = Signal()
    refused = Signal(str)
    kept = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._reading: tasks.Task | None = None
        self.folders: list[WatchedFolder] = []
        self.templates: list[tuple[str, str]] = []

    def load(self) -> None:
        """Read them."""
        if self._reading is not None:
            return
        services = self._services

        def work(_: tasks.Task) -> tuple[list[WatchedFolder], list[tuple[str, str]]]:
            templates = [(entry.id, entry.name) for entry in services.templates.list() if entry.template is not None]
            return services.folders.all(), templates

        self._reading = tasks.run(work, owner=self, done=self._got, failed=self._lost)

    def add(self, choice: FolderChoice) -> None:
        """Watch another folder."""
        folders = self._services.folders
        self._do(lambda: folders.add(choice.path, choice.template_id, done_folder=choice.done_folder or None))

    def change(self, folder_id: str, choice: FolderChoice) -> None:
        """Watch it in another way."""
        folders = self._services.folders
        self._do(lambda: folders.change(folder_id, template_id=choice.template_id, done_folder=choice.done_folder))

    def turn(self, folder_id: str, on: bool) -> None:
        """Watch it, or leave it alone for now."""
        folders = self._services.folders
        self._do(lambda: folders.change(folder_id, enabled=on))

    def remove(self, folder_id: str) -> None:
        """Watch it no longer."""
        folders = self._services.folders
        self._do(lambda: folders.remove(folder_id))

    def _do(self, act: Callable[[], object]) -> None:
        tasks.run(lambda _: act(), owner=self, done=self._kept, failed=self._failed, pool="queue")

    def _kept(self, _: object) -> None:
        self.kept.emit()
        self.load()

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self.refused.emit(str(error))
        self.load()

    def _got(self, result: tuple[list[WatchedFolder], list[tuple[str, str]]]) -> None:
        self._reading = None
        self.folders, self.templates = result
        self.loaded.emit()

    def _lost(self, error: BaseException) -> None:
        self._reading = None
        if not isinstance(error, DocuExtractError):
            raise error
        self.refused.emit(str(error))


def state_words(folder: WatchedFolder, template_name: str) -> str:
    """How it goes with a folder, in a line."""
    if not folder.enabled:
        return f"{template_name}  ·  off"
    if folder.trouble:
        return folder.trouble
    parts = [template_name, f"{count(folder.taken, 'document')} taken"]
    if folder.done_folder:
        parts.append(f"done ones move to “{folder.done_folder}”")
    parts.append(f"looked at {clock(folder.looked_at)}" if folder.looked_at else "not looked at yet")
    return "  ·  ".join(parts)


class FolderLine(QWidget):
    """One watched folder."""

    def __init__(self, section: FoldersSection, folder_id: str) -> None:
        super().__init__()
        self.folder_id = folder_id
        self._filling = False
        self.path = ElidedLabel(role="strong", mode=Qt.TextElideMode.ElideMiddle)
        self.words = label("", "caption", "muted", wrap=True)
        self.on = QCheckBox("On")
        self.on.toggled.connect(lambda on: None if self._filling else section.model.turn(folder_id, on))
        self.edit_button = icon_button("pencil", "Change", lambda: section.edit(folder_id))
        self.remove_button = icon_button("trash", "Watch no longer", lambda: section.remove(folder_id))
        top = row(self.path, self.on, self.edit_button, self.remove_button)
        top.setStretch(0, 1)
        self.setLayout(column(line(), top, self.words, spacing=4))

    def show_folder(self, folder: WatchedFolder, template_name: str) -> None:
        """Bring the line up to date."""
        name = one_line(shown_name(folder.path))
        self._filling = True
        self.path.setText(name)
        self.path.setToolTip(tooltip(name))
        self.on.setChecked(folder.enabled)
        self._filling = False
        words = one_line(state_words(folder, template_name), 600)
        self.words.setText(words)
        self.words.setAccessibleName(f"{name}: {words}")
        set_tone(self.words, "warn" if folder.trouble and folder.enabled else "muted")
        for widget, what in ((self.on, "Watch"), (self.edit_button, "Change"), (self.remove_button, "Watch no longer")):
            widget.setAccessibleName(f"{what}: {name}")


class FoldersSection(QWidget):
    """All watched folders, looked at anew while they are to be seen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.model = FoldersModel(context.services, self)
        self.model.loaded.connect(self._show)
        self.model.refused.connect(self._refused)
        self.model.kept.connect(self._kept)
        self.dialog: FolderDialog | None = None
        self.lines: dict[str, FolderLine] = {}
        self.none = label("No folder is watched.", tone="muted")
        self.add_button = button("&Add folder…", self.add, icon="plus")
        self.add_button.setEnabled(False)  # until there are templates to choose from
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.setLayout(
            column(
                label(
                    "Files that land in a watched folder are read by themselves as soon as they have arrived whole: "
                    "while this window is open, or while “docuextract watch run” runs.",
                    "caption",
                    "muted",
                    wrap=True,
                ),
                self.none,
                self._list,
                row(self.add_button, None),
                spacing=12,
            )
        )
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.model.load)

    def showEvent(self, event: QShowEvent) -> None:
        """Look now, and again while it is shown."""
        super().showEvent(event)
        self.model.load()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def _show(self) -> None:
        names = dict(self.model.templates)
        folders = self.model.folders
        wanted = {folder.id for folder in folders}
        for folder_id in [known for known in self.lines if known not in wanted]:
            gone = self.lines.pop(folder_id)
            if gone.isAncestorOf(self.focusWidget()):
                self.add_button.setFocus()
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for folder in folders:
            if folder.id not in self.lines:
                self.lines[folder.id] = FolderLine(self, folder.id)
                self._list.addWidget(self.lines[folder.id])
            self.lines[folder.id].show_folder(folder, one_line(names.get(folder.template_id, folder.template_id), 80))
        self.none.setVisible(not folders)
        self.add_button.setEnabled(bool(self.model.templates))

    def add(self) -> None:
        """Ask for another folder."""
        self._ask(FolderDialog(self, self.model.templates)).chosen.connect(self.model.add)

    def edit(self, folder_id: str) -> None:
        """Ask how a folder is to be watched."""
        folder = next((folder for folder in self.model.folders if folder.id == folder_id), None)
        if folder is not None:
            dialog = self._ask(FolderDialog(self, self.model.templates, folder))
            dialog.chosen.connect(lambda choice: self.model.change(folder_id, choice))

    def remove(self, folder_id: str) -> None:
        """Watch a folder no longer; nothing of it is lost, so nothing is asked."""
        self.model.remove(folder_id)
        self._context.notify("The folder is not watched any more. Its documents stay in their batch.")

    def _ask(self, dialog: FolderDialog) -> FolderDialog:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._closed)
        dialog.open()
        return dialog

    def _closed(self) -> None:
        self.dialog = None

    def _kept(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()

    def _refused(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.refuse(words)
        else:
            self._context.notify(words, stays=True)
