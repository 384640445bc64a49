"""All checks, run one after the other and all reported: the same for a person and for CI."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from environment import ROOT

STEPS: dict[str, tuple[str, ...]] = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "tests": ("pytest",),
}
"""Name of a step to the module and its arguments. The tests come last, so that their summary is what one sees."""


def run(python: Path, names: list[str], pytest_arguments: list[str]) -> int:
    """Run the named steps, failed or not; gives 0 when all passed, else 1."""
    outcome: dict[str, tuple[bool, float]] = {}
    for name, command in STEPS.items():
        if name not in names:
            continue
        print(f"\n== {name}: {' '.join(command)}", flush=True)
        more = pytest_arguments if name == "tests" else []
        began = time.monotonic()
        done = subprocess.run([str(python), "-m", *command, *more], cwd=ROOT, check=False)
        outcome[name] = (done.returncode == 0, time.monotonic() - began)
    print()
    for name, (passed, seconds) in outcome.items():
        print(f"{name:<8}{'passed' if passed else 'FAILED'}  {seconds:6.1f} s")
    return 0 if all(passed for passed, _ in outcome.values()) else 1
