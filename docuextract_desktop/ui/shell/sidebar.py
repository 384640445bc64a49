"""The bar at the left: where to go, and how many lanes are at work."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.widgets.buttons import button, icon_button, press_with
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import count

WIDE, NARROW = 208, 72
SCREENS = (
    ("batches", "Batches", "Ctrl+1"),
    ("review", "Review", "Ctrl+2"),
    ("templates", "Templates", "Ctrl+3"),
    ("settings", "Settings", "Ctrl+4"),
)


class NavButton(QToolButton):
    """A screen's button, with a count where there is something to do."""

    def __init__(self, name: str, title: str, keys: str) -> None:
        super().__init__()
        self.setProperty("kind", "nav")
        self._name, self._title, self._keys = name, title, keys
        self._count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(20, 20))
        self.setFixedHeight(40)
        press_with(self, keys)
        self.set_wide(True)
        self._describe()

    def draw(self) -> None:
        """In the colours of the theme."""
        c = theme.colours()
        self.setIcon(icons.icon(self._name, c.text, 20, checked=c.accent_text))

    def set_wide(self, wide: bool) -> None:
        """With its word, or the drawing alone."""
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setToolButtonStyle(style)
        self.setText(f"  {self._title}" if wide else "")

    def set_count(self, number: int) -> None:
        """Show `number`, or nothing for 0."""
        if number != self._count:
            self._count = number
            self._describe()
            self.update()

    def _describe(self) -> None:
        more = f", {count(self._count, 'value')} to review" if self._count else ""
        self.setAccessibleName(f"{self._title}{more}")
        self.setToolTip(f"{self._title}{more} ({self._keys})")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The count on top of the button."""
        super().paintEvent(event)
        if not self._count:
            return
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.needs_review))
            painter.drawEllipse(QRectF(self.width() - 18, 8, 8, 8))
            return
        font = theme.font("caption")
        text = f"{self._count:,}" if self._count < 100_000 else "99,999+"
        width = QFontMetrics(font).horizontalAdvance(text) + 14
        area = QRectF(self.width() - width - 10, (self.height() - 20) / 2, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.review_soft))
        painter.drawRoundedRect(area, 10, 10)
        painter.setFont(font)
        painter.setPen(QColor(c.needs_review))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


class Sidebar(QFrame):
    """Buttons of the screens, New batch, and what the lanes do.

    Signals:
        chosen: name of the screen to show.
        new_wanted: a new batch is to be begun.
        help_wanted: the list of shortcuts.
    """

    chosen = Signal(str)
    new_wanted = Signal()
    help_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "sidebar")
        self.setAccessibleName("Screens")
        self._wide = True
        self._mark = QLabel()
        self._mark.setPixmap(icons.pixmap("docuextract", "", 28))
        self._brand = ElidedLabel("DocuExtract", "heading")
        head = row(self._mark, self._brand, spacing=8)
        head.setStretch(1, 1)
        head.setContentsMargins(6, 0, 0, 0)
        self.new_button = button(
            "New batch", self.new_wanted.emit, kind="primary", icon="plus", tip="New batch (Ctrl+N)"
        )
        self.new_button.setFixedHeight(36)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 16, 12, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addSpacing(16)
        layout.addWidget(self.new_button)
        layout.addSpacing(12)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, NavButton] = {}
        for name, title, keys in SCREENS:
            made = NavButton(name, title, keys)
            made.clicked.connect(lambda _checked=False, n=name: self.chosen.emit(n))
            self._group.addButton(made)
            self.buttons[name] = made
            layout.addWidget(made)
        layout.addStretch(1)
        self.status = label("", "caption", "muted", wrap=True)
        self.help_button = icon_button("keyboard", "Keyboard shortcuts (F1)", self.help_wanted.emit)
        foot = row(self.status, self.help_button, spacing=4)
        foot.setStretch(0, 1)
        layout.addLayout(foot)
        self.setFixedWidth(WIDE)
        self._draw()
        if (look := theme.current()) is not None:
            look.changed.connect(self._draw)

    def _draw(self) -> None:
        for made in self.buttons.values():
            made.draw()

    def set_wide(self, wide: bool) -> None:
        """With words, or drawings alone where the window is small."""
        if wide == self._wide:
            return
        self._wide = wide
        self.setFixedWidth(WIDE if wide else NARROW)
        self._brand.setVisible(wide)
        self.status.setVisible(wide)
        self.new_button.setText("New batch" if wide else "")
        for made in self.buttons.values():
            made.set_wide(wide)

    def show_screen(self, name: str) -> None:
        """Mark the screen that is shown; a screen without a button marks none."""
        self._group.setExclusive(False)
        for key, made in self.buttons.items():
            made.setChecked(key == name)
        self._group.setExclusive(True)
