"""Unsaved changes survive the program: they are stored as they are made, and offered when they are there at the start.

What is stored goes when the changes are saved, discarded or undone. So what is found when the editor is opened was left
by a program that ended before its person could say what was to become of it.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import label
from docuextract_desktop.ui.wording import one_line

if TYPE_CHECKING:
    from docuextract_desktop.storage.drafts import KeptDraft
    from docuextract_desktop.templates.drafting import Draft
    from docuextract_desktop.templates.models import Template
    from docuextract_desktop.ui.context import Context
    from docuextract_desktop.ui.templates.document import DraftDocument

KEEP_MS = 500
"""While a draft is being changed it is stored no more often than this."""

_log = logging.getLogger(__name__)


class DraftKeeper(QObject):
    """Stores the draft that is being edited, on the thread on which templates are saved, one after the other.

    Signals:
        found: (`Draft`, moment of its last change, version that it changes or None): one was left unsaved.
        troubled: a sentence: drafts cannot be stored.
    """

    found = Signal(object, float, object)
    troubled = Signal(str)

    def __init__(self, context: Context, document: DraftDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = context.services.drafts
        self._document = document
        self._id = ""
        self._stored = False
        self._offered: KeptDraft | None = None
        self._complained = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(KEEP_MS)
        self._soon.timeout.connect(self.keep_now)
        document.changed.connect(lambda _: self._changed())

    # --- storing --------------------------------------------------------------------------------------------------

    def begin(self, base: Template | None) -> None:
        """A piece of work begins; to be called before its draft is put into the document."""
        self._soon.stop()
        self._id, self._stored, self._offered = uuid.uuid4().hex, False, None
        self._look_for(base.id if base is not None else "", base)

    def _changed(self) -> None:
        if not self._id:
            return
        if self._worth_keeping():
            if not self._soon.isActive():
                self._soon.start()
            return
        self._soon.stop()
        if self._stored:
            self._stored = False
            self._forget(self._id)

    def _worth_keeping(self) -> bool:
        draft = self._document.draft
        empty = self._document.base is None and not (draft.entries or draft.description or draft.rules)
        return self._document.dirty and not empty

    def keep_now(self) -> None:
        """Store what there is to store without waiting; for the end of the program, too."""
        self._soon.stop()
        if not self._id or not self._worth_keeping():
            return
        self._stored = True
        store, draft, base, draft_id = self._store, self._document.draft, self._document.base, self._id

        def keep(_: tasks.Task) -> None:
            from docuextract_desktop.templates.draft_serial import draft_to_text

            template_id, version = ("", None) if base is None else (base.id, base.version)
            store.keep(draft_id, template_id, version, draft_to_text(draft))

        tasks.run(keep, owner=self, pool="queue", failed=self._failed)

    def _forget(self, draft_id: str) -> None:
        store = self._store
        tasks.run(lambda _: store.forget(draft_id), owner=self, pool="queue", failed=self._failed)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        _log.warning("an unsaved draft was not stored: %s", error)
        if not self._complained:  # once: it is tried again after every change
            self._complained = True
            self.troubled.emit(f"Changes that are not saved would not survive the end of the program. {error}")

    # --- what was left --------------------------------------------------------------------------------------------

    def _look_for(self, template_id: str, base: Template | None) -> None:
        from docuextract_desktop.templates.draft_serial import draft_from_text
        from docuextract_desktop.templates.drafting import draft_of

        store, own = self._store, self._id

        def look(_: tasks.Task) -> tuple[KeptDraft, Draft] | None:
            while (kept := store.newest(template_id, but=own)) is not None:
                draft = draft_from_text(kept.body)
                if draft is not None and (base is None or draft != draft_of(base)):
                    return kept, draft
                store.forget(kept.id)  # nobody can read it, or it was saved a moment before the program ended
            return None

        def got(found: tuple[KeptDraft, Draft] | None) -> None:
            if found is not None and own == self._id:
                self._offered = found[0]
                self.found.emit(found[1], found[0].changed_at, found[0].base_version)

        tasks.run(look, owner=self, pool="queue", done=got, failed=self._failed)

    def taken(self) -> None:
        """What was offered is in the document now, and is stored with it from now on."""
        if self._offered is not None:
            self.keep_now()  # under the name of this piece of work, before the older one goes
            self._forget(self._offered.id)
            self._offered = None

    def refused(self) -> None:
        """What was offered is not wanted; an older one may be offered next."""
        if self._offered is not None:
            self._forget(self._offered.id)
            self._offered = None
            base = self._document.base
            self._look_for(base.id if base is not None else "", base)


class KeptBar(QFrame):
    """The line that offers what was left unsaved.

    Signals:
        keep_wanted: the `Draft` is to be edited on.
        discard_wanted: it is to go.
    """

    keep_wanted = Signal(object)
    discard_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "bar")
        self.setAccessibleName("Unsaved changes of before")
        self.words = label("", wrap=True)
        self.keep_button = button("&Keep them", self._keep, kind="primary", tip="Go on with these changes")
        self.discard_button = button("D&iscard them", self._discard, tip="Forget these changes")
        self._draft: Draft | None = None
        layout = row(self.words, self.keep_button, self.discard_button, spacing=8)
        layout.setStretch(0, 1)
        layout.setContentsMargins(16, 8, 16, 8)
        self.setLayout(layout)
        self.hide()

    def offer(self, draft: Draft, changed_at: float, made_to: int | None, now: int | None) -> None:
        """Offer a draft.

        Args:
            draft: what was left.
            changed_at: UNIX seconds.
            made_to: the version that it changes.
            now: the version that is being edited.
        """
        self._draft = draft
        what = f"Your unsaved changes of {moment(changed_at)} were kept"
        if made_to is None:
            what = f"Your unsaved template {one_line(draft.name, 60)} of {moment(changed_at)} was kept"
        elif made_to != now:
            what += f"; they were made to version {made_to}"
        self.words.setText(f"{what}.")
        self.keep_button.setText("&Keep it" if made_to is None else "&Keep them")
        self.discard_button.setText("D&iscard it" if made_to is None else "D&iscard them")
        for made in (self.keep_button, self.discard_button):
            made.setAccessibleName(made.text().replace("&", ""))
            made.setAccessibleDescription(self.words.text())
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def close_offer(self) -> None:
        """Offer nothing any more."""
        self._draft = None
        self.hide()

    def _keep(self) -> None:
        draft = self._draft
        self.close_offer()
        if draft is not None:
            self.keep_wanted.emit(draft)

    def _discard(self) -> None:
        self.close_offer()
        self.discard_wanted.emit()


def moment(when: float, now: float | None = None) -> str:
    """`14:32`, or `23 November, 14:32` where that was another day."""
    then, today = time.localtime(when), time.localtime(time.time() if now is None else now)
    clock = time.strftime("%H:%M", then)
    if (then.tm_year, then.tm_yday) == (today.tm_year, today.tm_yday):
        return clock
    day = f"{then.tm_mday} {time.strftime('%B', then)}"
    return f"{day}, {clock}" if then.tm_year == today.tm_year else f"{day} {then.tm_year}, {clock}"
