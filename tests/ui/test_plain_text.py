"""Nothing from a document, a file's name or a template is taken for rich text: held over the source of every widget.

Qt guesses whether the text of a label, a tool tip or a message is rich. So labels are made in one place, as plain text,
and whatever else is shown in a tool tip goes through `wording.tooltip`, which escapes it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from docuextract_desktop import ui
from docuextract_desktop.ui import app as app_module
from docuextract_desktop.ui import theme

ROOT = Path(ui.__file__).parent
SHOW_RICH_TEXT = frozenset(
    ["QTextBrowser", "QTextEdit", "QTextDocument", "QStaticText", "setHtml", "RichText", "AutoText", "MarkdownText"]
)
PICTURES = {"shell/sidebar.py", "widgets/drop_zone.py", "widgets/empty_state.py"}
"""These make labels that hold a drawing and no text."""

OUR_OWN_WORDS = {
    ("document/canvas.py", "'' if item is None else item.outline.tip"),  # escaped where the outline is made
    ("new_batch/options.py", "NO_PREMIUM"),
    ("shell/sidebar.py", "f'{self._title}{more} ({self._keys})'"),
    ("widgets/buttons.py", "name + shown"),
    ("widgets/buttons.py", "tip"),
    ("widgets/state_tile.py", "f'Show only documents that are: {ITEM_TITLES[state].lower()}'"),
}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield path.relative_to(ROOT).as_posix(), node


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def fixed(node: ast.expr) -> bool:
    """Whether a text stands in the source, or was escaped."""
    if isinstance(node, ast.IfExp):
        return fixed(node.body) and fixed(node.orelse)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Call) and name_of(node) == "tooltip")


def test_labels_are_made_in_one_place() -> None:
    made = {place for place, node in nodes() if isinstance(node, ast.Call) and name_of(node) == "QLabel"}
    assert made - PICTURES == {"widgets/text.py"}


def test_tool_tips_hold_our_own_words_or_what_was_escaped() -> None:
    others = {
        (place, ast.unparse(node.args[0]))
        for place, node in nodes()
        if isinstance(node, ast.Call) and name_of(node) == "setToolTip" and not fixed(node.args[0])
    }
    assert others - OUR_OWN_WORDS == set()


def test_nothing_that_shows_rich_text_is_used() -> None:
    used = {
        (place, word)
        for place, node in nodes()
        for word in (getattr(node, "id", None), getattr(node, "attr", None))
        if word in SHOW_RICH_TEXT
    }
    assert used == set()


def test_the_message_of_a_data_folder_that_cannot_be_used_is_plain(
    look: theme.Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats: list[Qt.TextFormat] = []

    def shown(box: QMessageBox) -> int:
        formats.extend(part.textFormat() for part in box.findChildren(QLabel) if part.text())
        return 0

    monkeypatch.setattr(QMessageBox, "exec", shown)
    app_module.show_storage_problem("<b>Message</b>", "Hint.", "/home/<img src=x>")
    assert len(formats) >= 2
    assert set(formats) == {Qt.TextFormat.PlainText}
    QApplication.processEvents()
