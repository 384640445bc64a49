from __future__ import annotations

import importlib.util
import math

import numpy as np
import pytest

from docuextract_desktop.documents import line_head
from docuextract_desktop.documents.ctc import BESIDE_THE_HEAD, Alphabet
from docuextract_desktop.documents.line_head import FEATURE_COUNT, KERNEL, LineHead, latin_signs, with_outputs

CHARACTERS = ["blank", "a", "A", "Ａ", "b", "B", "é", "É", "ß", "中", "0", "O", " "]
DIM = 4


def weights_for(bias: dict[str, float] | None = None) -> dict[str, np.ndarray]:
    """A network that adds `bias` to signs, whatever it sees."""
    random = np.random.default_rng(0)
    signs = "".join(latin_signs(CHARACTERS))
    out = np.zeros(1 + len(signs))
    for sign, value in (bias or {}).items():
        out[1 + signs.index(sign)] = value
    return {
        "signs": np.array(signs),
        "mean": np.zeros(FEATURE_COUNT),
        "std": np.ones(FEATURE_COUNT),
        "inp.weight": random.normal(size=(DIM, FEATURE_COUNT)) / 20,
        "inp.bias": np.zeros(DIM),
        "dw.0.weight": random.normal(size=(DIM, 1, KERNEL)),
        "dw.0.bias": np.zeros(DIM),
        "n.0.weight": np.ones(DIM),
        "n.0.bias": np.zeros(DIM),
        "a.0.weight": random.normal(size=(2 * DIM, DIM)),
        "a.0.bias": np.zeros(2 * DIM),
        "b.0.weight": random.normal(size=(DIM, 2 * DIM)),
        "b.0.bias": np.zeros(DIM),
        "out.weight": np.zeros((1 + len(signs), DIM)),
        "out.bias": out,
    }


def steps_of(*rows: dict[str, float]) -> np.ndarray:
    steps = np.full((len(rows), len(CHARACTERS)), 1e-6, np.float32)
    for step, row in zip(steps, rows, strict=True):
        for character, probability in row.items():
            step[CHARACTERS.index(character)] = probability
        step[0] = max(1e-6, 1 - step[1:].sum())
    return steps


def features_for(steps: np.ndarray, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(steps), FEATURE_COUNT)).astype(np.float32)


def test_signs_are_latin_and_have_no_case() -> None:
    assert latin_signs(CHARACTERS) == {
        " ": [12], "0": [10], "A": [1, 2, 3], "B": [4, 5], "O": [11], "É": [6, 7], "ß": [8],
    }  # fmt: skip


def test_without_an_opinion_of_its_own_the_recogniser_stands_and_gives_the_case() -> None:
    head = LineHead(weights_for(), "", CHARACTERS)
    steps = steps_of({"a": 0.6, "A": 0.3, "B": 0.05}, {"É": 0.7, "é": 0.2})
    both = head.joined(steps, features_for(steps))
    assert both.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    at = {character: head.characters.index(character) for character in ("a", "A", "É", "é")}
    assert both[0, at["a"]] == pytest.approx(0.9, abs=1e-3)
    assert both[0, at["A"]] == 0
    assert both[1, at["É"]] == pytest.approx(0.9, abs=1e-3)
    assert both[1, at["é"]] == 0


def test_the_two_opinions_are_joined_as_their_geometric_mean() -> None:
    head = LineHead(weights_for({"O": 2.0}), "", CHARACTERS)
    steps = steps_of({"0": 0.6, "O": 0.35})
    both = head.joined(steps, features_for(steps))[0]
    ratio = both[head.characters.index("O")] / both[head.characters.index("0")]
    assert ratio == pytest.approx(0.35 / 0.6 * math.exp(2.0 / 2), rel=1e-3)
    line = Alphabet(head.characters, None, BESIDE_THE_HEAD).decode(head.joined(steps, features_for(steps)), 1.0)
    assert line is not None
    assert line.texts == ("O",)


def test_a_sign_that_the_recogniser_rules_out_has_one_class() -> None:
    head = LineHead(weights_for(), "", CHARACTERS)
    steps = np.zeros((1, len(CHARACTERS)), np.float32)
    steps[0, CHARACTERS.index("b")] = 1.0
    both = head.joined(steps, features_for(steps))[0]
    of_a = [both[k] for k, character in enumerate(head.characters) if character in ("a", "A", "Ａ")]
    assert np.count_nonzero(of_a) == 1


def test_text_of_another_script_is_left_to_the_recogniser() -> None:
    head = LineHead(weights_for(), "", CHARACTERS)
    assert head.knows(steps_of({"a": 0.9}, {}, {" ": 0.8}))
    assert not head.knows(steps_of({"a": 0.9}, {"中": 0.9}))


def test_what_stands_far_away_does_not_matter() -> None:
    weights = weights_for()
    weights["out.weight"] = np.random.default_rng(3).normal(size=weights["out.weight"].shape)
    head = LineHead(weights, "", CHARACTERS)
    features = np.random.default_rng(2).normal(size=(40, FEATURE_COUNT)).astype(np.float32)
    changed = features.copy()
    changed[0] += 5
    before, after = head.correction(features), head.correction(changed)
    reach = KERNEL // 2
    assert not np.allclose(before[: reach + 1], after[: reach + 1])
    assert np.allclose(before[reach + 1 :], after[reach + 1 :], atol=1e-5)


def test_weights_for_other_signs_are_refused() -> None:
    with pytest.raises(ValueError, match="other signs"):
        LineHead(weights_for(), "", [*CHARACTERS, "Z"])


def test_outputs_are_appended_as_one_more_graph() -> None:
    name = "x" * 130
    model = with_outputs(b"model", [name])
    # Field 7 of 136 bytes: field 12 of 133 bytes: field 1 of 130 bytes.
    assert model == b"model" + b"\x3a\x88\x01" + b"\x62\x85\x01" + b"\x0a\x82\x01" + name.encode()


needs_package = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="rapidocr is not installed")


@pytest.fixture
def strip() -> np.ndarray:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (420, 44), "white")
    ImageDraw.Draw(image).text((8, 4), "Grand Total: 1,234.50", fill="black", font=ImageFont.load_default(30))
    return np.asarray(image)


@needs_package
def test_the_shipped_head_fits_the_installed_recogniser_and_reads(strip: np.ndarray) -> None:
    from docuextract_desktop.documents.ocr_models import OcrModels, recogniser_file

    shipped = line_head.shipped_weights()
    assert shipped is not None
    if line_head.fingerprint(recogniser_file().read_bytes()) != shipped[1]:
        pytest.skip("another version of the recogniser is installed")
    models = OcrModels("rapidocr", 1, None)
    seen = models.look(strip)
    assert seen.features is not None
    assert seen.features.shape == (len(seen.steps), FEATURE_COUNT)
    assert models.head_fits
    line = models.read(strip)
    assert line is not None
    assert " ".join(line.texts) == "Grand Total: 1,234.50"


@needs_package
def test_with_another_recogniser_the_head_keeps_silent(strip: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    from docuextract_desktop.documents import ocr_models

    monkeypatch.setattr(ocr_models, "shipped_weights", lambda: (weights_for(), "0" * 64))
    models = ocr_models.OcrModels("rapidocr", 1, None)
    assert not models.head_fits
    assert models.look(strip).features is None
    line = models.read(strip)
    assert line is not None
    assert " ".join(line.texts) == "Grand Total: 1,234.50"
