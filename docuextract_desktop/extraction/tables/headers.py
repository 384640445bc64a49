"""Header rows of tables: which lines of a page name columns, and where each name stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docuextract_desktop.extraction.tables.labels import SURE, LabelBook
from docuextract_desktop.extraction.tables.lexicon import fold
from docuextract_desktop.extraction.tables.sheet import Look, Sheet

MAX_WORDS = 40
"""A line with more words is prose."""

MAX_PHRASE = 7
"""Words in one header cell of one line."""

EXACT = 0.88
"""From this score on the whole text is a known name, not only a part of it."""

SPAN_GAP = 1.6
"""White space, in heights of a word, over which a column's name may go on."""

BAND_GAP = 1.1
"""White space between two lines of one header, in heights of a word."""


_GENITIVES: Final = frozenset(["of", "de", "du", "des", "del", "della", "di", "da", "do", "der", "van"])


@dataclass(slots=True)
class Piece:
    """Words of one line that belong to one header cell; `joined` where two names of one kind were made one."""

    words: list[int]
    x0: float
    x1: float
    text: str
    found: dict[str, float]
    line: int
    joined: bool = False

    @property
    def best(self) -> float:
        """Score of the likeliest key."""
        return max(self.found.values(), default=0.0)


@dataclass(slots=True)
class HeaderCell:
    """The printed name of one column.

    Attributes:
        words: indices into the page's words.
        x0, x1: in the page's units.
        text: over all lines, hyphens at line ends taken out.
        found: keys that it may name, with scores 0..1.
    """

    words: list[int]
    x0: float
    x1: float
    text: str
    found: dict[str, float]

    def best_key(self) -> str | None:
        """The likeliest key, if it is sure enough."""
        key = max(self.found, key=lambda k: self.found[k], default=None)
        return key if key is not None and self.found[key] >= SURE else None


@dataclass(slots=True)
class Header:
    """A header row.

    Attributes:
        first, last: indices of its lines in the sheet.
        cells: from left to right.
        asked: how many of the template's columns it names, weighted by how well.
        known: how many of its cells name a column of any kind.
    """

    first: int
    last: int
    cells: list[HeaderCell]
    asked: float
    known: int

    def keys(self) -> frozenset[str]:
        """What it names for sure."""
        return frozenset(k for k in (c.best_key() for c in self.cells) if k is not None)


def find_headers(sheet: Sheet, book: LabelBook) -> list[Header]:
    """All lines that look like a table's header, from top to bottom; of tables that nobody asked for, too."""
    sheet.folded = [fold(t) for t in sheet.page.texts]
    cores: dict[int, list[Piece]] = {}
    for line, (start, stop) in enumerate(sheet.lines):
        if stop - start > MAX_WORDS:
            continue
        numbers = sum(look in (Look.NUMBER, Look.PERCENT, Look.DATE) for look in sheet.looks[start:stop])
        if numbers > 1 or numbers * 4 > stop - start:
            continue
        if sum(book.knows(f) for f in sheet.folded[start:stop]) >= 1 or stop - start <= 12:
            pieces = split_line(sheet, line, book)
            if sum(p.best >= SURE for p in pieces) >= 1:
                cores[line] = pieces
    headers: list[Header] = []
    taken: set[int] = set()
    strengths = {line: _strength(pieces) for line, pieces in cores.items()}
    for line in sorted(cores, key=lambda k: (-strengths[k], k)):
        if line in taken:
            continue
        several = len({_key(p) for p in cores[line] if p.best >= SURE}) > 1
        if not several and len(cores[line]) < 3 and not _goes_on(sheet, cores, line):
            continue
        band = _band(sheet, line, cores, book, taken)
        header = _merge([cores[k] if k in cores else split_line(sheet, k, book) for k in band], band, line, book)
        if _holds(sheet, header):
            headers.append(header)
            taken.update(band)
    headers.sort(key=lambda h: h.first)
    return headers


def _holds(sheet: Sheet, header: Header) -> bool:
    """Whether enough of the lines names columns for a header: most cells, and two that were asked for or three.

    Prose has such words, too, but many others between them, and no wide gaps.
    """
    if 2 * header.known < len(header.cells) or header.known < 2:
        return False
    words = sum(len(c.words) for c in header.cells)
    named = sum(len(c.words) for c in header.cells if c.best_key() is not None)
    texts = sheet.page.texts
    coded = any(ch.isdigit() for c in header.cells if c.best_key() is None for i in c.words for ch in texts[i])
    if coded and header.asked < 2:
        return False
    segments = {int(sheet.page.segment_of[i]) for c in header.cells for i in c.words}
    if len(segments) == 1 and header.known < 3 and header.asked < 1.5:
        return False
    share = 0.5 if len(segments) > 1 else 0.85
    return named >= share * words and (header.known >= 3 or header.asked > 0)


def _goes_on(sheet: Sheet, cores: dict[int, list[Piece]], line: int) -> bool:
    """Whether a line with a single name is followed by one that names another column beside it."""
    upper, lower = cores[line], cores.get(line + 1, [])
    if len(upper) != 1 or not 0 < len(lower) <= 2 or sheet.tops[line + 1] - sheet.bottoms[line] > BAND_GAP * sheet.em:
        return False
    return all(p.best >= SURE and _key(p) != _key(upper[0]) and p.x0 > upper[0].x1 for p in lower)


def _key(piece: Piece) -> str:
    return max(piece.found, key=lambda k: piece.found[k])


def _strength(pieces: list[Piece]) -> float:
    return sum({_key(p): p.best for p in pieces if p.best >= SURE}.values()) + 0.01 * len(pieces)


def split_line(sheet: Sheet, line: int, book: LabelBook) -> list[Piece]:
    """Cut a line into header cells: at wide gaps, and between names that stand close together.

    The best cut by dynamic programming: known names count for, cutting between close words counts against.
    """
    start, stop = sheet.lines[line]
    count = stop - start
    texts = sheet.page.texts
    gaps = [sheet.gap(start + i - 1, start + i) if i else 99.0 for i in range(count)]
    best = [0.0] + [-1e9] * count
    back = [0] * (count + 1)
    for i in range(count):
        if best[i] <= -1e8:
            continue
        cut = 0.0 if gaps[i] >= 1.0 else 0.35 if gaps[i] < max(0.55, 1.4 * sheet.space) else 0.2
        text = ""
        bridge = 0.0
        for j in range(i + 1, min(i + MAX_PHRASE, count) + 1):
            if j - 1 > i:
                if gaps[j - 1] > SPAN_GAP:
                    break
                if gaps[j - 1] >= 1.0:
                    bridge += 0.6
            text = texts[start + i] if not text else f"{text} {texts[start + j - 1]}"
            whole = gaps[i] >= 1.0 and (j == count or gaps[j] >= 1.0)
            found = book.match(text, tolerant=whole)
            score = max(found.values(), default=0.0)
            value = 0.05 + 0.1 * score if score < SURE else score * (j - i) ** 1.2 if score >= EXACT else score
            value += best[i] - cut - bridge
            if value > best[j]:
                best[j], back[j] = value, i
    pieces: list[Piece] = []
    j = count
    while j > 0:
        i = back[j]
        words = list(range(start + i, start + j))
        text = " ".join(texts[start + i : start + j])
        whole = gaps[i] >= 1.0 and (j == count or gaps[j] >= 1.0)
        # "Total:" stands before its value, not over a column.
        found = {} if text.endswith(":") else book.match(text, tolerant=whole)
        pieces.append(Piece(words, sheet.x0[words[0]], sheet.x1[words[-1]], text, found, line))
        j = i
    pieces.reverse()
    return _rejoined(sheet, pieces, book)


def _rejoined(sheet: Sheet, pieces: list[Piece], book: LabelBook) -> list[Piece]:
    """Pieces with no more than a plain space between them are one name where both say the same, or one goes on.

    `Product / Service` and `Nature of the work` name one column.
    """
    plain = max(0.55, 1.4 * sheet.space)
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is None or sheet.gap(before.words[-1], piece.words[0]) >= plain:
            joined.append(piece)
            continue
        text = f"{before.text} {piece.text}"
        whole = book.match(text)
        if not _one_name(before, piece, whole):
            joined.append(piece)
            continue
        found = dict(before.found) if before.best >= SURE else dict(piece.found)
        for key, score in whole.items():
            found[key] = max(found.get(key, 0.0), score)
        joined[-1] = Piece([*before.words, *piece.words], before.x0, piece.x1, text, found, piece.line, joined=True)
    return joined


def _one_name(left: Piece, right: Piece, whole: dict[str, float]) -> bool:
    last, first = left.text.rsplit(" ", 1)[-1], right.text.split(" ", 1)[0]
    if left.best >= SURE and last.casefold() in _GENITIVES:
        return True  # no name ends so
    if left.best >= SURE and right.best >= SURE:
        return _key(left) == _key(right)
    if max(left.best, right.best) < SURE:
        return False
    goes_on = last[-1] in "/&+" or first[0] in "/&+" or first.casefold() in _GENITIVES
    known = left if left.best >= SURE else right
    return goes_on and whole.get(_key(known), 0.0) >= SURE


def _band(sheet: Sheet, core: int, cores: dict[int, list[Piece]], book: LabelBook, taken: set[int]) -> list[int]:
    """The lines above and below `core` that belong to the same header, `core` among them."""
    band = [core]
    left = min(p.x0 for p in cores[core])
    right = max(p.x1 for p in cores[core])
    for step in (-1, 1):
        line = core + step
        reach = 0
        while 0 <= line < len(sheet.lines) and line not in taken and reach < 4:
            upper, lower = min(line, line - step), max(line, line - step)
            height = sheet.bottoms[core] - sheet.tops[core]
            if sheet.tops[lower] - sheet.bottoms[upper] > BAND_GAP * height:
                break
            if not _joins(sheet, line, core, cores, book, left, right):
                break
            band.append(line)
            line += step
            reach += 1
    return sorted(band)


def _joins(
    sheet: Sheet, line: int, core: int, cores: dict[int, list[Piece]], book: LabelBook, left: float, right: float
) -> bool:
    """Whether a line next to a header is part of it: short names only, standing in the header's columns."""
    start, stop = sheet.lines[line]
    if stop - start > 2 * len(cores[core]) + 6:
        return False
    if any(look in (Look.NUMBER, Look.DATE, Look.PERCENT) for look in sheet.looks[start:stop]):
        return False
    outside = sheet.x1[stop - 1] < left - 2 * sheet.em or sheet.x0[start] > right + 2 * sheet.em
    if outside and not (line == core + 1 and _goes_on(sheet, cores, core)):
        return False
    if any(t.endswith(":") for t in sheet.page.texts[start:stop]):
        return False
    overlap = min(sheet.bottoms[line], sheet.bottoms[core]) - max(sheet.tops[line], sheet.tops[core])
    if overlap > 0.3 * (sheet.bottoms[line] - sheet.tops[line]):
        return True  # cells set a little higher or lower than the others
    pieces = cores.get(line) or split_line(sheet, line, book)
    words = [sheet.folded[i] for i in range(start, stop)]
    known = sum(book.may_continue(w) for w in words)
    sure = sum(p.best >= SURE for p in pieces)
    if line < core:
        return 2 * known >= len(words) or 2 * sure >= len(pieces)
    if 3 * known < 2 * len(words) and sure < len(pieces):
        return False
    # Below, a first item made of words only must not be swallowed: it would stand under the description alone.
    text_columns = [p for p in cores[core] if p.best >= SURE and _key(p) in ("description", "article")]
    under_text = all(any(t.x0 - sheet.em <= p.x0 <= t.x1 + sheet.em for t in text_columns) for p in pieces)
    bracket = sheet.page.texts[start].startswith("(")
    return not under_text or bracket


def _merge(rows: list[list[Piece]], band: list[int], core: int, book: LabelBook) -> Header:
    """Put the pieces that stand over each other into one cell, and match the cells' whole text."""
    groups: list[list[Piece]] = [[p] for row, line in zip(rows, band, strict=True) if line == core for p in row]
    rest = sorted(
        (p for row, line in zip(rows, band, strict=True) if line != core for p in row),
        key=lambda p: abs(p.line - core),
    )
    for piece in rest:
        shares = []
        for group in groups:
            x0, x1 = min(p.x0 for p in group), max(p.x1 for p in group)
            overlap = min(x1, piece.x1) - max(x0, piece.x0)
            shares.append(overlap / max(min(x1 - x0, piece.x1 - piece.x0), 1e-6))
        best = max(range(len(groups)), key=lambda g: shares[g], default=None)
        if best is not None and shares[best] > 0.15:
            groups[best].append(piece)
        else:
            groups.append([piece])
    cells: list[HeaderCell] = []
    for group in groups:
        group.sort(key=lambda p: (p.line, p.x0))
        cells.append(_cell(group, book))
    cells.sort(key=lambda c: c.x0 + c.x1)
    best_by_key: dict[str, float] = {}
    for cell in cells:
        key = cell.best_key()
        if key is not None:
            best_by_key[key] = max(best_by_key.get(key, 0.0), cell.found[key])
    asked = sum(score for key, score in best_by_key.items() if key in book.asked)
    return Header(band[0], band[-1], cells, asked, sum(c.best_key() is not None for c in cells))


def _cell(group: list[Piece], book: LabelBook) -> HeaderCell:
    text = ""
    for piece in group:
        if text.endswith(("\u00ad", "\ufffe")) or (text.endswith("-") and piece.text[:1].islower()):
            text = text[:-1] + piece.text
        elif text:
            text = f"{text} {piece.text}"
        else:
            text = piece.text
    found = dict(group[0].found) if len(group) == 1 and group[0].joined else dict(book.match(text))
    if len(group) > 1 and (not found or max(found.values()) < 0.9):
        for piece in group:
            for key, score in piece.found.items():
                found[key] = max(found.get(key, 0.0), 0.9 * score)
    return HeaderCell(
        words=[i for p in group for i in p.words],
        x0=min(p.x0 for p in group),
        x1=max(p.x1 for p in group),
        text=text,
        found=found,
    )
