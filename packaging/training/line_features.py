"""Cut lines of text with known truth out of pictures, and keep what the recogniser sees in them, for `line_head.py`.

    python packaging/training/line_features.py OUT FOLDER... [--variants N] [--limit N] [--shard K/N]

A FOLDER holds pictures with `NAME.boxes.csv` beside them (eight corner coordinates, then the printed text), or PDFs
with text layers of their own, whose first pages are turned into worn scans. Lines are cut as the detector finds them,
where what it finds holds whole lines or words; lines of pictures also as their true corners say, moved a little and
worn, N times. Each document gives OUT/FOLDER/NAME.npz: float16 features (steps, 504) with the recogniser's own
logarithms behind them (steps, 1 + signs), and per line its length, text and kind.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generator.pictures import SCANNER, Wear, render, wear_down
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from docuextract_desktop.documents.image import PictureFile
from docuextract_desktop.documents.line_head import LineHead
from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.ocr import RapidOcrEngine, RgbArray, cut_out
from docuextract_desktop.documents.ocr_models import OcrModels
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.errors import ItemError
from docuextract_desktop.settings import Limits

Quads = NDArray[np.float32]
Generator = np.random.Generator

_CORNERS = 8
EDGE = 0.6
"""A line that was found may begin and end this far from the true one, in heights of it."""
ALIKE = 0.5
"""Where the recogniser's own reading differs by more than this share, the truth belongs to something else."""
PAGE_WEAR = (SCANNER, Wear(dpi=150, noise=6.0), Wear(dpi=250, noise=6.0), Wear(dpi=200, max_turn=0.3, noise=3.0))


@dataclass(frozen=True, eq=False)
class Line:
    """A line to learn from: corners (4, 2) in pixels, what is printed, and how it was cut (`found` or `moved`)."""

    quad: Quads
    text: str
    kind: str


def box_of(quad: Quads) -> Quads:
    """x0, y0, x1, y1 around corners."""
    return np.concatenate([quad.min(0), quad.max(0)], dtype=np.float32)


def covered(a: Quads, b: Quads) -> float:
    """Area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return float(max(width, 0) * max(height, 0))


def area(box: Quads) -> float:
    """Area of a box."""
    return float((box[2] - box[0]) * (box[3] - box[1]))


def found_lines(quads: Quads, truth: Sequence[tuple[Quads, str]]) -> tuple[list[Line], set[int]]:
    """Lines that the detector found and that hold exactly the printed pieces beside each other; and which pieces."""
    boxes = [box_of(quad) for quad, _ in truth]
    lines, used = [], set()
    for quad in quads:
        box = box_of(quad)
        touched = [i for i, piece in enumerate(boxes) if covered(box, piece) > 0.15 * area(piece)]
        inside = [i for i in touched if covered(box, boxes[i]) > 0.7 * area(boxes[i])]
        if not inside or len(inside) != len(touched):
            continue
        inside.sort(key=lambda i: float(boxes[i][0]))
        whole = np.array([*np.min([boxes[i][:2] for i in inside], 0), *np.max([boxes[i][2:] for i in inside], 0)])
        height = float(np.median([boxes[i][3] - boxes[i][1] for i in inside]))
        one_row = all(abs(float(boxes[i][1] - whole[1])) < 0.5 * height for i in inside)
        all_of_it = box[0] <= whole[0] + EDGE * height and box[2] >= whole[2] - EDGE * height
        if one_row and all_of_it and covered(box, whole) > 0.4 * area(box):
            lines.append(Line(quad, " ".join(truth[i][1] for i in inside), "found"))
            used.update(inside)
    return lines, used


def moved(quad: Quads, rng: Generator) -> Quads:
    """Corners as a detector might have set them."""
    height = float(np.linalg.norm(quad[3] - quad[0]))
    up, down = rng.uniform(-0.08, 0.22, 2) * height
    left, right = rng.uniform(-0.05, 0.35, 2) * height
    moves = np.array([(-left, -up), (right, -up), (right, down), (-left, down)])
    return np.asarray(quad + moves + rng.normal(0, 0.03 * height, (4, 2)), np.float32)


def worn(strip: RgbArray, rng: Generator) -> RgbArray:
    """A line as a worse camera might have seen it."""
    if rng.random() < 0.3:
        factor = rng.uniform(0.6, 1.0)
        size = (max(2, int(strip.shape[1] * factor)), max(2, int(strip.shape[0] * factor)))
        strip = np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.2:
        strip = np.asarray(cv2.GaussianBlur(strip, (3, 3), rng.uniform(0.4, 1.0)), np.uint8)
    if rng.random() < 0.4:
        strip = np.clip(strip * rng.uniform(0.7, 1.2) + rng.uniform(-25, 25), 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        strip = np.clip(strip + rng.normal(0, rng.uniform(2, 10), strip.shape), 0, 255).astype(np.uint8)
    return strip


def picture(path: Path) -> tuple[RgbArray, list[tuple[Quads, str]]]:
    """A picture with its printed lines."""
    with PictureFile(path.read_bytes(), "jpeg", Limits()) as file:
        rgb = file.rgb(0)
    truth = []
    for row in path.with_suffix(".boxes.csv").read_text(encoding="utf-8", errors="replace").splitlines():
        parts = row.split(",", _CORNERS)
        text = " ".join(parts[-1].split())
        if len(parts) > _CORNERS and text:
            truth.append((np.array(list(map(float, parts[:_CORNERS])), np.float32).reshape(4, 2), text))
    return rgb, truth


class _NoRecognition(RapidOcrEngine):
    """Pages without text of their own are of no use here."""

    def recognise(self, rgb: RgbArray) -> Any:  # noqa: ARG002
        raise ItemError("no text layer")


def scanned_page(path: Path) -> tuple[RgbArray, list[tuple[Quads, str]]]:
    """The first page of a PDF as a worn scan, with its words where they are after the page was turned.

    Raises:
        ItemError: it has no text of its own.
    """
    document: Document = read_document(path, pages=[0], ocr=_NoRecognition())
    page = document.pages[0]
    rng = random.Random(path.name)  # noqa: S311  (pictures, no secrets)
    wear = rng.choice(PAGE_WEAR)
    clean = render(path.read_bytes(), wear.dpi)[0]
    state = rng.getstate()
    angle = np.deg2rad(rng.uniform(-wear.max_turn, wear.max_turn))
    rng.setstate(state)
    rgb = np.asarray(wear_down(clean, rng, wear).convert("RGB"))
    size = np.array([clean.width, clean.height], np.float32)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    truth = []
    for text, (x0, y0, x1, y1) in zip(page.texts, page.boxes, strict=True):
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32) * size
        truth.append((((corners - size / 2) @ turn.T + size / 2).astype(np.float32), text))
    return rgb, truth


def lines_of(path: Path, engine: RapidOcrEngine, variants: int, rng: Generator) -> tuple[RgbArray, list[Line]]:
    """All lines to learn from in one document."""
    if path.suffix == ".pdf":
        rgb, truth = scanned_page(path)
        return rgb, found_lines(engine.find_lines(rgb), truth)[0]
    rgb, truth = picture(path)
    lines, used = found_lines(engine.find_lines(rgb), truth)
    for variant in range(variants):
        for i, (quad, text) in enumerate(truth):
            if variant or i not in used:
                lines.append(Line(moved(quad, rng), text, "moved"))
    return rgb, lines


class Cutter:
    """Finds lines, and keeps what the recogniser sees in them."""

    def __init__(self) -> None:
        """Load the models."""
        self.engine = RapidOcrEngine(threads=1)
        self.models = OcrModels("rapidocr", 1, None, head=False, inside=True)
        self.head = LineHead({}, "", self.models.characters)

    def keep(self, path: Path, out: Path, variants: int) -> tuple[int, int]:
        """Write the features of one document's lines; how many were found, and how many were kept."""
        rng = np.random.default_rng(list(path.name.encode()))
        rgb, lines = lines_of(path, self.engine, variants, rng)
        kept: list[tuple[NDArray[np.float16], str, str]] = []
        for line in lines:
            strip = cut_out(rgb, line.quad)
            if strip is None:
                continue
            as_found = line.kind == "found" and path.suffix != ".pdf"
            seen = self.models.look(
                strip if as_found else worn(strip, rng), 1.0 if as_found else rng.uniform(0.88, 1.1)
            )
            features = seen.features
            if features is None or not self._alike(seen.steps, line.text):
                continue
            both = np.concatenate([features, self.head.base(seen.steps)], axis=1)
            kept.append((both.astype(np.float16), line.text, line.kind))
        if kept:
            out.parent.mkdir(parents=True, exist_ok=True)
            np.savez(
                out,
                feats=np.concatenate([features for features, _, _ in kept]),
                lens=np.array([len(features) for features, _, _ in kept]),
                texts=np.array([text for _, text, _ in kept]),
                kinds=np.array([kind for _, _, kind in kept]),
            )
        return sum(line.kind == "found" for line in lines), len(kept)

    def _alike(self, steps: NDArray[np.float32], text: str) -> bool:
        best = steps.argmax(axis=1)
        read = best[np.append(True, best[1:] != best[:-1]) & (best != 0)]
        greedy = "".join(self.models.characters[k] for k in read.tolist())
        return Levenshtein.normalized_distance(greedy.upper(), text.upper()) <= ALIKE


def main() -> None:
    """Go through the folders."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--variants", type=int, default=2)
    parser.add_argument("--limit", type=int, help="documents of each folder")
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th document from the K-th on")
    given = parser.parse_args()
    shard, shards = (int(number) for number in given.shard.split("/"))
    cutter = Cutter()
    for folder in given.folders:
        paths = sorted(p for p in folder.iterdir() if p.suffix == ".pdf" or p.with_suffix(".boxes.csv").is_file())
        paths = [p for p in paths if not p.name.endswith(".boxes.csv")][: given.limit]
        for path in paths[shard::shards]:
            out = given.out / folder.name / f"{path.stem}.npz"
            if not out.is_file():
                try:
                    print(folder.name, path.name, *cutter.keep(path, out, given.variants), flush=True)
                except ItemError as error:
                    print(folder.name, path.name, error, flush=True)


if __name__ == "__main__":
    main()
