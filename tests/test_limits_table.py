"""The README's table of limits, held against the code: every limit is in it, with its default and the right error."""

from __future__ import annotations

import re
from pathlib import Path

from docuextract_desktop import errors
from docuextract_desktop.jobs import arrivals, confinement, owners, protocol, watcher
from docuextract_desktop.settings import Limits, Settings
from docuextract_desktop.storage import database, opening
from docuextract_desktop.templates import rules, validation

MB = 1024 * 1024
README = Path(__file__).resolve().parent.parent / "README.md"

DEFAULTS: dict[str, object] = {
    **Limits().model_dump(),
    "page_allowance": Settings().page_allowance,
    "retention_days": Settings().retention_days,
    "prepared_bytes": Settings().prepared_bytes,
    "MAX_OPEN_FILES": confinement.MAX_OPEN_FILES,
    "MAX_WRITTEN_BYTES": confinement.MAX_WRITTEN_BYTES,
    "MAX_MESSAGE_BYTES": protocol.MAX_MESSAGE_BYTES,
    "MAX_BYTES": validation.MAX_BYTES,
    "MAX_FIELDS": validation.MAX_FIELDS,
    "MAX_PATTERN": validation.MAX_PATTERN,
    "MAX_LENGTH": rules.MAX_LENGTH,
    "BUSY_TIMEOUT_S": database.BUSY_TIMEOUT_S,
    "STALE_AFTER_S": owners.STALE_AFTER_S,
    "SETTLE_S": arrivals.SETTLE_S,
    "NO_ANSWER_AFTER_S": watcher.NO_ANSWER_AFTER_S,
    "KEPT_AUTOMATIC_BACKUPS": opening.KEPT_AUTOMATIC_BACKUPS,
}
IN_WORDS = {"lanes": "one per core, at most 8"}
UNITS = {"MB": MB, "s": 1, "bytes": 1, "": 1}


def rows() -> dict[str, tuple[str, str]]:
    """Name → (default, what happens) of each row of the table."""
    section = README.read_text("utf-8").partition("\n## Limits\n")[2].partition("\n## ")[0]
    found = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and (name := re.fullmatch(r"`(\w+)`", cells[1])):
            found[name[1]] = (cells[2], cells[3])
    return found


def value_of(text: str) -> float | None:
    """A default as the table says it."""
    if text == "none":
        return None
    match = re.fullmatch(r"([\d,]+) ?(MB|s|bytes|)", text)
    assert match is not None, text
    return float(match[1].replace(",", "")) * UNITS[match[2]]


def codes() -> set[str]:
    """Every code of an error that a user can meet."""

    def below(cls: type[errors.DocuExtractError]) -> set[str]:
        return {cls.code}.union(*(below(sub) for sub in cls.__subclasses__()))

    return below(errors.DocuExtractError) | {code.value for code in errors.ItemErrorCode}


def test_every_limit_is_in_the_table_with_its_default() -> None:
    table = rows()
    assert set(table) == set(DEFAULTS) | set(IN_WORDS)
    wrong = {
        name: (told, DEFAULTS[name])
        for name, (told, _) in table.items()
        if name not in IN_WORDS and value_of(told) != DEFAULTS[name]
    }
    assert wrong == {}
    assert {name: table[name][0] for name in IN_WORDS} == IN_WORDS


def test_every_error_of_the_table_exists() -> None:
    named = {code for _, what in rows().values() for code in re.findall(r"`(\w+)`", what)}
    assert len(named) > 8
    assert named - codes() == set()


def test_every_code_for_something_too_large_or_too_long_is_in_the_table() -> None:
    named = {code for _, what in rows().values() for code in re.findall(r"`(\w+)`", what)}
    limits = {"document_too_large", "page_limit_exceeded", "timeout", "payment_required", "too_many_documents"}
    assert limits <= named
