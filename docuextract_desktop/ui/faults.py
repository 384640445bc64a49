"""Unexpected faults: written to the log, told to the person, and survived."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError

_log = logging.getLogger(__name__)
WORDS = "Something went wrong that should not have. The program goes on; the log describes it."


class Faults(QObject):
    """Takes uncaught exceptions of all threads.

    Signals:
        happened: the traceback of an unexpected one, on the window's thread.
        told: words for one that can happen to anybody (disk full, database locked).
    """

    happened = Signal(str)
    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = sys.excepthook, threading.excepthook
        self._telling = False

    def install(self) -> None:
        """Take uncaught exceptions from now on."""
        sys.excepthook = self._main
        threading.excepthook = self._thread

    def uninstall(self) -> None:
        """Leave them to Python again."""
        sys.excepthook, threading.excepthook = self._before

    def _main(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        if self._telling:  # telling failed as well: only the log is left
            _log.error("uncaught while telling of another", exc_info=(kind, error, trace))
            return
        self._telling = True
        try:
            if isinstance(error, DocuExtractError):
                _log.error("%s (%s)", error, error.detail)
                self.told.emit(str(error))
            else:
                _log.error("uncaught", exc_info=(kind, error, trace))
                self.happened.emit("".join(traceback.format_exception(kind, error, trace)))
        finally:
            self._telling = False

    def _thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._main(args.exc_type, args.exc_value, args.exc_traceback)
