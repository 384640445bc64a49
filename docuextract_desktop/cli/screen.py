"""Text onto the terminal: results to standard output, everything else to standard error, nothing that could harm it."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Literal

Align = Literal["<", ">"]


def result(text: str) -> None:
    """A line of a result, on standard output."""
    _write(text, error=False)


def result_json(value: Any) -> None:
    """A result as JSON, on standard output, in UTF-8 whatever the terminal speaks."""
    stream = standard_output()
    stream.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n")
    stream.flush()


def standard_output() -> BinaryIO:
    """Standard output for bytes."""
    sys.stdout.flush()
    return sys.stdout.buffer


def say(text: str) -> None:
    """A line about what happens, on standard error."""
    _write(text, error=True)


def _write(text: str, *, error: bool) -> None:
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "utf-8"
    # A terminal that does not know a character must not end the program.
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def plain(text: str) -> str:
    """A text from outside on one line: what could steer a terminal or turn the text's direction is spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], align: Sequence[Align] = ()) -> Iterable[str]:
    """The lines of a table with columns of equal width, without borders.

    Args:
        header: titles of the columns.
        rows: cells; texts from outside are made safe.
        align: of each column; left where not given.
    """
    lines = [list(header), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]
    sides = [align[column] if column < len(align) else "<" for column in range(len(header))]
    for line in lines:
        cells = []
        for cell, wide, side in zip(line, widths, sides, strict=True):
            padding = " " * (wide - width(cell))
            cells.append(padding + cell if side == ">" else cell + padding)
        yield "  ".join(cells).rstrip()


def width(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian wide characters take two, accents none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def local_time(unix_s: float | None) -> str:
    """A moment in the person's own time zone, to the minute."""
    return "" if unix_s is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(unix_s))


def duration(seconds: float) -> str:
    """A duration as people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def counted(number: int, word: str) -> str:
    """A number with its word: "1 document", "3 documents"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
