"""What a person means who points at words of a page: a value of which type, printed beside or below which words.

Works on any page with the attributes of `PrintedPage`; this room knows no documents.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from docuextract_desktop.templates.drafting import Entry, new_entry
from docuextract_desktop.templates.guess import guess_labels, guess_type, guess_type_of_values, known_field

LABEL_WORDS: Final = 6
"""So many words a label has at most: what is longer is a sentence."""
LABEL_LENGTH: Final = 60
ABOVE_REACH: Final = 4.0
"""So many heights of the value's line a label may stand above it."""
LEFT_REACH: Final = 0.75
"""Such a share of the page's width a label may stand left of its value; on receipts they stand at the two edges."""
_TITLES: Final = {
    "id": "Number",
    "name": "Name",
    "address": "Address",
    "money": "Amount",
    "number": "Quantity",
    "integer": "Count",
    "percent": "Rate",
    "date": "Date",
    "boolean": "Ticked",
    "email": "E-mail",
    "phone": "Phone",
}


class PrintedPage(Protocol):
    """A page with its words in reading order; boxes are x0, y0, x1, y1 as fractions of the page."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words."""
        ...

    @property
    def boxes(self) -> Any:
        """(words, 4)."""
        ...

    @property
    def line_of(self) -> Any:
        """The line of each word."""
        ...

    @property
    def segment_of(self) -> Any:
        """The run of words without a wide gap that each word belongs to."""
        ...


@dataclass(frozen=True, slots=True)
class Pointed:
    """What was pointed at, and what it is taken for.

    Attributes:
        text: the words, lines parted by line breaks.
        label: the words printed near it that seem to name it, or an empty string.
        label_words: which words of the page these are.
        heading: whether the label stands above, as the head of a column does.
        type: the likeliest type.
    """

    text: str
    label: str
    label_words: tuple[int, ...]
    heading: bool
    type: str

    @property
    def title(self) -> str:
        """A title for a field of it: the label as it is printed, or what such values are called."""
        return self.label[:1].upper() + self.label[1:] if self.label else _TITLES.get(self.type, "Field")

    def entry(self, taken: Collection[str] = ()) -> Entry:
        """A field of it, with a name that is not among `taken`."""
        labels = guess_labels(self.label) if self.label else ()
        return new_entry(self.title, self.type, labels, taken=taken)


def point_at(page: PrintedPage, words: Sequence[int]) -> Pointed:
    """What these words of a page are taken for.

    Args:
        page: with its words.
        words: indices of at least one.
    """
    chosen = sorted(words)
    text = _text(page, chosen)
    flat = text.replace("\n", " ")
    beside, above = _beside(page, chosen), _above(page, chosen)
    side, head = _worth(page, beside, heading=False), _worth(page, above, heading=True)
    found = (beside if side >= head else above) if max(side, head) > 0 else []
    label = _label(page, found)
    kind: str = guess_type(label, [flat]) if label else guess_type_of_values([flat]) or "text"
    if "\n" in text and kind in ("text", "name"):
        kind = "address" if text.count("\n") <= 5 and any(c.isdigit() for c in text) else "text"
    return Pointed(text, label, tuple(found), bool(found) and found is above, kind)


def _text(page: PrintedPage, words: Sequence[int]) -> str:
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(int(page.line_of[word]), []).append(page.texts[word])
    return "\n".join(" ".join(line) for line in lines.values())


def _label(page: PrintedPage, words: Sequence[int]) -> str:
    return " ".join(page.texts[w] for w in words).strip(" :.·•|-–—=*").strip()


def _is_label_word(text: str) -> bool:
    """Words of labels hold letters, or say 'number' by a sign; figures are values."""
    return not any(c.isdigit() for c in text) and (
        any(c.isalpha() for c in text) or text in ("#", "№", "%", "/", "&", "-")
    )


def _ends_label(text: str) -> bool:
    return text.endswith((":", "="))


def _run_leftwards(page: PrintedPage, last: int, first: int) -> list[int]:
    """The words of a label that ends with the word `last`, not reaching over `first`."""
    found: list[int] = []
    for word in range(last, first - 1, -1):
        text = page.texts[word]
        if text in (":", "=", ".") and not found:
            continue
        if not _is_label_word(text) or (found and _ends_label(text)) or len(found) >= LABEL_WORDS:
            break
        found.insert(0, word)
    return found


def _beside(page: PrintedPage, chosen: Sequence[int]) -> list[int]:
    """The label left of the first chosen word, on its line."""
    start = chosen[0]
    line, segment = int(page.line_of[start]), int(page.segment_of[start])
    first = start
    while first > 0 and int(page.line_of[first - 1]) == line:
        first -= 1
    own = start
    while own > first and int(page.segment_of[own - 1]) == segment:
        own -= 1
    found = _run_leftwards(page, start - 1, own)
    if found or own < start:
        return found
    before = own - 1
    if before < first or page.boxes[start][0] - page.boxes[before][2] > LEFT_REACH:
        return []
    at = before
    while at > first and page.segment_of[at - 1] == page.segment_of[before]:
        at -= 1
    return _run_leftwards(page, before, at)


def _above(page: PrintedPage, chosen: Sequence[int]) -> list[int]:
    """The label above the chosen words: the nearest run of words that shares a part of their width."""
    x0 = min(float(page.boxes[w][0]) for w in chosen)
    x1 = max(float(page.boxes[w][2]) for w in chosen)
    top = min(float(page.boxes[w][1]) for w in chosen)
    height = max(1e-4, max(float(page.boxes[w][3] - page.boxes[w][1]) for w in chosen))
    first_line = min(int(page.line_of[w]) for w in chosen)
    segments: dict[int, list[int]] = {}
    for word in range(len(page.texts)):
        box = page.boxes[word]
        if int(page.line_of[word]) < first_line and top - ABOVE_REACH * height <= box[3] <= top + 0.3 * height:
            segments.setdefault(int(page.segment_of[word]), []).append(word)
    best: list[int] = []
    nearest = float("inf")
    for words in segments.values():
        left, right = float(page.boxes[words[0]][0]), float(page.boxes[words[-1]][2])
        shared = min(right, x1) - max(left, x0)
        if shared <= 0.25 * min(right - left, x1 - x0) or len(words) > LABEL_WORDS:
            continue
        if not all(_is_label_word(page.texts[w]) or page.texts[w] in (":", ".") for w in words):
            continue
        away = top - float(page.boxes[words[-1]][3])
        if away < nearest:
            best, nearest = words, away
    return best


def _worth(page: PrintedPage, label: Sequence[int], *, heading: bool) -> float:
    """How much speaks for these words being the label."""
    text = _label(page, label)
    if not text or len(text) > LABEL_LENGTH or sum(c.isalpha() for c in text) < 2:
        return 0.0
    worth = 1.0 if heading else 1.5
    if known_field(text) is not None:
        worth += 2.0
    if _ends_label(page.texts[label[-1]]):
        worth += 1.0
    return worth - 0.1 * len(label)


def more_labels(entry: Entry, pointed: Pointed) -> tuple[str, ...]:
    """The labels of a field once the words near the value that was pointed at are among them."""
    have = {"".join(c for c in label.casefold() if c.isalnum()) for label in entry.labels}
    plain = "".join(c for c in pointed.label.casefold() if c.isalnum())
    return entry.labels if not plain or plain in have else (*entry.labels, pointed.label)
