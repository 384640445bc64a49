"""Build the wheel, install it into a fresh environment, and use it as a person would: `python packaging/smoke.py`.

Shows what the tests of a checkout cannot: that templates, styles, icons and knowledge are inside the wheel, that the
commands are there, and that a document is read by an installed worker process. Nothing of the checkout is on the
path of the installed program. Takes some minutes; not part of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import environment
from environment import ROOT

NEEDED = (
    "templates/invoice.json",
    "templates/receipt.json",
    "knowledge/",
    "ocr/",
    "styles/",
    "icons/",
    "samples/invoices/",
)
"""What the wheel must hold below `docuextract_desktop/_resources/`."""


def main() -> int:
    """Do all steps; gives 0 when all passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="install from this folder, without a network")
    parser.add_argument("--wheel", type=Path, help="test this wheel instead of building one")
    options = parser.parse_args()
    wheels = options.wheels.resolve() if options.wheels else None
    with tempfile.TemporaryDirectory(prefix="docuextract-smoke-") as name:
        folder = Path(name)
        try:
            wheel = options.wheel.resolve() if options.wheel else build(folder, wheels)
            missing = [part for part in NEEDED if not holds(wheel, part)]
            if missing:
                print(f"FAILED: the wheel lacks {', '.join(missing)}")
                return 1
            venv = folder / "venv"
            environment.make_venv(venv)
            environment.pip_install(venv, [str(wheel)], wheels=wheels)
        except environment.SetupError as problem:
            print(problem, file=sys.stderr)
            return 1
        return use(venv, folder)


def build(folder: Path, wheels: Path | None) -> Path:
    """Build the project's wheel into `folder`.

    Raises:
        environment.SetupError: the build failed.
    """
    python = environment.ensure(wheels=wheels)
    command = [str(python), "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    if subprocess.run([*command, str(ROOT)], check=False).returncode != 0:
        raise environment.SetupError("The wheel could not be built; the lines above say why.")
    return next(folder.glob("*.whl"))


def holds(wheel: Path, part: str) -> bool:
    """Whether the wheel has a resource of that name, or a folder with something in it."""
    start = f"docuextract_desktop/_resources/{part}"
    return any(name.startswith(start) for name in zipfile.ZipFile(wheel).namelist())


def use(venv: Path, folder: Path) -> int:
    """Run the installed commands; gives 0 when all did what they should."""
    command = str(environment.scripts_dir(venv) / "docuextract")
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    variables["DOCUEXTRACT_HOME"] = str(folder / "home")
    sample = folder / "a sample with spaces.pdf"
    sample.write_bytes((ROOT / "resources" / "samples" / "invoices" / "invoice-1-en.pdf").read_bytes())
    picture = folder / "receipt.jpg"
    picture.write_bytes((ROOT / "resources" / "samples" / "receipts" / "receipt-3-de.jpg").read_bytes())
    output = folder / "out.json"
    steps = [
        ["doctor"],
        ["templates", "list"],
        ["extract", str(sample), "-t", "invoice", "-o", str(output), "--quiet"],
        ["extract", str(picture), "-t", "receipt", "-o", str(folder / "out.xlsx"), "--quiet"],
    ]
    for words in steps:
        done = subprocess.run([command, *words], env=variables, cwd=folder, capture_output=True, text=True, check=False)
        print(f"{'passed' if done.returncode == 0 else 'FAILED'}  docuextract {' '.join(words[:2])}")
        if done.returncode != 0:
            print(done.stdout, done.stderr, sep="\n")
            return 1
    fields = {field["name"]: field["value"] for field in json.loads(output.read_text(encoding="utf-8"))[0]["fields"]}
    lines = (ROOT / "resources" / "samples" / "invoices" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    want = json.loads(lines[0])["fields"]["total"]
    right = fields.get("total") == want
    print(f"{'passed' if right else 'FAILED'}  the sample's total is {fields.get('total')}, printed: {want}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
