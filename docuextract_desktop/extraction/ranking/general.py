"""What the program knows before anyone has taught it: weights learnt from many documents, shipped in `resources`.

Two layers. For each kind of value a *common* weight vector says how labels, shape and place speak for a candidate,
whatever the field. For fields that many templates share (an invoice's number, a receipt's total, …) a *head* knows the
words around them as well; a field finds its head by its name. Nothing here holds a value of any document: see
`packaging/training`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.candidates.labels import NUMBER_WORDS
from docuextract_desktop.extraction.features.relations import RELATIONS
from docuextract_desktop.extraction.features.slots import COLUMNS
from docuextract_desktop.extraction.ranking.ranker import EXTRA, WIDTH, Scorer
from docuextract_desktop.extraction.words.tokens import Floats, cut
from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.models import Template, TemplateField

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FOLDER = "knowledge"

# How labels speak for a candidate where nothing was learnt for a kind (choices, e-mail addresses, phones).
_PLAIN_RELATIONS = {
    "left_touching": 3.0,
    "left_near": 2.5,
    "left_telling": 1.0,
    "above_near": 2.0,
    "above_aligned": 1.0,
    "best": 2.0,
    "best_in_document": 1.0,
    "other_left": -1.0,
    "other_above": -0.5,
    "share_left_bag": 0.7,
    "share_above": 0.5,
    "inside": -2.0,
}


@dataclass(frozen=True, eq=False)
class General:
    """Shipped knowledge.

    Attributes:
        common: kind → weights (WIDTH,), zero in every column that names words.
        heads: key → weights (WIDTH,); see `head_keys`.
        calibration: situation → coefficients, see `confidence`.
    """

    common: dict[str, Floats] = field(default_factory=dict)
    heads: dict[str, Floats] = field(default_factory=dict)
    calibration: dict[str, dict[str, Any]] = field(default_factory=dict)

    def common_for(self, kind: str) -> Floats:
        """Common weights of a kind, hand-set ones where none were learnt."""
        found = self.common.get(kind)
        return found if found is not None else plain_weights()

    def head_for(self, template: Template, wanted: TemplateField) -> Floats | None:
        """The weights that know this very field, if there are any."""
        for key in head_keys(template.id, wanted):
            found = self.heads.get(key)
            if found is not None:
                return found
        return None

    @cached_property
    def _scorers(self) -> dict[int, Scorer]:
        return {}

    def scorer(self, weights: Floats) -> Scorer:
        """Some of these weights made ready to score with; to be asked for again and again."""
        found = self._scorers.get(id(weights))
        if found is None or found.weights is not weights:
            found = self._scorers[id(weights)] = Scorer.of(weights)
        return found


@cache
def plain_weights() -> Floats:
    """Hand-set weights of the relations alone."""
    weights = np.zeros(WIDTH, np.float32)
    for name, value in _PLAIN_RELATIONS.items():
        weights[COLUMNS + RELATIONS.index(name)] = value
    return weights


def name_key(name: str) -> str:
    """A field's name in the form in which heads are found: `contractNum`, `contract_number` → `contract #`."""
    spoken = _CAMEL.sub(" ", name).replace("_", " ").replace("-", " ")
    tokens = [token[2] for word in spoken.split() for token in cut(word)]
    return " ".join("#" if t in NUMBER_WORDS else t for t in tokens)


def head_keys(template_id: str, wanted: TemplateField) -> tuple[str, str]:
    """Keys to look for a field's head under, the more special one first."""
    kind, name = kind_of(wanted.type), name_key(wanted.name)
    return f"{kind}:{template_id}:{name}", f"{kind}:{name}"


# --- files ----------------------------------------------------------------------------------------------------------


def save_general(general: General, folder: Path) -> None:
    """Write the knowledge in its compact shipped form: weights as half floats, zeros left out."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {}
    names: list[tuple[str, str]] = []
    for group, weights in (("common", general.common), ("heads", general.heads)):
        for key in sorted(weights):
            hashed = weights[key][:COLUMNS]
            at = np.flatnonzero(np.abs(hashed) >= 0.004)
            number = len(names)
            names.append((group, key))
            arrays[f"at{number}"] = at.astype(np.uint16)
            arrays[f"by{number}"] = hashed[at].astype(np.float16)
            arrays[f"dense{number}"] = weights[key][COLUMNS:].astype(np.float16)
    head = json.dumps({"names": names, "calibration": general.calibration}).encode()
    arrays["head"] = np.frombuffer(head, np.uint8)
    np.savez_compressed(folder / "general.npz", **arrays)  # type: ignore[arg-type]  # its stub takes names for flags


def load_general(folder: Path) -> General:
    """Read what `save_general` wrote."""
    common: dict[str, Floats] = {}
    heads: dict[str, Floats] = {}
    with np.load(folder / "general.npz", allow_pickle=False) as archive:
        head = json.loads(archive["head"].tobytes())
        for number, (group, key) in enumerate(head["names"]):
            dense = archive[f"dense{number}"]
            weights = np.zeros(WIDTH, np.float32)
            if len(dense) != EXTRA:
                continue
            weights[archive[f"at{number}"]] = archive[f"by{number}"]
            weights[COLUMNS:] = dense
            (common if group == "common" else heads)[key] = weights
    return General(common, heads, head["calibration"])


@cache
def general_knowledge() -> General:
    """The shipped knowledge; read when it is first asked for, and then kept."""
    folder = resources_dir() / _FOLDER
    return load_general(folder) if (folder / "general.npz").is_file() else General()
