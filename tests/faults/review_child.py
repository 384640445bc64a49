"""Reviews by key presses in a process of its own, and kills itself as soon as a certain one shows its effect.

    python tests/faults/review_child.py HOME BATCH KEYS

KEYS is how many keys of `SCRIPT` are pressed. Every decision is reported on standard output at the very moment at which
the screen shows that it was taken, unbuffered; after the last key the process ends by SIGKILL, inside the call that
shows its effect.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.ui import theme
from docuextract_desktop.ui.context import Context, WindowState
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.review.desk import ReviewDesk

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
SCRIPT: tuple[tuple[Qt.Key, Qt.KeyboardModifier, str, str], ...] = (
    (ENTER, NONE, "\r", "accept"),
    (Qt.Key.Key_7, NONE, "7", ""),
    (Qt.Key.Key_Period, NONE, ".", ""),
    (Qt.Key.Key_5, NONE, "5", ""),
    (ENTER, NONE, "\r", "correct"),
    (Qt.Key.Key_N, NONE, "n", "not_on_document"),
    (Qt.Key.Key_Z, CTRL, "", "undo"),
    (Qt.Key.Key_Y, CTRL, "", "redo"),
    (Qt.Key.Key_Z, CTRL, "", "undo"),
    (ENTER, NONE, "\r", "accept"),
    (Qt.Key.Key_9, NONE, "9", ""),
    (ENTER, NONE, "\r", "correct"),
    (Qt.Key.Key_N, NONE, "n", "not_on_document"),
)
"""Keys, with the decision that each is to lead to, or nothing."""


class Nobody(QObject):
    """In place of the runner: draws no pages."""

    pages_rendered = Signal(object)

    def request_page(self, *_: Any, **__: Any) -> int:
        """Nothing comes."""
        return 1

    def cancel_request(self, _number: int) -> bool:
        """There is nothing to cancel."""
        return False


class Witness:
    """Sees what the screen shows."""

    def __init__(self, desk: ReviewDesk, keys: int) -> None:
        self.desk, self.keys = desk, keys
        self.pressed = 0
        self.seen = 0
        self._awaited = ""
        self._decided: list[tuple[str, str]] = []
        self._key: tuple[str, str] = ("", "")
        show = desk.card.show_value

        def shown(*given: Any, **named: Any) -> None:
            show(*given, **named)
            self._look()

        desk.card.show_value = shown  # type: ignore[method-assign]

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier, text: str, leads_to: str) -> None:
        """Press a key, and wait until the screen shows what came of it."""
        self.pressed += 1
        self._awaited, self._key = leads_to, self.desk.current()
        before = self.seen
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(self.desk.card.edit, QKeyEvent(kind, key, held, text))
        if not leads_to:
            self._end_here()
            return
        until = time.monotonic() + 60
        while self.seen == before and time.monotonic() < until:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if self.seen == before:
            os._exit(3)

    def _look(self) -> None:
        """The screen shows a value: after a decision the next one, after undo and redo the one that it was about."""
        entry = self.desk.entry()
        if not self._awaited or entry is None:
            return
        if self._awaited in ("undo", "redo"):
            about = self._decided[-1]
            taken = self.desk.current() == about and entry.value.reviewed is (self._awaited == "redo")
        else:
            about = self._key
            taken = self.desk.current() != about
        if taken:
            if self._awaited not in ("undo", "redo"):
                self._decided.append(about)
            report = json.dumps([self._awaited, *about])
            self._awaited = ""
            self.seen += 1
            os.write(1, report.encode() + b"\n")
            self._end_here()

    def _end_here(self) -> None:
        if self.pressed == self.keys:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Run it; gives back only where something went wrong."""
    home, batch, keys = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    protect_constants()
    application = QApplication(sys.argv[:1])
    theme.Theme(application, "light")
    services = open_services(home)
    runner, feed = Nobody(), Feed(services.queue)
    context = Context(services, runner, feed, WindowState(home), lambda *_, **__: None)  # type: ignore[arg-type]
    desk = ReviewDesk(context)
    desk.resize(1200, 800)
    desk.show()
    desk.open(batch)
    until = time.monotonic() + 60
    while desk.target() is None and time.monotonic() < until:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    witness = Witness(desk, keys)
    for key in SCRIPT[:keys]:
        witness.press(*key)
    return 2


if __name__ == "__main__":
    os._exit(main())
