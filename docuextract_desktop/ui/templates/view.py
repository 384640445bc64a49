"""The screen of templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QFrame,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from docuextract_desktop.errors import DocuExtractError, TemplateInvalidError
from docuextract_desktop.review.transfer import is_teaching_file
from docuextract_desktop.templates.drafting import Draft, draft_of
from docuextract_desktop.templates.foreign import Imported
from docuextract_desktop.templates.incoming import from_file
from docuextract_desktop.templates.spreadsheet import SUFFIXES
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.templates.beginnings import PasteDialog
from docuextract_desktop.ui.templates.model import FieldTable, TemplateList, origin
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row, without_drops
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import ElidedLabel, label
from docuextract_desktop.ui.widgets.toast import Action
from docuextract_desktop.ui.wording import count, file_name, one_line, percent, sentence_list

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.templates.library import TemplateEntry
    from docuextract_desktop.templates.models import Template

MAX_PASTED = 1_000_000


class TemplatesView(QWidget):
    """The list on the left, the chosen template on the right.

    Signals:
        new_batch_wanted: id of the template to begin a batch with.
        editor_wanted: (the `Draft` to edit, the `Template` that it is a change of or None, whether a sample follows).
    """

    new_batch_wanted = Signal(str)
    editor_wanted = Signal(object, object, bool)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.templates = TemplateList(self)
        self.fields = FieldTable(self)
        self._hidden: set[str] = set()
        self._wanted = ""
        self._build()
        without_drops(self)

    def _build(self) -> None:
        self.import_button = button("&Import…", self.import_file, icon="import")
        self.new_button = button("&New template", kind="primary", icon="plus")
        self.new_button.setMenu(self._new_menu())
        self.new_button.setProperty("menu", True)
        self.edit_button = button("E&dit", self.edit, icon="pencil", tip="Edit the template (Enter)")
        self.copy_button = button("&Copy", self.copy, icon="copy", tip="Make a new template of it")
        self.list = QListView()
        self.list.setAccessibleName("Templates")
        self.list.setModel(self.templates)
        self.list.setIconSize(QSize(20, 20))
        self.list.setSpacing(4)
        self.list.setUniformItemSizes(True)
        self.list.setFixedWidth(192)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.activated.connect(lambda _: self.edit())

        self.name = ElidedLabel("", "heading")
        self.origin = ElidedLabel("", "caption", "muted")
        self.about = label("", wrap=True)
        self.problem = label("", tone="bad", wrap=True)
        self.habits = label("", "caption", "muted", wrap=True)
        self.use_button = button("&Use for a new batch", self._use, icon="plus")
        self.export_button = button("&Export…", self.export, icon="export")
        self.delete_button = button("De&lete", self.delete, kind="danger", icon="trash")
        self.table = RowTable("Fields of the template", self.fields, sortable=False)
        self.table.set_widths([176, 144, 104, 200])
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        names = column(self.name, self.origin, spacing=0)
        head = row(label("Templates", "title"), None, self.import_button, self.new_button)
        top = row(names)
        acts = row(self.edit_button, self.copy_button, self.use_button, self.export_button, self.delete_button, None)
        top.setStretch(0, 1)
        right = QFrame()
        right.setLayout(column(top, acts, self.about, self.problem, self.table, self.habits, spacing=12))
        body = row(self.list, right, spacing=24)
        body.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addLayout(body, 1)

    def refresh(self) -> None:
        """Read the templates anew."""
        library = self._context.services.templates
        tasks.run(lambda _: library.list(), owner=self, done=self._got)

    def _got(self, entries: Sequence[TemplateEntry]) -> None:
        now = self.current()
        wanted = self._wanted or (now.id if now is not None else "")
        self._wanted = ""
        self.templates.show([entry for entry in entries if entry.shipped or entry.id not in self._hidden])
        place = self.templates.place_of(wanted) or 0
        self.list.setCurrentIndex(self.templates.index(place))
        self._show(self.current())

    def choose(self, template_id: str) -> None:
        """Show that template when the list is read next."""
        self._wanted = template_id

    def current(self) -> TemplateEntry | None:
        """The template that is chosen."""
        index = self.list.currentIndex()
        return self.templates.entries[index.row()] if index.isValid() else None

    def _chosen(self, now: QModelIndex, _: QModelIndex) -> None:
        self._show(self.templates.entries[now.row()] if now.isValid() else None)

    def _show(self, entry: TemplateEntry | None) -> None:
        template = entry.template if entry is not None else None
        self.name.setText(one_line(entry.name, 120) if entry is not None else "")
        self.origin.setText(origin(entry).capitalize() if entry is not None else "")
        self.about.setText(template.description if template is not None else "")
        self.about.setVisible(bool(self.about.text()))
        self.problem.setText(entry.problem if entry is not None else "")
        self.problem.setVisible(bool(self.problem.text()))
        self.habits.setText(habits(template) if template is not None else "")
        self.use_button.setEnabled(template is not None)
        self.export_button.setEnabled(template is not None)
        self.edit_button.setEnabled(template is not None)
        self.copy_button.setEnabled(template is not None)
        self.delete_button.setVisible(entry is not None and not entry.shipped)
        self.fields.show(template)

    def _new_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName("New template")
        for words, act in (
            ("&Empty", lambda: self.editor_wanted.emit(Draft(name="New template"), None, False)),
            ("From a &sample document…", lambda: self.editor_wanted.emit(Draft(name="New template"), None, True)),
            ("From a spreadsheet's &header row, or a schema…", self._choose_source),
            ("From the clip&board: cells or a schema…", self.paste),
        ):
            menu.addAction(words, act)
        return menu

    def edit(self) -> None:
        """Edit the chosen template."""
        entry = self.current()
        if entry is not None and entry.template is not None:
            self.editor_wanted.emit(draft_of(entry.template), entry.template, False)

    def copy(self) -> None:
        """Begin a new template with the fields of the chosen one."""
        entry = self.current()
        if entry is not None and entry.template is not None:
            self.editor_wanted.emit(draft_of(entry.template, as_copy=True), None, False)

    def paste(self) -> None:
        """Make a template of cells or of a schema, the clipboard's to begin with."""
        mime = QApplication.clipboard().mimeData()
        dialog = PasteDialog(self, mime.text()[:MAX_PASTED] if mime is not None and mime.hasText() else "")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.made.connect(self._begin_with)
        dialog.open()

    def _choose_source(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "A spreadsheet or a schema", self._folder(), "Spreadsheets and schemas (*.csv *.tsv *.xlsx *.json)"
        )
        if chosen:
            self._context.state.keep("templates/folder", str(Path(chosen).parent))
            self.begin_from(Path(chosen))

    def begin_from(self, path: Path) -> None:
        """Make a template of a spreadsheet or a schema, to be looked through before it is saved."""
        self._do(lambda: from_file(path), self._begin_with)

    def _begin_with(self, imported: Imported) -> None:
        self.editor_wanted.emit(replace(draft_of(imported.template), id=""), None, False)
        if imported.notes:
            more = f" {count(len(imported.notes) - 1, 'more note')}." if imported.notes[1:] else ""
            self._context.notify(f"{imported.notes[0]}.{more}", stays=True)

    def _use(self) -> None:
        if (entry := self.current()) is not None:
            self.new_batch_wanted.emit(entry.id)

    # --- what can be done -----------------------------------------------------------------------------------------

    def import_file(self) -> None:
        """Ask for a template file and keep it as an own template."""
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            "Import a template",
            self._folder(),
            "Templates, schemas, spreadsheets (*.json *.csv *.tsv *.xlsx);;All files (*)",
        )
        if chosen:
            self.import_path(Path(chosen))

    def import_path(self, path: Path) -> None:
        """Keep the template of a file as an own one; what others use is looked through in the editor first."""
        services = self._context.services
        library = services.templates
        self._context.state.keep("templates/folder", str(path.parent))

        def read(_: object = None) -> Template | Imported:
            if path.suffix.lower() == ".json" and is_teaching_file(path):
                return services.teaching_files.import_file(path).template
            imported = from_file(path)
            if imported.form != "own" or not _is_template(path):
                return imported
            kept = library.save(imported.template)
            services.lessons.carry_over(kept)
            return kept

        def done(template: Template | Imported) -> None:
            if isinstance(template, Imported):
                self._begin_with(template)
                return
            self._wanted = template.id
            self._context.notify(f"Imported {one_line(template.name, 80)}, version {template.version}.")
            self.refresh()

        self._do(read, done)

    def export(self) -> None:
        """Ask for a file and write the chosen template to it."""
        entry = self.current()
        if entry is None or entry.template is None:
            return
        proposed = str(Path(self._folder()) / f"{entry.id}.json")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the template", proposed, "Templates (*.json)")
        if not chosen:
            return
        target = Path(chosen)
        library = self._context.services.templates
        self._context.state.keep("templates/folder", str(target.parent))

        def done(path: Path) -> None:
            show = Action("Show file", lambda: files.show_in_folder(path))
            self._context.notify(f"Saved {file_name(path)}.", show)

        self._do(lambda: library.export(entry.id, target), done)

    def delete(self) -> None:
        """Delete the chosen own template, with a way back."""
        entry = self.current()
        if entry is None or entry.shipped:
            return
        services = self._context.services
        self._hidden.add(entry.id)
        self.refresh()

        def bring_back(_: object = None) -> None:
            self._hidden.discard(entry.id)
            self._wanted = entry.id
            self.refresh()

        self._context.notify(
            f"Deleted the template {one_line(entry.name, 80)}. Batches that used it keep it.",
            Action("Undo", bring_back),
            expired=lambda: self._do(lambda: _delete(services, entry.id), bring_back),
        )

    def _folder(self) -> str:
        kept = Path(self._context.state.text("templates/folder", str(Path.home())))
        return str(kept if kept.is_dir() else Path.home())

    def _do(self, act: Callable[[], object], done: Callable[..., None]) -> None:
        def failed(error: BaseException) -> None:
            if isinstance(error, TemplateInvalidError):
                self._context.notify(" ".join([str(error), *error.problems[:2]]), stays=True)
            elif isinstance(error, DocuExtractError):
                self._context.notify(str(error), stays=True)
            else:
                raise error
            self._hidden.clear()
            self.refresh()

        tasks.run(lambda _: act(), owner=self, done=done, failed=failed, pool="queue")


def _delete(services: Services, template_id: str) -> None:
    services.templates.delete(template_id)
    services.drafts.forget_template(template_id)


def _is_template(path: Path) -> bool:
    """Spreadsheets give templates of our own form, too, but of guesses."""
    return path.suffix.lower() not in SUFFIXES


def habits(template: Template) -> str:
    """Threshold, dates, decimals and rules in a sentence."""
    locale = template.locale
    parts = [f"Values below {percent(template.review_threshold)} are marked for review"]
    if locale.dates != "auto":
        parts.append(f"dates are read {locale.dates}")
    if locale.decimal != "auto":
        parts.append(f"decimals follow a {'comma' if locale.decimal == ',' else 'point'}")
    if locale.currency:
        parts.append(f"amounts are in {one_line(locale.currency, 12)} where none is printed")
    text = f"{sentence_list(parts)}."
    if template.rules:
        text += f" Checked: {one_line('; '.join(template.rules), 300)}."
    return text
