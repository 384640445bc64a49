"""A second opinion on each line of Latin text, by a small network on top of what the shipped recogniser sees in it.

The recogniser knows 18,708 characters and was taught on text of all kinds. Its own last layer is kept, and two
convolution blocks (Liu et al., "A ConvNet for the 2020s", CVPR 2022) on the features before it learn from lines of
documents what it tends to get wrong: spaces, worn type, look-alikes. Case is one for this network; it is taken from the
recogniser. The two opinions are joined as their geometric mean. Learnt by `packaging/training/line_head.py` with CTC
(Graves et al., ICML 2006), shipped as one file that names the very model it was made for: with any other model the
recogniser is believed alone.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.paths import resources_dir

FloatArray = NDArray[np.float32]

FEATURES = ("p2o.pd_op.pool2d.1.0", "p2o.pd_op.transpose.8.0")
"""Names inside the recogniser's graph: what is seen along the line (384 numbers a step), and what its last layer makes
of it (120)."""
FEATURE_COUNT = 504
KERNEL = 7
_SIGNS_BEYOND_LATIN = "€£°§«»–—’‘“”•"
_FLOOR = 1e-12


def folded(character: str) -> str:
    """A character as this network knows it: compatible forms are one, and so is case where it has one letter."""
    plain = unicodedata.normalize("NFKC", character)
    upper = plain.upper()
    return upper if len(upper) == 1 else plain


def latin_signs(characters: Sequence[str]) -> dict[str, list[int]]:
    """The signs of Latin text among a recogniser's characters: sign → its classes. Class 0 (blank) belongs to none."""
    found: dict[str, list[int]] = {}
    for number, character in enumerate(characters):
        sign = folded(character)
        if number and len(sign) == 1 and _is_latin(sign):
            found.setdefault(sign, []).append(number)
    return dict(sorted(found.items()))


def _is_latin(sign: str) -> bool:
    code = ord(sign)
    return 32 <= code < 127 or (0xC0 <= code <= 0x17F and sign.isalpha()) or sign in _SIGNS_BEYOND_LATIN


class LineHead:
    """The network, for one recogniser.

    Attributes:
        made_for: SHA-256 of the recogniser's model file.
        signs: that the network tells apart, behind the blank.
        classes: of the recogniser, that the network has an opinion on: blank first, then sign by sign.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.generic]], made_for: str, characters: Sequence[str]) -> None:
        """Keep the weights.

        Args:
            weights: as `packaging/training/line_head.py` writes them; none for a network that is still to be learnt.
            made_for: SHA-256 of the recogniser's model file.
            characters: what the recogniser's classes mean, blank first.

        Raises:
            ValueError: the weights are for other signs.
        """
        signs = latin_signs(characters)
        self.signs = "".join(signs)
        if weights and self.signs != str(weights["signs"]):
            raise ValueError("the weights are for other signs")
        self.made_for = made_for
        self.characters = ["", *(characters[number] for group in signs.values() for number in group)]
        self.classes = np.array([0, *(number for group in signs.values() for number in group)])
        self._starts = np.cumsum([0, 1, *(len(group) for group in signs.values())])[:-1]
        self._group_of = np.repeat(np.arange(len(signs) + 1), np.diff([*self._starts, len(self.classes)]))
        self._weights = {name: np.asarray(value, np.float32) for name, value in weights.items() if name != "signs"}

    @cached_property
    def _is_known(self) -> NDArray[np.bool_]:
        known = np.zeros(int(self.classes.max()) + 1, np.bool_)
        known[self.classes] = True
        return known

    def knows(self, steps: FloatArray) -> bool:
        """Whether all that the recogniser reads in a line, (t, classes) probabilities, is Latin text."""
        best = steps.argmax(axis=1)
        return bool((best < len(self._is_known)).all() and self._is_known[best].all())

    def joined(self, steps: FloatArray, features: FloatArray) -> FloatArray:
        """Both opinions as one.

        Args:
            steps: (t, classes of the recogniser) probabilities.
            features: (t, 504), the recogniser's `FEATURES` side by side.

        Returns:
            (t, len(classes)) probabilities; all of a sign's stands at its likeliest class.
        """
        own = steps[:, self.classes]
        base = self.base(steps)
        both = 0.5 * (base + _log_softmax(base + self.correction(features)))
        both = np.exp(both - both.max(axis=1, keepdims=True))
        both /= both.sum(axis=1, keepdims=True)
        likeliest = own >= np.maximum.reduceat(own, self._starts, axis=1)[:, self._group_of]
        seen = np.cumsum(likeliest, axis=1)
        before: NDArray[np.intp] = (seen - likeliest)[:, self._starts][:, self._group_of]
        first = likeliest & (seen - before == 1)
        return np.where(first, both[:, self._group_of], 0.0).astype(np.float32)

    def base(self, steps: FloatArray) -> FloatArray:
        """What the recogniser says, (t, its classes) probabilities, as logarithms for blank and signs."""
        summed = np.add.reduceat(steps[:, self.classes], self._starts, axis=1)
        return np.asarray(np.log(summed / summed.sum(axis=1, keepdims=True) + _FLOOR), np.float32)

    def correction(self, features: FloatArray) -> FloatArray:
        """What the network adds to the logarithms of the recogniser's probabilities: (t, 1 + signs)."""
        w = self._weights
        x = _gelu(((features - w["mean"]) / w["std"]) @ w["inp.weight"].T + w["inp.bias"])
        block = 0
        while f"dw.{block}.weight" in w:
            y = _along(x, w[f"dw.{block}.weight"]) + w[f"dw.{block}.bias"]
            y = _normed(y) * w[f"n.{block}.weight"] + w[f"n.{block}.bias"]
            y = _gelu(y @ w[f"a.{block}.weight"].T + w[f"a.{block}.bias"])
            x = x + y @ w[f"b.{block}.weight"].T + w[f"b.{block}.bias"]
            block += 1
        return np.asarray(x @ w["out.weight"].T + w["out.bias"], np.float32)


def _along(x: NDArray[np.floating], kernel: FloatArray) -> FloatArray:
    """Convolve every channel of (t, channels) along t with its own kernel: (channels, 1, KERNEL)."""
    padded = np.pad(x, ((KERNEL // 2, KERNEL // 2), (0, 0)))
    return np.asarray(sum(padded[k : k + len(x)] * kernel[:, 0, k] for k in range(KERNEL)), np.float32)


def _normed(x: NDArray[np.floating]) -> FloatArray:
    centred = x - x.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5), np.float32)


def _gelu(x: NDArray[np.floating]) -> FloatArray:
    return np.asarray(0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))), np.float32)


def _log_softmax(x: FloatArray) -> FloatArray:
    shifted = x - x.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float32)


def with_outputs(model: bytes, names: Sequence[str] = FEATURES) -> bytes:
    """An ONNX model that also gives what is inside it.

    Protocol buffers of one message that stand behind each other are merged, repeated fields appended: so a graph
    (field 7 of ModelProto) that has nothing but outputs (field 12 of GraphProto, their name field 1) adds these.
    """
    outputs = b"".join(_field(12, _field(1, name.encode())) for name in names)
    return model + _field(7, outputs)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def fingerprint(model: bytes) -> str:
    """How a model file is told from others."""
    return hashlib.sha256(model).hexdigest()


@cache
def shipped_weights() -> tuple[dict[str, NDArray[np.generic]], str] | None:
    """Weights that ship with the program and the fingerprint of the model that they are for; None where not there."""
    path: Path = resources_dir() / "ocr" / "line_head.npz"
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as kept:
        weights = {name: kept[name] for name in kept.files}
    return weights, str(weights.pop("made_for"))
