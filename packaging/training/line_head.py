"""Learn the network that has a second opinion on lines of text: `resources/ocr/line_head.npz`.

    python packaging/training/line_head.py FEATURES [--leave-out K/N] [--epochs N] [-o FILE]

FEATURES is what `line_features.py` wrote. Needs PyTorch, which is no dependency of the project. With `--leave-out K/N`
every N-th document of each folder, from the K-th on, is left out and measured on; without it all are learnt from.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from torch import Tensor, nn
from torch.nn import functional

from docuextract_desktop.documents.line_head import FEATURE_COUNT, KERNEL, LineHead, fingerprint, folded
from docuextract_desktop.documents.ocr_models import OcrModels, recogniser_file

BATCH = 48
SEED = 0


@dataclass(frozen=True, eq=False)
class Sample:
    """A line: float16 (steps, features and the recogniser's logarithms), its text folded, where and how it was cut."""

    seen: NDArray[np.float16]
    text: str
    folder: str
    kind: str


class Head(nn.Module):  # type: ignore[misc]  # PyTorch is no dependency, so it is not known here
    """The network; `docuextract_desktop.documents.line_head.LineHead.correction` does the same without PyTorch."""

    def __init__(self, signs: int, dim: int, blocks: int, drop: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURE_COUNT))
        self.register_buffer("std", torch.ones(FEATURE_COUNT))
        self.inp = nn.Linear(FEATURE_COUNT, dim)
        self.drop = nn.Dropout(drop)
        self.dw = nn.ModuleList(nn.Conv1d(dim, dim, KERNEL, padding=KERNEL // 2, groups=dim) for _ in range(blocks))
        self.n = nn.ModuleList(nn.LayerNorm(dim) for _ in range(blocks))
        self.a = nn.ModuleList(nn.Linear(dim, 2 * dim) for _ in range(blocks))
        self.b = nn.ModuleList(nn.Linear(2 * dim, dim) for _ in range(blocks))
        self.out = nn.Linear(dim, signs)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, seen: Tensor, mask: Tensor) -> Tensor:
        """Logarithms of probabilities: (lines, steps, signs)."""
        x = (seen[..., :FEATURE_COUNT] - self.mean) / self.std
        x = self.drop(functional.gelu(self.inp(x), approximate="tanh"))
        for along, normed, wider, back in zip(self.dw, self.n, self.a, self.b, strict=True):
            # Nothing stands beyond a line's end when it is read alone.
            y = normed(along((x * mask).transpose(1, 2)).transpose(1, 2))
            x = x + self.drop(back(functional.gelu(wider(y), approximate="tanh")))
        return functional.log_softmax(seen[..., FEATURE_COUNT:] + self.out(x), -1)


def load(folder: Path, index: dict[str, int], leave_out: tuple[int, int] | None) -> tuple[list[Sample], list[Sample]]:
    """Lines to learn from, and lines that are left out."""
    learnt: list[Sample] = []
    left: list[Sample] = []
    for group in sorted(path for path in folder.iterdir() if path.is_dir()):
        for number, path in enumerate(sorted(group.glob("*.npz"))):
            target = left if leave_out is not None and number % leave_out[1] == leave_out[0] else learnt
            with np.load(path, allow_pickle=False) as kept:
                stops = np.cumsum(kept["lens"])[:-1]
                rows = zip(np.split(kept["feats"], stops), kept["texts"], kept["kinds"], strict=True)
                for seen, text, kind in rows:
                    sample = Sample(seen, "".join(map(folded, str(text))), group.name, str(kind))
                    if len(sample.text) < len(seen) and all(sign in index for sign in sample.text):
                        target.append(sample)
    return learnt, left


def batches(data: Sequence[Sample], rng: random.Random | None) -> Iterator[tuple[list[Sample], Tensor, Tensor]]:
    """Lines of like length together: the lines, (lines, steps, numbers) of them, and how many steps each has."""
    order = sorted(range(len(data)), key=lambda i: len(data[i].seen) + (rng.uniform(-4, 4) if rng else 0))
    groups = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    if rng:
        rng.shuffle(groups)
    for group in groups:
        lines = [data[i] for i in group]
        seen = np.zeros((len(lines), max(len(line.seen) for line in lines), lines[0].seen.shape[1]), np.float32)
        for row, line in enumerate(lines):
            seen[row, : len(line.seen)] = line.seen
        yield lines, torch.from_numpy(seen), torch.tensor([len(line.seen) for line in lines])


def mask_of(seen: Tensor, lengths: Tensor) -> Tensor:
    """1 where a line is, 0 behind its end: (lines, steps, 1)."""
    return (torch.arange(seen.shape[1])[None, :] < lengths[:, None]).float()[..., None]


def train(data: Sequence[Sample], index: dict[str, int], options: argparse.Namespace) -> Head:
    """Fit a network."""
    rng = random.Random(SEED)  # noqa: S311  (no secrets)
    torch.manual_seed(SEED)
    model = Head(len(index), options.dim, options.blocks, options.dropout)
    some = np.concatenate([line.seen for line in rng.sample(list(data), min(1_500, len(data)))])
    some = some[:, :FEATURE_COUNT].astype(np.float32)
    model.mean.copy_(torch.from_numpy(some.mean(0)))
    model.std.copy_(torch.from_numpy(some.std(0) + 1e-3))
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    steps = options.epochs * math.ceil(len(data) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(options.epochs):
        model.train()
        total, count, started = 0.0, 0, time.perf_counter()
        for lines, seen, lengths in batches(data, rng):
            targets = [torch.tensor([index[sign] for sign in line.text]) for line in lines]
            loss = functional.ctc_loss(
                model(seen, mask_of(seen, lengths)).transpose(0, 1),
                torch.cat(targets),
                lengths,
                torch.tensor([len(target) for target in targets]),
                zero_infinity=True,
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            count += 1
        print(f"epoch {epoch}: loss {total / count:.4f}, {time.perf_counter() - started:.0f} s", flush=True)
    model.eval()
    return model


def measure(model: Head, data: Sequence[Sample], signs: Sequence[str]) -> None:
    """Whole lines right, and characters wrong, by the recogniser alone, the network, and both (greedy)."""
    counts: dict[tuple[str, str], NDArray[np.float64]] = {}
    with torch.no_grad():
        for lines, seen, lengths in batches([line for line in data if line.kind == "found"], None):
            own = model(seen, mask_of(seen, lengths))
            base = seen[..., FEATURE_COUNT:]
            for name, logs in (("recogniser", base), ("network", own), ("both", (base + own) / 2)):
                for row, line in enumerate(lines):
                    best = logs[row, : lengths[row]].argmax(-1)
                    kept = torch.unique_consecutive(best)
                    text = " ".join("".join(signs[k] for k in kept[kept != 0].tolist()).split())
                    add = np.array(
                        [1, text == line.text, text.replace(" ", "") == line.text.replace(" ", ""), len(line.text)]
                    )
                    tally = counts.setdefault((line.folder, name), np.zeros(5))
                    tally += [*add, Levenshtein.distance(text, line.text)]
    for (folder, name), (lines_, right, spaceless, length, wrong) in sorted(counts.items()):
        print(
            f"{folder} {name}: {lines_:.0f} lines, whole {right / lines_:.4f}, without spaces "
            f"{spaceless / lines_:.4f}, characters wrong {wrong / length:.4f}"
        )


def main() -> None:
    """Learn, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("features", type=Path)
    parser.add_argument("--leave-out", help="K/N: every N-th document of each folder from the K-th on")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("-o", "--out", type=Path, default=Path("resources/ocr/line_head.npz"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    models = OcrModels("rapidocr", 1, None, head=False, inside=True)
    plain = LineHead({}, "", models.characters)
    index = {sign: number for number, sign in enumerate(["", *plain.signs])}
    leave_out = None
    if options.leave_out:
        first, every = options.leave_out.split("/")
        leave_out = (int(first), int(every))
    learnt, left = load(options.features, index, leave_out)
    print(f"{len(learnt)} lines to learn from, {len(left)} left out", flush=True)
    model = train(learnt, index, options)
    if left:
        measure(model, left, list(index))
    weights = {name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}
    made_for = fingerprint(recogniser_file().read_bytes())
    np.savez_compressed(options.out, **weights, signs=np.array(plain.signs), made_for=np.array(made_for))
    print(f"{options.out}: {options.out.stat().st_size / 1024:,.0f} KB")


if __name__ == "__main__":
    main()
