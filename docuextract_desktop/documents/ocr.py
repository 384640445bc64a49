"""Words from pictures: the seam that an OCR engine fills, and the engine that ships: RapidOCR on ONNX Runtime.

Models load on first need and come from the installed wheel; nothing is fetched.
The settings are the measured ones: longest side 960 for finding lines (more where the type is small), no angle
classifier, lines recognised one by one from the picture's full resolution, a narrowest input of 160 pixels.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.character_model import CharacterModel, shipped_model
from docuextract_desktop.documents.ocr_models import LARGEST_DETECTION_SIDE_PX, OcrModels
from docuextract_desktop.documents.second_look import look_again
from docuextract_desktop.errors import OcrProviderError

RgbArray = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

THREADS_VARIABLE = "DOCUEXTRACT_OCR_THREADS"
DETECTION_SIDE_PX = 960
SMALL_TYPE_PX = 18.0
GOOD_TYPE_PX = 22.0
"""Where lines of text are lower than the first when they are looked for, whole lines get lost; so they are looked for
again at the size that makes them as high as the second. On receipts the first look at 960 pixels is enough; on scanned
invoices words found rise from .959 to .975 and whole lines from .885 to .923."""
SHEET_PX = 2_000
SHEET_ASPECT = 1.6
SHEET_DETECTION_SIDE_PX = 1_240
"""A picture of the shape and size of a scanned sheet is sure to want this from the beginning."""
UPENDED = 1.5
"""A box of text this many times as high as wide holds text that runs up or down."""
PROBES = 5
"""Lines read both ways to find out which way the text runs."""
SURELY_UPRIGHT = 0.7
"""Mean confidence of the probes from which upside down is not even tried."""


@dataclass(frozen=True)
class Availability:
    """Whether an engine can work here; `reason` is a sentence for the user where it cannot."""

    ok: bool
    reason: str = ""


@dataclass(frozen=True, eq=False)
class OcrLine:
    """One line of text as an engine found it.

    Attributes:
        quad: float32 (4, 2), corners in pixels: the first is the upper corner where the text starts, the second the
            upper one where it ends, as seen by a reader; so on a page lying on its side they tell how it lies.
        texts: its words.
        starts, stops: where each word begins and ends, as shares 0..1 of the line's length.
        confidences: per word, 0..1.
    """

    quad: FloatArray
    texts: tuple[str, ...]
    starts: FloatArray
    stops: FloatArray
    confidences: FloatArray


class OcrEngine(Protocol):
    """What recognises pictures. One instance is used by one thread at a time."""

    @property
    def name(self) -> str:
        """Name of the engine, for people."""
        ...

    @property
    def version(self) -> str:
        """Changes when its words may change."""
        ...

    def availability(self) -> Availability:
        """Whether it can work here. Cheap: loads no model."""
        ...

    def recognise(self, rgb: RgbArray) -> list[OcrLine]:
        """Read a picture: uint8 (height, width, 3). Text may run in any of the four directions; quads say which.

        Raises:
            OcrProviderError: the engine failed.
        """
        ...


class RapidOcrEngine:
    """RapidOCR (PP-OCR models on ONNX Runtime): package `rapidocr`, or `rapidocr_onnxruntime` where that is installed.

    Attributes:
        threads: threads of one recognition; two processes with one each beat one process with two.
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        package: str | None = None,
        characters: Callable[[], CharacterModel | None] = shipped_model,
    ) -> None:
        """Nothing is loaded yet.

        Args:
            threads: None for $DOCUEXTRACT_OCR_THREADS, else 1.
            package: "rapidocr" or "rapidocr_onnxruntime"; None for the first of them that is installed.
            characters: loads the model that settles doubtful characters.
        """
        self._characters = characters
        self.threads = threads or _threads_from_environment()
        self._package = package or _installed_package()
        self._models: OcrModels | None = None

    @property
    def name(self) -> str:
        """Name of the package in use."""
        return "RapidOCR" if self._package else "none"

    @property
    def version(self) -> str:
        """Package and version, as "rapidocr 3.10.0"."""
        if not self._package:
            return "none"
        return f"{self._package} {importlib.metadata.version(self._package.replace('_', '-'))}"

    def availability(self) -> Availability:
        """Whether the package, its run time and its models are installed."""
        if not self._package:
            return Availability(False, "The OCR package 'rapidocr' is not installed.")
        for needed in (self._package, "onnxruntime", "cv2"):
            if importlib.util.find_spec(needed) is None:
                return Availability(False, f"The package '{needed}', which the OCR needs, is not installed.")
        return Availability(True)

    def recognise(self, rgb: RgbArray) -> list[OcrLine]:
        """See `OcrEngine.recognise`."""
        quads, turn = self._directed(rgb, self.find_lines(rgb))
        if turn % 2:
            # Lines that run up or down are found badly: look again on the upright page.
            upright = np.ascontiguousarray(np.rot90(rgb, turn))
            quads = turn_quads_back(self.find_lines(upright), turn, rgb.shape[1], rgb.shape[0])
        return [line for line in self.read_lines(rgb, quads) if line is not None]

    def find_lines(self, rgb: RgbArray) -> FloatArray:
        """Corners of the lines of text: float32 (n, 4, 2) in pixels, top left first, clockwise, whatever runs in them.

        Raises:
            OcrProviderError: the engine failed.
        """
        models = self._load()
        try:
            bgr = np.ascontiguousarray(rgb[:, :, ::-1])
            shorter, longest = sorted(rgb.shape[:2])
            sheet = longest >= SHEET_PX and longest < SHEET_ASPECT * shorter
            side = SHEET_DETECTION_SIDE_PX if sheet else DETECTION_SIDE_PX
            quads = models.detect(bgr, side)
            larger = _side_for_small_type(quads, longest, side)
            return quads if larger is None else models.detect(bgr, larger)
        except Exception as error:  # whatever the package raises: its own classes are not a contract
            raise _failed(error) from error

    def read_lines(self, rgb: RgbArray, quads: FloatArray) -> list[OcrLine | None]:
        """Read the lines within `quads` (first corner: where the text starts); None where nothing legible is.

        Raises:
            OcrProviderError: the engine failed.
        """
        models = self._load()
        lines: list[OcrLine | None] = []
        try:
            for quad in quads:
                strip = cut_out(rgb, quad)
                lines.append(None if strip is None else _line(models, strip, quad))
        except Exception as error:
            raise _failed(error) from error
        return lines

    def _directed(self, rgb: RgbArray, quads: FloatArray) -> tuple[FloatArray, int]:
        """Find out in which direction the lines run.

        Across or along is seen from the shapes; which of the two ways is found by reading the longest lines both ways.

        Returns:
            The quads with their corners turned so that the first is where the text starts, and the quarter turns
            clockwise of most of them.
        """
        if not len(quads):
            return quads, 0
        lengths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
        depths = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
        upended = depths >= UPENDED * lengths
        sizes = np.maximum(lengths, depths)
        turns = np.zeros(len(quads), dtype=np.int64)
        for group, ways in ((~upended, (0, 2)), (upended, (1, 3))):
            members = np.flatnonzero(group)
            if len(members):
                probe = members[np.argsort(-sizes[members], kind="stable")[:PROBES]]
                turns[members] = self._better_way(rgb, quads[probe], ways)
        turned = np.stack([np.roll(quad, -turn, axis=0) for quad, turn in zip(quads, turns.tolist(), strict=True)])
        return turned, int(np.bincount(turns, weights=sizes, minlength=4).argmax())

    def _better_way(self, rgb: RgbArray, quads: FloatArray, ways: tuple[int, int]) -> int:
        scores = []
        for way in ways:
            lines = self.read_lines(rgb, np.roll(quads, -way, axis=1))
            certain = [float(line.confidences.mean()) if line is not None else 0.0 for line in lines]
            scores.append(float(np.mean(certain)))
            if way == 0 and scores[0] >= SURELY_UPRIGHT:
                return 0
        return ways[int(np.argmax(scores))]

    def _load(self) -> OcrModels:
        if self._models is None:
            state = self.availability()
            if not state.ok:
                raise OcrProviderError(state.reason, hint="Install it, then retry; `docuextract doctor` says how.")
            try:
                self._models = OcrModels(str(self._package), self.threads, self._characters())
            except Exception as error:
                raise OcrProviderError(
                    "The OCR models could not be loaded.",
                    hint="Install the OCR package again; `docuextract doctor` says how.",
                    detail=repr(error),
                ) from error
        return self._models


def default_engine(*, threads: int | None = None) -> OcrEngine:
    """The engine that ships, with nothing loaded yet."""
    return RapidOcrEngine(threads=threads)


def cut_out(rgb: RgbArray, quad: FloatArray) -> RgbArray | None:
    """The picture within a quadrilateral, straightened; None where nothing is left of it."""
    import cv2

    width = int(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3])))
    height = int(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2])))
    if width < 2 or height < 2:
        return None
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), target)
    return np.asarray(
        cv2.warpPerspective(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def turn_quads_back(quads: FloatArray, turn: int, width: int, height: int) -> FloatArray:
    """Quads found on a picture that was set upright, on the picture as it lies.

    Args:
        quads: (n, 4, 2) on the upright picture, first corner where the text starts.
        turn: quarter turns clockwise by which the picture lies; it was turned back by `numpy.rot90(picture, turn)`.
        width: of the picture as it lies.
        height: of the picture as it lies.
    """
    x, y = quads[..., 0], quads[..., 1]
    if turn % 4 == 1:
        return np.stack([width - y, x], axis=-1)
    if turn % 4 == 2:
        return np.stack([width - x, height - y], axis=-1)
    if turn % 4 == 3:
        return np.stack([y, height - x], axis=-1)
    return quads


def _line(models: OcrModels, strip: RgbArray, quad: FloatArray) -> OcrLine | None:
    decoded = look_again(strip, models.read(strip), models.read)
    if decoded is None:
        return None
    return OcrLine(np.asarray(quad, np.float32), decoded.texts, decoded.starts, decoded.stops, decoded.confidences)


def _side_for_small_type(quads: FloatArray, longest: int, side: int) -> int | None:
    """On which side length to look for lines again, or None where `side` was large enough."""
    if not len(quads):
        return None
    across = np.minimum(
        np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1), np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    )
    seen = max(1.0, float(np.median(across)) * min(1.0, side / longest))
    larger = min(longest, LARGEST_DETECTION_SIDE_PX, round(side * GOOD_TYPE_PX / seen))
    return larger if seen < SMALL_TYPE_PX and larger > 1.1 * side else None


def _installed_package() -> str | None:
    for package in ("rapidocr", "rapidocr_onnxruntime"):
        if importlib.util.find_spec(package) is not None:
            return package
    return None


def _threads_from_environment() -> int:
    try:
        return max(1, int(os.environ.get(THREADS_VARIABLE, "1")))
    except ValueError:
        return 1


def _failed(error: Exception) -> OcrProviderError:
    return OcrProviderError("The OCR engine failed on this page.", hint="Retry it.", detail=repr(error))
