"""What to do with the files of a new batch: template, name, threshold, tier."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QSlider, QVBoxLayout, QWidget

from docuextract_desktop.ui.titles import TYPE_TITLES
from docuextract_desktop.ui.widgets.layouts import card, column, row
from docuextract_desktop.ui.widgets.segmented import Segmented
from docuextract_desktop.ui.widgets.spin import Spin
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.wording import count, one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.templates.library import TemplateEntry
    from docuextract_desktop.templates.models import TemplateField

NO_PREMIUM = "Premium needs a local language model, and none is set up. Standard reads everything on this computer."
SHOWN_FIELDS = 12


class OptionsPanel(QWidget):
    """Template with its fields, name, review threshold, tier.

    Signals:
        template_changed: id of the template that is chosen now.
    """

    template_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[TemplateEntry] = []
        self._by_hand = False

        self.template = QComboBox()
        self.template.setAccessibleName("Template")
        self.template.activated.connect(self._chosen_by_hand)
        self.template.currentIndexChanged.connect(self._show_template)
        self.hint = label("", "caption", "accent", wrap=True)
        self.hint.hide()
        self.about = label("", "caption", "muted", wrap=True)
        self.fields = FieldList()

        self.name_edit = QLineEdit()
        self.name_edit.setAccessibleName("Name of the batch")
        self.name_edit.setMaxLength(200)

        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(50, 99)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Review threshold in percent")
        self.spin = Spin("Review threshold in percent", 50, 99, " %")
        self.spin.setFixedWidth(88)
        self.slider.valueChanged.connect(self.spin.setValue)
        self.spin.valueChanged.connect(self.slider.setValue)

        self.tier_switch = Segmented("Tier", [("standard", "Standard"), ("premium", "Premium")])
        premium = self.tier_switch.button("premium")
        premium.setEnabled(False)
        premium.setToolTip(NO_PREMIUM)
        premium.setAccessibleDescription(NO_PREMIUM)

        sheet = column(
            _named("&Template", self.template),
            self.template,
            self.hint,
            self.about,
            self.fields,
            16,
            _named("&Name", self.name_edit),
            self.name_edit,
            16,
            _named("Review t&hreshold", self.spin),
            row(self.slider, self.spin),
            label("Values that are less sure than this are marked for review.", "caption", "muted", wrap=True),
            16,
            label("Tier", "strong"),
            self.tier_switch,
            label(NO_PREMIUM, "caption", "muted", wrap=True),
            spacing=6,
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(card(sheet))
        whole.addStretch(1)

    # --- templates ------------------------------------------------------------------------------------------------

    def set_templates(self, entries: Sequence[TemplateEntry], preferred: str) -> None:
        """Offer these; the one that was chosen stays chosen, else `preferred` is."""
        wanted = self.template_id() or preferred
        self._entries = list(entries)
        self.template.blockSignals(True)
        self.template.clear()
        for entry in self._entries:
            self.template.addItem(one_line(entry.name, 80), entry.id)
        place = next((n for n, entry in enumerate(self._entries) if entry.id == wanted), 0)
        self.template.setCurrentIndex(place if self._entries else -1)
        self.template.blockSignals(False)
        self._show_template()

    def template_names(self) -> list[tuple[str, str]]:
        """(id, name) of each template that is offered."""
        return [(entry.id, entry.name) for entry in self._entries]

    def template_id(self) -> str | None:
        """Id of the chosen template."""
        chosen = self.template.currentData()
        return str(chosen) if chosen else None

    def choose(self, template_id: str) -> None:
        """Choose a template, as the person would."""
        place = self.template.findData(template_id)
        if place >= 0:
            self.template.setCurrentIndex(place)
            self._chosen_by_hand()

    def suggest(self, template_id: str | None) -> None:
        """Choose a template because of the files' names, unless the person chose one."""
        if template_id is None or self._by_hand:
            return
        place = self.template.findData(template_id)
        if place >= 0 and place != self.template.currentIndex():
            self.template.setCurrentIndex(place)
            self.hint.setText("Suggested by the names of the files.")
            self.hint.show()

    def _chosen_by_hand(self) -> None:
        self._by_hand = True
        self.hint.hide()

    def _show_template(self) -> None:
        place = self.template.currentIndex()
        template = self._entries[place].template if 0 <= place < len(self._entries) else None
        if template is None:
            return
        self.about.setText(template.description)
        self.about.setVisible(bool(template.description))
        self.fields.set_fields(template.fields)
        self.name_edit.setPlaceholderText(f"{one_line(template.name, 80)} {time.strftime('%Y-%m-%d')}")
        self.spin.setValue(round(template.review_threshold * 100))
        self.template_changed.emit(template.id)

    # --- the rest -------------------------------------------------------------------------------------------------

    def name(self) -> str:
        """The name that was typed, or an empty string."""
        return self.name_edit.text().strip()

    def threshold(self) -> float:
        """The review threshold, 0..1."""
        return self.spin.value() / 100

    def tier(self) -> str:
        """`standard` or `premium`."""
        return self.tier_switch.value()

    def reset(self) -> None:
        """Ready for the next batch: no name, no choice by hand."""
        self.name_edit.clear()
        self._by_hand = False
        self.hint.hide()
        self._show_template()


def _named(text: str, widget: QWidget) -> QLabel:
    made = label(text, "strong")
    made.setBuddy(widget)
    return made


class FieldList(QFrame):
    """The fields that a template looks for: title and type, a line each."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, 0, 0)
        self._layout.setSpacing(2)

    def set_fields(self, fields: Sequence[TemplateField]) -> None:
        """Show these."""
        while (item := self._layout.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        self.setAccessibleName("Fields: " + ", ".join(one_line(field.shown_title, 60) for field in fields))
        for field in fields[:SHOWN_FIELDS]:
            self._layout.addWidget(_field_line(field))
        if len(fields) > SHOWN_FIELDS:
            self._layout.addWidget(label(f"and {count(len(fields) - SHOWN_FIELDS, 'more field')}", "caption", "muted"))


def _field_line(field: TemplateField) -> QWidget:
    line = QWidget()
    title = ElidedLabel(one_line(field.shown_title, 80))
    kind = TYPE_TITLES[field.type]
    if field.type == "table":
        kind = f"Table, {count(len(field.columns), 'column')}"
        line.setToolTip(tooltip(", ".join(c.title or c.name.replace("_", " ") for c in field.columns)))
    elif field.description:
        line.setToolTip(tooltip(field.description))
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(title, 1)
    layout.addWidget(label(kind, "caption", "muted"))
    return line
