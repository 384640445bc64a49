"""The line in which the current value stands: typing replaces it, Enter keeps it.

Until something is typed, the keys belong to the whole screen: arrows and Tab go to other values, N says that the
document has no such value. From the first character on they belong to the text, as in any line.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from docuextract_desktop.ui.wording import one_line

MOST_LINES = 4
MOST_CHARACTERS = 10_000
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ARROWS = {
    int(Qt.Key.Key_Up): (0, -1),
    int(Qt.Key.Key_Down): (0, 1),
    int(Qt.Key.Key_Left): (-1, 0),
    int(Qt.Key.Key_Right): (1, 0),
}


class ValueEdit(QPlainTextEdit):
    """One value as text, wrapped where it is long.

    Signals:
        entered: Enter was pressed.
        dropped: Escape was pressed while something was typed; the old text is there again.
        moved: (columns, rows) to go by arrow keys while nothing is typed.
        tabbed: +1 or -1.
        absent_wanted: N was pressed while nothing is typed.
        offer_wanted: number of the offer, by Alt and a digit.
        begun: whether something is typed now.
        undo_wanted, redo_wanted: Ctrl+Z and its opposite while nothing is typed.
    """

    entered = Signal()
    dropped = Signal()
    moved = Signal(int, int)
    tabbed = Signal(int)
    absent_wanted = Signal()
    offer_wanted = Signal(int)
    begun = Signal(bool)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "value")
        self.setAcceptDrops(False)
        self.setAccessibleName("Value")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self._original = ""
        self._begun = False
        self._held: list[QKeyEvent] | None = None
        self.textChanged.connect(self._changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def show_value(self, text: str, placeholder: str = "") -> None:
        """Show a value, chosen as a whole, so that typing replaces it."""
        self._original = one_line(text, MOST_CHARACTERS)
        self.blockSignals(True)
        self.setPlainText(self._original)
        self.setPlaceholderText(placeholder)
        self.blockSignals(False)
        self.selectAll()
        self._set_begun(False)
        self._fit()

    def fill(self, text: str) -> None:
        """Put text in as if it had been typed."""
        self.setPlainText(one_line(text, MOST_CHARACTERS))
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._set_begun(True)

    def text(self) -> str:
        """What stands there, without space around it."""
        return " ".join(self.toPlainText().split())

    def is_begun(self) -> bool:
        """Whether something was typed or filled in."""
        return self._begun

    def restore(self) -> None:
        """Show the value again that was there before something was typed."""
        self.show_value(self._original, self.placeholderText())

    def _changed(self) -> None:
        self._set_begun(True)
        self._fit()

    def _set_begun(self, begun: bool) -> None:
        if begun != self._begun:
            self._begun = begun
            self.begun.emit(begun)

    def hold(self) -> None:
        """Keep what is typed from now on, for the value that is shown next."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Type what was kept; keys that come after one that holds again go on waiting."""
        held, self._held = self._held, None
        for number, event in enumerate(held or ()):
            self.keyPressEvent(event)
            if self._held is not None:
                self._held += (held or [])[number + 1 :]
                return

    def forget_held(self) -> None:
        """Type on as usual, without what was kept."""
        self._held = None

    # --- size -----------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        lines = min(MOST_LINES, max(1, int(self.document().size().height())))
        height = QFontMetrics(self.font()).lineSpacing() * lines + 4 + 14
        if height != self.maximumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap anew."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(200, self.maximumHeight())

    # --- keys -----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Leave keys to the screen's shortcuts as long as nothing is typed."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._begun and event.key() == Qt.Key.Key_Escape:  # not yet back to where one came from
                event.accept()
                return True
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if not self._begun and control and event.key() in (*ARROWS, Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Delete):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the head of this file."""
        if self._held is not None:
            self._held.append(event.clone())
            return
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        none = held == Qt.KeyboardModifier.NoModifier
        shift = held == Qt.KeyboardModifier.ShiftModifier
        if key in ENTER and (none or shift):
            self.entered.emit()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.tabbed.emit(-1 if key == Qt.Key.Key_Backtab or shift else 1)
        elif key == Qt.Key.Key_Escape and self._begun:
            self.restore()
            self.dropped.emit()
        elif held == Qt.KeyboardModifier.AltModifier and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.offer_wanted.emit(int(key) - int(Qt.Key.Key_1))
        elif key == Qt.Key.Key_F2 and none:
            self.moveCursor(QTextCursor.MoveOperation.End)
            self._set_begun(True)
        elif self._begun:
            self._typed_key(event, none)
        elif key in ARROWS and none:
            self.moved.emit(*ARROWS[key])
        elif key == Qt.Key.Key_N and none:
            self.absent_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        else:
            self.selectAll()
            super().keyPressEvent(event)

    def _typed_key(self, event: QKeyEvent, none: bool) -> None:
        """Up and Down leave the text where it has but one line."""
        single = self.document().size().height() <= 1
        if none and single and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(*ARROWS[event.key()])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The whole value is chosen as long as nothing is typed."""
        super().focusInEvent(event)
        if not self._begun:
            self.selectAll()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasted text comes in as one line, without its looks."""
        if source.hasText() and not source.hasUrls():
            self.insertPlainText(one_line(source.text(), MOST_CHARACTERS))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Plain text only."""
        return source.hasText() and not source.hasUrls()
