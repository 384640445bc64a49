"""Learn the knowledge that ships with the program: common weights per kind, heads of known fields, calibration.

    python packaging/training/train.py CORPORA [--generated FOLDER...] [--words FOLDER] [--cache FOLDER] [-o FOLDER]

Values of documents are never kept: words inside a value do not enter the shipped weights unless many issuers share
them, and any feature has to be seen on right candidates of several groups of documents.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from corpora import Case, default_corpora, folds

from docuextract_desktop.extraction.candidates.find import kind_of
from docuextract_desktop.extraction.features.prepared import header_fields
from docuextract_desktop.extraction.pipeline import propose_chosen
from docuextract_desktop.extraction.ranking.confidence import SIGNS, situation
from docuextract_desktop.extraction.ranking.general import General, head_keys, save_general
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.extraction.ranking.ranker import Choice, fit
from docuextract_desktop.extraction.ranking.scoring import base_of, rows_of
from docuextract_desktop.extraction.teaching.examples import Answer, make_example
from docuextract_desktop.extraction.teaching.learning import fit as fit_knowledge
from docuextract_desktop.extraction.words.tokens import Floats

COMMON_PENALTY, COMMON_DENSE_PENALTY = 2.0, 0.05
HEAD_PENALTY, HEAD_DENSE_PENALTY = 0.5, 0.2
LEAST_GROUPS = 2
UNRELIABLE = frozenset({("text", "registrations"), ("date", "registrations")})
"""Kinds of values of corpora whose truth is often not what the page prints: nothing to calibrate by."""

TAUGHT_DRAWS = (5, 10, 25, 40)
MANY = 70  # candidates of one document that take part in fitting


def right_mask(case: Case, field: str, n: int) -> np.ndarray | None:
    """Which of n candidates and 'not there' are right; None where the document says nothing."""
    rows = case.right_rows(field)
    if rows is None:
        return None
    mask = np.zeros(n + 1, np.bool_)
    mask[rows if len(rows) else -1] = True
    return mask


def train_common(cases: Sequence[Case]) -> dict[str, Floats]:
    """Weights per kind of value that hold for any field."""
    by_kind: dict[str, list[Choice]] = {}
    plain = General()
    random = np.random.default_rng(0)
    for case in cases:
        for field in header_fields(case.template):
            n = len(case.prepared.candidates(field))
            mask = right_mask(case, field.name, n)
            if mask is None:
                continue
            slots, dense, _ = rows_of(case.prepared, field)
            first = base_of(case.prepared, case.template, field, plain)
            offset = first.offset + random.gumbel(size=n + 1) * 2  # strong ones and a sample of the rest
            slots = slots[:, : case.prepared.candidates(field).plain]
            choice = Choice(slots, dense, offset, mask, case.weight, case.group).reduced(MANY)
            start = Choice(
                choice.slots, choice.dense, np.zeros(len(choice.offset)), choice.right, case.weight, case.group
            )
            by_kind.setdefault(kind_of(field.type), []).append(start)
    return {
        kind: fit(
            choices, penalty=COMMON_PENALTY, dense_penalty=COMMON_DENSE_PENALTY, iterations=80, min_groups=LEAST_GROUPS
        )
        for kind, choices in by_kind.items()
    }


def train_heads(cases: Sequence[Case], common: dict[str, Floats]) -> dict[str, Floats]:
    """Weights per known field, on top of the common ones."""
    general = General(common=common)
    by_key: dict[str, list[Choice]] = {}
    for case in cases:
        for field in header_fields(case.template):
            n = len(case.prepared.candidates(field))
            mask = right_mask(case, field.name, n)
            if mask is None:
                continue
            base = base_of(case.prepared, case.template, field, general)
            choice = Choice(base.slots, base.dense, base.offset, mask, case.weight, case.group).reduced(MANY)
            for key in head_keys(case.template.id, field):
                by_key.setdefault(key, []).append(choice)
    heads = {}
    for key, choices in by_key.items():
        if sum(int(not c.right[-1]) for c in choices) < 8:
            continue
        heads[key] = fit(
            choices, penalty=HEAD_PENALTY, dense_penalty=HEAD_DENSE_PENALTY, iterations=60, min_groups=LEAST_GROUPS
        )
    return _without_doubles(heads)


def _without_doubles(heads: dict[str, Floats]) -> dict[str, Floats]:
    """A head under template and name that equals the one under the name alone is kept once."""
    kept = {}
    for key, weights in heads.items():
        parts = key.split(":")
        if len(parts) == 3 and np.array_equal(heads.get(f"{parts[0]}:{parts[2]}", np.zeros(0)), weights):
            continue
        kept[key] = weights
    return kept


def train_general(cases: Sequence[Case]) -> General:
    """Common weights and heads, without calibration."""
    common = train_common(cases)
    return General(common=common, heads=train_heads(cases, common))


# --- calibration ----------------------------------------------------------------------------------------------------

Sample = tuple[str, str, Floats, bool]
"""(situation, corpus, signs, whether the value was right)."""


def samples_of(cases: Sequence[Case], general: General, **knowledge: Any) -> list[Sample]:
    """What the program would say about documents that it did not learn from."""
    found: list[Sample] = []
    for case in cases:
        for name, chosen in propose_chosen(case.prepared, case.template, knowledge.get("knowledge"), general).items():
            if name not in case.truth or chosen.row is None:
                continue
            field = case.template.field(name)
            where = situation(kind_of(field.type), headed=chosen.headed, taught=chosen.taught)
            value = case.prepared.candidates(field).values[chosen.row]
            found.append((where, case.corpus, chosen.signs.vector(), case.is_right(name, value)))
    return found


def taught_samples(cases: Sequence[Case], general: General, draws: Sequence[int], seed: int) -> list[Sample]:
    """The same after teaching some of the documents: `draws` says how many each time; the rest is looked at.

    Documents of one template only; a draw that would leave fewer than ten documents is left out.
    """
    found: list[Sample] = []
    for count in draws:
        if len(cases) < count + 10:
            continue
        chosen = set(np.random.default_rng(seed + count).permutation(len(cases))[:count].tolist())
        knowledge = teach(general, [cases[i] for i in sorted(chosen)])
        found += samples_of([c for i, c in enumerate(cases) if i not in chosen], general, knowledge=knowledge)
    return found


def teach(general: General, cases: Sequence[Case]) -> Knowledge:
    """What `docuextract learn` would make of these documents."""
    examples = []
    for case in cases:
        answers = {n: Answer.absent() if v is None else Answer.of_value(v) for n, v in case.truth.items()}
        examples.append(make_example(case.prepared, case.template, answers, case.name)[0])
    return fit_knowledge(cases[0].template, examples, general=general)


def calibrate(samples: Sequence[Sample], penalty: float = 1.0) -> dict[str, dict[str, Any]]:
    """Logistic coefficients per situation, and per source of scores over all kinds (`*:headed`), which they lean on."""
    result: dict[str, dict[str, Any]] = {}
    samples = [s for s in samples if (s[0].split(":")[0], s[1]) not in UNRELIABLE]
    sources = sorted({s[0].split(":")[1] for s in samples})
    for source in sources:
        pool = [s for s in samples if s[0].endswith(":" + source)]
        start = _logistic(pool, np.zeros(len(SIGNS)), penalty)
        result[f"*:{source}"] = {"weights": [round(float(w), 4) for w in start], "samples": len(pool)}
        for where in sorted({s[0] for s in pool}):
            own = [s for s in pool if s[0] == where]
            if len(own) >= 40:
                weights = _logistic(own, start, 4.0)
                result[where] = {"weights": [round(float(w), 4) for w in weights], "samples": len(own)}
    return result


def _logistic(samples: Sequence[Sample], prior: np.ndarray, penalty: float) -> np.ndarray:
    from scipy.optimize import minimize

    x = np.array([s[2] for s in samples], np.float64)
    y = np.array([s[3] for s in samples], np.float64)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        nll = np.logaddexp(0, z) - y * z
        p = 1 / (1 + np.exp(-z))
        return float(nll.sum() + 0.5 * penalty * ((w - prior) ** 2).sum()), x.T @ (p - y) + penalty * (w - prior)

    return np.asarray(minimize(loss, prior.copy(), jac=True, method="L-BFGS-B").x)


def main() -> int:
    """Train on everything, calibrate on folds, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--generated", type=Path, nargs="*", default=[], help="folders of generated documents")
    parser.add_argument("--words", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--templates", type=Path, default=Path("tests/bench/templates"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--samples", type=Path, help="also keep what calibration was learnt from, as a numpy archive")
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/knowledge"))
    args = parser.parse_args()
    corpora = default_corpora(args.corpora, args.words, args.cache, args.templates, args.generated)
    cases = [case for own in corpora.values() for case in own]
    of_fold = np.concatenate([folds(own, args.folds) for own in corpora.values()])
    samples: list[Sample] = []
    for fold in range(args.folds):
        learnt = train_general([c for c, f in zip(cases, of_fold, strict=True) if f != fold and c.has_real_kin])
        held = [c for c, f in zip(cases, of_fold, strict=True) if f == fold and not c.generated]
        samples += samples_of(held, learnt)
        samples += samples_of(held, General(common=learnt.common))
        for name in corpora:
            own = [c for c in held if c.corpus == name]
            samples += taught_samples(own, learnt, TAUGHT_DRAWS, fold)
        print(f"fold {fold}: {np.mean([s[3] for s in samples if ':headed' in s[0]]):.3f} right so far", file=sys.stderr)
    if args.samples:
        where, corpus, signs, right = zip(*samples, strict=True)
        np.savez(args.samples, where=where, corpus=corpus, signs=np.array(signs), right=np.array(right))
    general = train_general(cases)
    save_general(General(general.common, general.heads, calibrate(samples)), args.output)
    size = sum(p.stat().st_size for p in args.output.iterdir())
    print(
        f"{args.output}: {len(general.common)} kinds, {len(general.heads)} heads, {size / 1024:.0f} KB", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
