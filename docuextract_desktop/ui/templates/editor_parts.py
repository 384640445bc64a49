"""The parts of the template editor and how they stand; what they do is `TemplateEditor`'s affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from docuextract_desktop.ui.templates.document import DraftDocument
from docuextract_desktop.ui.templates.draft_table import DraftTable
from docuextract_desktop.ui.templates.draft_view import DraftView
from docuextract_desktop.ui.templates.field_form import FieldForm
from docuextract_desktop.ui.templates.habits import Habits
from docuextract_desktop.ui.templates.kept_draft import DraftKeeper, KeptBar
from docuextract_desktop.ui.templates.sample_pane import SamplePane
from docuextract_desktop.ui.templates.samples import Samples
from docuextract_desktop.ui.templates.teaching_page import TeachingPage
from docuextract_desktop.ui.templates.versions_page import VersionsPage
from docuextract_desktop.ui.widgets.buttons import button, icon_button
from docuextract_desktop.ui.widgets.empty_state import EmptyState
from docuextract_desktop.ui.widgets.layouts import column, row, scrolled, surface, without_drops
from docuextract_desktop.ui.widgets.segmented import Segmented
from docuextract_desktop.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from docuextract_desktop.ui.context import Context


class EditorParts(QWidget):
    """Head with the name; fields, rules, versions and teaching at the left; samples at the right."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.document = DraftDocument(self)
        self.samples = Samples(context.runner, self)
        self.fields = DraftTable(self.document, self)
        self.table = DraftView(self.fields)
        self.form = FieldForm(self.document)
        self.habits = Habits(self.document)
        self.versions = VersionsPage(context, self.document)
        self.teaching = TeachingPage(context, self.document)
        self.keeper = DraftKeeper(context, self.document, self)
        self.kept = KeptBar()
        self.pane = SamplePane(context, self.document, self.samples)
        self._build(context)
        without_drops(self)
        self.table.setAcceptDrops(True)
        self.table.viewport().setAcceptDrops(True)

    def _build(self, context: Context) -> None:
        self.back_button = icon_button("left", "Back to the templates")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the template")
        self.name.setPlaceholderText("Name of the template")
        self.origin = ElidedLabel("", "caption", "muted")
        self.undo_button = icon_button("undo", "Undo", shortcut="Ctrl+Z")
        self.redo_button = icon_button("redo", "Redo", shortcut=("Ctrl+Shift+Z", "Ctrl+Y"))
        self.discard_button = button("&Discard")
        self.save_button = button("&Save", kind="primary", tip="Save as a new version (Ctrl+S)")
        names = column(self.name, self.origin, spacing=2)
        head = row(
            self.back_button, names, 8, self.undo_button, self.redo_button, self.discard_button, self.save_button
        )
        head.setStretch(1, 1)
        head.setContentsMargins(16, 8, 16, 8)

        self.parts = Segmented(
            "Part of the template",
            [("fields", "Fields"), ("habits", "Rules"), ("versions", "Versions"), ("taught", "Taught")],
        )
        self.add_button = icon_button("plus", "Add a field", shortcut="Ins")
        self.column_button = icon_button("table", "Add a column to the table", shortcut="Ctrl+Ins")
        self.copy_button = icon_button("copy", "Duplicate", shortcut="Ctrl+D")
        self.up_button = icon_button("up", "Move up", shortcut="Alt+Up")
        self.down_button = icon_button("down", "Move down", shortcut="Alt+Down")
        self.remove_button = icon_button("trash", "Remove (Del)")
        tools = row(
            self.add_button,
            self.column_button,
            self.copy_button,
            self.up_button,
            self.down_button,
            self.remove_button,
            None,
            spacing=4,
        )
        tools.setContentsMargins(12, 0, 12, 4)
        upper = QWidget()
        self.first_button = button("Add a field", icon="plus")
        self.nothing = EmptyState(
            "templates",
            "No fields yet",
            "A field is one thing to find on a document, such as its date or its total. Point at it on a sample, or "
            "add it here.",
            self.first_button,
            width=280,
        )
        self._listing = QStackedWidget()
        self._listing.addWidget(self.nothing)
        self._listing.addWidget(self.table)
        upper.setLayout(column(tools, self._listing, spacing=0))
        self.table.setProperty("plain", True)
        self.inner = QSplitter(Qt.Orientation.Vertical)
        self.inner.addWidget(upper)
        self._form_side = surface("footer", column(scrolled(self.form)))
        self.inner.addWidget(self._form_side)
        self.inner.setStretchFactor(0, 1)
        self.inner.setChildrenCollapsible(False)
        self.inner.setSizes([360, 264])
        self.stack = QStackedWidget()
        for part in (self.inner, scrolled(self.habits), self.versions, scrolled(self.teaching)):
            self.stack.addWidget(part)
        choosing = row(self.parts)
        choosing.setContentsMargins(12, 8, 12, 8)
        self.problem_button = button("To be put right", kind="link", icon="alert")
        self._problem_row = surface("footer", row(self.problem_button, None, margin=4))
        left = surface("bar", column(choosing, self.stack, self._problem_row, spacing=0))
        left.setMinimumWidth(360)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(left)
        self.split.addWidget(self.pane)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([600, 440])
        if (state := context.state.bytes("editor/split")) is not None:
            self.split.restoreState(state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(surface("bar", head))
        layout.addWidget(self.kept)
        layout.addWidget(self.split, 1)
