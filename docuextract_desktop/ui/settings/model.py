"""Reading and changing settings off the window's thread, one change after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.settings import Settings
from docuextract_desktop.ui import tasks

if TYPE_CHECKING:
    from docuextract_desktop.storage.settings import SettingsStore


class SettingsModel(QObject):
    """The settings as last read.

    Attributes:
        settings: None until they were read.
        pages_this_month: counted towards the allowance.

    Signals:
        loaded: the settings were read or changed.
        refused: a change could not be kept; words.
    """

    loaded = Signal(object)
    refused = Signal(str)

    def __init__(self, store: SettingsStore, pages_this_month: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._count_pages = pages_this_month
        self.settings: Settings | None = None
        self.pages_this_month = 0

    def load(self) -> None:
        """Read them."""
        store, pages = self._store, self._count_pages
        tasks.run(lambda _: (store.get(), pages()), owner=self, done=self._got)

    def change(self, **changes: Any) -> None:
        """Keep some settings."""
        store = self._store
        tasks.run(lambda _: store.update(**changes), owner=self, done=self._kept, failed=self._failed, pool="queue")

    def change_limit(self, **changes: int | float) -> None:
        """Keep some of the limits."""
        store = self._store

        def work(_: tasks.Task) -> Settings:
            return store.update(limits=store.get().limits.model_copy(update=changes).model_dump())

        tasks.run(work, owner=self, done=self._kept, failed=self._failed, pool="queue")

    def _got(self, result: tuple[Settings, int]) -> None:
        self.settings, self.pages_this_month = result
        self.loaded.emit(self.settings)

    def _kept(self, settings: Settings) -> None:
        self.settings = settings
        self.loaded.emit(settings)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, DocuExtractError):
            self.refused.emit(str(error))
        elif isinstance(error, ValueError):  # pydantic's, for a value out of range
            self.refused.emit("This value is not possible; nothing was changed.")
        else:
            raise error
        if self.settings is not None:
            self.loaded.emit(self.settings)
