"""Where values are reviewed: the page at the left, the current value and the others at the right.

The keyboard is always on the current value. What is decided is handed to `Decider` and stored in that order; the screen
goes on at once, but waits those few milliseconds where what was typed may turn out to be no value of its type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from docuextract_desktop.errors import DocuExtractError, StorageUnavailableError
from docuextract_desktop.review.models import Action, Decided, Flag, Reproposal
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.review.deciding import Decider, Decision
from docuextract_desktop.ui.review.flags import FlagReader
from docuextract_desktop.ui.review.learning import Learner
from docuextract_desktop.ui.review.row_editor import RowEditor
from docuextract_desktop.ui.review.rows import keep_doubts
from docuextract_desktop.ui.review.run import Key, Run
from docuextract_desktop.ui.review.target import Target
from docuextract_desktop.ui.review.viewer import ValueViewer
from docuextract_desktop.ui.wording import count, file_name, one_line, tooltip

if TYPE_CHECKING:
    pass


class ReviewDesk(ValueViewer):
    """Goes through flagged values, over documents and batches.

    Signals:
        finished: no flagged value is left.
        counted: how many are left, whenever they were read anew.
    """

    finished = Signal()
    counted = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        services = context.services
        self.decider = Decider(lambda: services.review, self)
        self.learner = Learner(lambda: services.teacher, self)
        self.row_editor = RowEditor(self)
        self._batch_id: str | None = None
        self._ready_for: str | None = None
        self._then: Callable[[], None] | None = None
        self._reproposal: Reproposal | None = None
        self._flags = FlagReader(services, self.decider, self)
        self._connect()
        self._keys()

    def _connect(self) -> None:
        self.documents.lost.connect(self._document_lost)
        self._flags.came.connect(self._flags_came)
        self._flags.troubled.connect(lambda error: self.context.notify(str(error)))
        self.decider.decided.connect(self._decided)
        self.decider.refused.connect(self._refused)
        self.decider.reversed.connect(self._reversed)
        self.decider.reversible.connect(self._say_reversible)
        self.learner.reproposed.connect(self._reproposed)
        self.learner.taken_back.connect(self._taken_back)
        self.learner.troubled.connect(lambda error: self.context.notify(str(error)))
        self.context.feed.changed.connect(self._feed_changed)
        edit = self.card.edit
        edit.entered.connect(self.enter)
        edit.dropped.connect(self.forget_pick)
        edit.moved.connect(self.go_by)
        edit.tabbed.connect(self.tab)
        edit.absent_wanted.connect(self.say_absent)
        edit.offer_wanted.connect(self.take_offer)
        edit.undo_wanted.connect(self.undo)
        edit.redo_wanted.connect(self.redo)
        self.card.accept_wanted.connect(self.enter)
        self.card.absent_wanted.connect(self.say_absent)
        self.card.offer_chosen.connect(self.take_offer)
        self.value_view.clicked.connect(self._line_clicked)
        self.rows.cell_chosen.connect(lambda row, column: self.leave(lambda: self.choose_cell(row, column)))
        self.rows.add_wanted.connect(self.row_editor.add_row)
        self.rows.delete_wanted.connect(self.row_editor.delete_row)
        self.rows.merge_wanted.connect(self.row_editor.merge_row)
        self.rows.split_wanted.connect(self.row_editor.split_row)
        self.picker.picked.connect(self._picked)
        self.previous_button.clicked.connect(lambda: self.step_document(-1))
        self.next_button.clicked.connect(lambda: self.step_document(1))
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.take_back_button.clicked.connect(self.take_back)

    def _keys(self) -> None:
        keys: list[tuple[str, Callable[[], object]]] = [
            ("F8", lambda: self.step_flag(1)),
            ("Shift+F8", lambda: self.step_flag(-1)),
            ("Ctrl+Y", self.redo),
            ("Ins", self.row_editor.add_row),
            ("Ctrl+Del", self.row_editor.delete_row),
            ("Ctrl+M", self.row_editor.merge_row),
            ("Ctrl+D", self.row_editor.split_row),
        ]
        keys += [(f"Alt+{n + 1}", lambda n=n: self.take_offer(n)) for n in range(9)]  # type: ignore[misc]
        for sequence, act in keys:
            QShortcut(QKeySequence(sequence), self).activated.connect(act)

    def open(self, batch_id: str | None, item_id: str | None = None) -> None:
        """Review a batch, or all of them; begin with `item_id`, flagged or not."""
        if batch_id != self._batch_id:
            self.run = Run()
            self._batch_id = batch_id
            self._reproposal = None
            self.say("")
        self.run.forget_done()
        self.decider.set_scope(batch_id)
        self._flags.set_scope(batch_id)
        if item_id is not None:
            self.go_to(item_id)
        else:
            self._item_id = ""
            self._wanted = None
        self.read_flags()

    def batch_id(self) -> str | None:
        """The batch that is reviewed; None for all."""
        return self._batch_id

    def read_flags(self) -> None:
        """Read what is flagged, off the window's thread."""
        self._flags.read()

    def _flags_came(self, flags: list[Flag], late: frozenset[Key]) -> None:
        self.run.merge(flags, deciding=late)
        self._get_ready(flags)
        self.show_what_is_blind()
        if not self._item_id and self._wanted is None:
            stop = self.run.following(None)
            if stop is None:
                self.finished.emit()
            else:
                self.go_to(*stop.key)
        self.show_progress()
        self.fetch_ahead()
        self.counted.emit(self.run.open_count())

    def _get_ready(self, flags: list[Flag]) -> None:
        """Have a batch that was opened made ready to be proposed anew; of all batches the one that comes first."""
        first = self._batch_id or (flags[0].batch_id if flags else None)
        if first is not None and first != self._ready_for:
            self._ready_for = first
            self.learner.get_ready(first)

    def _feed_changed(self, changes: object) -> None:
        changed = set().union(*getattr(changes, "items", {}).values())
        for item_id in self.documents.kept_ids():
            if item_id in changed:
                self.documents.refresh(item_id)
        self._flags.read_soon()

    def _document_lost(self, item_id: str, error: DocuExtractError) -> None:
        if item_id in (self._item_id, self._wanted[0] if self._wanted else ""):
            self.context.notify(str(error))
            self._item_id, self._wanted = "", None
            self.card.edit.forget_held()
            self.read_flags()

    def go_by(self, columns: int, rows: int) -> None:
        """By arrow keys: through a table's cells, else up and down the list."""
        target = self.target()
        if target is None:
            return
        if target.row is not None and target.column is not None:
            row, column = target.row + rows, target.column + columns
            cells = target.entry.value.rows
            if 0 <= row < len(cells):
                if 0 <= column < len(cells[row]):
                    self.leave(lambda: self.choose_cell(row, column))
                return
        if rows:
            self.leave(lambda: self._step_line(rows))

    def tab(self, by: int) -> None:
        """To the next or previous cell or field; from the last one on to the buttons."""
        target = self.target()
        if target is None:
            return
        if target.row is not None and target.column is not None:
            width = len(target.entry.value.rows[target.row])
            row, column = divmod(target.row * width + target.column + by, width)
            if 0 <= row < len(target.entry.value.rows):
                self.leave(lambda: self.choose_cell(row, column))
                return
        self.leave(lambda: self._step_line(by, out=True))

    def _step_line(self, by: int, *, out: bool = False) -> None:
        line = next((n for n, e in enumerate(self.values.entries) if e.field.name == self._field), 0) + by
        if 0 <= line < len(self.values.entries):
            self.choose_field(self.values.entries[line].field.name)
        elif out:
            self.focusNextPrevChild(by > 0)

    def _line_clicked(self, index: QModelIndex) -> None:
        entry = self.values.entries[index.row()]
        self.leave(lambda: self.choose_field(entry.field.name))

    def step_flag(self, by: int) -> None:
        """To the next or previous flagged value, without a decision."""

        def go() -> None:
            stop = self.run.following(self.current(), by)
            if stop is not None:
                self.go_to(*stop.key)

        self.leave(go)

    def step_document(self, by: int) -> None:
        """To the next or previous document of those with flagged values."""
        ids = self.run.documents()
        place = ids.index(self._item_id) + by if self._item_id in ids else 0
        if 0 <= place < len(ids):
            self.leave(lambda: self.go_to(ids[place]))

    def _go_on(self) -> None:
        stop = self.run.following(self.current())
        if stop is not None:
            self.go_to(*stop.key)
        else:
            self.card.edit.forget_held()
            self.show_progress()
            self.finished.emit()

    def enter(self) -> None:
        """Store what was typed, or accept what is there; then on to the next flagged value."""
        target = self.target()
        if target is None or self.storing is not None:
            return
        key = self.current()
        if self._is_changed(target):
            self.leave(self._go_on if target.row is None else lambda: self.row_editor.after_cell(target))
        elif target.row is not None and self.card.edit.is_begun():
            self.row_editor.after_cell(target)
        elif target.entry.value.reviewed and not target.entry.value.needs_review:
            self._go_on()
        else:
            self.drafts.pop(key, None)
            self.decide(lambda review: review.accept(*key), then=self._go_on)

    def _is_changed(self, target: Target) -> bool:
        """Whether something else was typed or pointed at than what is there."""
        edit = self.card.edit
        return edit.is_begun() and (edit.text() != target.text or self.pick is not None)

    def say_absent(self) -> None:
        """The document does not have this value; for a cell: it is empty."""
        target = self.target()
        if target is None or self.storing is not None:
            return
        if target.row is not None:
            self.row_editor.store_cell(target, "", lambda: self.row_editor.after_cell(target))
            return
        key = self.current()
        self.decide(lambda review: review.absent(*key), then=self._go_on)

    def take_offer(self, number: int) -> None:
        """Take one of the other values that are offered."""
        target = self.target()
        if target is None or self.storing is not None or number >= len(target.choices):
            return
        choice = target.choices[number]
        if target.row is not None:
            self.row_editor.store_cell(target, choice.text, lambda: self.row_editor.after_cell(target))
            return
        key = self.current()
        self.decide(lambda review: review.correct(*key, choice.text, choice.evidence), then=self._go_on)

    def leave(self, then: Callable[[], None]) -> None:
        """Store what was typed, and then do something else; at once where nothing was."""
        target, edit = self.target(), self.card.edit
        if self.storing is not None:
            return
        if target is None or not self._is_changed(target):
            then()
            return
        text, pick, key = edit.text(), self.pick, self.current()
        if target.row is not None:
            self.row_editor.store_cell(target, text, then)
        elif not text:
            self.decide(lambda review: review.absent(*key), then=then)
        else:

            def correct(review):  # type: ignore[no-untyped-def]
                place = review.read_words(*key, *pick)[1] if pick is not None else None
                return review.correct(*key, text, place, pointed=place is not None)

            self.decide(correct, then=then)

    def decide(self, decision: Decision, then: Callable[[], None] | None = None) -> None:
        """Hand a decision about the current value over; with `then`, wait for it and do that when it is stored."""
        key = self.current()
        if then is not None:
            # What is shown next says that this is on the disk, so it waits for that; keys wait with it.
            self.storing, self._then = key, then
            self.card.edit.hold()
        if self._reproposal is None:
            self.say("")
        self.learner.hold()
        self.documents.touch(key[0])
        self.decider.decide(*key, decision)

    def _decided(self, made: Decided) -> None:
        key = (made.item_id, made.field)
        entry = self.entry()
        if made.action is Action.EDIT_ROWS and key == self.current() and entry is not None:
            # Stored rows are settled as a whole; what wanted a look in them still does while the person is at it.
            rows = keep_doubts(made.after.rows, entry.value.rows)
            self.drafts[key] = replace(entry, value=replace(made.after, rows=rows))
        self.documents.replace(made.item_id, made.after)
        self.run.mark(key, done=not made.after.needs_review)
        self.learner.learn(made)
        self._show_decided(made)
        if self.storing == key:
            then, self.storing, self._then = self._then, None, None
            if then is not None:
                then()
            if self._wanted is None and self.storing is None:  # else its keys wait for the document
                self.card.edit.release()

    def _show_decided(self, made: Decided) -> None:
        opened = self.documents.get(made.item_id)
        if opened is not None and made.item_id == self._item_id:
            self.update_values(opened)
            self.draw_outlines()

    def _refused(self, item_id: str, field: str, error: BaseException) -> None:
        key = (item_id, field)
        waited = self.storing == key
        self.storing = self._then = None
        self.card.edit.forget_held()
        self.drafts.pop(key, None)
        if not item_id:
            self.context.notify(str(error))
            return
        self.run.mark(key, done=False)
        self.show_progress()
        if waited and not isinstance(error, StorageUnavailableError):
            self.card.show_problem(str(error))
            return
        self.context.notify(str(error), stays=isinstance(error, StorageUnavailableError))
        if key != self.current():
            self.go_to(item_id, field)

    def undo(self) -> None:
        """Take back the newest decision, and show what it was about."""
        self.decider.undo()

    def redo(self) -> None:
        """Bring back what was undone last."""
        self.decider.redo()

    def _reversed(self, made: Decided | None) -> None:
        if made is None:
            self.say("There is nothing to take back.")
            return
        self.drafts.pop((made.item_id, made.field), None)
        self.documents.replace(made.item_id, made.after)
        key = (made.item_id, made.field)
        self.run.mark(key, done=made.after.reviewed)
        self.learner.learn(made)
        self.read_flags()
        self.go_to(made.item_id, made.field)
        word = "Undone" if made.action == "undo" else "Done again"
        entry = self.entry()
        self.say(f"{word}: {entry.title if entry is not None else made.field} on {file_name(made.filename)}")

    def _say_reversible(self, undo: str, redo: str) -> None:
        for made, word, words in ((self.undo_button, "Undo", undo), (self.redo_button, "Redo", redo)):
            made.setEnabled(bool(words))
            name = f"{word}: {one_line(words, 80)}" if words else word
            made.setAccessibleName(name)
            made.setToolTip(tooltip(name))

    def _reproposed(self, made: Reproposal) -> None:
        changed = {change.item_id for change in made.changes}
        for item_id in changed.intersection(self.documents.kept_ids()):
            self.documents.refresh(item_id)
        self.read_flags()
        other = [c for c in made.changes if c.before.value != c.after.value]
        if other:
            self._reproposal = made
            values, papers = count(len(other), "value"), count(len({c.item_id for c in other}), "document")
            self.say(f"{values} on {papers} proposed anew because {made.cause}", can_be_taken_back=True)

    def take_back(self) -> None:
        """Take back what was proposed anew."""
        if self._reproposal is not None:
            self.learner.take_back(self._reproposal.number)
            self._reproposal = None
            self.say("")

    def _taken_back(self, values: int) -> None:
        for item_id in self.documents.kept_ids():
            self.documents.refresh(item_id)
        self.read_flags()
        self.say(f"{count(values, 'value')} as before")

    def _picked(self, words: tuple[int, ...], keys: Qt.KeyboardModifier) -> None:
        target = self.target()
        opened = self.documents.get(self._item_id)
        page = next((p for p in opened.pages if p.index == self.pane.page()), None) if opened is not None else None
        if target is None or page is None or self.storing is not None:
            return
        if keys & Qt.KeyboardModifier.ShiftModifier and target.row is not None:
            self.row_editor.fill_column(page, words)
            return
        if not target.editable:
            self.say("Add a row first: Ins")
            return
        self.pick = (page.index, words)
        self.card.edit.fill(" ".join(page.texts[word] for word in words))
        self.card.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Read and learn no more."""
        self._flags.stop()
        self.learner.stop()
