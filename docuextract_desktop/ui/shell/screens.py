"""The screens, made when they are first shown, and the ways between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from docuextract_desktop.ui.batch.summary import ended_notice
from docuextract_desktop.ui.batches.model import BatchTable
from docuextract_desktop.ui.batches.view import BatchesView
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.review.model import ReviewTable
from docuextract_desktop.ui.shell.window import MainWindow
from docuextract_desktop.ui.widgets.toast import Action
from docuextract_desktop.ui.wording import count, one_line

if TYPE_CHECKING:
    from docuextract_desktop.jobs.models import BatchSummary
    from docuextract_desktop.templates.drafting import Draft
    from docuextract_desktop.templates.models import Template
    from docuextract_desktop.ui.batch.view import BatchView
    from docuextract_desktop.ui.document.view import DocumentView
    from docuextract_desktop.ui.new_batch.view import NewBatchView
    from docuextract_desktop.ui.review.view import ReviewView
    from docuextract_desktop.ui.settings.view import SettingsView
    from docuextract_desktop.ui.templates.editor import TemplateEditor
    from docuextract_desktop.ui.templates.view import TemplatesView


TEMPLATE_SUFFIXES = (".json", ".csv", ".tsv", ".xlsx")


class Screens(QObject):
    """Owns the screens of a window whose data folder is open.

    Signals:
        theme_chosen, lanes_changed: from the settings.
    """

    theme_chosen = Signal(str)
    lanes_changed = Signal(int)

    def __init__(self, window: MainWindow, context: Context) -> None:
        super().__init__(window)
        self.window, self.context = window, context
        self._made: dict[str, QWidget] = {}
        self._trail: list[str] = []
        self._document_from = "batch"
        self.batches = BatchTable(context.services.queue, context.feed, self)
        self.batches.ended.connect(self._say_ended)
        self.waiting = ReviewTable(context.services.queue, context.feed, self)
        self.waiting.counted.connect(window.sidebar.buttons["review"].set_count)
        window.screen_wanted.connect(lambda name: self.leave(lambda: self.show(name)))
        window.new_wanted.connect(lambda: self.leave(lambda: self.begin_batch([])))
        window.paths_given.connect(self.take_paths)
        window.back_wanted.connect(lambda: self.leave(self.go_back))
        window.drop_words = self._drop_words
        window.may_close = self.may_leave
        self._status = QTimer(self)
        self._status.setInterval(1_000)
        self._status.timeout.connect(self._show_lanes)
        self._status.start()
        self.batches.load()
        self.waiting.load()

    @property
    def now(self) -> str:
        """Name of the screen that is shown."""
        return self._trail[-1] if self._trail else ""

    # --- the screens ----------------------------------------------------------------------------------------------

    @property
    def batches_view(self) -> BatchesView:
        """All batches."""
        if "batches" not in self._made:
            made = BatchesView(self.context, self.batches)
            made.opened.connect(self.open_batch)
            made.new_wanted.connect(lambda: self.begin_batch([]))
            self._made["batches"] = made
        return self._made["batches"]  # type: ignore[return-value]

    @property
    def new_batch_view(self) -> NewBatchView:
        """A new batch."""
        if "new_batch" not in self._made:
            from docuextract_desktop.ui.new_batch.view import NewBatchView

            made = NewBatchView(self.context)
            made.started.connect(self._started)
            made.cancelled.connect(self.go_back)
            self._made["new_batch"] = made
        return self._made["new_batch"]  # type: ignore[return-value]

    @property
    def batch_view(self) -> BatchView:
        """One batch."""
        if "batch" not in self._made:
            from docuextract_desktop.ui.batch.view import BatchView

            made = BatchView(self.context)
            made.back.connect(lambda: self.show("batches"))
            made.batch_wanted.connect(self.open_batch)
            made.document_wanted.connect(lambda item_id, ids: self.open_document(item_id, ids, "batch"))
            made.review_wanted.connect(lambda batch_id, item_id: self.open_review(batch_id, item_id or None))
            made.deletion_wanted.connect(self._delete)
            made.named.connect(lambda name: self._title("batch", name))
            self._made["batch"] = made
        return self._made["batch"]  # type: ignore[return-value]

    @property
    def document_view(self) -> DocumentView:
        """One document."""
        if "document" not in self._made:
            from docuextract_desktop.ui.document.view import DocumentView

            made = DocumentView(self.context)
            made.back.connect(self.go_back)
            made.shown.connect(self._document_shown)
            made.named.connect(lambda name: self._title("document", name))
            self._made["document"] = made
        return self._made["document"]  # type: ignore[return-value]

    @property
    def review_view(self) -> ReviewView:
        """Values to review."""
        if "review" not in self._made:
            from docuextract_desktop.ui.review.view import ReviewView

            made = ReviewView(self.context, self.waiting)
            made.back.connect(self.go_back)
            made.batch_wanted.connect(self.open_batch)
            made.batches_wanted.connect(lambda: self.show("batches"))
            made.shown.connect(self._document_shown)
            made.named.connect(lambda name: self._title("review", name))
            self._made["review"] = made
        return self._made["review"]  # type: ignore[return-value]

    @property
    def templates_view(self) -> TemplatesView:
        """Templates."""
        if "templates" not in self._made:
            from docuextract_desktop.ui.templates.view import TemplatesView

            made = TemplatesView(self.context)
            made.new_batch_wanted.connect(self._begin_with)
            made.editor_wanted.connect(self.edit_template)
            self._made["templates"] = made
        return self._made["templates"]  # type: ignore[return-value]

    @property
    def template_editor(self) -> TemplateEditor:
        """One template that is being edited."""
        if "template_editor" not in self._made:
            from docuextract_desktop.ui.templates.editor import TemplateEditor

            made = TemplateEditor(self.context)
            made.back.connect(lambda: self.leave(self.go_back))
            made.named.connect(lambda name: self._title("template_editor", one_line(name)))
            made.saved.connect(lambda template_id: self.templates_view.choose(template_id))
            self._made["template_editor"] = made
        return self._made["template_editor"]  # type: ignore[return-value]

    @property
    def settings_view(self) -> SettingsView:
        """Settings."""
        if "settings" not in self._made:
            from docuextract_desktop.ui.settings.view import SettingsView

            made = SettingsView(self.context)
            made.theme_chosen.connect(self.theme_chosen)
            made.lanes_changed.connect(self.lanes_changed)
            self._made["settings"] = made
        return self._made["settings"]  # type: ignore[return-value]

    # --- ways -----------------------------------------------------------------------------------------------------

    def leave(self, then: Callable[[], object]) -> None:
        """Go elsewhere, once nothing is lost by it."""
        if self.may_leave(then):
            then()

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the screen may be left at once; otherwise the person is asked, and `then` may follow."""
        return self.now != "template_editor" or self.template_editor.may_leave(then)

    def take_paths(self, paths: Sequence[Path]) -> None:
        """Files that were dropped, pasted or named at the start: samples for the editor, else a new batch."""
        if self.now == "template_editor":
            self.template_editor.add_samples(list(paths))
        elif self.now == "templates" and paths and all(p.suffix.lower() in TEMPLATE_SUFFIXES for p in paths):
            self.templates_view.import_path(paths[0])
        else:
            self.begin_batch(paths)

    def _drop_words(self) -> str:
        return {
            "new_batch": "Drop to add to the new batch",
            "template_editor": "Drop to try the template on it",
            "templates": "Drop documents to begin a new batch, a template or spreadsheet to make a template",
        }.get(self.now, "Drop to begin a new batch")

    def edit_template(self, draft: Draft, base: Template | None, with_sample: bool) -> None:
        """Edit a template."""
        view = self.template_editor
        self._put("template_editor", view, one_line(draft.name or "New template"), mark="templates")
        view.begin(draft, base)
        if with_sample:
            view.pane.files_wanted.emit()

    def show(self, name: str) -> None:
        """Show a screen of the sidebar."""
        if name == "batches":
            self._put("batches", self.batches_view, "Batches")
            self.batches_view.focus_table()
        elif name == "review":
            self._put("review", self.review_view, "Review")
            self.review_view.resume()
        elif name == "templates":
            self._put("templates", self.templates_view, "Templates")
            self.templates_view.refresh()
            self.templates_view.list.setFocus()
        elif name == "settings":
            self._put("settings", self.settings_view, "Settings")
            self.settings_view.refresh()
            self.settings_view.theme.button(self.settings_view.theme.value()).setFocus()

    def begin_batch(self, paths: Sequence[Path]) -> None:
        """Show the screen of a new batch, with these files added."""
        view = self.new_batch_view
        self._put("new_batch", view, "New batch", mark="batches")
        view.refresh()
        if paths:
            view.add_paths(paths)
        view.focus_first()

    def open_batch(self, batch_id: str) -> None:
        """Show a batch."""
        self._put("batch", self.batch_view, "Batch", mark="batches")
        self.batch_view.open(batch_id)

    def open_review(self, batch_id: str | None, item_id: str | None = None) -> None:
        """Review a batch, or all of them, beginning with a document where one is named."""
        if "review" in self._trail:
            self._trail.remove("review")  # what is shown now is where Escape leads back to
        self._put("review", self.review_view, "Review")
        self.review_view.open(batch_id, item_id)

    def open_document(self, item_id: str, ids: list[str], came_from: str) -> None:
        """Show a document."""
        self._document_from = came_from
        self._put("document", self.document_view, "Document", mark="batches")
        self.document_view.open(item_id, ids)

    def go_back(self) -> None:
        """To where the person came from; the list of batches is the root."""
        if not self._trail or self._trail == ["batches"]:
            return
        if self.now == "review" and self.review_view.showing_list():
            self.review_view.resume()
            return
        was = self._trail.pop()
        name = {"document": self._document_from, "batch": "batches"}.get(was)
        if name is None:
            name = self._trail[-1] if self._trail else "batches"
        if name == "batch":
            self._put("batch", self.batch_view, "Batch", mark="batches")
            self.batch_view.focus_table()
        elif name in ("document", "new_batch"):
            self.show("batches")
        else:
            self.show(name)

    def _put(self, name: str, widget: QWidget, title: str, mark: str = "") -> None:
        if name in self._trail:
            del self._trail[self._trail.index(name) :]
        self._trail.append(name)
        self.window.show_screen(widget, mark or name, title)

    def _title(self, screen: str, name: str) -> None:
        if self.now == screen:
            self.window.set_title(name)

    # --- what happens ---------------------------------------------------------------------------------------------

    def _begin_with(self, template_id: str) -> None:
        self.begin_batch([])
        self.new_batch_view.options.choose(template_id)

    def _started(self, batch_id: str) -> None:
        self._trail = ["batches"]
        self.open_batch(batch_id)

    def _document_shown(self, item_id: str) -> None:
        if "batch" in self._made:
            self.batch_view.choose_item(item_id)

    def _delete(self, batch: BatchSummary) -> None:
        self.show("batches")
        self.batches_view.delete([batch])

    def _say_ended(self, over: list[BatchSummary]) -> None:
        for batch in over:
            if batch.watched:  # it ends again after every document that lands in its folder
                continue
            actions = []
            if not (self.now == "batch" and self.batch_view.watch.batch_id == batch.id):
                actions.append(Action("Show", partial(self.open_batch, batch.id)))
            self.context.notify(one_line(ended_notice(batch)), *actions)
            if not self.window.isActiveWindow():
                QApplication.alert(self.window)

    def _show_lanes(self) -> None:
        runner = self.context.runner
        busy, lanes = len(runner.busy_lanes), runner.lanes
        words = f"{busy} of {count(lanes, 'lane')} at work" if busy else f"{count(lanes, 'lane')} ready"
        if self.window.sidebar.status.text() != words:
            self.window.sidebar.status.setText(words)

    def stop(self) -> None:
        """Read nothing any more: the data folder is about to be closed."""
        self._status.stop()
        self.waiting.stop()

    def keep_state(self) -> None:
        """Remember sizes and columns of every screen that was made."""
        for made in self._made.values():
            keep = getattr(made, "keep_state", None)
            if keep is not None:
                keep()
