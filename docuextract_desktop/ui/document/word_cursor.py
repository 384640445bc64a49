"""Pointing at printed words by keyboard: a cursor that goes from word to word, extends over several, and takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from docuextract_desktop.ui.wording import count, one_line

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Box, Page
    from docuextract_desktop.ui.document.canvas import PageCanvas

ENTER_KEY = "F7"
"""The key that browsers know for reading with a cursor."""
REASONS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
ALIKE = 0.5
"""Of the width of a segment, or of the column where that is narrower, that the two have to share."""

_Announcement = getattr(QtGui, "QAccessibleAnnouncementEvent", None)  # since Qt 6.8
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def first_word(page: Page, box: Box) -> int:
    """The word to begin at: the first one whose middle lies in a box, else the one that is nearest to it."""
    x, y = (page.boxes[:, 0] + page.boxes[:, 2]) / 2, (page.boxes[:, 1] + page.boxes[:, 3]) / 2
    away_x = np.maximum(np.maximum(box.x0 - x, x - box.x1), 0)
    away_y = np.maximum(np.maximum(box.y0 - y, y - box.y1), 0)
    return int(np.hypot(away_x, away_y).argmin())


def word_beside_line(page: Page, word: int, by: int, x: float) -> int:
    """The word nearest to height `x` across, `by` lines further down; the same word where there is no such line."""
    line = int(page.line_of[word]) + by
    if not 0 <= line < len(page.line_starts) - 1:
        return word
    start, stop = int(page.line_starts[line]), int(page.line_starts[line + 1])
    boxes = page.boxes[start:stop]
    return start + int(np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 2]), 0).argmin())


def words_between(page: Page, anchor: int, cursor: int) -> tuple[int, ...]:
    """All words from one to another.

    On one line: those in between. Over several lines the text runs on within its column, as that of an address does
    that has something else printed beside it: what is wholly elsewhere on these lines is not meant.
    """
    first, last = min(anchor, cursor), max(anchor, cursor)
    if page.line_of[first] == page.line_of[last]:
        return tuple(range(first, last + 1))
    ends = [_segment(page, word) for word in (first, last)]
    boxes = [page.box_of(start, stop) for start, stop in ends]
    left, right = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    found = [*range(first, ends[0][1]), *range(ends[1][0], last + 1)]
    for segment in range(int(page.segment_of[first]) + 1, int(page.segment_of[last])):
        start, stop = int(page.segment_starts[segment]), int(page.segment_starts[segment + 1])
        if page.line_of[start] in (page.line_of[first], page.line_of[last]):
            continue
        box = page.box_of(start, stop)
        if min(box.x1, right) - max(box.x0, left) >= ALIKE * min(box.x1 - box.x0, right - left):
            found += range(start, stop)
    return tuple(sorted(set(found)))


def _segment(page: Page, word: int) -> tuple[int, int]:
    segment = int(page.segment_of[word])
    return int(page.segment_starts[segment]), int(page.segment_starts[segment + 1])


class WordCursor(QObject):
    """Works on a canvas for as long as that has the keyboard.

    F7 gives the canvas the keyboard and takes it away. Arrow keys move by words and lines, Home and End to the ends of
    the line (with Ctrl: of the page), Shift extends the selection, Enter takes it, Escape goes back to where one was.

    Attributes:
        word: the word below the cursor; None while the keyboard is elsewhere.
        words: what Enter takes.

    Signals:
        moved: the cursor or the selection is another.
        taken: (indices of the words, the keys that were held): Enter.
    """

    moved = Signal()
    taken = Signal(tuple, object)

    def __init__(self, canvas: PageCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._page: Page | None = None
        self._place = 0
        self._anchor: int | None = None
        self._across: float | None = None
        self._active = False
        self._before: QWidget | None = None
        self._value: Box | None = None
        canvas.installEventFilter(self)
        QShortcut(QKeySequence(ENTER_KEY), canvas).activated.connect(self._enter_or_leave)

    # --- what it stands on ----------------------------------------------------------------------------------------

    def show_page(self, page: Page | None) -> None:
        """Go over the words of that page, from its beginning."""
        self._page = page if page is not None and len(page) else None
        self._place, self._anchor, self._across, self._value = 0, None, None, None
        if self._active:
            self._begin()

    def set_word(self, word: int) -> None:
        """Go on from that word: it was pointed at otherwise."""
        self._place, self._anchor, self._across = word, None, None

    @property
    def active(self) -> bool:
        """Whether the keyboard is on the words."""
        return self._active and self._page is not None

    @property
    def word(self) -> int | None:
        """The word below the cursor."""
        return self._place if self.active else None

    @property
    def words(self) -> tuple[int, ...]:
        """What Enter takes: the selection, or the word below the cursor."""
        if self._page is None or not self.active:
            return ()
        return (self._place,) if self._anchor is None else words_between(self._page, self._anchor, self._place)

    @property
    def extended(self) -> bool:
        """Whether several words are selected."""
        return self._anchor is not None

    # --- coming and going -----------------------------------------------------------------------------------------

    def _enter_or_leave(self) -> None:
        if self.active:
            self.leave()
        elif self._canvas.hasFocus():  # by the pointer
            self._active = True
            self._begin()
        elif self._page is not None:
            self._before = QApplication.focusWidget()
            self._canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Give the keyboard back to where it was."""
        before, self._before = self._before, None
        if before is not None and before is not self._canvas and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._canvas.focusPreviousChild()

    def _begin(self) -> None:
        value = self._canvas.current_box()
        if self._page is not None and value is not None and value != self._value:  # another one than the last time
            self._place, self._value = first_word(self._page, value), value
        self._anchor = self._across = None
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the canvas, and when it gets and loses them."""
        del watched
        if event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            if event.reason() in REASONS:
                self._active = True
                self._begin()
        elif event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
                self._end()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._meant(event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        return False

    def _end(self) -> None:
        self._active = False
        self._anchor = None
        self._canvas.setAccessibleDescription("")
        self.moved.emit()

    # --- keys -----------------------------------------------------------------------------------------------------

    def _meant(self, event: QKeyEvent) -> bool:
        """Whether a key is the cursor's, not a shortcut of the window."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._page is None:
            return False
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return not held & ~(_SHIFT | _CONTROL)
        if event.key() == Qt.Key.Key_Escape:
            return self.active and not held
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        return event.key() in (*arrows, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not held & ~_SHIFT

    def _press(self, event: QKeyEvent) -> bool:
        page = self._page
        if page is None or not self._meant(event):
            return False
        key, held = event.key(), event.modifiers()
        if not self._active:  # the pointer gave the canvas the keyboard; now the keys are used
            self._active = True
            self._begin()
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.words, held)
        else:
            self._move(page, Qt.Key(key), held)
        return True

    def _move(self, page: Page, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
        before, line = self._place, int(page.line_of[self._place])
        across = self._across
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            if across is None:
                across = float(page.boxes[before, 0] + page.boxes[before, 2]) / 2
            self._place = word_beside_line(page, before, -1 if key == Qt.Key.Key_Up else 1, across)
            self._across = across
        else:
            self._across = None
            if key == Qt.Key.Key_Home:
                self._place = 0 if held & _CONTROL else int(page.line_starts[line])
            elif key == Qt.Key.Key_End:
                self._place = len(page) - 1 if held & _CONTROL else int(page.line_starts[line + 1]) - 1
            else:
                self._place = min(max(0, before + (-1 if key == Qt.Key.Key_Left else 1)), len(page) - 1)
        if not held & _SHIFT:
            self._anchor = None
        elif self._anchor is None and self._place != before:
            self._anchor = before
        self._show()

    def _show(self) -> None:
        self.moved.emit()
        page = self._page
        if page is None:
            return
        box, size = page.boxes[self._place], self._canvas.page_size()
        self._canvas.ensureVisible(
            float(box[0]) * size.width(),
            float(box[1]) * size.height(),
            float(box[2] - box[0]) * size.width(),
            float(box[3] - box[1]) * size.height(),
            48,
            48,
        )
        self._say(page)

    def _say(self, page: Page) -> None:
        """Tell a screen reader."""
        words = self.words
        text = one_line(" ".join(page.texts[word] for word in words), 200)
        line = int(page.line_of[self._place]) + 1
        said = f"“{text}”, {count(len(words), 'word')} selected" if self.extended else f"“{text}”, line {line}"
        self._canvas.setAccessibleDescription(said)
        if _Announcement is not None:
            QAccessible.updateAccessibility(_Announcement(self._canvas, said))
