"""How well each version does, field by field, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from docuextract_desktop.ui.wording import count, one_line, percent

if TYPE_CHECKING:
    from docuextract_desktop.review.accuracy import Accuracy, Tally
    from docuextract_desktop.templates.models import Template

Index = QModelIndex | QPersistentModelIndex


class AccuracyTable(QAbstractTableModel):
    """A line for all fields together, then one per field; a column per version, and per trial."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: list[tuple[str, Accuracy]] = []
        self._lines: list[tuple[str, str]] = []

    def show(self, template: Template | None, measured: Sequence[tuple[str, Accuracy]]) -> None:
        """Show these, each under its heading."""
        self.beginResetModel()
        self._columns = list(measured)
        titles = [(f.name, f.shown_title) for f in template.fields] if template is not None else []
        self._lines = [("", "All fields"), *titles] if self._columns else []
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """All, and each field."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The field, and each version."""
        return 0 if parent.isValid() else 1 + len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Versions."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return "Field" if section == 0 else self._columns[section - 1][0]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Shares with their intervals."""
        if not index.isValid():
            return None
        name, title = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole and index.column() == 0:
            return one_line(title, 80)
        if index.column() == 0:
            return None
        measured = self._columns[index.column() - 1][1]
        tally = measured.total if not name else measured.fields.get(name)
        if role == Qt.ItemDataRole.DisplayRole:
            return share_words(tally)
        if role == Qt.ItemDataRole.ToolTipRole and tally is not None and tally.known:
            unflagged = f"; {percent(tally.share_unflagged)} not flagged" if tally.values else ""
            return f"{tally.right} of {count(tally.known, 'value')} that a person looked at{unflagged}"
        return None


def share_words(tally: Tally | None) -> str:
    """`94 %  (88–97 %)`: share right with its 95 % interval, or that nothing is known."""
    if tally is None or tally.right_interval is None:
        return "–"
    low, high = tally.right_interval
    return f"{percent(tally.share_right)}  ({round(low * 100)}–{percent(high)})"
