"""Colours and type of the window, light and dark, and the style sheet made from them.

Follows the system's colour scheme unless the setting forces one. Every pair of text and background keeps a contrast of
at least 4.5 : 1 (WCAG 2.2, 1.4.3); a test holds it.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from docuextract_desktop.paths import resources_dir

Mode = Literal["system", "light", "dark"]
GRID = 8
"""Distances are multiples of this many logical pixels (half of it inside small things)."""


class Colours(NamedTuple):
    """All colours, as #RRGGBB."""

    window: str
    surface: str
    sidebar: str
    raised: str
    border: str
    strong_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_text: str
    accent_soft: str
    hover: str
    pending: str
    running: str
    completed: str
    needs_review: str
    failed: str
    cancelled: str
    review_soft: str
    failed_soft: str
    completed_soft: str
    backdrop: str
    toast: str
    on_toast: str
    toast_action: str


LIGHT = Colours(
    window="#F5F6F8",
    surface="#FFFFFF",
    sidebar="#EBEDF1",
    raised="#FFFFFF",
    border="#DFE2E8",
    strong_border="#B9C0CC",
    text="#1A1E26",
    muted="#596273",
    accent="#3259CF",
    accent_hover="#284BB5",
    on_accent="#FFFFFF",
    accent_text="#2B50C0",
    accent_soft="#E4EBFC",
    hover="#ECEFF4",
    pending="#5F6B7E",
    running="#1F5FCC",
    completed="#1B7440",
    needs_review="#96560A",
    failed="#BC2A2F",
    cancelled="#646C7A",
    review_soft="#FDF3DF",
    failed_soft="#FCEBEB",
    completed_soft="#E5F4EA",
    backdrop="#E3E6EB",
    toast="#262B35",
    on_toast="#F4F6FA",
    toast_action="#A9C0FF",
)
DARK = Colours(
    window="#15171C",
    surface="#1C1F26",
    sidebar="#101216",
    raised="#252932",
    border="#2E333D",
    strong_border="#505867",
    text="#E6E9EF",
    muted="#9BA5B5",
    accent="#3F66DB",
    accent_hover="#466DDD",
    on_accent="#FFFFFF",
    accent_text="#8FADFF",
    accent_soft="#243052",
    hover="#262A33",
    pending="#9AA5B6",
    running="#7FAAFF",
    completed="#63C98A",
    needs_review="#EBB055",
    failed="#FF8585",
    cancelled="#98A1AF",
    review_soft="#362B17",
    failed_soft="#3C2023",
    completed_soft="#1A3325",
    backdrop="#0C0E11",
    toast="#E9ECF2",
    on_toast="#1A1E26",
    toast_action="#2B50C0",
)


STYLED = "docuextract_styled"
"""Property of an application that was made in our style."""


def application(program: str) -> QApplication:
    """The application, in Qt's own style from the beginning.

    The style is named as an argument: `setStyle` gives a `QStyle` back, and building that class with its hundreds of
    constants takes PySide longer than anything else of ours before the first paint.
    """
    made = QApplication([program, "-style", "fusion"])
    made.setProperty(STYLED, True)
    return made


class Theme(QObject):
    """The look of the program; one for the application, owned by it.

    Attributes:
        colours: those in use now.

    Signals:
        changed: the colours are others now; whatever paints itself repaints.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = "system") -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = mode
        self.colours = LIGHT
        if not app.property(STYLED):
            app.setStyle("Fusion")
        font = app.font()
        # A bare X server offers 9 points, which is below what any current desktop uses for its own windows.
        if font.pointSizeF() < 10:
            font.setPointSizeF(10)
            app.setFont(font)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self.colours is DARK

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or force light or dark."""
        if mode != self._mode:
            self._mode = mode
            self._apply()

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        hints = self._app.styleHints()
        if hasattr(hints, "setColorScheme"):  # Qt 6.8: the title bar follows as well
            wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
            hints.blockSignals(True)
            hints.setColorScheme(wanted.get(self._mode, Qt.ColorScheme.Unknown))
            hints.blockSignals(False)
        dark = self._mode == "dark" or (self._mode == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
        self.colours = DARK if dark else LIGHT
        global _current
        _current = self
        self._app.setPalette(palette(self.colours))
        self._app.setStyleSheet(style_sheet(self.colours))
        self.changed.emit()


_current: Theme | None = None


def current() -> Theme | None:
    """The application's theme, or None before there is one."""
    return _current


def colours() -> Colours:
    """The colours in use now."""
    return _current.colours if _current is not None else LIGHT


def palette(c: Colours) -> QPalette:
    """The palette for everything that the style sheet does not name."""
    made = QPalette()
    role = QPalette.ColorRole
    for key, value in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.window),
        (role.Text, c.text),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.failed),
        (role.Highlight, c.accent_soft),
        (role.HighlightedText, c.text),
        (role.Link, c.accent_text),
        (role.LinkVisited, c.accent_text),
        (role.ToolTipBase, c.toast),
        (role.ToolTipText, c.on_toast),
        (role.PlaceholderText, c.muted),
        (role.Light, c.surface),
        (role.Midlight, c.hover),
        (role.Mid, c.border),
        (role.Dark, c.strong_border),
        (role.Shadow, c.strong_border),
        (role.Accent, c.accent),
    ):
        made.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(c.strong_border))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(c.border))
    return made


def style_sheet(c: Colours) -> str:
    """`resources/styles/window.qss` with its `$names` replaced."""
    names = c._asdict() | {"icons": (resources_dir() / "icons").as_posix()}
    text = (resources_dir() / "styles" / "window.qss").read_text(encoding="utf-8")
    return re.sub(r"\$(\w+)", lambda match: names[match[1]], text)


def font(role: Literal["title", "heading", "strong", "body", "caption", "figure"]) -> QFont:
    """A font of the hierarchy, in proportion to the system's own."""
    made = QFont(QApplication.font())
    scale, weight = {
        "title": (1.7, QFont.Weight.DemiBold),
        "heading": (1.15, QFont.Weight.DemiBold),
        "strong": (1.0, QFont.Weight.DemiBold),
        "body": (1.0, QFont.Weight.Normal),
        "caption": (0.9, QFont.Weight.Normal),
        "figure": (1.6, QFont.Weight.DemiBold),
    }[role]
    made.setPointSizeF(made.pointSizeF() * scale)
    made.setWeight(weight)
    return made


def state_colour(state: str) -> str:
    """The colour of an item's or a batch's state."""
    return str(getattr(colours(), "failed" if state == "partially_failed" else state))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1..21 (WCAG 2.2, definition of contrast ratio)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
