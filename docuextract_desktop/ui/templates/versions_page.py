"""The versions of a template, what changed between them, and the way back to an older one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.templates.versions import Change, changes
from docuextract_desktop.ui import icons, tasks, theme
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.segmented import Segmented
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import count, one_line

if TYPE_CHECKING:
    from docuextract_desktop.templates.library import TemplateLibrary
    from docuextract_desktop.templates.models import Template
    from docuextract_desktop.ui.context import Context
    from docuextract_desktop.ui.templates.document import DraftDocument

_ICONS = {"added": "plus", "removed": "close", "changed": "pencil"}


class VersionsPage(QWidget):
    """Versions at the top, newest first; below what sets the chosen one apart.

    Signals:
        restore_wanted: the `Template` to go back to.
    """

    restore_wanted = Signal(object)

    def __init__(self, context: Context, document: DraftDocument) -> None:
        super().__init__()
        self._context, self._document = context, document
        self._versions: list[Template] = []
        self._asked: str | None = None
        self.list = QListWidget()
        self.list.setAccessibleName("Versions")
        self.list.setMaximumHeight(144)
        self.list.currentRowChanged.connect(lambda _: self._show())
        self.against = Segmented(
            "Compared with", [("draft", "With what is in the editor"), ("before", "With the one before")]
        )
        self.against.chosen.connect(lambda _: self._show())
        self.summary = label("", "strong", wrap=True)
        self.changes = QListWidget()
        self.changes.setAccessibleName("What changed")
        self.changes.setWordWrap(True)
        self.changes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.changes.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.restore_button = button("&Restore this version", self._restore, icon="undo")
        self.nothing = label(
            "Versions are kept from the first time that the template is saved.", tone="muted", wrap=True
        )
        layout = column(
            self.nothing,
            self.list,
            row(self.against),
            self.summary,
            self.changes,
            row(self.restore_button, None),
            spacing=8,
        )
        layout.setContentsMargins(16, 12, 16, 16)
        self.setLayout(layout)
        document.changed.connect(lambda _: self._show() if self.isVisible() else None)
        if (look := theme.current()) is not None:
            look.changed.connect(self._show)

    def refresh(self) -> None:
        """Read the versions anew."""
        base = self._document.base
        self._asked = base.id if base is not None else None
        if base is None:
            self._got([])
            return
        library, template_id = self._context.services.templates, base.id
        tasks.run(
            lambda _: (template_id, _read(library, template_id)),
            owner=self,
            done=lambda read: self._got(read[1]) if read[0] == self._asked else None,
        )

    def _got(self, versions: Sequence[Template]) -> None:
        chosen = self.list.currentRow()
        self._versions = list(versions)
        self.list.blockSignals(True)
        self.list.clear()
        newest = self._versions[0].version if self._versions else 0
        for template in self._versions:
            words = f"Version {template.version}, {count(len(template.fields), 'field')}"
            self.list.addItem(words + (", the newest" if template.version == newest else ""))
        self.list.setCurrentRow(max(0, min(chosen, len(self._versions) - 1)))
        self.list.blockSignals(False)
        self._show()

    def _show(self) -> None:
        number = self.list.currentRow()
        there = 0 <= number < len(self._versions)
        self.nothing.setVisible(not self._versions)
        for part in (self.list, self.against, self.summary, self.changes, self.restore_button):
            part.setVisible(bool(self._versions))
        self.changes.clear()
        if not there:
            return
        chosen = self._versions[number]
        draft = self._document.checked.template
        self.restore_button.setEnabled(draft is None or _same(chosen, draft) is False)
        if self.against.value() == "before":
            if number + 1 >= len(self._versions):
                self.summary.setText(f"Version {chosen.version} is the first one.")
                return
            found = changes(self._versions[number + 1], chosen)
            head = f"From version {self._versions[number + 1].version} to version {chosen.version}"
        elif draft is None:
            self.summary.setText("What is in the editor has to be completed before it can be compared.")
            return
        else:
            found = changes(chosen, draft.model_copy(update={"id": chosen.id}))
            head = f"From version {chosen.version} to what is in the editor"
        self.summary.setText(f"{head}: {count(len(found), 'change') if found else 'nothing changed'}")
        for change in found:
            self._add(change)

    def _add(self, change: Change) -> None:
        c = theme.colours()
        colour = {"added": c.completed, "removed": c.failed, "changed": c.text}[change.kind]
        item = QListWidgetItem(icons.icon(_ICONS[change.kind], colour), one_line(change.sentence, 600))
        item.setForeground(QColor(colour))
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.changes.addItem(item)

    def _restore(self) -> None:
        if 0 <= self.list.currentRow() < len(self._versions):
            self.restore_wanted.emit(self._versions[self.list.currentRow()])


def _same(old: Template, new: Template) -> bool:
    return not changes(old, new.model_copy(update={"id": old.id}))


def _read(library: TemplateLibrary, template_id: str) -> list[Template]:
    """All versions that can be read, newest first."""
    found = []
    try:
        for version in reversed(library.versions(template_id)):
            try:
                found.append(library.get(template_id, version))
            except DocuExtractError:  # a damaged one is passed over; the list of templates says so of the newest
                continue
    except DocuExtractError:
        return []
    return found
