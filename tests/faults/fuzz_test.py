"""Feeds mutated documents to the program; every one must end with a result or a code, and the program must live.

    python tests/faults/fuzz_test.py --documents FOLDER --count 1000

Without a folder the documents of `kill_test.py` are mutated. Mutations: flipped bits, cut ends, bytes overwritten,
removed and repeated, pieces of other files put in, numbers replaced by huge ones; always the same for a seed. Ends with
0 where nothing is wrong, with 1 otherwise.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil
from kill_test import LEFT_BEHIND, finish, make_documents, results

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.errors import ItemErrorCode
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.settings import Limits

MAX_SEED_BYTES = 3_000_000
LIMITS = Limits(max_attempts=1, retry_pause_s=0.0, timeout_base_s=30.0, timeout_per_page_s=2.0)


def mutate(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One to eight mutations of a file."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed)) if changed else 0
        length = min(len(changed) - at, int(chance.expovariate(1 / 60)) + 1)
        match chance.randrange(8):
            case 0:
                for _ in range(chance.randint(1, 40)):
                    if changed:
                        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at:]
            case 2:
                changed[at : at + length] = chance.randbytes(length)
            case 3:
                del changed[at : at + length]
            case 4:
                changed[at:at] = changed[at : at + length] * chance.randint(1, 30)
            case 5:
                other = chance.choice(others)
                start = chance.randrange(max(1, len(other)))
                changed[at:at] = other[start : start + length * 20]
            case 6:
                numbers = list(re.finditer(rb"\d+", bytes(changed[at : at + 4000])))
                if numbers:
                    found = chance.choice(numbers)
                    huge = chance.choice([b"0", b"-1", b"65536", b"2147483648", b"99999999999999999999"])
                    changed[at + found.start() : at + found.end()] = huge
            case _:
                if length >= 4:
                    changed[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
    return bytes(changed)


def make_mutants(documents: Path, folder: Path, count: int, seed: int) -> None:
    """`count` mutated files of those in `documents`."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    paths = [
        path for path in sorted(documents.rglob("*")) if path.is_file() and 0 < path.stat().st_size < MAX_SEED_BYTES
    ]
    seeds = [path.read_bytes() for path in chance.sample(paths, min(60, len(paths)))]
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:05}.pdf").write_bytes(mutate(chance.choice(seeds), seeds, chance))


def fuzz(
    documents: Path, count: int, scratch: Path, *, seed: int = 0, lanes: int = 2
) -> tuple[Counter[str], list[str]]:
    """Run mutants as one batch; how they ended, and what was wrong."""
    mutants = scratch / "mutants"
    make_mutants(documents, mutants, count, seed)
    home = scratch / "home"
    home.mkdir()
    (scratch / "temporary").mkdir()
    with open_services(home) as services:
        services.settings.update(limits=LIMITS)
        files = services.queue.scan([mutants])
        batch = services.queue.create_batch(BatchRequest(files=files, template="invoice", force=True))
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    finish(home, batch, lanes)
    found, _ = results(home, batch)
    ended: Counter[str] = Counter(item["error"] or item["state"] for item in found)
    known = {code.value for code in ItemErrorCode} | {"completed", "needs_review"}
    problems = [f"{item['filename']} ended as {item['error'] or item['state']}" for item in found if _odd(item, known)]
    if len(found) != count:
        problems.append(f"{len(found)} documents instead of {count}")
    with open_services(home) as services:
        problems += services.database.problems()
        for row in services.queue.items(batch):
            if row.error_code == ItemErrorCode.INTERNAL_ERROR:
                sys.stderr.write(f"{row.filename}: {row.error_message}\n")
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    problems += [f"a process is left: {process}" for process in left]
    problems += [f"left lying: {path}" for path in home.iterdir() if path.name not in LEFT_BEHIND]
    problems += [f"left lying: {path}" for path in (scratch / "temporary").iterdir()]
    return ended, problems


def _odd(item: dict[str, object], known: set[str]) -> bool:
    return (item["error"] or item["state"]) not in known


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Feed mutated documents to the program.")
    parser.add_argument("--documents", type=Path, help="folder to mutate files of; some are made without it")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        documents = arguments.documents
        if documents is None:
            documents = scratch / "documents"
            make_documents(documents, 40, scans=20)
        ended, problems = fuzz(documents, arguments.count, scratch, seed=arguments.seed, lanes=arguments.lanes)
    told = ", ".join(f"{count} {how}" for how, count in ended.most_common())
    print(f"{arguments.count} mutants in {time.monotonic() - began:.0f} s: {told}; {len(problems)} problems")
    for problem in problems[:50]:
        print(" ", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
