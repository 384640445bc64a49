"""Short ways to lay widgets out on the window's grid."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget


def _fill(layout: QBoxLayout, things: tuple[QWidget | QLayout | int | None, ...], spacing: int, margin: int) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    for thing in things:
        if thing is None:
            layout.addStretch(1)
        elif isinstance(thing, int):
            layout.addSpacing(thing)
        elif isinstance(thing, QLayout):
            layout.addLayout(thing)
        else:
            layout.addWidget(thing)


def row(*things: QWidget | QLayout | int | None, spacing: int = 8, margin: int = 0) -> QHBoxLayout:
    """Widgets and layouts side by side; None stretches, a number is a gap."""
    layout = QHBoxLayout()
    _fill(layout, things, spacing, margin)
    return layout


def column(*things: QWidget | QLayout | int | None, spacing: int = 8, margin: int = 0) -> QVBoxLayout:
    """Widgets and layouts one below the other; None stretches, a number is a gap."""
    layout = QVBoxLayout()
    _fill(layout, things, spacing, margin)
    return layout


def card(content: QLayout, *, margin: int = 16) -> QFrame:
    """A white sheet with a thin border around `content`."""
    frame = QFrame()
    frame.setProperty("surface", "card")
    content.setContentsMargins(margin, margin, margin, margin)
    frame.setLayout(content)
    return frame


def surface(kind: str, content: QLayout | None = None) -> QFrame:
    """A frame in the colours of that surface of the style sheet."""
    frame = QFrame()
    frame.setProperty("surface", kind)
    if content is not None:
        frame.setLayout(content)
    return frame


def line() -> QFrame:
    """A thin horizontal line."""
    return surface("line")


def scrolled(content: QWidget) -> QScrollArea:
    """`content` in an area that scrolls where the window is too small for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def without_drops(widget: QWidget) -> None:
    """Let files that are dropped on any part of `widget` go to the window, which takes them wherever they land."""
    widget.setAcceptDrops(False)
    for child in widget.findChildren(QWidget):
        child.setAcceptDrops(False)
