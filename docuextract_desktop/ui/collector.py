"""Garbage is collected on the window's thread only, and never so much at once that the window stands still.

Python collects cycles in whatever thread happens to allocate. A widget in one would be destroyed in a lane's
thread, which Qt does not survive. So automatic collection is off while the window is open, and a timer does it.

A collection looks at every object there is of a generation: a tenth of a second and more while a large batch is
reviewed. So objects that survived are set aside (`gc.freeze`), and so are great numbers that came at once, which are
data. What is set aside is freed as before when nothing refers to it; only cycles in it wait until the window is not in
front, or for half an hour.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

INTERVAL_MS = 500
MOST_OBJECTS = 3_000
"""So many are looked at in a few milliseconds."""
ALL_AT_LEAST_S = 1_800.0
ALL_AT_MOST_S = 60.0
"""What was set aside is looked at when it is so old, or at this age while the window is not in front."""


class Collector(QObject):
    """Takes automatic collection over."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all_at = time.monotonic()
        self._came = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on."""
        gc.disable()
        self._set_aside()
        self._all_at = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect what has come, where Python would have begun to."""
        young = gc.get_count()[0]
        if not 0 < gc.get_threshold()[0] < young:
            return
        self._came += young
        if self._may_look_at_all():
            self._all_at = time.monotonic()
            gc.unfreeze()
            gc.collect()
            self._set_aside()
        elif young > MOST_OBJECTS:
            self._set_aside()
        elif self._came > MOST_OBJECTS:
            gc.collect()
            self._set_aside()
        else:
            gc.collect(0)

    def _set_aside(self) -> None:
        gc.freeze()
        self._came = 0

    def _may_look_at_all(self) -> bool:
        active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        return time.monotonic() - self._all_at > (ALL_AT_LEAST_S if active else ALL_AT_MOST_S)
