"""The screen on which a batch begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.new_batch import model
from docuextract_desktop.ui.new_batch.collect import Collected, Progress, collect, suggest_template, summary
from docuextract_desktop.ui.new_batch.options import OptionsPanel
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.delegates import PlainDelegate
from docuextract_desktop.ui.widgets.drop_zone import DropZone
from docuextract_desktop.ui.widgets.layouts import card, column, row, scrolled, surface, without_drops
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import count

if TYPE_CHECKING:
    from docuextract_desktop.templates.library import TemplateEntry

_ENDINGS = "pdf png jpg jpeg jpe jfif tif tiff webp bmp dib gif heic heif"
FILE_FILTER = f"Documents ({' '.join(f'*.{ending}' for ending in _ENDINGS.split())});;All files (*)"

SIDE_WIDTH, SMALL_SIDE_WIDTH = 352, 248
SMALL_WIDTH = 760


class NewBatchView(QWidget):
    """Files on the left, what to do with them on the right, Start below.

    Signals:
        started: id of the batch that was made.
        cancelled: the person goes back without starting.
    """

    started = Signal(str)
    cancelled = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._looking: tasks.Task | None = None
        self._waiting: list[Path] = []
        self._names: list[str] = []
        self._starting: tasks.Task | None = None
        self.files = model.FileTable(self)
        self._build()
        self._show_files()
        without_drops(self)

    def _build(self) -> None:
        self.zone = DropZone()
        self.zone.files_wanted.connect(self.choose_files)
        self.zone.folder_wanted.connect(self.choose_folder)
        self.table = RowTable("Documents of the new batch", self.files, sortable=False)
        self.table.set_widths([248, 72, 80])
        self._words_delegate = PlainDelegate()
        self.table.setItemDelegateForColumn(model.STANDING, self._words_delegate)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setSectionsMovable(False)
        self.table.restore_columns(self._context.state.bytes("new_batch/columns"))
        self.table.removal_wanted.connect(self.remove_chosen)
        self.table.opened.connect(lambda place: files.open_file(self.files.entries[place].file.path))
        self.table.customContextMenuRequested.connect(
            lambda point: self._menu().popup(self.table.viewport().mapToGlobal(point))
        )
        self.more_files = button("Add &files…", self.choose_files, icon="plus")
        self.more_folder = button("Add f&older…", self.choose_folder, icon="folder")
        self.remove_button = button(
            "&Remove", self.remove_chosen, kind="quiet", icon="close", tip="Remove the chosen documents (Del)"
        )
        self.remove_unreadable = button("Remove those that cannot be read", self.remove_unreadable_files, kind="link")
        self.clear_button = button("Clear &list", self.clear, kind="quiet", icon="trash", tip="Clear the list")
        filled = QWidget()
        filled.setLayout(
            column(
                row(self.more_files, self.more_folder, None, self.remove_button, self.clear_button),
                self.table,
                row(self.remove_unreadable, None),
                spacing=8,
            )
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.zone)
        self._stack.addWidget(filled)
        self._filled = filled

        self.options = OptionsPanel()
        self._side = scrolled(self.options)
        self._side.setFixedWidth(SIDE_WIDTH)
        self._body = row(self._stack, self._side, spacing=24)
        self._body.setStretch(0, 1)

        self.summary_label = ElidedLabel("", "strong")
        self.problem = label("", tone="bad", wrap=True)
        self.problem.setAccessibleName("Why the batch was not started")
        self.problem_box = card(row(self.problem), margin=12)
        self.problem_box.hide()
        self.busy = QProgressBar()
        self.busy.setTextVisible(False)
        self.busy.setFixedWidth(160)
        self.busy.setAccessibleName("Looking at the files")
        self.busy.hide()
        self.cancel_button = button("Back", self.cancelled.emit, kind="quiet")
        self.start_button = button(
            "&Start", self.start, kind="primary", icon="play", tip="Start the batch (Ctrl+Enter)"
        )
        foot = row(self.summary_label, self.busy, self.cancel_button, self.start_button, spacing=16)
        foot.setStretch(0, 1)
        foot.setContentsMargins(24, 12, 24, 12)

        content = QVBoxLayout()
        content.setContentsMargins(24, 16, 24, 16)
        content.setSpacing(16)
        content.addWidget(label("New batch", "title"))
        content.addWidget(self.problem_box)
        content.addLayout(self._body, 1)
        whole = column(content, surface("footer", foot), spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(self.start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less room for the options where there is little in all."""
        super().resizeEvent(event)
        small = self.width() < SMALL_WIDTH
        self._side.setFixedWidth(SMALL_SIDE_WIDTH if small else SIDE_WIDTH)
        self._body.setSpacing(16 if small else 24)
        self.remove_button.setText("" if small else "&Remove")
        self.clear_button.setText("" if small else "Clear &list")

    # --- templates ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the templates and the limits anew: they may have been changed on another screen."""
        library = self._context.services.templates
        tasks.run(lambda _: library.list(), owner=self, done=self._got_templates)

    def _got_templates(self, entries: Sequence[TemplateEntry]) -> None:
        usable = [entry for entry in entries if entry.template is not None]
        self.options.set_templates(usable, self._context.state.text("new_batch/template", "invoice"))
        self._suggest()
        self._show_files()

    # --- files ----------------------------------------------------------------------------------------------------

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add files and folders; they are looked at in the background."""
        if self._starting is not None:
            return
        self._waiting.extend(paths)
        self._look()

    def _look(self) -> None:
        if self._looking is not None or not self._waiting:
            return
        paths, self._waiting = self._waiting, []
        known = self.files.entries
        store = self._context.services.settings

        def work(task: tasks.Task) -> tuple[tuple[Collected, ...], bool]:
            folders = any(path.is_dir() for path in paths)
            limits = store.get().limits
            return collect(paths, known, limits, report=task.report, stopped=lambda: task.cancelled), folders

        self.busy.setRange(0, 0)
        self.busy.show()
        self.summary_label.setText("Looking at the files…")
        self._looking = tasks.run(
            work,
            owner=self,
            done=lambda result: self._looked(result[0], result[1], paths),
            failed=self._not_looked,
            progress=self._progressed,
        )
        self._show_start()

    def _progressed(self, progress: Progress) -> None:
        self.busy.setRange(0, progress.total)
        self.busy.setValue(progress.done)
        self.summary_label.setText(f"Looking at the files: {progress.done:,} of {progress.total:,}")

    def _looked(self, entries: tuple[Collected, ...], folders: bool, paths: Sequence[Path]) -> None:
        self._looking = None
        added = len(entries) - len(self.files.entries)
        self.files.set_entries(entries)
        if added:
            self._names = [path.name for path in paths] if folders else [entry.file.filename for entry in entries]
            self._suggest()
        else:
            self._context.notify("No PDF or picture in there." if folders else "These files are in the list already.")
        self._show_files()
        self._look()

    def _suggest(self) -> None:
        """By the names of what came last; the templates may be read before or after the files."""
        if self._names and self.options.template_names():
            self.options.suggest(suggest_template(self._names, self.options.template_names()))
            self._names = []

    def _not_looked(self, error: BaseException) -> None:
        self._looking = None
        self._show_files()
        if not isinstance(error, DocuExtractError):
            raise error
        self._context.notify(str(error), stays=True)
        self._look()

    def _show_files(self) -> None:
        entries = self.files.entries
        self._stack.setCurrentWidget(self._filled if entries else self.zone)
        self.remove_unreadable.setVisible(any(e.standing == "unreadable" for e in entries))
        if self._looking is None:
            self.busy.hide()
            self.summary_label.setText(summary(entries))
        if entries and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.files.index(0, 0))
            if self.zone.isAncestorOf(self.focusWidget()) or self.more_files.hasFocus():
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_start()

    def _show_start(self) -> None:
        ready = bool(self.files.entries) and self._looking is None and self._starting is None
        self.start_button.setEnabled(ready and self.options.template_id() is not None)

    def choose_files(self) -> None:
        """Ask for files."""
        chosen, _ = QFileDialog.getOpenFileNames(self, "Add files", self._folder(), FILE_FILTER)
        self._chosen([Path(name) for name in chosen])

    def choose_folder(self) -> None:
        """Ask for a folder."""
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder", self._folder())
        self._chosen([Path(chosen)] if chosen else [])

    def _folder(self) -> str:
        kept = Path(self._context.state.text("new_batch/folder", str(Path.home())))
        return str(kept if kept.is_dir() else Path.home())

    def _chosen(self, paths: list[Path]) -> None:
        if paths:
            self._context.state.keep("new_batch/folder", str(paths[0].parent))
            self.add_paths(paths)

    def remove_chosen(self) -> None:
        """Take the chosen files out of the list."""
        self._remove(self.table.chosen_rows())

    def remove_unreadable_files(self) -> None:
        """Take out what would only fail."""
        self._remove([n for n, entry in enumerate(self.files.entries) if entry.standing == "unreadable"])

    def clear(self) -> None:
        """Take out everything."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._waiting.clear()
        self._remove(list(range(len(self.files.entries))))
        self._say("")

    def _remove(self, places: list[int]) -> None:
        if places and self._looking is None and self._starting is None:
            self.files.remove(places)
            if self.files.entries:
                self.table.choose_row(min(places[0], len(self.files.entries) - 1))
            self._show_files()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        places = self.table.chosen_rows()
        paths = [self.files.entries[place].file.path for place in places]
        opening = menu.addAction("&Open\tEnter", lambda: files.open_file(paths[0]))
        showing = menu.addAction("&Show in folder", lambda: files.show_in_folder(paths[0]))
        for action in (opening, showing):
            action.setEnabled(len(paths) == 1)
        menu.addSeparator()
        menu.addAction("&Remove from the list\tDel", self.remove_chosen)
        return menu

    # --- start ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Check the request as a whole and start it; what is wrong is said in place."""
        template_id = self.options.template_id()
        if not self.start_button.isEnabled() or template_id is None:
            return
        request = BatchRequest(
            files=tuple(entry.file for entry in self.files.entries),
            template=template_id,
            name=self.options.name() or None,
            review_threshold=self.options.threshold(),
            tier="premium" if self.options.tier() == "premium" else "standard",
            priority=10 if len(self.files.entries) == 1 else 0,
        )
        self._say("")
        queue = self._context.services.queue
        self._starting = tasks.run(
            lambda _: queue.create_batch(request), owner=self, done=self._started, failed=self._refused, pool="queue"
        )
        self.summary_label.setText(f"Starting {count(len(request.files), 'document')}…")
        self.busy.setRange(0, 0)
        self.busy.show()
        self._show_start()

    def _started(self, batch_id: str) -> None:
        self._starting = None
        self._context.state.keep("new_batch/template", self.options.template_id() or "")
        self.files.set_entries(())
        self.options.reset()
        self._show_files()
        self._context.runner.wake()
        self._context.feed.knock()
        self.started.emit(batch_id)

    def _refused(self, error: BaseException) -> None:
        self._starting = None
        self._show_files()
        if not isinstance(error, DocuExtractError):
            self._say("The batch could not be started because of an unexpected fault, which the log describes.")
            raise error
        self._say(str(error))

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem_box.setVisible(bool(problem))

    def focus_first(self) -> None:
        """Put the keyboard where the work begins."""
        (self.table if self.files.entries else self.zone.add_files).setFocus(Qt.FocusReason.OtherFocusReason)

    def keep_state(self) -> None:
        """Remember the columns."""
        if self.files.entries:
            self._context.state.keep("new_batch/columns", self.table.columns_state())
