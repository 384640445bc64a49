"""The template that is being edited, with everything that was done to it since, to be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from docuextract_desktop.templates.draft_checks import Checked, check_draft
from docuextract_desktop.templates.drafting import Draft, Entry, Place, draft_of, settled

if TYPE_CHECKING:
    from docuextract_desktop.templates.models import Template

_MERGING = 1


class DraftChange(QUndoCommand):
    """One step: the draft before and after it."""

    def __init__(self, document: DraftDocument, words: str, after: Draft, key: int | None, merge: str) -> None:
        super().__init__(words)
        self._document, self._key, self._merge = document, key, merge
        self._before, self._after = document.draft, after

    def id(self) -> int:
        """Steps that may become one have one."""
        return _MERGING if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Letters that are typed into the same line one after the other are one step."""
        if not isinstance(other, DraftChange) or other._merge != self._merge:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        """Do it."""
        self._document._put(self._after, self._key)

    def undo(self) -> None:
        """Take it back."""
        self._document._put(self._before, self._key)


class DraftDocument(QObject):
    """A draft, what it was made of, and the steps in between.

    Attributes:
        draft: as it is now.
        base: the template as it was last saved or opened; None for a new one.
        checked: what is wrong with the draft, and the template that it would be saved as.
        stack: for undo and redo.

    Signals:
        changed: the draft is another; the key of the entry that it was about, or None.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.draft = Draft()
        self.base: Template | None = None
        self.checked: Checked = check_draft(self.draft)
        self.stack = QUndoStack(self)
        self._saved = Draft()

    def open(self, draft: Draft, base: Template | None) -> None:
        """Begin with a draft; what is not of a saved template counts as unsaved at once."""
        self.stack.clear()
        self.base = base
        # An empty one that was only begun is nothing that could be lost.
        begun = Draft() if draft.entries else draft
        self._saved = draft_of(base) if base is not None else begun
        self._put(draft, None)

    def saved_as(self, template: Template) -> None:
        """It was saved; undo still goes back to before."""
        self.base = template
        self._saved = draft_of(template)
        self._put(settled(replace(self.draft, id=template.id)), None)

    @property
    def dirty(self) -> bool:
        """Whether there is something that a save would keep."""
        return replace(self.draft, id="") != replace(self._saved, id="")

    def apply(self, words: str, draft: Draft, key: int | None = None, *, merge: str = "") -> None:
        """Make it `draft`, as one step that can be undone.

        Args:
            words: for undo, such as "Remove Total".
            draft: the new one.
            key: of the entry to show.
            merge: steps with the same word, one after the other, become one.
        """
        if draft != self.draft or [e.key for e in draft.entries] != [e.key for e in self.draft.entries]:
            self.stack.push(DraftChange(self, words, draft, key, merge))

    def change(self, place: Place, attribute: str, value: Any, *, merge: str = "") -> None:
        """Set one attribute of an entry."""
        entry = self.draft.entry(place)
        if getattr(entry, attribute) == value:
            return
        draft = self.draft.changed(place, **{attribute: value})
        self.apply(f"Change {entry.shown_title}", draft, entry.key, merge=merge and f"{entry.key} {attribute} {merge}")

    def change_template(self, attribute: str, value: Any, *, merge: str = "") -> None:
        """Set one attribute of the template itself."""
        if getattr(self.draft, attribute) != value:
            draft = replace(self.draft, **{attribute: value})
            self.apply("Change the template", draft, merge=merge and f"template {attribute} {merge}")

    def add(self, entry: Entry, after: Place | None = None) -> int:
        """Add a field; its key."""
        draft, place = self.draft.added(entry, after)
        self.apply(f"Add {entry.shown_title}", draft, draft.entry(place).key)
        return draft.entry(place).key

    def add_column(self, entry: Entry, to: Place) -> int:
        """Add a column to the table there; its key."""
        draft, place = self.draft.added_column(entry, to)
        self.apply(f"Add {entry.shown_title}", draft, draft.entry(place).key)
        return draft.entry(place).key

    def duplicate(self, place: Place) -> None:
        """Copy an entry."""
        draft, copy = self.draft.duplicated(place)
        self.apply(f"Duplicate {self.draft.entry(place).shown_title}", draft, draft.entry(copy).key)

    def remove(self, place: Place) -> None:
        """Remove an entry; the one that comes in its place is shown."""
        places = self.draft.places()
        at = places.index(place)
        draft = self.draft.removed(place)
        left = draft.places()
        key = draft.entry(left[min(at, len(left) - 1)]).key if left else None
        self.apply(f"Remove {self.draft.entry(place).shown_title}", draft, key)

    def move(self, place: Place, by: int) -> None:
        """Move an entry among its like."""
        entry = self.draft.entry(place)
        draft, to = self.draft.moved(place, by)
        if to != place:
            self.apply(f"Move {entry.shown_title}", draft, entry.key)

    def _put(self, draft: Draft, key: int | None) -> None:
        # The id is no part of any step: what was saved under one keeps it, however much is undone.
        self.draft = replace(draft, id=self.base.id if self.base is not None else draft.id)
        self.checked = check_draft(self.draft)
        self.changed.emit(key)
