"""The two networks of the OCR package: one finds lines of text in a picture, one says what stands in a line.

Everything that knows the package's inside is here. Where its recogniser is the very model that the shipped line head
was made for, it runs in a session of our own that also gives what the head looks at.
"""

from __future__ import annotations

import importlib
import logging
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.character_model import CharacterModel
from docuextract_desktop.documents.ctc import BESIDE_THE_HEAD, Alphabet, DecodedLine
from docuextract_desktop.documents.line_head import FEATURES, LineHead, fingerprint, shipped_weights, with_outputs

RgbArray = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

LINE_HEIGHT_PX = 48
NARROWEST_PX = 160
WIDEST_PX = 3_200
"""A line wider than this (at 48 pixels' height) is squeezed: 66 times as wide as high is no line of text."""
LARGEST_DETECTION_SIDE_PX = 1_440


@dataclass(frozen=True, eq=False)
class Seen:
    """What the recogniser makes of a line.

    Attributes:
        steps: (t, classes) probabilities.
        features: (t, 504) what the line head looks at; None where there is no head for this recogniser.
        share: how much of the t steps is picture, the rest being padding.
    """

    steps: FloatArray
    features: FloatArray | None
    share: float


class _Recogniser:
    """The package's own recogniser, as it is."""

    def __init__(self, recogniser: Any) -> None:
        self._session = recogniser.session
        self.characters: list[str] = list(recogniser.postprocess_op.character)

    def __call__(self, canvas: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        given: Any = self._session(canvas)
        steps = np.asarray(given[0] if isinstance(given, (list, tuple)) else given, dtype=np.float32)
        return steps.reshape(-1, steps.shape[-1]), None


class _OpenRecogniser:
    """The same model in a session of our own, which also gives what is inside it."""

    def __init__(self, model: bytes, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(with_outputs(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._outputs = [self._session.get_outputs()[0].name, *FEATURES]
        # As the package reads it: a character a line, between the blank and the space.
        written = self._session.get_modelmeta().custom_metadata_map["character"]
        self.characters = ["blank", *written.splitlines(), " "]

    def __call__(self, canvas: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        steps, pooled, last = self._session.run(self._outputs, {self._input: canvas})
        features = np.concatenate([pooled[0, :, 0, :].T, last[0]], axis=1)
        return np.asarray(steps[0], np.float32), np.asarray(features, np.float32)


class OcrModels:
    """The two networks, loaded."""

    def __init__(
        self, package: str, threads: int, characters: CharacterModel | None, *, head: bool = True, inside: bool = False
    ) -> None:
        """Load them.

        Args:
            package: "rapidocr" or "rapidocr_onnxruntime".
            threads: of one recognition.
            characters: settles doubtful characters.
            head: whether to use the shipped line head where it fits.
            inside: whether to give the features without a head too, for making one.
        """
        # The package logs to standard error, paths included: only what is serious may pass.
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        # From 1.29 on ONNX Runtime keeps a device id and reports to its maker, unless told not to before it is loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        module = importlib.import_module(package)
        self._recogniser: _Recogniser | _OpenRecogniser
        weights = shipped_weights() if head else None
        if package == "rapidocr":
            found = recogniser_file()
            model = found.read_bytes() if weights or inside else b""
            if weights and weights[1] != fingerprint(model):
                weights = None
            engine = module.RapidOCR(
                params={
                    "Global.log_level": "error",
                    "Global.use_cls": False,
                    "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
                    # Named, so that a missing model is an error and never a download.
                    "Det.model_path": str(_model("det")),
                    "Rec.model_path": str(found),
                    "Det.limit_side_len": LARGEST_DETECTION_SIDE_PX,
                    "Det.limit_type": "max",
                }
            )
            loaders = (getattr(engine, "_load_det_model", None), getattr(engine, "_load_rec_model", None))
            self._detector = loaders[0]() if loaders[0] else engine.text_det
            if inside or weights:
                self._recogniser = _OpenRecogniser(model, threads)
            else:
                self._recogniser = _Recogniser(loaders[1]() if loaders[1] else engine.text_rec)
        else:
            weights = None
            engine = module.RapidOCR(intra_op_num_threads=threads, inter_op_num_threads=1)
            self._detector, self._recogniser = engine.text_det, _Recogniser(engine.text_rec)
        self.characters = self._recogniser.characters
        self._alphabet = Alphabet(self.characters, characters)
        self._head: LineHead | None = None
        if weights:
            self._head = LineHead(*weights, self.characters)
            self._alphabet_of_head = Alphabet(self._head.characters, characters, BESIDE_THE_HEAD)

    @property
    def head_fits(self) -> bool:
        """Whether the shipped line head was made for this recogniser and is in use."""
        return self._head is not None

    def detect(self, bgr: RgbArray, side: int) -> FloatArray:
        """Quads of lines in `bgr`'s pixels, found on it shrunk to `side` pixels at most."""
        import cv2

        height, width = bgr.shape[:2]
        # Shrunk here, not by the package: 1.4.4 ignores the side length when told "max".
        factor = min(1.0, side / max(height, width))
        small = bgr
        if factor < 1.0:
            size = (max(1, round(width * factor)), max(1, round(height * factor)))
            small = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        result: Any = self._detector(small)
        boxes = result.boxes if hasattr(result, "boxes") else result[0]
        if boxes is None or not len(boxes):
            return np.zeros((0, 4, 2), np.float32)
        scale = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2) * scale

    def look(self, strip: RgbArray, stretch: float = 1.0) -> Seen:
        """Look at one straightened line, stretched in width by a factor."""
        import cv2

        height, width = strip.shape[:2]
        wanted = min(WIDEST_PX, max(1, math.ceil(LINE_HEIGHT_PX * width * stretch / height)))
        padded = max(NARROWEST_PX, wanted)
        scaled = cv2.resize(strip[:, :, ::-1], (wanted, LINE_HEIGHT_PX))
        canvas = np.zeros((1, 3, LINE_HEIGHT_PX, padded), np.float32)
        canvas[0, :, :, :wanted] = scaled.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1.0
        return Seen(*self._recogniser(canvas), wanted / padded)

    def read(self, strip: RgbArray, stretch: float = 1.0) -> DecodedLine | None:
        """Read one straightened line; None where nothing legible is in it."""
        seen = self.look(strip, stretch)
        if self._head is not None and seen.features is not None and self._head.knows(seen.steps):
            return self._alphabet_of_head.decode(self._head.joined(seen.steps, seen.features), seen.share)
        return self._alphabet.decode(seen.steps, seen.share)


def recogniser_file() -> Path:
    """The file of the recogniser that is in use.

    Raises:
        FileNotFoundError: the package has none.
    """
    return _model("rec")


def _model(task: str) -> Path:
    root = Path(str(importlib.import_module("rapidocr").__file__)).parent / "models"
    found = sorted(root.glob(f"*_{task}_*.onnx"))
    if not found:
        raise FileNotFoundError(f"no model *_{task}_*.onnx in the OCR package")
    return found[-1]
