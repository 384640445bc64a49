"""Buttons in the few kinds that the window uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

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
    shortcut: str | QKeySequence | None = None,
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
    tip = name
    if shortcut is not None:
        keys = QKeySequence(shortcut)
        made.setShortcut(keys)
        tip = f"{name} ({keys.toString(QKeySequence.SequenceFormat.NativeText)})"
    made.setToolTip(tip)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def set_icon(made: QPushButton | QToolButton, name: str) -> None:
    """Give the button a drawing in the colour of its words, and keep it so when the theme changes."""

    def draw() -> None:
        c = theme.colours()
        colour = {"primary": c.on_accent, "danger": c.failed, "link": c.accent_text}.get(made.property("kind"), c.text)
        made.setIcon(icons.icon(name, colour, 20, checked=c.accent_text if made.isCheckable() else None))

    draw()
    _follow_theme(made, draw)


def _follow_theme(widget: QWidget, draw: Callable[[], None]) -> None:
    look = theme.current()
    if look is None:
        return
    look.changed.connect(draw)
    widget.destroyed.connect(lambda: look.changed.disconnect(draw))
