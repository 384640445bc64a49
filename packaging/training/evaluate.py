"""Figures on documents that the knowledge did not see: `score.py`'s strict numbers, computed in one process over folds.

    python packaging/training/evaluate.py CORPORA [--words FOLDER] [--cache FOLDER] [--only NAME...] [--taught 10 50]

Untaught: the knowledge is learnt on the other folds of all corpora and applied to the held-out one; its calibration is
learnt on folds of these others. Taught: of the held-out fold of layouts, K documents are taught and the rest measured.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from corpora import Case, default_corpora, folds, key
from train import Sample, calibrate, samples_of, taught_samples, teach, train_general

from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.pipeline import propose
from docuextract_desktop.extraction.ranking.general import General

Result = tuple[Case, tuple[FieldValue, ...]]


def report(title: str, results: Iterable[Result], misses: int = 0) -> dict[str, float]:
    """Print and return the scorer's figures."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    sure: list[tuple[float, bool, bool]] = []
    wrong: list[tuple[str, str, object, object, float]] = []
    for case, values in results:
        for value in values:
            if value.name not in case.truth:
                continue
            kind = case.kinds[value.name]
            want = key(case.truth[value.name], kind, truth=True)
            have = key(value.value, kind, truth=False)
            count = tally[value.name]
            right = want is not None and want == have
            count[0] += want is not None
            count[1] += have is not None
            count[2] += right
            if have is not None:
                sure.append((value.confidence, right, value.needs_review))
            if not right and (want is not None or have is not None):
                wrong.append((case.name, value.name, case.truth[value.name], value.value, value.confidence))

    def f1(true: int, found: int, right: int) -> float:
        return 2 * right / (true + found) if true + found else 0.0

    total = [sum(c[i] for c in tally.values()) for i in range(3)]
    auto = [s for s in sure if not s[2]]
    bad = [s for s in sure if not s[1]]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right, _ in sure:
        bins[min(int(confidence * 10), 9)].append((confidence, right))
    ece = sum(abs(sum(c - r for c, r in b)) for b in bins.values()) / max(len(sure), 1)
    figures = {
        "f1": f1(*total),
        "auto_share": len(auto) / max(total[0], 1),
        "auto_precision": sum(s[1] for s in auto) / max(len(auto), 1),
        "caught": sum(s[2] for s in bad) / max(len(bad), 1),
        "ece": ece,
    }
    parts = " ".join(f"{name} {f1(*c):.3f}" for name, c in tally.items())
    print(
        f"{title}: F1 {figures['f1']:.3f} | {parts} | unflagged {figures['auto_precision']:.3f} right at share "
        f"{figures['auto_share']:.2f}, caught {figures['caught']:.2f}, ECE {ece:.3f}",
        flush=True,
    )
    for miss in wrong[:misses]:
        print("   ", *miss[:2], f"want {miss[2]!r}, have {miss[3]!r} at {miss[4]:.2f}")
    return figures


def inner_samples(cases: Sequence[Case], seed: int, draws: Sequence[int] = ()) -> list[Sample]:
    """Out-of-fold samples for calibration, from training cases only.

    For calibrating taught templates some documents of each inner held-out fold teach, and the rest is measured.
    """
    found: list[Sample] = []
    by_corpus: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_corpus[case.corpus].append(case)
    inner = {name: folds(own, 3, seed) for name, own in by_corpus.items()}
    for fold in range(3):
        learn = [c for name, own in by_corpus.items() for c, f in zip(own, inner[name], strict=True) if f != fold]
        general = train_general(learn)
        for name, own in by_corpus.items():
            held = [c for c, f in zip(own, inner[name], strict=True) if f == fold]
            found += samples_of(held, general)
            found += samples_of(held, General(common=general.common))
            found += taught_samples(held, general, draws, seed + fold)
    return found


def untaught(corpora: dict[str, list[Case]], only: Sequence[str], count: int, calibrated: bool, misses: int) -> None:
    """Folds over all corpora at once."""
    of_fold = {name: folds(own, count) for name, own in corpora.items()}
    results: dict[str, list[Result]] = defaultdict(list)
    bare: dict[str, list[Result]] = defaultdict(list)
    for fold in range(count):
        learn = [c for name, own in corpora.items() for c, f in zip(own, of_fold[name], strict=True) if f != fold]
        general = train_general(learn)
        calibration = calibrate(inner_samples(learn, fold)) if calibrated else {}
        known = General(general.common, general.heads, calibration)
        for name in only:
            for case, f in zip(corpora[name], of_fold[name], strict=True):
                if f == fold:
                    results[name].append((case, propose(case.prepared, case.template, None, known)))
                    common = General(general.common, {}, calibration)
                    bare[name].append((case, propose(case.prepared, case.template, None, common)))
    for name in only:
        report(f"{name}, untaught, unseen folds", results[name], misses)
        report(f"{name}, the same without heads", bare[name])


def taught(
    corpora: dict[str, list[Case]], name: str, counts: Sequence[int], draws: int, calibrated: bool, misses: int
) -> None:
    """K documents of layouts that the knowledge did not see are taught; others of these layouts are measured."""
    own = corpora[name]
    of_fold = folds(own, 2)
    others = [c for other, cases in corpora.items() if other != name for c in cases]
    results: dict[int, list[Result]] = defaultdict(list)
    for fold in range(2):
        learn = others + [c for c, f in zip(own, of_fold, strict=True) if f != fold]
        general = train_general(learn)
        calibration = calibrate(inner_samples(learn, fold, (5, 10, 25))) if calibrated else {}
        known = General(general.common, general.heads, calibration)
        held = [c for c, f in zip(own, of_fold, strict=True) if f == fold]
        for k in counts:
            for draw in range(draws):
                random = np.random.default_rng(1000 * k + draw)
                chosen = set(random.permutation(len(held))[:k].tolist())
                knowledge = teach(known, [held[i] for i in sorted(chosen)]) if k else None
                for i, case in enumerate(held):
                    if i not in chosen:
                        results[k].append((case, propose(case.prepared, case.template, knowledge, known)))
    for k in counts:
        report(f"{name}, {k} taught, layouts unseen by what ships", results[k], misses)


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--generated", type=Path, nargs="*", default=[], help="folders of generated documents")
    parser.add_argument("--words", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--templates", type=Path, default=Path("tests/bench/templates"))
    parser.add_argument("--only", nargs="*", default=["receipts", "invoices", "adbuy", "registrations"])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--taught", nargs="*", type=int, default=[])
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--calibrated", action="store_true", help="learn calibration on inner folds (slow)")
    parser.add_argument("--misses", type=int, default=0)
    args = parser.parse_args()
    corpora = default_corpora(args.corpora, args.words, args.cache, args.templates, args.generated)
    only = [name for name in args.only if name in corpora]
    if args.taught:
        for name in only:
            taught(corpora, name, args.taught, args.draws, args.calibrated, args.misses)
    else:
        untaught(corpora, only, args.folds, args.calibrated, args.misses)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
