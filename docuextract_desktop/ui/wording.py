"""Figures, times and names as the window shows them. Plain functions, no Qt."""

from __future__ import annotations

import time
import unicodedata
from pathlib import PurePath

# Controls that turn the order of text around, so that "gpj.exe" reads as "exe.jpg" (Unicode TR 36, section 2.10).
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C), "\ufffd")


def one_line(text: str, limit: int = 300) -> str:
    """`text` from outside, made harmless to show: no line breaks, controls, direction marks or broken characters."""
    cleaned = text[: limit + 1].translate(_BIDI)
    if not cleaned.isprintable():
        cleaned = "".join(
            " " if c in "\n\r\t" else "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in cleaned
        )
    return cleaned[: limit - 1] + "…" if len(cleaned) > limit else cleaned


def file_name(path: PurePath | str) -> str:
    """A file's name, made harmless to show."""
    return one_line(PurePath(path).name)


def tooltip(text: str) -> str:
    """`text` from outside as a tool tip: Qt guesses whether tips are rich text, so the guess is made for it."""
    if not text:
        return ""
    escaped = one_line(text, 1_000).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>"


def menu_text(text: str) -> str:
    """`text` from outside in a menu or on a button, where & would make a mnemonic."""
    return one_line(text, 80).replace("&", "&&")


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 document`, `1,204 documents`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def size(size_bytes: int | None) -> str:
    """`84 KB`, `2.3 MB`."""
    if size_bytes is None:
        return ""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = float(size_bytes)
    units = iter(("KB", "MB", "GB", "TB"))
    unit = next(units)
    value /= 1000
    while value >= 999.5 and (larger := next(units, None)) is not None:
        unit, value = larger, value / 1000
    return f"{value:.0f} {unit}" if value >= 10 or unit == "KB" else f"{value:.1f} {unit}"


def took(seconds: float | None) -> str:
    """How long something took: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def time_left(seconds: float) -> str:
    """A rough promise, since it is one: `less than a minute left`, `about 4 min left`."""
    if seconds < 50:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {max(1, minutes)} min left"
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return f"about {hours} h {rest:02} min left" if rest else f"about {hours} h left"


def clock(when: float | None, now: float | None = None) -> str:
    """A moment: the time if it is today, else date and time, in local time."""
    if when is None:
        return ""
    moment = time.localtime(when)
    today = time.localtime(time.time() if now is None else now)
    if (moment.tm_year, moment.tm_yday) == (today.tm_year, today.tm_yday):
        return time.strftime("%H:%M:%S", moment)
    return time.strftime("%Y-%m-%d %H:%M", moment)


def percent(share: float | None) -> str:
    """`87 %`; never rounded up to 100 %."""
    if share is None:
        return ""
    return f"{min(int(share * 100 + 0.5), 99 if share < 1 else 100)} %"


def sentence_list(parts: list[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""
