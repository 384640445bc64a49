"""Ctrl+C: the first asks politely, the second ends the program."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Interruption:
    """While its block runs, a first SIGINT (or SIGTERM, or a closed terminal) only sets `asked`; a second one kills.

    Signals can be caught in the main thread alone; elsewhere `asked` stays false.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._asked = False

    def asked(self) -> bool:
        """Whether the person wants to stop."""
        return self._asked

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                # What was ignored stays ignored: a program under nohup outlives its terminal.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        for number in self._before:
            signal.signal(number, signal.SIG_DFL)
