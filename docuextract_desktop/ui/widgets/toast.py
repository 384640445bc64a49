"""Notices: a line at the foot of the window that comes, says its sentence, offers to act, and goes by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import menu_text, one_line


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a notice."""

    title: str
    act: Callable[[], object]


class Toast(QFrame):
    """One notice at a time, over the lower edge of `parent`; a new one takes the place of the old.

    It stays while the mouse or the keyboard is on it. The window gives it the keyboard on F6, and closes it on Escape.
    """

    def __init__(self, parent: QWidget, *, stays_ms: int = 8_000) -> None:
        super().__init__(parent)
        self._under = parent
        self.setProperty("surface", "toast")
        self.setAccessibleName("Notice")
        self._stays_ms = stays_ms
        self._expired: Callable[[], object] | None = None
        self._back: QWidget | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._time_is_up)
        self._words = label("")
        self._words.setMaximumWidth(720)
        self._buttons: list[QToolButton] = []
        self._close = self._button("")
        self._close.setAccessibleName("Close the notice")
        self._close.setToolTip("Close (Esc)")
        self._close.clicked.connect(self.dismiss)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 6, 6, 6)
        self._row.setSpacing(4)
        self._row.addWidget(self._words)
        self._row.addSpacing(12)
        self._row.addWidget(self._close)
        parent.installEventFilter(self)
        self._draw()
        if (look := theme.current()) is not None:
            look.changed.connect(self._draw)
        self.hide()

    def _draw(self) -> None:
        self._close.setIcon(icons.icon("close", theme.colours().on_toast, 16))

    def _button(self, title: str) -> QToolButton:
        made = QToolButton(self)
        made.setProperty("kind", "toast")
        made.setText(menu_text(title))
        made.setAccessibleName(title)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.installEventFilter(self)
        return made

    def text(self) -> str:
        """The sentence shown, or an empty string."""
        return self._words.text() if not self.isHidden() else ""

    def say(
        self, text: str, *actions: Action, expired: Callable[[], object] | None = None, stays: bool = False
    ) -> None:
        """Show `text` with the buttons of `actions`.

        Args:
            text: one sentence, shown as plain text.
            actions: buttons; a click acts and closes the notice.
            expired: called when the notice goes without any of them having been clicked.
            stays: the notice stays until it is closed.
        """
        self._settle()
        self._expired = expired
        text = one_line(text)
        self._words.setText(self._words.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 700))
        self._words.setToolTip("")
        for old in self._buttons:
            self._row.removeWidget(old)
            old.deleteLater()
        self._buttons = []
        for place, action in enumerate(actions):
            made = self._button(action.title)
            made.clicked.connect(lambda _checked=False, a=action: self._act(a))
            self._row.insertWidget(2 + place, made)
            self._buttons.append(made)
        self.show()
        self._place()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self._words, QAccessible.Event.Alert))
        if stays:
            self._timer.stop()
        else:
            self._timer.start(self._stays_ms)

    def dismiss(self) -> None:
        """Close the notice; what it offered is no longer to be had."""
        self._timer.stop()
        focused = self.has_keyboard()
        self.hide()
        if focused and self._back is not None:
            self._back.setFocus()
        self._settle()

    def take_focus(self) -> None:
        """Put the keyboard on the first button."""
        if not self.isHidden():
            self._back = self.window().focusWidget()
            (self._buttons[0] if self._buttons else self._close).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def has_keyboard(self) -> bool:
        """Whether one of its buttons has the keyboard."""
        return any(made.hasFocus() for made in (*self._buttons, self._close))

    def _settle(self) -> None:
        expired, self._expired = self._expired, None
        if expired is not None:
            expired()

    def _act(self, action: Action) -> None:
        self._expired = None
        self.dismiss()
        action.act()

    def _time_is_up(self) -> None:
        if self.underMouse() or self.has_keyboard():
            self._timer.start(self._stays_ms)
        else:
            self.dismiss()

    def _place(self) -> None:
        parent = self._under
        self.adjustSize()
        self.resize(min(self.width(), parent.width() - 32), self.height())
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 24)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the window when its size changes."""
        if watched is self.parent() and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)
