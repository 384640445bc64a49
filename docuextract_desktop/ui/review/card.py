"""The current value: what it is, why it wants a look, where it stands, and all that can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from docuextract_desktop.ui import theme
from docuextract_desktop.ui.review.cutout import CutOut
from docuextract_desktop.ui.review.editor import ValueEdit
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label, set_tone
from docuextract_desktop.ui.wording import one_line, percent, tooltip

MOST_OFFERS = 9
TYPING = "Enter stores it, Esc leaves the value as it was"
REASON_LIMIT = 280
ROOM = 20
"""Around the words of a button, in logical pixels."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Another value that can be had by one key.

    Attributes:
        shown: on the button.
        note: how likely, where it stands.
    """

    shown: str
    note: str = ""


class ValueCard(QFrame):
    """The upper part of the right side.

    Signals:
        accept_wanted: of the value as it stands, or of what was typed.
        absent_wanted: the document does not have it.
        offer_chosen: number of the offer.
    """

    accept_wanted = Signal()
    absent_wanted = Signal()
    offer_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self.title = ElidedLabel("", "heading")
        self.sure = label("", "caption", "muted")
        self.reason = label("", "caption", "warn", wrap=True)
        self.reason.setAccessibleName("Why this value wants a look")
        self.cutout = CutOut()
        self.edit = ValueEdit()
        self.edit.setFont(theme.font("strong"))
        self.note = label("", "caption", "muted", wrap=True)
        self._is_cell = False
        self._stored_as = ""
        self.edit.begun.connect(self._begun)
        self.edit.textChanged.connect(self._say_note)
        self.accept_button = button("Accept", self.accept_wanted.emit, kind="primary", icon="check")
        self.accept_button.setToolTip("Accept and go to the next value to review (Enter)")
        self.absent_button = button("Not on this document", self.absent_wanted.emit)
        self.absent_button.setToolTip("This document has no such value (N)")
        for made in (self.accept_button, self.absent_button):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._offers = [OfferRow(number) for number in range(MOST_OFFERS)]
        self._offer_box = QWidget()
        self._offer_layout = QVBoxLayout(self._offer_box)
        self._offer_layout.setContentsMargins(0, 0, 0, 0)
        self._offer_layout.setSpacing(2)
        for number, offered in enumerate(self._offers):
            offered.button.clicked.connect(lambda _checked=False, n=number: self.offer_chosen.emit(n))
            offered.hide()
            self._offer_layout.addWidget(offered)
        head = row(self.title, self.sure, spacing=8)
        head.setStretch(0, 1)
        buttons = row(self.accept_button, self.absent_button, None, spacing=8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.reason)
        layout.addWidget(self.cutout)
        layout.addWidget(self.edit)
        layout.addWidget(self.note)
        layout.addWidget(self._offer_box)
        layout.addLayout(buttons)

    def show_value(
        self,
        title: str,
        *,
        confidence: float | None,
        reviewed: bool,
        reasons: Sequence[str],
        flagged: bool,
        text: str,
        placeholder: str,
        note: str = "",
        offers: Sequence[Offer] = (),
        is_cell: bool = False,
        editable: bool = True,
    ) -> None:
        """Show a value."""
        self.title.setText(title)
        sure = f"{percent(confidence)} sure" if confidence is not None else ""
        self.sure.setText("Reviewed" if reviewed else sure)
        set_tone(self.sure, "good" if reviewed else "muted")
        said = " ".join(one_line(reason, REASON_LIMIT) for reason in reasons)
        self.reason.setText(one_line(said, REASON_LIMIT))
        self.reason.setVisible(bool(said))
        set_tone(self.reason, "warn" if flagged else "muted")
        self.edit.setReadOnly(not editable)
        self.edit.show_value(text, placeholder)
        self._stored_as = note
        self._show_offers(offers)
        self._is_cell = is_cell
        self.absent_button.setText("Empty cell   N" if is_cell else "Not on this document   N")
        self.absent_button.setAccessibleName("The cell is empty" if is_cell else "Not on this document")
        self.absent_button.setToolTip("The cell is empty" if is_cell else "This document has no such value")
        self.absent_button.setEnabled(editable)
        self._begun(False)

    def _set_note(self, words: str, tone: str) -> None:
        # It keeps its line where there is nothing to say: what stands below must not jump when something is typed.
        self.note.setText(one_line(words, REASON_LIMIT) or " ")
        set_tone(self.note, tone)

    def show_problem(self, words: str) -> None:
        """Say why what was typed was not taken."""
        self._set_note(words, "bad")
        self.edit.setProperty("problem", "true")
        self.edit.style().polish(self.edit)

    def _say_note(self) -> None:
        """A complaint goes with the text that it was about."""
        if self.edit.property("problem"):
            self.edit.setProperty("problem", None)
            self.edit.style().polish(self.edit)
            self._set_note(TYPING if self.edit.is_begun() else self._stored_as, "muted")

    def _begun(self, begun: bool) -> None:
        what = "Store" if begun else "Accept table" if self._is_cell else "Accept"
        self.accept_button.setText(f"{what}   \u21b5")
        self.accept_button.setAccessibleName("Store what was typed" if begun else what)
        if not self.edit.property("problem"):
            self._set_note(TYPING if begun else self._stored_as, "muted")
        elif not begun:
            self._say_note()

    def _show_offers(self, offers: Sequence[Offer]) -> None:
        for number, made in enumerate(self._offers):
            made.show_offer(offers[number] if number < len(offers) else None)
        self._offer_box.setVisible(bool(offers))

    def offers(self) -> list[OfferRow]:
        """The other values that are offered."""
        return [made for made in self._offers if not made.isHidden()]


class OfferRow(QWidget):
    """One of the other values, with its key; made once and filled again, since values follow each other quickly."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.button = ElidedButton()
        self.button.setAccessibleName(f"Other value {number + 1}")
        key = label(f"Alt+{number + 1}", "caption", "muted")
        key.setFixedWidth(key.fontMetrics().horizontalAdvance("Alt+9") + 4)
        self._note = label("", "caption", "muted")
        self.setLayout(row(key, self.button, self._note, None, spacing=4))

    def show_offer(self, offer: Offer | None) -> None:
        """Show a value, or nothing."""
        self.setVisible(offer is not None)
        if offer is not None:
            shown = one_line(offer.shown)
            self.button.show_words(shown)
            self.button.setAccessibleName(f"Take {shown} instead")
            self.button.setToolTip(tooltip(f"Take “{shown}” instead (Alt+{self._number + 1})"))
            self._note.setText(offer.note)


class ElidedButton(QPushButton):
    """A button like a link, whose words are shortened where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "link")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._words = ""

    def show_words(self, words: str) -> None:
        """Put words on it."""
        self._words = words
        self._shorten()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Wide enough for all the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + ROOM, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It can be narrow."""
        return QSize(48, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        room = max(0, self.width() - ROOM)
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown.replace("&", "&&"))
