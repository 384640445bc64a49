"""A switch between a few things that are all shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class Segmented(QWidget):
    """Buttons side by side, of which one is on; left and right change it.

    Signals:
        chosen: the key of the one that the person turned on.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: list[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for number, (key, title) in enumerate(choices):
            made = QToolButton()
            made.setProperty("kind", "segment")
            made.setProperty("place", "first" if number == 0 else "last" if number == len(choices) - 1 else "middle")
            made.setText(title)
            made.setAccessibleName(f"{name}: {title.replace('&', '')}")
            made.setCheckable(True)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            made.clicked.connect(lambda _checked=False, k=key: self.chosen.emit(k))
            self._group.addButton(made)
            self._buttons[key] = made
            layout.addWidget(made)
        layout.addStretch(1)
        next(iter(self._buttons.values())).setChecked(True)

    def value(self) -> str:
        """The key of the one that is on."""
        return next(key for key, made in self._buttons.items() if made.isChecked())

    def set_value(self, key: str) -> None:
        """Turn one on, without the signal."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> QToolButton:
        """The button of that key."""
        return self._buttons[key]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go to the neighbour that can be had."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        enabled = [key for key, made in self._buttons.items() if made.isEnabled()]
        if step is None or self.value() not in enabled:
            super().keyPressEvent(event)
            return
        place = enabled.index(self.value()) + step
        if 0 <= place < len(enabled):
            self._buttons[enabled[place]].setFocus()
            self._buttons[enabled[place]].click()
