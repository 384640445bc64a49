"""Figures that the wheel changes only when the keyboard is on them, so that scrolling past changes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox


class Spin(QSpinBox):
    """A spin box for a setting."""

    def __init__(self, name: str, least: int, most: int, suffix: str = "", step: int = 1) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setSuffix(suffix)
        self.setSingleStep(step)
        self.setAccessibleName(name)
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page around, unless this is in use."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
