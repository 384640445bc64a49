"""Documents that the draft is tried on: read and tried in the interactive lane, the newest draft wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.ui.document.model import PageSize
from docuextract_desktop.ui.wording import file_name

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Page
    from docuextract_desktop.extraction.models import Extraction, FieldValue
    from docuextract_desktop.jobs.lanes import TryReply
    from docuextract_desktop.jobs.runner import Runner
    from docuextract_desktop.templates.drafting import Draft

SETTLE_MS = 300
"""So long after the last change the draft is tried."""
READING = Template(id="reading", name="Reading", fields=(TemplateField(name="text", type="text"),))
"""Reads a document while there is no draft to try on it: of interest are its words alone."""


@dataclass(eq=False)
class Sample:
    """A document beside the editor.

    Attributes:
        source: what page pictures are asked by: the path, or the id of an item.
        found: values by the key of their entry, of the last draft that was tried.
        problem: why it cannot be read, or an empty string.
        asked: number of the request that is waited for, or None.
    """

    path: Path
    source: str | Path
    passwords: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    found: dict[int, FieldValue] = field(default_factory=dict)
    problem: str = ""
    asked: int | None = None
    names: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its file's name."""
        return file_name(self.path)

    @property
    def sizes(self) -> dict[int, PageSize]:
        """Of its pages."""
        return {page.index: PageSize(page.width, page.height, page.rotation) for page in self.pages}

    def page(self, index: int) -> Page | None:
        """A page with its words."""
        return next((page for page in self.pages if page.index == index), None)


class Samples(QObject):
    """The samples of an editor.

    Attributes:
        entries: in the order in which they were added.
        current: number of the one that is looked at; it is tried first.

    Signals:
        changed: a sample was read or tried; the sample.
        listed: one came or went.
    """

    changed = Signal(object)
    listed = Signal()

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.entries: list[Sample] = []
        self.current = 0
        self._template: Template | None = None
        self._names: dict[str, int] = {}
        self._columns: dict[tuple[str, str], int] = {}
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._ask_all)
        runner.tried.connect(self._got)

    def add(self, path: Path, item_id: str = "", passwords: tuple[str, ...] = ()) -> int:
        """Read a document and try the draft on it; its number. One that is there already is not added again."""
        for number, known in enumerate(self.entries):
            if known.path == path:
                return number
        self.entries.append(Sample(path, item_id or path, passwords))
        self.listed.emit()
        self._ask(self.entries[-1])
        return len(self.entries) - 1

    def remove(self, gone: Sample) -> None:
        """Look at a document no more."""
        if gone not in self.entries:
            return
        number = self.entries.index(gone)
        self.entries.remove(gone)
        if gone.asked is not None:
            self._runner.cancel_request(gone.asked)
        if number < self.current or self.current >= len(self.entries):
            self.current = max(0, self.current - 1)
        self.listed.emit()

    def clear(self) -> None:
        """Look at none."""
        self._settled.stop()
        for sample in self.entries:
            if sample.asked is not None:
                self._runner.cancel_request(sample.asked)
        self.entries = []
        self.current = 0
        self.listed.emit()

    def try_draft(self, draft: Draft, template: Template | None) -> None:
        """Try another draft, in a moment; while it cannot be saved, what was found before stays."""
        if template == self._template:
            return
        self._template = template
        if template is None:
            self._settled.stop()
            return
        self._names = {entry.name: entry.key for entry in draft.entries}
        self._columns = {(e.name, c.name): c.key for e in draft.entries for c in e.columns}
        self._settled.start()

    def _ask_all(self) -> None:
        order = sorted(range(len(self.entries)), key=lambda n: n != self.current)
        for number in order:
            self._ask(self.entries[number])

    def _ask(self, sample: Sample) -> None:
        if sample.asked is not None:
            self._runner.cancel_request(sample.asked)
        template = self._template
        sample.names = self._names if template is not None else {}
        sample.columns = self._columns
        sample.asked = self._runner.request_try(
            sample.path, template or READING, passwords=sample.passwords, channel=f"sample {sample.path}"
        )
        self.changed.emit(sample)

    def _got(self, reply: TryReply) -> None:
        sample = next((s for s in self.entries if s.asked == reply.request.number), None)
        if sample is None:  # another has been asked for since, or the sample is gone
            return
        sample.asked = None
        if reply.error is not None:
            hint = reply.error.hint
            sample.problem = f"{reply.error} {hint}".strip()
            sample.found = {}
        else:
            sample.problem = ""
            sample.pages = reply.pages
            sample.found = _by_key(sample, reply.extraction)
        self.changed.emit(sample)


def _by_key(sample: Sample, extraction: Extraction | None) -> dict[int, FieldValue]:
    """Values by the key of their entry; a column shows its first cell that holds something."""
    found: dict[int, FieldValue] = {}
    for value in extraction.fields if extraction is not None else ():
        if value.name not in sample.names:
            continue
        found[sample.names[value.name]] = value
        for cells in value.rows:
            for cell in cells:
                key = sample.columns.get((value.name, cell.name))
                if key is not None and cell.value is not None:
                    found.setdefault(key, cell)
    return found
