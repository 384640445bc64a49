"""What holds for the whole template: its purpose, how documents print dates and amounts, rules, when to review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from docuextract_desktop.templates.draft_checks import suggested_rules
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column
from docuextract_desktop.ui.widgets.spin import Spin
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import menu_text, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.ui.templates.document import DraftDocument

_DATES = (
    ("auto", "As the document's other dates"),
    ("day-first", "Day first: 3/4 is 3 April"),
    ("month-first", "Month first: 3/4 is March 4"),
)
_DECIMALS = (("auto", "As the document's other amounts"), (".", "Point: 1,234.56"), (",", "Comma: 1.234,56"))


class Habits(QWidget):
    """Lines for the template itself."""

    def __init__(self, document: DraftDocument) -> None:
        super().__init__()
        self._document = document
        self._session = 0
        self._showing = False
        self.description = QLineEdit()
        self.description.setAccessibleName("What it is for")
        self.description.textEdited.connect(lambda text: self._change("description", text))
        self.threshold = Spin("Review below", 0, 100, " %")
        self.threshold.valueChanged.connect(lambda value: self._change("review_threshold", value / 100))
        self.dates = _choices("Dates", _DATES)
        self.dates.activated.connect(lambda _: self._change("dates", self.dates.currentData()))
        self.decimal = _choices("Decimals", _DECIMALS)
        self.decimal.activated.connect(lambda _: self._change("decimal", self.decimal.currentData()))
        self.currency = QLineEdit()
        self.currency.setAccessibleName("Currency")
        self.currency.setPlaceholderText("as printed")
        self.currency.setMaxLength(8)
        self.currency.textEdited.connect(lambda text: self._change("currency", text.strip().upper()))
        self.currency_problem = label("", "caption", "bad", wrap=True)
        self.rules = QPlainTextEdit()
        self.rules.setAccessibleName("Rules, one a line")
        self.rules.setPlaceholderText("subtotal + tax = total")
        self.rules.setTabChangesFocus(True)
        self.rules.setProperty("kind", "value")
        self.rules.setMinimumHeight(88)
        self.rules.textChanged.connect(self._rules_typed)
        self.rule_problems = label("", "caption", "bad", wrap=True)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(4)
        self._offered: tuple[str, ...] = ()
        self._offer_buttons: list[QPushButton] = []
        for edit in (self.description, self.currency, self.rules):
            edit.installEventFilter(self)
        self._build()
        document.changed.connect(lambda _: self.refresh())
        self.refresh()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        lines: tuple[tuple[str, QWidget, str], ...] = (
            ("What it is for", self.description, ""),
            ("Review below", self.threshold, "Values that are less sure are put before a person."),
            ("Dates", self.dates, "How 3/4/2024 is meant where nothing on the document says."),
            ("Decimals", self.decimal, ""),
            ("Currency", self.currency, "Such as EUR; for documents that print none."),
        )
        for number, (caption, widget, tip) in enumerate(lines):
            widget.setToolTip(tooltip(tip))
            widget.setAccessibleDescription(tip)
            grid.addWidget(label(caption, "caption", "muted"), number * 2, 0)
            grid.addWidget(widget, number * 2, 1)
        self.threshold.setMaximumWidth(112)
        self.currency.setMaximumWidth(112)
        grid.addWidget(self.currency_problem, 9, 1)
        layout = column(
            grid,
            8,
            label("Rules between the fields", "strong"),
            label(
                "Values that break a rule are put before a person. A rule names fields as exports do, one rule a line: "
                "subtotal + tax = total, invoice_date <= due_date, sum(line_items.amount) = subtotal.",
                "caption",
                "muted",
                wrap=True,
            ),
            self.rules,
            self.rule_problems,
            self._offers,
            None,
        )
        layout.setContentsMargins(16, 12, 16, 16)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Show the draft as it is now."""
        draft, checked = self._document.draft, self._document.checked
        self._showing = True
        if self.description.text() != draft.description:
            self.description.setText(draft.description)
        self.threshold.setValue(round(draft.review_threshold * 100))
        self.dates.setCurrentIndex(self.dates.findData(draft.dates))
        self.decimal.setCurrentIndex(self.decimal.findData(draft.decimal))
        if self.currency.text().strip().upper() != draft.currency:
            self.currency.setText(draft.currency)
        if tuple(self.rules.toPlainText().split("\n")) != (draft.rules or ("",)):
            self.rules.setPlainText("\n".join(draft.rules))
        self._showing = False
        _say(self.currency_problem, checked.at(None, "currency"))
        wrong = [f"Line {p.rule + 1}: {p.sentence}" for p in checked.problems if p.rule is not None]
        _say(self.rule_problems, "\n".join(wrong))
        if self.isVisible():
            self._show_offers()

    def showEvent(self, event: QShowEvent) -> None:
        """Rules that would fit are looked for when they can be seen."""
        self._show_offers()
        super().showEvent(event)

    def _show_offers(self) -> None:
        offered = suggested_rules(self._document.draft)
        if offered == self._offered:
            return
        self._offered = offered
        for old in self._offer_buttons:
            self._offers.removeWidget(old)
            old.deleteLater()
        self._offer_buttons = [self._offer(rule) for rule in offered]
        for made in self._offer_buttons:
            self._offers.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)

    def _offer(self, rule: str) -> QPushButton:
        return button(f"Add  {menu_text(rule)}", lambda: self._add(rule), kind="link", icon="plus")

    def _add(self, rule: str) -> None:
        rules = tuple(r for r in self._document.draft.rules if r.strip())
        self._document.change_template("rules", (*rules, rule))

    def _rules_typed(self) -> None:
        if not self._showing:
            text = self.rules.toPlainText()
            self._change("rules", tuple(text.split("\n")) if text else ())

    def _change(self, attribute: str, value: object) -> None:
        if not self._showing:
            self._document.change_template(attribute, value, merge=str(self._session))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A line that is left and typed into again is another step of undo."""
        if event.type() == QEvent.Type.FocusIn:
            self._session += 1
        return super().eventFilter(watched, event)


def _choices(name: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for value, title in choices:
        box.addItem(title, value)
    return box


def _say(message: QLabel, words: str) -> None:
    message.setText(words)
    message.setVisible(bool(words))
