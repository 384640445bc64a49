"""Every fault of the table in README.md names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def rows() -> list[tuple[str, str]]:
    """(fault, test) of each line of the table."""
    found = []
    for line in (HERE / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and not cells[0].startswith(("**", "--", "fault")):
            found.append((cells[0], cells[2].strip("`")))
    return found


def test_every_fault_names_a_test_that_exists() -> None:
    table = rows()
    assert len(table) > 40
    missing = []
    for fault, test in table:
        name, _, function = test.partition("::")
        path = HERE.parent / name
        if not path.is_file() or not re.search(rf"^def {re.escape(function)}\(", path.read_text("utf-8"), re.MULTILINE):
            missing.append((fault, test))
    assert missing == []
