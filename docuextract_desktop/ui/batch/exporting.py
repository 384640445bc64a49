"""Saving a batch to a file, in the background, with a notice at its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.export.models import ExportExistsError
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.widgets.toast import Action
from docuextract_desktop.ui.wording import file_name

if TYPE_CHECKING:
    from docuextract_desktop.export.models import ItemResult


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of export: its suffix, its title in the menu, and what it is for."""

    suffix: str
    title: str
    purpose: str


FORMATS = (
    Format("csv", "&CSV", "a row per document, for any program"),
    Format("xlsx", "E&xcel workbook", "the same with real dates and amounts, unsure cells coloured"),
    Format("json", "&JSON", "everything, with the place of each value"),
    Format("html", "&Proof page", "each value beside the cut-out of its page"),
)

Ask = Callable[[QWidget, str, str], str]


def ask_for_target(parent: QWidget, proposed: str, filter_text: str) -> str:
    """Ask where to save; an empty string where the person thought better of it. The dialog asks before replacing."""
    return QFileDialog.getSaveFileName(parent, "Export", proposed, filter_text)[0]


def proposed_name(name: str, suffix: str) -> str:
    """A file name made of a batch's name that every file system takes."""
    cleaned = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "-", name).strip(" .-")[:100]
    return f"{cleaned or 'export'}.{suffix}"


class Exporter(QObject):
    """Runs one export at a time.

    Signals:
        busy: whether one is running.
        progressed: (documents written, documents in all).
    """

    busy = Signal(bool)
    progressed = Signal(int, int)

    def __init__(self, context: Context, parent: QWidget, ask: Ask = ask_for_target) -> None:
        super().__init__(parent)
        self._context, self._window, self._ask = context, parent, ask
        self._task: tasks.Task | None = None

    def start(self, batch: BatchSummary, wanted: Format) -> None:
        """Ask for the file and write it."""
        if self._task is not None:
            self._context.notify("An export is still being written.")
            return
        folder = Path(self._context.state.text("export/folder", str(Path.home())))
        proposed = str((folder if folder.is_dir() else Path.home()) / proposed_name(batch.name, wanted.suffix))
        title = wanted.title.replace("&", "")
        chosen = self._ask(self._window, proposed, f"{title} (*.{wanted.suffix})")
        if not chosen:
            return
        target = Path(chosen)
        if target.suffix.lower() != f".{wanted.suffix}":
            target = target.with_name(f"{target.name}.{wanted.suffix}")
            overwrite = False  # the dialog asked about another name than this one
        else:
            overwrite = target.exists()
        self._context.state.keep("export/folder", str(target.parent))
        self._write(batch, wanted, target, overwrite)

    def _write(self, batch: BatchSummary, wanted: Format, target: Path, overwrite: bool) -> None:
        services, total = self._context.services, batch.total

        def work(task: tasks.Task) -> tuple[Path, ...]:
            # Loaded only now, and not on the window's thread: pandas comes with it.
            from docuextract_desktop.export.seam import export_batch, format_named
            from docuextract_desktop.jobs.pictures import PagePictures

            queue = services.queue
            with PagePictures(queue) as pictures:
                return export_batch(
                    _counted(queue.results(batch.id), task, total),
                    queue.template_of(batch.id),
                    queue.batch(batch.id),
                    target,
                    wanted.suffix,
                    overwrite=overwrite,
                    render=pictures if format_named(wanted.suffix).pictures else None,
                )

        self._task = tasks.run(
            work,
            owner=self,
            done=self._done,
            failed=lambda error: self._failed(error, lambda: self._write(batch, wanted, target, True)),
            progress=lambda n: self.progressed.emit(n, total),
        )
        self.busy.emit(True)

    def cancel(self) -> None:
        """Stop the export; nothing is left of it."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.busy.emit(False)

    def _done(self, written: tuple[Path, ...]) -> None:
        self._task = None
        self.busy.emit(False)
        first = written[0]
        more = f" and {len(written) - 1} more" if len(written) > 1 else ""
        self._context.notify(
            f"Saved {file_name(first)}{more}.",
            Action("Open", lambda: files.open_file(first)),
            Action("Show file", lambda: files.show_in_folder(first)),
        )

    def _failed(self, error: BaseException, replace: Callable[[], None]) -> None:
        self._task = None
        self.busy.emit(False)
        if isinstance(error, ExportExistsError):
            self._context.notify(f"Not exported: {error.message}", Action("Replace", replace), stays=True)
        elif isinstance(error, DocuExtractError):
            self._context.notify(f"Not exported: {error}", stays=True)
        elif isinstance(error, OSError):
            self._context.notify(f"Not exported: {error.strerror or 'the file could not be written'}.", stays=True)
        else:
            self._context.notify("Not exported: an unexpected fault, which the log describes.", stays=True)
            raise error


class _StoppedError(Exception):
    """The export was cancelled."""


def _counted(results: Iterator[ItemResult], task: tasks.Task, total: int) -> Iterator[ItemResult]:
    step = max(1, total // 200)
    for number, result in enumerate(results, start=1):
        if task.cancelled:
            raise _StoppedError
        if number % step == 0:
            task.report(number)
        yield result
