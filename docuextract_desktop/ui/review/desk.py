"""Where values are reviewed: the page at the left, the current value and the others at the right.

The keyboard is always on the current value. What is decided is handed to `Decider` and stored in that order; the screen
goes on at once, but waits those few milliseconds where what was typed may turn out to be no value of its type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeySequence, QShortcut

from docuextract_desktop.errors import DocuExtractError, StorageUnavailableError
from docuextract_desktop.review.models import Action, Decided, Flag, Reproposal
from docuextract_desktop.ui import files, tasks
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.document.model import Entry, Opened, Place, ValueList, boxes_of
from docuextract_desktop.ui.document.outline import Outline
from docuextract_desktop.ui.document.pane import page_key
from docuextract_desktop.ui.document.pictures import PageKey
from docuextract_desktop.ui.document.words import WordPicker
from docuextract_desktop.ui.review import edits
from docuextract_desktop.ui.review.deciding import Decider, Decision
from docuextract_desktop.ui.review.documents import Documents
from docuextract_desktop.ui.review.learning import Learner
from docuextract_desktop.ui.review.rows import keep_doubts, spread
from docuextract_desktop.ui.review.run import Key, Run
from docuextract_desktop.ui.review.target import Target, first_doubtful, next_doubtful
from docuextract_desktop.ui.review.workplace import Workplace
from docuextract_desktop.ui.wording import count, file_name, one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Page

REFRESH_MS = 400
"""While a batch runs, what is flagged is read anew no more often than this."""
AHEAD = 2


class ReviewDesk(Workplace):
    """Goes through flagged values, over documents and batches.

    Signals:
        named: file name of the document that is shown.
        shown: its id.
        finished: no flagged value is left.
        resumed: there is one to be shown.
    """

    named = Signal(str)
    shown = Signal(str)
    finished = Signal()
    resumed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        services = context.services
        self.run = Run()
        self.documents = Documents(services.queue, self)
        self.decider = Decider(lambda: services.review, self)
        self.learner = Learner(lambda: services.teacher, self)
        self.values = ValueList(self)
        self.set_values(self.values)
        self.picker = WordPicker(self.pane.canvas)
        self._batch_id: str | None = None
        self._item_id = ""
        self._field = ""
        self._cell: tuple[int, int] | None = None
        self._wanted: tuple[str, str | None] | None = None
        self._pick: tuple[int, tuple[int, ...]] | None = None
        self._storing: Key | None = None
        self._then: Callable[[], None] | None = None
        self._decided_at: dict[Key, int] = {}
        self._drafts: dict[Key, Entry] = {}
        self._reproposal: Reproposal | None = None
        self._reading = False
        self._read_again = False
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self.read_flags)
        self._connect()
        self._keys()

    def _connect(self) -> None:
        self.documents.loaded.connect(self._loaded)
        self.documents.changed.connect(self._document_changed)
        self.documents.lost.connect(self._document_lost)
        self.decider.decided.connect(self._decided)
        self.decider.refused.connect(self._refused)
        self.decider.reversed.connect(self._reversed)
        self.decider.reversible.connect(self._say_reversible)
        self.learner.reproposed.connect(self._reproposed)
        self.learner.taken_back.connect(self._taken_back)
        self.learner.troubled.connect(lambda error: self._context.notify(str(error)))
        self._context.feed.changed.connect(self._feed_changed)
        edit = self.card.edit
        edit.entered.connect(self.enter)
        edit.dropped.connect(self._forget_pick)
        edit.moved.connect(self.go_by)
        edit.tabbed.connect(self.tab)
        edit.absent_wanted.connect(self.say_absent)
        edit.undo_wanted.connect(self.undo)
        edit.redo_wanted.connect(self.redo)
        self.card.accept_wanted.connect(self.enter)
        self.card.absent_wanted.connect(self.say_absent)
        self.card.offer_chosen.connect(self.take_offer)
        self.value_view.clicked.connect(self._line_clicked)
        self.rows.cell_chosen.connect(lambda row, column: self._leave(lambda: self._choose_cell(row, column)))
        self.rows.add_wanted.connect(self.add_row)
        self.rows.delete_wanted.connect(self.delete_row)
        self.rows.merge_wanted.connect(self.merge_row)
        self.rows.split_wanted.connect(self.split_row)
        self.picker.picked.connect(self._picked)
        self.pane.page_shown.connect(self._page_shown)
        self.pane.sharp_ready.connect(self._sharp_came)
        self.previous_button.clicked.connect(lambda: self.step_document(-1))
        self.next_button.clicked.connect(lambda: self.step_document(1))
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.open_button.clicked.connect(self._open_file)
        self.take_back_button.clicked.connect(self.take_back)

    def _keys(self) -> None:
        keys: list[tuple[str, Callable[[], object]]] = [
            ("F8", lambda: self.step_flag(1)),
            ("Shift+F8", lambda: self.step_flag(-1)),
            ("Ctrl+Y", self.redo),
            ("Ins", self.add_row),
            ("Ctrl+Del", self.delete_row),
            ("Ctrl+M", self.merge_row),
            ("Ctrl+D", self.split_row),
        ]
        keys += [(f"Alt+{n + 1}", lambda n=n: self.take_offer(n)) for n in range(9)]  # type: ignore[misc]
        for sequence, act in keys:
            QShortcut(QKeySequence(sequence), self).activated.connect(act)

    # --- what is to be reviewed -----------------------------------------------------------------------------------

    def open(self, batch_id: str | None, item_id: str | None = None) -> None:
        """Review a batch, or all of them; begin with `item_id`, flagged or not."""
        if batch_id != self._batch_id:
            self.run = Run()
            self._batch_id = batch_id
        self.run.forget_done()
        self.decider.set_scope(batch_id)
        if item_id is not None:
            self.go_to(item_id)
        else:
            self._item_id = ""
            self._wanted = None
        self.read_flags()

    def batch_id(self) -> str | None:
        """The batch that is reviewed; None for all."""
        return self._batch_id

    def current(self) -> Key:
        """Item and field that are shown."""
        return self._item_id, self._field

    def read_flags(self) -> None:
        """Read what is flagged, off the window's thread."""
        if self._reading:
            self._read_again = True
            return
        self._reading = True
        made = self.decider.made
        services, batch_id = self._context.services, self._batch_id

        def got(flags: list[Flag]) -> None:
            self._reading = False
            if batch_id != self._batch_id or self._read_again:
                self._read_again = False
                self.read_flags()
                return
            late = {key for key, number in self._decided_at.items() if number > made}
            self.run.merge(flags, deciding=late | self.decider.pending())
            self._flags_read()

        def failed(error: BaseException) -> None:
            self._reading = False
            if not isinstance(error, DocuExtractError):
                raise error
            self._context.notify(str(error))

        tasks.run(lambda _: services.review.flags(batch_id), owner=self, done=got, failed=failed)

    def _flags_read(self) -> None:
        if not self._item_id and self._wanted is None:
            stop = self.run.following(None)
            if stop is None:
                self.finished.emit()
            else:
                self.go_to(*stop.key)
        self._show_position()
        self._fetch_ahead()

    def _feed_changed(self, changes: object) -> None:
        changed = set().union(*getattr(changes, "items", {}).values())
        for item_id in self.documents.kept_ids():
            if item_id in changed:
                self.documents.refresh(item_id)
        if not self._refresh.isActive():
            self._refresh.start()

    # --- what is shown --------------------------------------------------------------------------------------------

    def go_to(self, item_id: str, field: str | None = None) -> None:
        """Show a value; the document follows where it is not at hand yet."""
        opened = self.documents.get(item_id)
        if opened is None:
            self._wanted = (item_id, field)
            self.documents.want(item_id)
        else:
            self._show(opened, field)

    def _loaded(self, item_id: str) -> None:
        if self._wanted is not None and self._wanted[0] == item_id:
            self.go_to(*self._wanted)
        elif item_id == self._item_id:
            self.go_to(item_id, self._field)
        else:
            self._draw_ahead()

    def _show(self, opened: Opened, field: str | None) -> None:
        self._wanted = None
        again = opened.item.id == self._item_id
        self._item_id = opened.item.id
        if again:
            self.values.update(opened)
            self.value_view.scheduleDelayedItemsLayout()
        else:
            self._show_document(opened)
        if not self.values.entries:
            self.show_unreadable(opened)
            return
        if field is None:
            stop = self.run.first_of(self._item_id)
            flagged = next((e.field.name for e in self.values.entries if e.value.needs_review), None)
            field = stop.flag.field if stop is not None else flagged or self.values.entries[0].field.name
        self._choose_field(field)
        self.resumed.emit()
        self._fetch_ahead()

    def _show_document(self, opened: Opened) -> None:
        item = opened.item
        self._drafts.clear()
        self.values.show(opened)
        self.value_view.delegate.threshold = opened.template.review_threshold
        self.title.setText(one_line(item.filename))
        self.title.setToolTip(tooltip(str(item.path)))
        said = [count(opened.page_count, "page"), one_line(opened.template.name, 60)]
        self.subtitle.setText("  ·  ".join([*said, *(one_line(w) for w in opened.warnings)]))
        self.pane.show_document(item.id, opened.sizes, opened.page_count)
        self.named.emit(one_line(item.filename))
        self.shown.emit(item.id)

    def _document_changed(self, item_id: str) -> None:
        """Its values were changed elsewhere: show them, but leave alone what is being typed."""
        if item_id != self._item_id:
            return
        opened = self.documents.get(item_id)
        if opened is None:
            self.documents.want(item_id)
            return
        self.values.update(opened)
        self.value_view.scheduleDelayedItemsLayout()
        if not self.card.edit.is_begun() and self._storing is None:
            self._choose_field(self._field)

    def _document_lost(self, item_id: str, error: DocuExtractError) -> None:
        if item_id in (self._item_id, self._wanted[0] if self._wanted else ""):
            self._context.notify(str(error))
            self._item_id, self._wanted = "", None
            self.read_flags()

    def _entry(self) -> Entry | None:
        found = next((e for e in self.values.entries if e.field.name == self._field), None)
        return self._drafts.get(self.current(), found) if found is not None else None

    def target(self) -> Target | None:
        """What the keyboard works on."""
        entry = self._entry()
        if entry is None:
            return None
        rows = entry.value.rows
        if self._cell is not None and self._cell[0] < len(rows) and self._cell[1] < len(rows[self._cell[0]]):
            return Target(entry, *self._cell)
        return Target(entry)

    def _choose_field(self, field: str) -> None:
        fresh = field != self._field
        self._field = field
        line = next((n for n, e in enumerate(self.values.entries) if e.field.name == field), 0)
        self._field = self.values.entries[line].field.name
        self.choose_line(line)
        entry = self._entry()
        rows = entry.value.rows if entry is not None else ()
        if fresh or self._cell is None or self._cell[0] >= len(rows):
            self._cell = first_doubtful(entry.value) if entry is not None else None
        self._show_target(fresh=fresh)

    def _choose_cell(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self._show_target()

    def _show_target(self, *, fresh: bool = False) -> None:
        target = self.target()
        if target is None:
            return
        self._forget_pick()
        self.show_rows(target.entry if target.is_table else None, self._cell, fresh=fresh)
        self.card.show_value(
            target.title,
            confidence=target.value.confidence if target.value.value is not None or target.value.rows else None,
            reviewed=target.value.reviewed,
            reasons=target.reasons,
            flagged=target.value.needs_review or target.entry.value.needs_review,
            text=target.text,
            placeholder=target.placeholder,
            note=target.note,
            offers=[choice.offer for choice in target.choices],
            is_cell=target.row is not None,
            editable=target.editable,
        )
        self.card.edit.setAccessibleName(target.title)
        self.card.edit.setAccessibleDescription(target.entry.spoken)
        self._show_place(target)
        self._show_position()
        self.card.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_place(self, target: Target) -> None:
        pages = [target.evidence.page_index] if target.evidence is not None else []
        pages += [c.evidence.page_index for cells in target.entry.value.rows for c in cells if c.evidence]
        page = self.pane.page()
        wanted = pages[0] if pages and (page not in pages or target.evidence is not None) else max(0, page)
        if wanted != page:
            self.pane.show_page(wanted)  # draws the outlines, too
        else:
            self._draw_outlines()
        self._show_cutout(target)

    def _show_cutout(self, target: Target) -> None:
        evidence = target.evidence
        if evidence is None:
            self.card.cutout.show_nothing(target.nowhere)
        else:
            sure = not target.value.needs_review
            self.card.cutout.show_place(self.pane.sharp(evidence.page_index), target.boxes, sure=sure)

    def _sharp_came(self, key: PageKey, _picture: QImage) -> None:
        target = self.target()
        if target is not None and target.evidence is not None and target.evidence.page_index == key.page_index:
            self._show_cutout(target)

    def _page_shown(self, page_index: int) -> None:
        opened = self.documents.get(self._item_id)
        pages = opened.pages if opened is not None else ()
        self.picker.show_page(next((page for page in pages if page.index == page_index), None))
        self._draw_outlines()

    def _draw_outlines(self) -> None:
        page = self.pane.page()
        target = self.target()
        outlines: list[Outline] = []
        current: Place | None = None
        for entry in self.values.entries:
            open_table = target is not None and target.is_table and entry.field.name == self._field
            if open_table and target is not None:
                for row, cells in enumerate(target.entry.value.rows):
                    for column, cell in enumerate(cells):
                        if cell.evidence is not None and cell.evidence.page_index == page:
                            key = Place(entry.place.field, row, column)
                            tone = "unsure" if cell.needs_review else "sure"
                            outlines.append(Outline(key, boxes_of(cell.evidence), tone, faint=True))  # type: ignore[arg-type]
                if self._cell is not None:
                    current = Place(entry.place.field, *self._cell)
                continue
            if entry.field.name == self._field:
                current = entry.place
            evidence = entry.value.evidence
            if evidence is not None and evidence.page_index == page:
                tone = "unsure" if entry.value.needs_review else "sure"
                tip = tooltip(f"{entry.title}: {entry.words}")
                outlines.append(Outline(entry.place, boxes_of(evidence), tone, tip))  # type: ignore[arg-type]
        self.pane.canvas.set_outlines(outlines)
        self.pane.canvas.set_current(current)

    def _show_position(self) -> None:
        place = self.run.place_of(self.current())
        done = len(self.run) - self.run.open_count()
        self.show_position(place, len(self.run), done)
        ids = self.run.documents()
        place_of_document = ids.index(self._item_id) if self._item_id in ids else -1
        self.previous_button.setEnabled(place_of_document > 0)
        self.next_button.setEnabled(place_of_document + 1 < len(ids))

    def _fetch_ahead(self) -> None:
        for item_id in self.run.documents_after(self.current(), AHEAD):
            self.documents.want(item_id)
        self._draw_ahead()

    def _draw_ahead(self) -> None:
        """Have the pages of the next documents drawn, those with their first flagged value."""
        for number, item_id in enumerate(self.run.documents_after(self.current(), AHEAD)):
            opened = self.documents.get(item_id)
            stop = self.run.first_of(item_id)
            if opened is None or opened.extraction is None or stop is None:
                continue
            value = next((v for v in opened.extraction.fields if v.name == stop.flag.field), None)
            page = value.evidence.page_index if value is not None and value.evidence is not None else 0
            key = page_key(item_id, opened.sizes, page)
            self.pane.fetch_ahead(key, f"ahead {number}")
            self.pane.fetch_ahead(key, f"ahead sharp {number}", sharp=True)

    # --- going about ----------------------------------------------------------------------------------------------

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
                    self._leave(lambda: self._choose_cell(row, column))
                return
        if rows:
            self._leave(lambda: self._step_line(rows))

    def tab(self, by: int) -> None:
        """To the next or previous cell or field; from the last one on to the buttons."""
        target = self.target()
        if target is None:
            return
        if target.row is not None and target.column is not None:
            width = len(target.entry.value.rows[target.row])
            row, column = divmod(target.row * width + target.column + by, width)
            if 0 <= row < len(target.entry.value.rows):
                self._leave(lambda: self._choose_cell(row, column))
                return
        self._leave(lambda: self._step_line(by, out=True))

    def _step_line(self, by: int, *, out: bool = False) -> None:
        line = next((n for n, e in enumerate(self.values.entries) if e.field.name == self._field), 0) + by
        if 0 <= line < len(self.values.entries):
            self._choose_field(self.values.entries[line].field.name)
        elif out:
            self.focusNextPrevChild(by > 0)

    def _line_clicked(self, index: QModelIndex) -> None:
        entry = self.values.entries[index.row()]
        self._leave(lambda: self._choose_field(entry.field.name))

    def step_flag(self, by: int) -> None:
        """To the next or previous flagged value, without a decision."""

        def go() -> None:
            stop = self.run.following(self.current(), by)
            if stop is not None:
                self.go_to(*stop.key)

        self._leave(go)

    def step_document(self, by: int) -> None:
        """To the next or previous document of those with flagged values."""
        ids = self.run.documents()
        place = ids.index(self._item_id) + by if self._item_id in ids else 0
        if 0 <= place < len(ids):
            self._leave(lambda: self.go_to(ids[place]))

    def _go_on(self) -> None:
        stop = self.run.following(self.current())
        if stop is not None:
            self.go_to(*stop.key)
        else:
            self._show_position()
            self.finished.emit()

    # --- deciding -------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Store what was typed, or accept what is there; then on to the next flagged value."""
        target = self.target()
        if target is None or self._storing is not None:
            return
        key = self.current()
        if self._is_changed(target):
            self._leave(self._go_on if target.row is None else lambda: self._after_cell(target))
        elif target.row is not None and self.card.edit.is_begun():
            self._after_cell(target)
        elif target.entry.value.reviewed and not target.entry.value.needs_review:
            self._go_on()
        else:
            self._drafts.pop(key, None)
            self._decide(lambda review: review.accept(*key))
            self._go_on()

    def _is_changed(self, target: Target) -> bool:
        """Whether something else was typed or pointed at than what is there."""
        edit = self.card.edit
        return edit.is_begun() and (edit.text() != target.text or self._pick is not None)

    def say_absent(self) -> None:
        """The document does not have this value; for a cell: it is empty."""
        target = self.target()
        if target is None or self._storing is not None:
            return
        if target.row is not None:
            self._store_cell(target, "", lambda: self._after_cell(target))
            return
        key = self.current()
        self._decide(lambda review: review.absent(*key))
        self._go_on()

    def take_offer(self, number: int) -> None:
        """Take one of the other values that are offered."""
        target = self.target()
        if target is None or self._storing is not None or number >= len(target.choices):
            return
        choice = target.choices[number]
        if target.row is not None:
            self._store_cell(target, choice.text, lambda: self._after_cell(target))
            return
        key = self.current()
        self._decide(lambda review: review.correct(*key, choice.text, choice.evidence), then=self._go_on)

    def _leave(self, then: Callable[[], None]) -> None:
        """Store what was typed, and then do something else; at once where nothing was."""
        target, edit = self.target(), self.card.edit
        if self._storing is not None:
            return
        if target is None or not self._is_changed(target):
            then()
            return
        text, pick, key = edit.text(), self._pick, self.current()
        if target.row is not None:
            self._store_cell(target, text, then)
        elif not text:
            self._decide(lambda review: review.absent(*key), then=then)
        else:

            def correct(review):  # type: ignore[no-untyped-def]
                place = review.read_words(*key, *pick)[1] if pick is not None else None
                return review.correct(*key, text, place)

            self._decide(correct, then=then)

    def _decide(self, decision: Decision, then: Callable[[], None] | None = None) -> None:
        """Hand a decision about the current value over; with `then`, wait for it and do that when it is stored."""
        key = self.current()
        if then is not None:
            self._storing, self._then = key, then
        if self._reproposal is None:
            self.say("")
        self.run.mark(key, done=True)
        self.documents.touch(key[0])
        self.decider.decide(*key, decision)
        self._decided_at[key] = self.decider.made

    def _decided(self, made: Decided) -> None:
        key = (made.item_id, made.field)
        entry = self._entry()
        if made.action is Action.EDIT_ROWS and key == self.current() and entry is not None:
            # Stored rows are settled as a whole; what wanted a look in them still does while the person is at it.
            rows = keep_doubts(made.after.rows, entry.value.rows)
            self._drafts[key] = replace(entry, value=replace(made.after, rows=rows))
        self.documents.replace(made.item_id, made.after)
        self.run.mark(key, done=not made.after.needs_review)
        self.learner.learn(made)
        self._show_decided(made)
        if self._storing == key:
            then, self._storing, self._then = self._then, None, None
            if then is not None:
                then()

    def _show_decided(self, made: Decided) -> None:
        opened = self.documents.get(made.item_id)
        if opened is not None and made.item_id == self._item_id:
            self.values.update(opened)
            self.value_view.scheduleDelayedItemsLayout()
            self._draw_outlines()

    def _refused(self, item_id: str, field: str, error: BaseException) -> None:
        key = (item_id, field)
        waited = self._storing == key
        self._storing = self._then = None
        self._drafts.pop(key, None)
        if not item_id:
            self._context.notify(str(error))
            return
        self.run.mark(key, done=False)
        self._show_position()
        if waited and not isinstance(error, StorageUnavailableError):
            self.card.show_problem(str(error))
            return
        self._context.notify(str(error), stays=isinstance(error, StorageUnavailableError))
        if key != self.current():
            self.go_to(item_id, field)

    # --- rows of a table ------------------------------------------------------------------------------------------

    def _change_rows(self, change: edits.Change, then: Callable[[], None] | None = None) -> None:
        target = self.target()
        if target is None or not target.is_table or self._storing is not None:
            return
        key, rows = self.current(), target.entry.value.rows
        self._decide(lambda review: review.set_rows(*key, change(review, rows)), then=then or self._show_target)

    def _store_cell(self, target: Target, text: str, then: Callable[[], None]) -> None:
        if target.row is not None and target.column is not None:
            place = (target.row, target.column)
            change = edits.cell_change(self.current(), place, text, self._pick)
            self._change_rows(change, then)

    def _after_cell(self, target: Target) -> None:
        """From a cell that was stored to the next that wants a look, or just the next."""
        entry = self._entry()
        if entry is not None and target.row is not None and target.column is not None:
            self._cell = next_doubtful(entry.value, target.row, target.column) or self._cell
        self._show_target()

    def _on_row(self, act: Callable[[Target, int], None]) -> None:
        target = self.target()
        if target is not None and target.is_table and target.row is not None:
            self._leave(lambda: act(target, target.row or 0))

    def add_row(self) -> None:
        """An empty row below the current one."""
        target = self.target()
        if target is None or not target.is_table:
            return
        place = 0 if target.row is None else target.row + 1

        def show() -> None:
            self._cell = (place, 0)
            self._show_target()

        change = edits.row_added(self.current(), target.entry.field, place)
        self._leave(lambda: self._change_rows(change, show))

    def delete_row(self) -> None:
        """Take the current row out."""

        def act(target: Target, row: int) -> None:
            rows = len(target.entry.value.rows) - 1

            def show() -> None:
                self._cell = (min(row, rows - 1), target.column or 0) if rows else None
                self._show_target()

            self._change_rows(edits.row_removed(row), show)

        self._on_row(act)

    def merge_row(self) -> None:
        """Join the current row to the one above."""

        def act(target: Target, row: int) -> None:
            def show() -> None:
                self._cell = (row - 1, target.column or 0)
                self._show_target()

            if row > 0:
                self._change_rows(edits.row_merged(self.current(), row), show)

        self._on_row(act)

    def split_row(self) -> None:
        """Part the current row after its first printed line."""

        def act(target: Target, row: int) -> None:
            opened = self.documents.get(self._item_id)
            pages = opened.pages if opened is not None else ()
            self._change_rows(edits.row_split(self.current(), target.entry.field, row, pages))

        self._on_row(act)

    def fill_column(self, page: Page, words: tuple[int, ...]) -> None:
        """Fill the current column with the words beside each row."""
        target = self.target()
        if target is None or target.column is None:
            return
        beside = spread(target.entry.value.rows, page, words)
        if not beside:
            self.say("No row of the table stands beside these words.")
            return
        change = edits.column_filled(self.current(), target.column, page.index, beside)
        self._change_rows(change)
        self.say(f"{count(len(beside), 'row')} filled from the page")

    # --- taking back ----------------------------------------------------------------------------------------------

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
        self._drafts.pop((made.item_id, made.field), None)
        self.documents.replace(made.item_id, made.after)
        key = (made.item_id, made.field)
        self.run.mark(key, done=not made.after.needs_review)
        self._decided_at[key] = self.decider.made
        self.learner.learn(made)
        self.read_flags()
        self.go_to(made.item_id, made.field)
        word = "Undone" if made.action == "undo" else "Done again"
        entry = self._entry()
        self.say(f"{word}: {entry.title if entry is not None else made.field} on {file_name(made.filename)}")

    def _say_reversible(self, undo: str, redo: str) -> None:
        for made, word, words in ((self.undo_button, "Undo", undo), (self.redo_button, "Redo", redo)):
            made.setEnabled(bool(words))
            name = f"{word}: {one_line(words, 80)}" if words else word
            made.setAccessibleName(name)
            made.setToolTip(tooltip(name))

    # --- what was learnt ------------------------------------------------------------------------------------------

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

    # --- pointing -------------------------------------------------------------------------------------------------

    def _picked(self, words: tuple[int, ...], keys: Qt.KeyboardModifier) -> None:
        target = self.target()
        opened = self.documents.get(self._item_id)
        page = next((p for p in opened.pages if p.index == self.pane.page()), None) if opened is not None else None
        if target is None or page is None or self._storing is not None:
            return
        if keys & Qt.KeyboardModifier.ShiftModifier and target.row is not None:
            self.fill_column(page, words)
            return
        if not target.editable:
            self.say("Add a row first: Ins")
            return
        self._pick = (page.index, words)
        self.card.edit.fill(" ".join(page.texts[word] for word in words))
        self.card.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_pick(self) -> None:
        self._pick = None
        self.picker.choose(())

    def _open_file(self) -> None:
        opened = self.documents.get(self._item_id)
        if opened is not None and not files.open_file(opened.item.path):
            self._context.notify("There is no program to open this file with.")

    def stop(self) -> None:
        """Read and learn no more."""
        self._refresh.stop()
        self.learner.stop()
