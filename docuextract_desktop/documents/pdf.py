"""PDFs: the only importer of pypdfium2. Text layers as words with boxes, pages as pictures.

PDFium is not thread-safe: one thread at a time in a process. Its raw functions are called directly, since a page has
thousands of characters: the text is taken once as a string, and the boxes of all characters are written by PDFium into
one numpy array (0.2 µs a character; the page's own opening takes about 1).
"""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import compress, repeat
from types import TracebackType
from typing import Any, Self

import numpy as np
import pypdfium2  # noqa: F401  (its import initialises PDFium)
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from docuextract_desktop.documents.characters import TextLayer, drawn_over, invented_spaces
from docuextract_desktop.errors import (
    ExtractionFailedError,
    ItemError,
    PageLimitExceededError,
    PasswordRequiredError,
)
from docuextract_desktop.settings import Limits

RgbArray = NDArray[np.uint8]
Numbers = NDArray[np.float64]

POINTS_PER_INCH = 72.0
MAX_RENDER_PIXELS = 40_000_000
"""Ceiling of a page picture, whatever was asked for: 160 MB in PDFium's four bytes a pixel."""
MAX_RENDER_SIDE_PX = 32_000
MAX_ANNOTATIONS = 5_000
MAX_OBJECTS = 5_000
MAX_FORM_DEPTH = 3
UNMAPPED_PROBES = 64


def _quick(function: Any, *arguments: Any, result: Any = ctypes.c_int) -> Any:
    """A PDFium function for calls by the thousand.

    PYFUNCTYPE keeps the interpreter's lock: giving it up and taking it back costs more than such a call itself. Most
    declare no arguments, which halves the time again; they may then only be given what `_at` and `ctypes.byref` make,
    and integers that fit into a C int.
    """
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_text_of = _quick(pdfium.FPDFText_GetText)
_loose_box = _quick(pdfium.FPDFText_GetLooseCharBox, result=None)
_run_of = _quick(pdfium.FPDFText_GetTextObject, result=ctypes.c_void_p)
_is_generated = _quick(pdfium.FPDFText_IsGenerated)
_unmapped = _quick(pdfium.FPDFText_HasUnicodeMapError)
_page_item = _quick(pdfium.FPDFPage_GetObject, result=ctypes.c_void_p)
_form_item = _quick(pdfium.FPDFFormObj_GetObject, ctypes.c_void_p, ctypes.c_ulong, result=ctypes.c_void_p)
_kind_of_item = _quick(pdfium.FPDFPageObj_GetType, ctypes.c_void_p)
_bounds_of = _quick(pdfium.FPDFPageObj_GetBounds)

_SLOT_COUNT = 4096
_slot_rows = np.zeros((_SLOT_COUNT, 4), dtype=np.float32)
_slots = (ctypes.c_float * _slot_rows.size).from_buffer(_slot_rows.data)
_slot_places = [ctypes.byref(_slots, 16 * slot) for slot in range(_SLOT_COUNT)]
"""Where PDFium writes the boxes of characters, part of a page at a time: a place in memory that is made ready as an
argument once costs nothing when it is used again. PDFium allows one thread at a time, so there is one set of them."""
_slot_sides = [ctypes.byref(_slots, 4 * side) for side in range(4)]


def _loose_boxes(handle: Any, indices: list[int]) -> Numbers:
    """(4, n) left, top, right, bottom in PDF space, of the characters `indices`."""
    sides = np.empty((4, len(indices)))
    for start in range(0, len(indices), _SLOT_COUNT):
        part = indices[start : start + _SLOT_COUNT]
        written = _slot_rows[: len(part)]
        written[:] = 0.0
        deque(map(_loose_box, repeat(handle), part, _slot_places), maxlen=0)  # for what it writes
        sides[:, start : start + len(part)] = written.T
    return sides


def _address(handle: Any) -> int:
    return int(ctypes.cast(handle, ctypes.c_void_p).value or 0)


def _at(address: int) -> Any:
    """What lies at an address, as an argument for functions that declare none."""
    return ctypes.byref(ctypes.c_char.from_address(address))


def _places(kind: int, kinds: list[int]) -> Iterator[int]:
    """Where one kind of item is, few among many: searched for, not walked over."""
    at = -1
    for _ in range(kinds.count(kind)):
        at = kinds.index(kind, at + 1)
        yield at


class PdfFile:
    """An open PDF. Use as a context manager; one thread at a time.

    Attributes:
        page_count: number of pages.
        warnings: sentences for the user.
    """

    def __init__(self, data: bytes, passwords: Sequence[str], limits: Limits) -> None:
        """Open a PDF that is wholly in memory.

        Raises:
            PasswordRequiredError: encrypted, and none of `passwords` fits.
            ExtractionFailedError: damaged.
            PageLimitExceededError: more pages than allowed.
        """
        self.warnings: list[str] = []
        self._data = data  # PDFium reads from it as long as the document is open
        self._form_info: Any = None
        self._forms: Any = None
        self._raw: Any = _open(data, passwords)
        self.page_count = int(pdfium.FPDF_GetPageCount(self._raw))
        problem: ItemError | None = None
        if self.page_count < 1:
            problem = ExtractionFailedError("The PDF has no pages.", hint="Get it again from where it came from.")
        elif self.page_count > limits.max_pages:
            problem = PageLimitExceededError(
                f"The PDF has {self.page_count:,} pages; the limit is {limits.max_pages:,}.",
                hint="Split it, choose a page range, or raise the limit in Settings.",
            )
        if problem is not None:
            self.close()
            raise problem

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the document."""
        if self._forms is not None:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._forms)
            self._forms = self._form_info = None
        if self._raw is not None:
            pdfium.FPDF_CloseDocument(self._raw)
            self._raw = None

    def page(self, page_index: int) -> PdfPage:
        """Open a page; use it as a context manager. Filled-in form fields and notes become part of the page.

        Raises:
            ExtractionFailedError: the page is damaged.
        """
        raw = self._load_page(page_index)
        if self._has_notes(raw):
            pdfium.FPDF_ClosePage(raw)
            raw = self._with_notes_drawn(page_index)
        return PdfPage(raw)

    def _load_page(self, page_index: int) -> Any:
        raw = pdfium.FPDF_LoadPage(self._raw, page_index)
        if not raw:
            raise ExtractionFailedError(
                f"Page {page_index + 1} is damaged and could not be opened.",
                hint="Get the document again from where it came from.",
            )
        return raw

    @staticmethod
    def _has_notes(raw: Any) -> bool:
        """Whether the page has form fields or notes: annotations other than links, which show nothing of their own."""
        for index in range(min(int(pdfium.FPDFPage_GetAnnotCount(raw)), MAX_ANNOTATIONS)):
            annotation = pdfium.FPDFPage_GetAnnot(raw, index)
            if not annotation:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            pdfium.FPDFPage_CloseAnnot(annotation)
            if kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
                return True
        return False

    def _with_notes_drawn(self, page_index: int) -> Any:
        """The page with its form fields and notes flattened into it: PDFium's text page knows only what is drawn.

        A form environment makes PDFium draw fields that come without an appearance of their own. The document changes
        only in memory.
        """
        if self._forms is None:
            self._form_info = pdfium.FPDF_FORMFILLINFO(version=2)
            self._forms = pdfium.FPDFDOC_InitFormFillEnvironment(self._raw, self._form_info)
        raw = self._load_page(page_index)
        if self._forms:
            pdfium.FORM_OnAfterLoadPage(raw, self._forms)
        pdfium.FPDFPage_Flatten(raw, pdfium.FLAT_NORMALDISPLAY)
        if self._forms:
            pdfium.FORM_OnBeforeClosePage(raw, self._forms)
        pdfium.FPDF_ClosePage(raw)
        return self._load_page(page_index)


class PdfPage:
    """An open page. Use as a context manager.

    Attributes:
        width, height: in points as the page's own /Rotate shows it.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(raw, box)
        self._left, self._bottom = float(box.left), float(box.bottom)
        across, up = float(box.right) - self._left, float(box.top) - self._bottom
        if not (0 < across < math.inf and 0 < up < math.inf):
            self._left = self._bottom = 0.0
            across, up = 612.0, 792.0  # what PDFium itself takes where a page says nothing
        self._across, self._up = across, up
        self._quarter_turns = int(pdfium.FPDFPage_GetRotation(raw)) % 4
        self.width, self.height = (up, across) if self._quarter_turns % 2 else (across, up)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the page."""
        if self._raw is not None:
            pdfium.FPDF_ClosePage(self._raw)
            self._raw = None

    def text_layer(self) -> TextLayer:
        """All characters of the page with their boxes.

        Raises:
            ExtractionFailedError: the page's content is damaged.
        """
        handle = pdfium.FPDFText_LoadPage(self._raw)
        if not handle:
            raise ExtractionFailedError("The text of a page is damaged.", hint="Get the document again.")
        try:
            return self._characters(handle)
        finally:
            pdfium.FPDFText_ClosePage(handle)

    def _characters(self, handle: Any) -> TextLayer:
        count = int(pdfium.FPDFText_CountChars(handle))
        if count <= 0:
            return TextLayer("", np.zeros(0, np.intp), np.zeros((4, 0)), np.zeros(0, np.int8))
        characters = _at(_address(handle))
        buffer = np.zeros(2 * count + 2, dtype=np.uint16)
        given = int(_text_of(characters, 0, count, _at(buffer.ctypes.data)))
        text = buffer[: max(0, given - 1)].tobytes().decode("utf-16-le", "replace")
        if len(text) != count:
            # Characters without a meaning are left out of the string, which would shift all that follow.
            codes = map(pdfium.FPDFText_GetUnicode, repeat(handle), range(count))
            text = "".join([chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes])
        codes_of = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
        inked = (codes_of > 0x20).nonzero()[0]
        sides = self._shown(_loose_boxes(characters, inked.tolist()))
        probes = range(0, count, max(1, count // UNMAPPED_PROBES))
        unmapped = list(map(_unmapped, repeat(characters), probes)).count(1) / len(probes)
        steps = inked[1:] - inked[:-1]
        run_of = partial(_run_of, characters)
        over = drawn_over(inked, steps, sides, run_of)
        invented = invented_spaces(text, inked, steps, sides, run_of, partial(_is_generated, characters))
        if invented:
            kept = np.ones(count, dtype=np.bool_)
            kept[invented] = False
            text = "".join(compress(text, kept.tolist()))
            inked = inked - np.searchsorted(invented, inked)
        return TextLayer(text, inked, sides, over, unmapped)

    def _shown(self, rectangles: Numbers) -> Numbers:
        """Left, top, right, bottom in PDF space, which are not kept → x0, y0, x1, y1 as shown, origin top left."""
        left, top, right, bottom = rectangles
        if self._left or self._bottom:
            for side, edge in ((left, self._left), (top, self._bottom), (right, self._left), (bottom, self._bottom)):
                side -= edge
        if self._quarter_turns == 0:
            x_a, y_a, x_b, y_b = left, self._up - top, right, self._up - bottom
        elif self._quarter_turns == 1:
            x_a, y_a, x_b, y_b = bottom, left, top, right
        elif self._quarter_turns == 2:
            x_a, y_a, x_b, y_b = self._across - right, bottom, self._across - left, top
        else:
            x_a, y_a, x_b, y_b = self._up - top, self._across - right, self._up - bottom, self._across - left
        shown = np.empty(rectangles.shape)
        np.minimum(x_a, x_b, out=shown[0])
        np.minimum(y_a, y_b, out=shown[1])
        np.maximum(x_a, x_b, out=shown[2])
        np.maximum(y_a, y_b, out=shown[3])
        return shown

    def picture_share(self) -> float:
        """How much of the page its largest picture covers, 0..1: near 1 for a scan."""
        count = min(int(pdfium.FPDFPage_CountObjects(self._raw)), MAX_OBJECTS)
        return self._largest_picture(_page_item, _at(_address(self._raw)), count, None, 0)

    def _largest_picture(self, item: Any, of: Any, count: int, placed: Numbers | None, depth: int) -> float:
        """Of a page's or a form's items; `item` gives one `of` them, `placed` says how a form lies on the page."""
        kinds = list(map(_kind_of_item, map(item, repeat(of), range(count))))
        best = 0.0
        for at in _places(pdfium.FPDF_PAGEOBJ_IMAGE, kinds):
            best = max(best, self._covered(item(of, at), placed))
        for at in _places(pdfium.FPDF_PAGEOBJ_FORM, kinds) if depth < MAX_FORM_DEPTH else ():
            form = ctypes.cast(item(of, at), pdfium.FPDF_PAGEOBJECT)
            matrix = pdfium.FS_MATRIX()
            if pdfium.FPDFPageObj_GetMatrix(form, matrix):
                own = np.array([[matrix.a, matrix.b, 0], [matrix.c, matrix.d, 0], [matrix.e, matrix.f, 1]])
                own = own @ (np.eye(3) if placed is None else placed)
                parts = min(int(pdfium.FPDFFormObj_CountObjects(form)), MAX_OBJECTS)
                best = max(best, self._largest_picture(_form_item, _address(form), parts, own, depth + 1))
        return best

    def _covered(self, address: int, placed: Numbers | None) -> float:
        """Share of the page that an object covers."""
        if not _bounds_of(_at(address), *_slot_sides):
            return 0.0
        left, bottom, right, top = _slots[:4]
        if placed is None:
            if not math.isfinite(left + bottom + right + top):
                return 0.0
            x0, y0, x1, y1 = min(left, right), min(bottom, top), max(left, right), max(bottom, top)
        else:
            corners = np.array([[left, bottom, 1], [right, bottom, 1], [left, top, 1], [right, top, 1]]) @ placed
            (x0, y0, _), (x1, y1, _) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        across = min(x1, self._left + self._across) - max(x0, self._left)
        up = min(y1, self._bottom + self._up) - max(y0, self._bottom)
        return max(0.0, across) * max(0.0, up) / (self._across * self._up)

    def render(self, *, scale: float, rotation: int = 0, max_pixels: int = MAX_RENDER_PIXELS) -> RgbArray:
        """The page as a picture: uint8 (height, width, 3), on white.

        Args:
            scale: pixels per point.
            rotation: degrees clockwise (0, 90, 180, 270) beyond what /Rotate asks for.
            max_pixels: where the page would have more, it is rendered smaller.
        """
        area = self.width * self.height * scale * scale
        if area > max_pixels:
            scale *= math.sqrt(max_pixels / area)
        width, height = max(1, round(self.width * scale)), max(1, round(self.height * scale))
        longest = max(width, height)
        if longest > MAX_RENDER_SIDE_PX:
            width, height = (
                max(1, width * MAX_RENDER_SIDE_PX // longest),
                max(1, height * MAX_RENDER_SIDE_PX // longest),
            )
        if rotation % 180:
            width, height = height, width
        stride = width * 4
        pixels = np.full((height, width, 4), 255, dtype=np.uint8)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            width, height, pdfium.FPDFBitmap_BGRx, ctypes.c_void_p(pixels.ctypes.data), stride
        )
        if not bitmap:
            raise ExtractionFailedError("A page could not be drawn.", hint="Get the document again.")
        try:
            flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
            pdfium.FPDF_RenderPageBitmap(bitmap, self._raw, 0, 0, width, height, rotation // 90, flags)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        return np.ascontiguousarray(pixels[:, :, :3])


def _open(data: bytes, passwords: Sequence[str]) -> Any:
    for password in ("", *passwords):
        raw = pdfium.FPDF_LoadMemDocument64(data, len(data), password.encode("utf-8") or None)
        if raw:
            return raw
        reason = int(pdfium.FPDF_GetLastError())
        if reason != pdfium.FPDF_ERR_PASSWORD:
            break
    if reason == pdfium.FPDF_ERR_PASSWORD:
        raise PasswordRequiredError(
            "The PDF is locked with a password." if not passwords else "None of the given passwords opens the PDF.",
            hint="Give its password, or save it without one.",
        )
    if reason == pdfium.FPDF_ERR_SECURITY:
        raise PasswordRequiredError(
            "The PDF is locked in a way that is not supported.", hint="Save it without protection, then retry."
        )
    raise ExtractionFailedError(
        "The PDF is damaged and could not be opened.",
        hint="Get it again from where it came from, or print it to a new PDF.",
        detail=f"PDFium error {reason}",
    )
