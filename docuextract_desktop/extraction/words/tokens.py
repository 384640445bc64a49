"""A document's words cut into tokens: the unit in which labels are matched and surroundings are described.

A word as printed can hold a label and a value at once (`Total:12.50`, `#12345`), so words are cut into runs of letters,
runs that begin with a digit, and a few telling signs. Everything is kept as parallel arrays over the whole document.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice, pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.models import Document, Page
from docuextract_desktop.extraction.words.word_marks import marks_of_word

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint32]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_CUT = re.compile(r"[^\W\d_]+|\d[\d.,:/\-]*|[#%$€£&№]")
_DIGIT = re.compile(r"\d")
_FORMS = bytes(range(256)).lower().translate(bytes.maketrans(b"123456789", b"000000000"))
_GOLDEN = 0x9E3779B1
_MARKS = re.compile(r"[\u0300-\u036f]")

LETTERS, NUMBER, SIGN = 0, 1, 2


def fold(text: str) -> str:
    """Lower case without accents: `Straße` → `strasse`, `Réf` → `ref`."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return _MARKS.sub("", unicodedata.normalize("NFKD", folded))


@lru_cache(maxsize=65536)
def cut(word: str) -> tuple[tuple[int, int, str, int, int], ...]:
    """Tokens of one word: (start, end, normal form, kind, hash). Digits all read as 0, so that values do not leak."""
    packed, normals = _packed(word)
    rows = zip(_ROW.iter_unpack(packed), normals, strict=True)
    return tuple([(start, end, normal, *rest) for (start, end, *rest), normal in islice(rows, 1, None)])


_ROW, _TWO_ROWS = struct.Struct("=4I"), struct.Struct("=8I")


@lru_cache(maxsize=65536)
def _packed(word: str) -> tuple[bytes, tuple[str, ...]]:
    """What is known of a word by itself: of it and of each of its tokens a row of four numbers and a normal form.

    Its own row first, with no normal form: letters, whether it ends with a colon, marks (see `word_marks`), 0; then a
    row a token: start, end, kind, hash. The rows are packed, so that those of a document become an array in one go.
    """
    length, plain, marks = len(word), word.isascii(), marks_of_word(word)
    if plain and word.isalpha():  # nearly every second one
        normal = word.lower()
        return _TWO_ROWS.pack(length, 0, marks, 0, 0, length, LETTERS, crc32(normal.encode())), ("", normal)
    rows, normals = _tokens_of(word.encode().translate(_FORMS).decode() if plain else word)
    return _ROW.pack(length, word[-1] == ":", marks, 0) + rows, normals


@lru_cache(maxsize=65536)
def _tokens_of(form: str) -> tuple[bytes, tuple[str, ...]]:
    """As `_packed`, without the word's own row; its small letters are enough, and zeros for the usual digits.

    Amounts and days are new words all the time, but have few forms.
    """
    plain, rows, normals = form.isascii(), [], [""]
    for match in _CUT.finditer(form):
        start, end = match.span()
        piece = form[start:end]
        if piece[0].isalpha():
            normal, kind = fold(piece), LETTERS
        elif piece[0].isdigit():
            normal, kind = piece.rstrip(".,:/-")[:12], NUMBER
            if not plain:
                normal = _DIGIT.sub("0", normal)
        else:
            normal, kind = piece, SIGN
        normals.append(normal)
        rows.append(_ROW.pack(start, end, kind, crc32(normal.encode())))
    return b"".join(rows), tuple(normals)


def numbered(texts: Sequence[str]) -> tuple[NDArray[np.intp], list[str]]:
    """Which of the different texts each one is, intp (n,), and these in the order in which they first stand."""
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    which = np.fromiter(map(known.__getitem__, texts), np.intp, len(texts))
    return which, list(known)


def mix(hashes: Hashes, salt: int) -> Hashes:
    """Hash each hash anew together with `salt` (the finaliser of MurmurHash3, public domain)."""
    return _finalised(hashes ^ np.uint32((salt * _GOLDEN) & 0xFFFFFFFF))


def mix_rows(hashes: Hashes, salts: Sequence[int]) -> Hashes:
    """`mix` of each row of `hashes` (rows, n) with its own salt."""
    salt = np.array([(s * _GOLDEN) & 0xFFFFFFFF for s in salts], np.uint32)
    return _finalised(hashes ^ salt[:, None])


_FIRST_FACTOR, _SECOND_FACTOR = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_BITS_16, _BITS_13 = np.uint32(16), np.uint32(13)


def _finalised(h: Hashes) -> Hashes:
    """`h` itself, changed in place; an array, as products of single numbers would warn that they overflow."""
    upper = h >> _BITS_16
    h ^= upper
    h *= _FIRST_FACTOR
    np.right_shift(h, _BITS_13, out=upper)
    h ^= upper
    h *= _SECOND_FACTOR
    np.right_shift(h, _BITS_16, out=upper)
    h ^= upper
    return h


@dataclass(frozen=True, eq=False)
class TokenView:
    """All words and tokens of a document, pages one after the other.

    Lines and segments are numbered through the whole document; boxes are fractions of their own page.

    Attributes:
        pages: the document's pages, in order; `page_of_line` indexes this tuple.
        words: texts of the w words. `word_page`, `word_line`, `word_segment`: int32 (w,); `word_box`: float32 (w, 4);
            `word_confidence`: float32 (w,). `word_length`: int32 (w,), letters.
            `word_colon`: int32 (w,), 1 where it ends with a colon. `word_marks`: int32 (w,), bits of `word_marks.py`.
            `page_word_start`: int32 (pages + 1,), words before each page.
        line_start, segment_start: int32 (lines + 1,), (segments + 1,): first word of each.
        segment_box: float32 (segments, 4). `page_of_line`, `line_of_segment`: int32.
        token: normal forms of the t tokens. `token_hash`: uint32; `token_kind`, `token_word`, `token_line`,
            `token_segment`: int32 (t,); `token_box`: float32 (t, 4); `token_start`, `token_end`: offsets in the word.
        line_token_start, segment_token_start, word_token_start: first token of each one, int32 (· + 1,).
    """

    pages: tuple[Page, ...]
    words: tuple[str, ...]
    word_page: Ints
    word_line: Ints
    word_segment: Ints
    word_box: Floats
    word_confidence: Floats
    word_length: Ints
    word_colon: Ints
    word_marks: Ints
    page_word_start: Ints
    line_start: Ints
    segment_start: Ints
    segment_box: Floats
    page_of_line: Ints
    line_of_segment: Ints
    token: tuple[str, ...]
    token_hash: Hashes
    token_kind: Ints
    token_word: Ints
    token_line: Ints
    token_segment: Ints
    token_box: Floats
    token_start: Ints
    token_end: Ints
    line_token_start: Ints
    segment_token_start: Ints
    word_token_start: Ints

    @property
    def line_count(self) -> int:
        """Lines in the whole document."""
        return len(self.line_start) - 1

    @property
    def segment_count(self) -> int:
        """Segments in the whole document."""
        return len(self.segment_start) - 1

    @cached_property
    def line_texts(self) -> tuple[str, ...]:
        """The text of every line, its words joined by single spaces; made once for all kinds of candidates."""
        if not self.words:
            return ()
        text, at = self.text, self.word_at
        begins = [at[first] for first in self.line_start[:-1].tolist()]
        return tuple([text[a : b - 1] for a, b in pairwise([*begins, len(text) + 1])])

    @cached_property
    def text(self) -> str:
        """All words joined by single spaces: runs of words are slices of it."""
        return " ".join(self.words)

    @cached_property
    def word_at(self) -> list[int]:
        """Where in `text` each word begins."""
        ends = np.cumsum(self.word_length + 1)
        return [0, *ends[:-1].tolist()] if len(ends) else []

    def tokens_after(self, word: Ints, offset: Ints) -> Ints:
        """For each word the first of its tokens that ends behind the offset, or one past its last one, int32."""
        ends = _placed(self.token_word, self.token_end)
        return np.searchsorted(ends, _placed(word, offset), side="right").astype(np.int32)

    def tokens_before(self, word: Ints, offset: Ints) -> Ints:
        """For each word one past the last of its tokens that begins before the offset, or its first one, int32."""
        starts = _placed(self.token_word, self.token_start)
        return np.searchsorted(starts, _placed(word, offset), side="left").astype(np.int32)

    @cached_property
    def line_has_digit(self) -> Bools:
        """Whether a digit stands on each line, bool (lines,); every digit belongs to a token that is a number."""
        has = np.zeros(self.line_count, np.bool_)
        has[self.token_line[self.token_kind == NUMBER]] = True
        return has


def _placed(word: Ints, offset: Ints) -> NDArray[np.int64]:
    """One number that orders places in words by word, then by offset."""
    return (word.astype(np.int64) << 32) + offset


def _group_boxes(boxes: Floats, starts: Ints) -> Floats:
    at = starts[:-1]
    result = np.empty((len(at), 4), np.float32)
    if len(at):
        for side, reduce in enumerate((np.minimum, np.minimum, np.maximum, np.maximum)):
            reduce.reduceat(boxes[:, side], at, out=result[:, side])
    return result


def _starts(groups: Ints, count: int) -> Ints:
    return groups.searchsorted(np.arange(count + 1, dtype=np.int32)).astype(np.int32)


def view_tokens(document: Document) -> TokenView:
    """Cut the words of all pages of `document` into tokens."""
    pages = document.pages
    words: list[str] = []
    page_of: list[Ints] = []
    line_of: list[Ints] = []
    segment_of: list[Ints] = []
    boxes: list[Floats] = []
    confidences: list[Floats] = []
    page_word_start = [0]
    lines = segments = 0
    page_of_line: list[int] = []
    for number, page in enumerate(pages):
        n = len(page)
        words.extend(page.texts)
        page_word_start.append(len(words))
        if not n:
            continue
        page_of.append(np.full(n, number, np.int32))
        line_of.append(page.line_of + lines)
        segment_of.append(page.segment_of + segments)
        boxes.append(page.boxes.astype(np.float32, copy=False))
        confidences.append(page.confidences.astype(np.float32, copy=False))
        count = int(page.line_of[-1]) + 1
        page_of_line.extend([number] * count)
        lines += count
        segments += int(page.segment_of[-1]) + 1
    empty = np.zeros(0, np.int32)
    word_page = np.concatenate(page_of).astype(np.int32, copy=False) if page_of else empty
    word_line = np.concatenate(line_of).astype(np.int32, copy=False) if line_of else empty
    word_segment = np.concatenate(segment_of).astype(np.int32, copy=False) if segment_of else empty
    word_box = np.concatenate(boxes) if boxes else np.zeros((0, 4), np.float32)
    confidence = np.concatenate(confidences) if confidences else np.zeros(0, np.float32)
    line_start = _starts(word_line, lines)
    segment_start = _starts(word_segment, segments)

    # The same words stand all over a document: what is known of them is looked up once.
    which, different = numbered(words)
    packed, normals = zip(*map(_packed, different), strict=True) if words else ((), ())
    table = np.frombuffer(b"".join(packed), np.uint32).reshape(-1, 4)
    normal = list(chain.from_iterable(normals))
    rows = np.array(list(map(len, normals)), np.intp)
    own_row = (rows.cumsum() - rows)[which]
    word_length, word_colon, word_marks = table.take(own_row, axis=0).T[:3].astype(np.int32, order="C")
    word_token_start = np.zeros(len(words) + 1, np.int32)
    per_word = rows[which] - 1
    np.cumsum(per_word, out=word_token_start[1:])
    token_word = np.arange(len(words), dtype=np.int32).repeat(per_word)
    token_row = np.arange(len(token_word)) + (own_row + 1 - word_token_start[:-1]).repeat(per_word)
    tokens = table.take(token_row, axis=0).T
    start, end, kinds = tokens[:3].astype(np.int32, order="C")
    length = word_length.astype(np.float32)[token_word]
    token_box = word_box.take(token_word, axis=0)
    left = token_box[:, 0].copy()
    width = token_box[:, 2] - left
    token_box[:, 0] = left + width * (start / length)
    token_box[:, 2] = left + width * (end / length)
    return TokenView(
        pages=pages,
        words=tuple(words),
        word_page=word_page,
        word_line=word_line,
        word_segment=word_segment,
        word_box=word_box,
        word_confidence=confidence,
        word_length=word_length,
        word_colon=word_colon,
        word_marks=word_marks,
        page_word_start=np.array(page_word_start, np.int32),
        line_start=line_start,
        segment_start=segment_start,
        segment_box=_group_boxes(word_box, segment_start),
        page_of_line=np.array(page_of_line, np.int32),
        line_of_segment=word_line[segment_start[:-1]] if segments else empty,
        token=tuple([normal[row] for row in token_row.tolist()]),
        token_hash=tokens[3].copy(),
        token_kind=kinds,
        token_word=token_word,
        token_line=word_line[token_word],
        token_segment=word_segment[token_word],
        token_box=token_box,
        token_start=start,
        token_end=end,
        line_token_start=word_token_start[line_start],
        segment_token_start=word_token_start[segment_start],
        word_token_start=word_token_start,
    )
