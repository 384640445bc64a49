"""The template editor: fields, what holds for all of them, versions; beside it the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.templates.drafting import Draft, Entry, Place, draft_of, new_entry, with_free_id
from docuextract_desktop.templates.pointing import Pointed, more_labels
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.templates import draft_table
from docuextract_desktop.ui.templates.beginnings import BatchSampleDialog, LeaveDialog, words_of
from docuextract_desktop.ui.templates.editor_parts import EditorParts
from docuextract_desktop.ui.templates.samples import Sample
from docuextract_desktop.ui.widgets.buttons import press_with
from docuextract_desktop.ui.wording import count, menu_text, one_line

if TYPE_CHECKING:
    from docuextract_desktop.jobs.models import ItemRow
    from docuextract_desktop.templates.library import TemplateLibrary
    from docuextract_desktop.templates.models import Template
    from docuextract_desktop.ui.context import Context

DOCUMENTS = "Documents (*.pdf *.png *.jpg *.jpeg *.tif *.tiff *.webp *.bmp *.gif *.heic);;All files (*)"


class TemplateEditor(EditorParts):
    """Edits one template at a time.

    Signals:
        back: to the list of templates.
        saved: id of the template that was saved.
        named: the name, as it is typed.
    """

    back = Signal()
    saved = Signal(str)
    named = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self._saving = False
        self._connect()

    def _connect(self) -> None:
        press_with(self.save_button, "Ctrl+S")
        for made, act in (
            (self.back_button, self.back.emit),
            (self.undo_button, self._undo),
            (self.redo_button, self._redo),
            (self.discard_button, self._discard),
            (self.save_button, self.save),
            (self.add_button, self.add_field),
            (self.first_button, self.add_field),
            (self.column_button, self.add_column),
            (self.copy_button, self._duplicate),
            (self.up_button, lambda: self._move(-1)),
            (self.down_button, lambda: self._move(1)),
            (self.remove_button, self._remove),
            (self.problem_button, self._go_to_problem),
        ):
            _press(made, act)
        self.document.changed.connect(self._changed)
        self.document.stack.canUndoChanged.connect(lambda _: self._show_steps())
        self.document.stack.indexChanged.connect(lambda _: self._show_steps())
        self.name.textEdited.connect(
            lambda text: self.document.change_template("name", " ".join(text.split()), merge="typed")
        )
        self.parts.chosen.connect(self._show_part)
        self.table.selectionModel().currentChanged.connect(self._chosen)
        self.table.move_wanted.connect(self.document.move)
        self.table.removal_wanted.connect(self._remove)
        self.keeper.found.connect(self._offer_kept)
        self.keeper.troubled.connect(lambda words: self._context.notify(words, stays=True))
        self.kept.keep_wanted.connect(self._take_kept)
        self.kept.discard_wanted.connect(self.keeper.refused)
        self.versions.restore_wanted.connect(self._restore)
        self.pane.pointed.connect(self._pointed)
        self.pane.files_wanted.connect(self._choose_files)
        self.pane.batch_wanted.connect(self._choose_from_batch)
        self.pane.shown.connect(self._sample_shown)
        self.pane.card.field_wanted.connect(self._add_pointed)
        self.pane.card.column_wanted.connect(self._add_pointed_column)
        self.pane.card.labels_wanted.connect(self._add_labels)

    # --- what is edited -------------------------------------------------------------------------------------------

    def begin(self, draft: Draft, base: Template | None = None) -> None:
        """Edit a draft; `base` is the template that it is a change of."""
        self.samples.clear()
        self.kept.close_offer()
        self.keeper.begin(base)
        self.document.open(draft, base)
        self.parts.set_value("fields")
        self._show_part("fields")
        self._choose_first()
        if draft.entries:
            self.table.setFocus()
        else:
            self.name.setFocus()
            self.name.selectAll()

    def edit(self, template: Template) -> None:
        """Edit a template of the library."""
        self.begin(draft_of(template), template)

    def _choose_first(self) -> None:
        entries = self.document.draft.entries
        if entries:
            self.table.choose(entries[0].key, draft_table.TITLE)
        else:
            self.form.show_entry(None)

    def _changed(self, key: object) -> None:
        draft, checked = self.document.draft, self.document.checked
        if " ".join(self.name.text().split()) != draft.name:
            self.name.setText(draft.name)
        wanted = key if isinstance(key, int) else self._shown_key()
        if wanted is not None and draft.place_of(wanted) is not None:
            if wanted != self.table.current_key():
                self.table.choose(wanted)
        elif self.table.current_key() is None:
            self._choose_first()
        self._listing.setCurrentIndex(1 if draft.entries else 0)
        self._form_side.setVisible(bool(draft.entries))
        self._show_origin()
        self._show_steps()
        problems = checked.problems
        self._problem_row.setVisible(bool(problems) and bool(draft.entries or self.document.dirty))
        if problems:
            more = f"  (and {count(len(problems) - 1, 'more')})".replace("mores", "more") if problems[1:] else ""
            words = self._told(0) + more
            self.problem_button.setText(menu_text(words))
            self.problem_button.setAccessibleName(f"To be put right: {words}")
        base, template = self.document.base, checked.template
        if base is not None and template is not None:
            # What was taught belongs to a version: the draft is tried with what the version before it knows.
            template = template.model_copy(update={"id": base.id, "version": base.version})
        self.samples.try_draft(draft, template)
        self.named.emit(draft.name or "New template")

    def _shown_key(self) -> int | None:
        place = self.form.place()
        return self.document.draft.entry(place).key if place is not None else None

    def _told(self, number: int) -> str:
        problem = self.document.checked.problems[number]
        if problem.place is not None:
            return f"{one_line(self.document.draft.entry(problem.place).shown_title, 40)}: {problem.sentence}"
        return f"Rule {problem.rule + 1}: {problem.sentence}" if problem.rule is not None else problem.sentence

    def _show_origin(self) -> None:
        base, dirty = self.document.base, self.document.dirty
        if base is None:
            words = "New template, not saved yet"
        elif self._is_shipped(base):
            words = "Ships with the program" + (
                "; saving makes your own version, used instead of it" if dirty else f", version {base.version}"
            )
        else:
            words = f"Version {base.version}" + (", with changes that are not saved" if dirty else ", saved")
        self.origin.setText(words)
        self.save_button.setEnabled(dirty and not self._saving)
        self.discard_button.setVisible(dirty)

    def _is_shipped(self, template: Template) -> bool:
        return any(t is template or t == template for t in _shipped())

    def _show_steps(self) -> None:
        stack = self.document.stack
        if not shiboken6.isValid(stack):  # it says that it is empty while the program ends and takes it down
            return
        for made, can, verb, words in (
            (self.undo_button, stack.canUndo(), "Undo", stack.undoText()),
            (self.redo_button, stack.canRedo(), "Redo", stack.redoText()),
        ):
            made.setEnabled(can)
            made.setAccessibleName(f"{verb}: {words}" if words else verb)
        place = self.table.current_place()
        for made in (self.copy_button, self.up_button, self.down_button, self.remove_button):
            made.setEnabled(place is not None)
        table = self._table_place()
        self.column_button.setEnabled(table is not None)

    def _show_part(self, part: str) -> None:
        self.table.end_editing()
        self.stack.setCurrentIndex(["fields", "habits", "versions", "taught"].index(part))
        if part == "versions":
            self.versions.refresh()
        elif part == "taught":
            self.teaching.refresh()

    def _go_to_problem(self) -> None:
        problems = self.document.checked.problems
        if not problems:
            return
        problem = problems[0]
        if problem.rule is not None or problem.attribute == "currency":
            self.parts.set_value("habits")
            self._show_part("habits")
            (self.habits.rules if problem.rule is not None else self.habits.currency).setFocus()
        elif problem.place is not None:
            self.parts.set_value("fields")
            self._show_part("fields")
            self.table.choose(self.document.draft.entry(problem.place).key)
            self.form.focus_attribute(problem.attribute)
        elif problem.attribute == "fields":
            self.add_field()
        else:
            self.name.setFocus()

    # --- fields ---------------------------------------------------------------------------------------------------

    def _chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        key = self.table.current_key()
        self.form.show_entry(key)
        self.pane.show_entry(key)
        self._show_steps()

    def _table_place(self) -> Place | None:
        """The table that is chosen, or whose column is: where another column goes."""
        place = self.table.current_place()
        return place if place is not None and self.document.draft.entries[place.field].type == "table" else None

    def add_field(self) -> None:
        """Add a field below the chosen one, to be named."""
        self.parts.set_value("fields")
        self._show_part("fields")
        place = self.table.current_place()
        key = self.document.add(new_entry(), Place(place.field) if place is not None else None)
        self.table.choose(key)
        self.form.focus_attribute("title")

    def add_column(self) -> None:
        """Add a column to the chosen table, to be named."""
        place = self._table_place()
        if place is not None:
            key = self.document.add_column(new_entry(), place)
            self.table.choose(key)
            self.form.focus_attribute("title")

    def _duplicate(self) -> None:
        if (place := self.table.current_place()) is not None:
            self.document.duplicate(place)

    def _remove(self) -> None:
        if (place := self.table.current_place()) is not None:
            self.document.remove(place)

    def _move(self, by: int) -> None:
        if (place := self.table.current_place()) is not None:
            self.document.move(place, by)

    def _undo(self) -> None:
        self.table.end_editing()
        self.document.stack.undo()

    def _redo(self) -> None:
        self.table.end_editing()
        self.document.stack.redo()

    # --- pointing -------------------------------------------------------------------------------------------------

    def _pointed(self, pointed: Pointed) -> None:
        place, table = self.table.current_place(), self._table_place()
        draft = self.document.draft
        chosen = draft.entry(place) if place is not None else None
        within = draft.entries[table.field] if table is not None else None
        self.pane.card.offer(pointed, {e.name for e in draft.entries}, chosen, within)

    def _add_pointed(self, entry: Entry) -> None:
        self.pane.card.dismiss()
        key = self.document.add(entry)
        self.table.choose(key)

    def _add_pointed_column(self, entry: Entry) -> None:
        self.pane.card.dismiss()
        place = self._table_place()
        if place is not None:
            self.document.add_column(entry, place)

    def _add_labels(self, pointed: Pointed) -> None:
        self.pane.card.dismiss()
        place = self.table.current_place()
        if place is None:
            return
        entry = self.document.draft.entry(place)
        labels = more_labels(entry, pointed)
        if labels == entry.labels:
            self._context.notify(f"{one_line(entry.shown_title, 40)} knows “{one_line(pointed.label, 60)}” already.")
        else:
            self.document.change(place, "labels", labels)

    # --- samples --------------------------------------------------------------------------------------------------

    def add_samples(self, paths: list[Path]) -> None:
        """Try the template on these files, too."""
        known = [path for path in paths if path.is_file()]
        if not known:
            self._context.notify("Only files can be samples, no folders.")
            return
        number = 0
        for path in known[:8]:
            number = self.samples.add(path)
        self.pane.choose(number)
        if known[8:]:
            self._context.notify("The first 8 documents were taken; more would not help to see what changes.")

    def _choose_files(self) -> None:
        folder = self._context.state.text("editor/folder", str(Path.home()))
        chosen, _ = QFileDialog.getOpenFileNames(self, "Choose a sample", folder, DOCUMENTS)
        if chosen:
            self._context.state.keep("editor/folder", str(Path(chosen[0]).parent))
            self.add_samples([Path(path) for path in chosen])

    def _choose_from_batch(self) -> None:
        dialog = BatchSampleDialog(self, self._context)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._add_item)
        dialog.open()

    def _add_item(self, item: ItemRow, passwords: tuple[str, ...]) -> None:
        self.pane.choose(self.samples.add(item.path, item.id, passwords))

    def _sample_shown(self, sample: Sample | None) -> None:
        self.table.show_found(sample is not None)
        self.fields.show_found(sample.found if sample is not None else {})

    # --- saving and leaving ---------------------------------------------------------------------------------------

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Keep the draft as a new version; `then` is called once it is kept."""
        self.table.end_editing()
        checked = self.document.checked
        if checked.template is None:
            self._context.notify(f"Not saved yet. {self._told(0)}")
            self._go_to_problem()
            return
        if self._saving or not self.document.dirty:
            return
        self._saving = True
        self._show_origin()
        template = checked.template
        library, fresh = self._context.services.templates, self.document.base is None

        def failed(error: BaseException) -> None:
            self._saving = False
            self._show_origin()
            if not isinstance(error, DocuExtractError):
                raise error
            self._context.notify(words_of(error), stays=True)

        def done(kept: Template) -> None:
            self._saving = False
            self.kept.close_offer()  # what it offers is no change of what is shown now; it stays stored
            # What was typed meanwhile stays, unsaved.
            self.document.saved_as(kept)
            self._show_origin()
            self.versions.refresh()
            self._carry_over(kept)
            self.saved.emit(kept.id)
            self._context.notify(f"Saved {one_line(kept.name, 80)}, version {kept.version}.")
            if then is not None:
                then()

        tasks.run(lambda _: _keep(library, template, fresh=fresh), owner=self, done=done, failed=failed, pool="queue")

    def _carry_over(self, kept: Template) -> None:
        """What earlier versions were taught is learnt anew for this one, in its own time."""
        lessons = self._context.services.lessons
        tasks.run(lambda _: lessons.carry_over(kept), owner=self, pool="learning", failed=self._not_carried)

    def _not_carried(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self._context.notify(words_of(error), stays=True)

    def _discard(self) -> None:
        """Back to what was saved, as a step that can be undone."""
        self.table.end_editing()
        base = self.document.base
        if base is None:
            self.document.apply("Discard everything", Draft())
        else:
            self.document.apply("Discard the changes", draft_of(base))
        self._choose_first()

    def _restore(self, template: Template) -> None:
        draft = replace(draft_of(template), id=self.document.draft.id)
        self.document.apply(f"Restore version {template.version}", draft)
        self._choose_first()
        self._context.notify(
            f"Version {template.version} is in the editor. Save keeps it as a new version; Undo takes it back."
        )

    def _offer_kept(self, draft: Draft, changed_at: float, made_to: int | None) -> None:
        base = self.document.base
        self.kept.offer(draft, changed_at, made_to, base.version if base is not None else None)

    def _take_kept(self, draft: Draft) -> None:
        self.document.apply("Keep the changes of before", draft)
        self.keeper.taken()
        self._choose_first()
        (self.table if draft.entries else self.name).setFocus()

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the screen may be left at once; otherwise the person is asked, and `then` may follow."""
        self.table.end_editing()
        if not self.document.dirty:
            return True
        checked = self.document.checked
        reason = "" if checked.template is not None else f"They cannot be saved yet. {self._told(0)}"

        def discard() -> None:
            self.document.open(draft_of(self.document.base) if self.document.base else Draft(), self.document.base)
            then()

        LeaveDialog(self, self.document.draft.name, lambda: self.save(then), discard, reason).open()
        return False

    def keep_state(self) -> None:
        """Remember sizes, and changes that nobody may be there any more to be asked about."""
        self.keeper.keep_now()
        self._context.state.keep("editor/split", self.split.saveState())


def _press(made: QAbstractButton, act: Callable[[], None]) -> None:
    made.clicked.connect(lambda _checked=False: act())


def _keep(library: TemplateLibrary, template: Template, *, fresh: bool) -> Template:
    if fresh:
        template = with_free_id(template, [entry.id for entry in library.list()])
    return library.save(template)


def _shipped() -> tuple[Template, ...]:
    from docuextract_desktop.templates.shipped import shipped_templates

    return shipped_templates()
