"""Buttons in the few kinds that the window uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton, QWidget

from docuextract_desktop.ui import icons, theme

Kind = Literal["normal", "primary", "danger", "quiet", "link"]


def button(
    text: str,
    clicked: Callable[[], object] | None = None,
    *,
    kind: Kind = "normal",
    icon: str | None = None,
    tip: str = "",
    parent: QWidget | None = None,
) -> QPushButton:
    """A button with words on it; `&` in `text` marks the mnemonic."""
    made = QPushButton(text, parent)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    made.setAccessibleName(text.replace("&", ""))
    if icon:
        set_icon(made, icon)
    if tip:
        made.setToolTip(tip)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def icon_button(
    icon: str,
    name: str,
    clicked: Callable[[], object] | None = None,
    *,
    shortcut: str | tuple[str, ...] = (),
    checkable: bool = False,
    parent: QWidget | None = None,
) -> QToolButton:
    """A button with only a drawing on it; `name` is read out and shown as its tip, with the key."""
    made = QToolButton(parent)
    made.setProperty("kind", "icon")
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setCheckable(checkable)
    made.setAccessibleName(name)
    made.setIconSize(QSize(20, 20))
    set_icon(made, icon)
    keys = (shortcut,) if isinstance(shortcut, str) else shortcut
    for key in keys:
        press_with(made, key)
    shown = f" ({QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
    made.setToolTip(name + shown)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def press_with(button: QAbstractButton, keys: str) -> None:
    """Let these keys press the button wherever the keyboard is in its window, while the button is to be seen.

    Not `setShortcut`: that shows the button pressed for a tenth of a second before it acts.
    """
    QShortcut(QKeySequence(keys), button).activated.connect(button.click)


def set_icon(made: QPushButton | QToolButton, name: str) -> None:
    """Give the button a drawing in the colour of its words, and keep it so when the theme changes."""
    _Drawing(made, name)


class _Drawing(QObject):
    """Draws a button's icon; a child of the button, so that it goes with it."""

    def __init__(self, button: QPushButton | QToolButton, name: str) -> None:
        super().__init__(button)
        self._button, self._name = button, name
        self.draw()
        if (look := theme.current()) is not None:
            look.changed.connect(self.draw)

    @Slot()
    def draw(self) -> None:
        """In the colours of now."""
        c = theme.colours()
        button = self._button
        colour = {"primary": c.on_accent, "danger": c.failed, "link": c.accent_text}.get(
            button.property("kind"), c.text
        )
        button.setIcon(icons.icon(self._name, colour, 20, checked=c.accent_text if button.isCheckable() else None))
