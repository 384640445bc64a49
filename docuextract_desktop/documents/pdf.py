"""PDFs: the only importer of pypdfium2. Text layers as words with boxes, pages as pictures.

PDFium is not thread-safe: one thread at a time in a process. Its raw functions are called directly, since a page has
thousands of characters: the text is taken once as a string, and the boxes of all characters are written by PDFium straight
into one numpy array (0.3 µs a character; the page's own opening takes about 1).
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from types import TracebackType
from typing import Any, Self

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from docuextract_desktop.errors import ExtractionFailedError, PageLimitExceededError, PasswordRequiredError
from docuextract_desktop.settings import Limits

RgbArray = NDArray[np.uint8]
Numbers = NDArray[np.float64]

POINTS_PER_INCH = 72.0
MAX_RENDER_PIXELS = 40_000_000
"""Ceiling of a page picture, whatever was asked for: 160 MB in PDFium's four bytes a pixel."""
MAX_PAGE_POINTS = 14_400.0
"""Longest side that the PDF standard knows (ISO 32000-1, Annex C); sizes beyond are lies or bombs."""

# PYFUNCTYPE keeps the interpreter's lock: giving it up and taking it back costs more than the call itself.
_loose_box = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)


@dataclass(frozen=True, eq=False)
class TextLayer:
    """The characters of a page's text layer, in PDFium's order.

    Attributes:
        text: n characters, among them the spaces and line ends that PDFium sees.
        boxes: float64 (n, 4): x0, y0, x1, y1 in points of the page as its own /Rotate shows it, origin top left; with
            the font's full height and the character's full advance, so that all of a line are equally high.
    """

    text: str
    boxes: Numbers


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
        _initialise()
        self.warnings: list[str] = []
        self._data = data  # PDFium reads from it as long as the document is open
        self._forms: _FormEnvironment | None = None
        self._raw = _open(data, passwords)
        self.page_count = int(pdfium.FPDF_GetPageCount(self._raw))
        try:
            if self.page_count < 1:
                raise ExtractionFailedError("The PDF has no pages.", hint="Get it again from where it came from.")
            if self.page_count > limits.max_pages:
                raise PageLimitExceededError(
                    f"The PDF has {self.page_count:,} pages; the limit is {limits.max_pages:,}.",
                    hint="Split it, choose a page range, or raise the limit in Settings.",
                )
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the document."""
        if self._raw is not None:
            pdfium.FPDF_CloseDocument(self._raw)
            self._raw = None

    def page(self, page_index: int) -> PdfPage:
        """Open a page; use it as a context manager.

        Raises:
            ExtractionFailedError: the page is damaged.
        """
        raw = pdfium.FPDF_LoadPage(self._raw, page_index)
        if not raw:
            raise ExtractionFailedError(
                f"Page {page_index + 1} is damaged and could not be opened.",
                hint="Get the document again from where it came from.",
            )
        return PdfPage(raw)


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
            return TextLayer("", np.zeros((0, 4)))
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        given = int(pdfium.FPDFText_GetText(handle, 0, count, buffer))
        text = bytes(memoryview(buffer)[: max(0, given - 1)]).decode("utf-16-le", "replace")
        if len(text) != count:
            # Characters without a meaning are left out of the string, which would shift all that follow.
            codes = map(pdfium.FPDFText_GetUnicode, repeat(handle), range(count))
            text = "".join([chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes])
        boxes = np.zeros((count, 4), dtype=np.float32)
        address = ctypes.cast(handle, ctypes.c_void_p).value
        start, step = boxes.ctypes.data, boxes.strides[0]
        # FS_RECTF is left, top, right, bottom.
        list(map(_loose_box, repeat(address), range(count), range(start, start + step * count, step)))
        return TextLayer(text, self._shown(boxes.astype(np.float64)))

    def _shown(self, rectangles: Numbers) -> Numbers:
        """Left, top, right, bottom in PDF space → x0, y0, x1, y1 as shown, origin top left."""
        left = rectangles[:, 0] - self._left
        top = rectangles[:, 1] - self._bottom
        right = rectangles[:, 2] - self._left
        bottom = rectangles[:, 3] - self._bottom
        if self._quarter_turns == 0:
            sides = (left, self._up - top, right, self._up - bottom)
        elif self._quarter_turns == 1:
            sides = (bottom, left, top, right)
        elif self._quarter_turns == 2:
            sides = (self._across - right, bottom, self._across - left, top)
        else:
            sides = (self._up - top, self._across - right, self._up - bottom, self._across - left)
        x_a, y_a, x_b, y_b = sides
        return np.stack(
            [np.minimum(x_a, x_b), np.minimum(y_a, y_b), np.maximum(x_a, x_b), np.maximum(y_a, y_b)], axis=1
        )

    def picture_share(self) -> float:
        """How much of the page its largest picture covers, 0..1: near 1 for a scan."""
        best = 0.0
        sides = [ctypes.c_float() for _ in range(4)]
        for index in range(min(int(pdfium.FPDFPage_CountObjects(self._raw)), 2_000)):
            item = pdfium.FPDFPage_GetObject(self._raw, index)
            if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_IMAGE:
                continue
            if pdfium.FPDFPageObj_GetBounds(item, *sides):
                left, bottom, right, top = (side.value for side in sides)
                across = min(right, self._left + self._across) - max(left, self._left)
                up = min(top, self._bottom + self._up) - max(bottom, self._bottom)
                best = max(best, max(0.0, across) * max(0.0, up) / (self._across * self._up))
        return best

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
        if longest > 32_000:
            width, height = max(1, width * 32_000 // longest), max(1, height * 32_000 // longest)
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


class _FormEnvironment:
    """Placeholder of what PDFium wants for drawing form fields."""


_STATE = {"ready": False}


def _initialise() -> None:
    # Importing pypdfium2's own package initialises the library once, with its settings.
    if not _STATE["ready"]:
        import pypdfium2  # noqa: F401

        _STATE["ready"] = True


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
