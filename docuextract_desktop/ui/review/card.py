"""The current value: what it is, why it wants a look, where it stands, and all that can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from docuextract_desktop.ui import theme
from docuextract_desktop.ui.review.cutout import CutOut
from docuextract_desktop.ui.review.editor import ValueEdit
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import ElidedLabel, label, set_tone
from docuextract_desktop.ui.wording import menu_text, one_line, percent, tooltip

MOST_OFFERS = 9
REASON_LIMIT = 280


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
        self._noted = ("", "muted")
        self.edit.begun.connect(self._begun)
        self.edit.textChanged.connect(self._say_note)
        self.accept_button = button("Accept", self.accept_wanted.emit, kind="primary", icon="check")
        self.accept_button.setToolTip("Accept and go to the next value to review (Enter)")
        self.absent_button = button("Not on this document", self.absent_wanted.emit)
        self.absent_button.setToolTip("This document has no such value (N)")
        for made in (self.accept_button, self.absent_button):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._offers: list[OfferRow] = []
        self._offer_box = QWidget()
        self._offer_layout = QVBoxLayout(self._offer_box)
        self._offer_layout.setContentsMargins(0, 0, 0, 0)
        self._offer_layout.setSpacing(2)
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
        reasons: Sequence[str],
        flagged: bool,
        text: str,
        placeholder: str,
        note: str = "",
        offers: Sequence[Offer] = (),
        can_be_absent: bool = True,
        editable: bool = True,
    ) -> None:
        """Show a value."""
        self.title.setText(title)
        self.sure.setText(f"{percent(confidence)} sure" if confidence is not None else "")
        said = " ".join(one_line(reason, REASON_LIMIT) for reason in reasons)
        self.reason.setText(one_line(said, REASON_LIMIT))
        self.reason.setVisible(bool(said))
        set_tone(self.reason, "warn" if flagged else "muted")
        self.edit.setReadOnly(not editable)
        self.edit.show_value(text, placeholder)
        self._set_note(note, "muted")
        self._show_offers(offers)
        self.absent_button.setEnabled(can_be_absent)
        self._begun(False)

    def _set_note(self, words: str, tone: str) -> None:
        self._noted = (words, tone) if tone == "muted" else self._noted
        self.note.setText(one_line(words, REASON_LIMIT))
        self.note.setVisible(bool(words))
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
            self._set_note("", "muted")

    def _begun(self, begun: bool) -> None:
        self.accept_button.setText("Store" if begun else "Accept")
        self.accept_button.setAccessibleName("Store what was typed" if begun else "Accept this value")
        if not begun:
            self._say_note()

    def _show_offers(self, offers: Sequence[Offer]) -> None:
        for old in self._offers:
            self._offer_layout.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._offers = []
        for number, offer in enumerate(offers[:MOST_OFFERS]):
            made = OfferRow(number, offer)
            made.button.clicked.connect(lambda _checked=False, n=number: self.offer_chosen.emit(n))
            self._offer_layout.addWidget(made)
            self._offers.append(made)
        self._offer_box.setVisible(bool(self._offers))

    def offers(self) -> list[OfferRow]:
        """The other values that are offered."""
        return list(self._offers)


class OfferRow(QWidget):
    """One of the other values, with its key."""

    def __init__(self, number: int, offer: Offer) -> None:
        super().__init__()
        shown = one_line(offer.shown, 60)
        self.button = button(menu_text(shown), kind="link")
        self.button.setAccessibleName(f"Take {shown} instead")
        self.button.setToolTip(tooltip(f"Take “{one_line(offer.shown)}” instead (Alt+{number + 1})"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        key = label(f"Alt+{number + 1}", "caption", "muted")
        key.setFixedWidth(key.fontMetrics().horizontalAdvance("Alt+9") + 4)
        note = ElidedLabel(offer.note, "caption", "muted")
        layout = row(key, self.button, note, spacing=4)
        layout.setStretch(2, 1)
        self.setLayout(layout)
