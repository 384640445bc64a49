"""What the template was taught, what contradicts itself, how well it does, and whether the draft does better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.review.lessons import CancelledError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.templates.accuracy_table import AccuracyTable, share_words
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import column, row
from docuextract_desktop.ui.widgets.table import RowTable
from docuextract_desktop.ui.widgets.text import label, set_tone
from docuextract_desktop.ui.wording import clock, count, one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.review.accuracy import Accuracy
    from docuextract_desktop.review.lessons import Lesson
    from docuextract_desktop.templates.models import Template
    from docuextract_desktop.ui.context import Context
    from docuextract_desktop.ui.templates.document import DraftDocument


@dataclass(frozen=True, slots=True)
class Learnt:
    """All that is known of a template's teaching."""

    template: Template
    lessons: tuple[Lesson, ...]
    contradictions: tuple[str, ...]
    versions: tuple[Accuracy, ...]


class TeachingPage(QWidget):
    """Reads when it is shown; measuring the draft is started by a button, since it takes a while."""

    def __init__(self, context: Context, document: DraftDocument) -> None:
        super().__init__()
        self._context, self._document = context, document
        self._learnt: Learnt | None = None
        self._trial: tasks.Task | None = None
        self._tried: tuple[Accuracy, Accuracy] | None = None
        self.nothing = label("", tone="muted", wrap=True)
        self.verdict = label("", wrap=True)
        self.try_button = button("&Does my edit help?", self._try, icon="play")
        self.try_button.setToolTip("Read the taught documents with the saved version and with what is in the editor")
        self.accuracy = AccuracyTable(self)
        self.table = RowTable("Share right, by field and version", self.accuracy, sortable=False)
        self.table.setMinimumHeight(160)
        self.contradictions = QListWidget()
        self.contradictions.setAccessibleName("Contradictions")
        self.contradictions.setWordWrap(True)
        self.contradictions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contradictions.setMaximumHeight(112)
        self.contradiction_head = label("", "strong", "warn", wrap=True)
        self.lessons = QListWidget()
        self.lessons.setAccessibleName("Documents that taught it")
        self.lessons.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.lessons.setMinimumHeight(96)
        self.lessons.itemSelectionChanged.connect(self._show_buttons)
        self.lesson_head = label("", "strong")
        self.back_button = button("&Take back", lambda: self._set(taken=True), icon="undo")
        self.back_button.setToolTip(
            "These documents teach the template no more; their values stay as they were decided"
        )
        self.up_button = button("Take &up again", lambda: self._set(taken=False), icon="redo")
        layout = column(
            self.nothing,
            row(self.try_button, None),
            self.verdict,
            self.table,
            self.contradiction_head,
            self.contradictions,
            self.lesson_head,
            self.lessons,
            row(self.back_button, self.up_button, None),
            None,
            spacing=8,
        )
        layout.setContentsMargins(16, 12, 16, 16)
        self.setLayout(layout)
        self._show()
        document.changed.connect(self._draft_changed)

    # --- reading --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read anew."""
        base = self._document.base
        if base is None:
            self._learnt = None
            self._show()
            return
        if self._learnt is not None and self._learnt.template.id != base.id:
            self._learnt, self._tried = None, None
            self._show()
        services = self._context.services
        tasks.run(lambda _: _read(services, base), owner=self, done=self._got, failed=self._failed)

    def _got(self, learnt: Learnt) -> None:
        base = self._document.base
        if base is not None and learnt.template.id == base.id:
            self._learnt = learnt
            self._show()

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self._context.notify(str(error), stays=True)

    def _show(self) -> None:
        learnt = self._learnt
        there = learnt is not None and bool(learnt.lessons or learnt.versions)
        self.nothing.setVisible(not there)
        self.nothing.setText(
            "Nothing was taught yet. Values that are corrected or confirmed in Review teach the template, and show "
            "here how well it does."
        )
        for part in (self.try_button, self.verdict, self.table, self.lesson_head, self.lessons):
            part.setVisible(there)
        said = learnt.contradictions if learnt is not None else ()
        self.contradiction_head.setVisible(bool(said))
        self.contradictions.setVisible(bool(said))
        self.contradiction_head.setText(
            f"{count(len(said), 'contradiction')}: documents that look alike, taught differently"
        )
        self.contradictions.clear()
        for sentence in said:
            self.contradictions.addItem(one_line(sentence, 600))
        self.lessons.clear()
        for lesson in learnt.lessons if learnt is not None else ():
            self.lessons.addItem(_item(lesson))
        self.lesson_head.setText(f"Taught by {count(len(learnt.lessons), 'document')}" if learnt is not None else "")
        self._show_buttons()
        self._show_accuracy()

    def _show_accuracy(self) -> None:
        learnt = self._learnt
        measured = [(f"Version {a.version}", a) for a in learnt.versions] if learnt is not None else []
        if self._tried is not None:
            measured += [("Saved, tried", self._tried[0]), ("Draft, tried", self._tried[1])]
        self.accuracy.show(self._document.checked.template or (learnt.template if learnt else None), measured)
        self.table.set_widths([144, *[168] * len(measured)])
        self.table.setVisible(bool(measured))

    def _draft_changed(self, _key: object) -> None:
        if self._tried is not None or self._trial is not None:
            self._stop_trial()
            self._tried = None
            self.verdict.setText("")
            self._show_accuracy()
        self.try_button.setEnabled(self._document.checked.template is not None)

    # --- does it help? --------------------------------------------------------------------------------------------

    def _stop_trial(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None
            self.try_button.setEnabled(True)

    def _try(self) -> None:
        base, draft = self._document.base, self._document.checked.template
        if base is None or draft is None or self._trial is not None:
            return
        meter = self._context.services.accuracy
        mine = draft.model_copy(update={"id": base.id, "version": base.version})

        def work(task: tasks.Task) -> tuple[Accuracy, Accuracy] | None:
            try:
                before = meter.try_draft(
                    base, progress=lambda done, of: task.report((done, 2 * of)), cancelled=lambda: task.cancelled
                )
                after = meter.try_draft(
                    mine, progress=lambda done, of: task.report((of + done, 2 * of)), cancelled=lambda: task.cancelled
                )
            except CancelledError:
                return None
            return before, after

        self.try_button.setEnabled(False)
        self.verdict.setText("Reading the taught documents…")
        set_tone(self.verdict, "muted")
        self._trial = tasks.run(
            work, owner=self, pool="learning", done=self._tried_out, failed=self._not_tried, progress=self._progress
        )

    def _not_tried(self, error: BaseException) -> None:
        self._stop_trial()
        self.verdict.setText("")
        self._failed(error)

    def _progress(self, done: tuple[int, int]) -> None:
        self.verdict.setText(f"Reading the taught documents… {done[0] * 100 // max(1, done[1])} %")

    def _tried_out(self, tried: tuple[Accuracy, Accuracy] | None) -> None:
        self._trial = None
        self.try_button.setEnabled(True)
        if tried is None:
            return
        self._tried = tried
        words, tone = verdict(*tried)
        self.verdict.setText(words)
        set_tone(self.verdict, tone)
        self._show_accuracy()

    # --- taking back ----------------------------------------------------------------------------------------------

    def _chosen(self) -> list[Lesson]:
        lessons = self._learnt.lessons if self._learnt is not None else ()
        return [lessons[self.lessons.row(item)] for item in self.lessons.selectedItems()]

    def _show_buttons(self) -> None:
        chosen = self._chosen()
        for made, wanted in ((self.back_button, False), (self.up_button, True)):
            made.setVisible(bool(self._learnt is not None and self._learnt.lessons))
            made.setEnabled(any(lesson.taken_back is wanted for lesson in chosen))

    def _set(self, *, taken: bool) -> None:
        base = self._document.base
        wanted = [lesson.sha256 for lesson in self._chosen() if lesson.taken_back is not taken]
        if base is None or not wanted:
            return
        lessons = self._context.services.lessons

        def done(changed: int) -> None:
            what = f"{count(changed, 'document')} {'no longer teach' if taken else 'teach'} the template"
            self._context.notify(f"{what if changed != 1 else what.replace('teach the', 'teaches the')}.")
            self._tried = None
            self.verdict.setText("")
            self.refresh()

        act = lessons.take_back if taken else lessons.take_up
        tasks.run(lambda _: act(base, wanted), owner=self, pool="learning", done=done, failed=self._failed)


def _item(lesson: Lesson) -> QListWidgetItem:
    said = ", ".join(
        f"{one_line(f.title, 40)}: {one_line(f.value, 60) if f.value else 'not there'}" for f in lesson.fields
    )
    state = "taken back" if lesson.taken_back else lesson.problem if not lesson.usable else clock(lesson.taught_at)
    made = QListWidgetItem(f"{one_line(lesson.filename, 80)}   ({one_line(state, 120)})")
    made.setToolTip(tooltip(said))
    made.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one_line(lesson.filename, 80)}, {state}, {said}")
    font = made.font()
    font.setStrikeOut(lesson.taken_back)
    made.setFont(font)
    return made


def verdict(before: Accuracy, after: Accuracy) -> tuple[str, str]:
    """Whether the draft does better than the saved version, and the tone of the answer."""
    old, new = before.total, after.total
    if not old.known or not new.known:
        return "There are no reviewed values to try it on yet.", "muted"
    on = count(after.documents, "document")
    shares = f"Right on {on}: {share_words(new)} with the edit, {share_words(old)} without."
    gained, lost = new.right - old.right, new.known - old.known
    if lost:
        shares += f" {count(abs(lost), 'known value')} {'more' if lost > 0 else 'fewer'} can be compared with the edit."
    (low_new, high_new), (low_old, high_old) = new.right_interval or (0, 1), old.right_interval or (0, 1)
    if low_new > high_old:
        return f"Yes, the edit helps. {shares}", "good"
    if high_new < low_old:
        return f"No, the edit does harm. {shares}", "bad"
    if not lost and gained:
        more = f"{abs(gained):,} more {'value is' if abs(gained) == 1 else 'values are'}"
        return f"{more} {'right' if gained > 0 else 'wrong'}; too few to be sure. {shares}", "warn"
    return f"No clear difference. {shares}", "normal"


def _read(services: Services, template: Template) -> Learnt:
    lessons = services.lessons
    return Learnt(
        template,
        tuple(lessons.taught(template)),
        tuple(one.sentence for one in lessons.contradictions(template)),
        tuple(services.accuracy.over_versions(template)),
    )
