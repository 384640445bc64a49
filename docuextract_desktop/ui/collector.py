"""Garbage is collected on the window's thread only, and never so much of it that the window stands still.

Python collects cycles in whatever thread happens to allocate. A widget in one would be destroyed in a lane's
thread, which Qt does not survive. So automatic collection is off while the window is open, and a timer does it.

A whole collection looks at every object there is: a tenth of a second and more while a large batch is reviewed. So what
survived one is set aside (`gc.freeze`), and the next one looks at what came since. What is set aside is freed as
before when nothing refers to it; only cycles in it wait until nobody looks at the window, or for half an hour.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

INTERVAL_MS = 500
ALL_AT_LEAST_S = 1_800.0
ALL_AT_MOST_S = 60.0
"""What was set aside is looked at when it is so old, or at this age while the window is not in front."""


class Collector(QObject):
    """Takes automatic collection over; the thresholds stay those of Python."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on."""
        gc.disable()
        gc.freeze()
        self._all_at = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that is due, as Python would have done."""
        due = [count > threshold > 0 for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        generation = next((g for g in (2, 1, 0) if due[g]), None)
        if generation is None:
            return
        if generation == 2 and self._may_look_at_all():
            self._all_at = time.monotonic()
            gc.unfreeze()
        gc.collect(generation)
        if generation == 2:
            gc.freeze()

    def _may_look_at_all(self) -> bool:
        since = time.monotonic() - self._all_at
        active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        return since > (ALL_AT_LEAST_S if active else ALL_AT_MOST_S)
