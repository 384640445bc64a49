"""The documents at hand: read off the window's thread, the next ones before they are wanted."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError, ResultNotReadyError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.document.model import Opened, load

if TYPE_CHECKING:
    from docuextract_desktop.extraction.models import Extraction, FieldValue
    from docuextract_desktop.jobs.models import ItemRow
    from docuextract_desktop.jobs.queue import Queue

KEPT = 8


class Documents(QObject):
    """Documents by item id, the latest few kept.

    Signals:
        loaded: id of a document that is at hand now.
        changed: id of a document of which values are other ones now.
        lost: (id, exception) where one cannot be read.
    """

    loaded = Signal(str)
    changed = Signal(str)
    lost = Signal(str, object)

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._kept: OrderedDict[str, Opened] = OrderedDict()
        self._loading: set[str] = set()
        self._versions: dict[str, int] = {}

    def get(self, item_id: str) -> Opened | None:
        """The document where it is at hand."""
        if item_id in self._kept:
            self._kept.move_to_end(item_id)
        return self._kept.get(item_id)

    def want(self, item_id: str) -> None:
        """Have a document read; `loaded` follows."""
        if item_id in self._kept or item_id in self._loading:
            return
        self._loading.add(item_id)
        queue = self._queue

        def failed(error: BaseException) -> None:
            self._loading.discard(item_id)
            if not isinstance(error, DocuExtractError):
                raise error
            self.lost.emit(item_id, error)

        tasks.run(lambda _: load(queue, item_id), owner=self, done=self._got, failed=failed)

    def _got(self, opened: Opened) -> None:
        item_id = opened.item.id
        self._loading.discard(item_id)
        self._kept[item_id] = opened
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.loaded.emit(item_id)

    def replace(self, item_id: str, value: FieldValue) -> None:
        """A value was decided: hold the new one. What was being read meanwhile is out of date."""
        self._versions[item_id] = self._versions.get(item_id, 0) + 1
        opened = self._kept.get(item_id)
        if opened is not None and opened.extraction is not None:
            self._kept[item_id] = replace(opened, extraction=opened.extraction.with_field(value))

    def touch(self, item_id: str) -> None:
        """A value is about to be decided: what is being read now is out of date."""
        self._versions[item_id] = self._versions.get(item_id, 0) + 1

    def refresh(self, item_id: str) -> None:
        """The document changed in the store: read its values anew; `changed` follows where they are others."""
        if item_id not in self._kept:
            return
        queue = self._queue
        version = self._versions.get(item_id, 0)

        def read(_: tasks.Task) -> tuple[ItemRow, Extraction | None]:
            item = queue.item(item_id)
            try:
                return item, queue.extraction(item_id)
            except ResultNotReadyError:
                return item, None

        def got(result: tuple[ItemRow, Extraction | None]) -> None:
            item, extraction = result
            opened = self._kept.get(item_id)
            if opened is None or version != self._versions.get(item_id, 0):
                return
            if item.page_count != opened.item.page_count or (extraction is None) != (opened.extraction is None):
                self.forget(item_id)  # it was run again
                self.changed.emit(item_id)
            elif extraction != opened.extraction or item.state is not opened.item.state:
                self._kept[item_id] = replace(opened, item=item, extraction=extraction)
                self.changed.emit(item_id)

        def failed(error: BaseException) -> None:
            if not isinstance(error, DocuExtractError):
                raise error
            self.forget(item_id)
            self.lost.emit(item_id, error)

        tasks.run(read, owner=self, done=got, failed=failed)

    def forget(self, item_id: str) -> None:
        """Read it anew when it is wanted next."""
        self._kept.pop(item_id, None)

    def kept_ids(self) -> list[str]:
        """Ids of those at hand."""
        return list(self._kept)
