"""The main job on the sample documents: in the window, or on the command line where there is no display."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from environment import ROOT

SAMPLES = ROOT / "resources" / "samples"
JOBS = (("invoices", "invoice"), ("receipts", "receipt"))
"""Folder of samples and the template for it."""


def run(python: Path, output: Path, *, headless: bool) -> int:
    """Open the window with the samples, or extract them into `output`; gives the exit code."""
    command = [str(python), "-m", "docuextract_desktop"]
    if not headless and has_display():
        print("Opening the window with the sample invoices. Choose the template and press Start.", flush=True)
        return subprocess.call([*command, "gui", str(SAMPLES / "invoices")])
    output.mkdir(parents=True, exist_ok=True)
    if not headless:
        print("There is no display here, so the same job runs without a window.")
    for folder, template in JOBS:
        for suffix in ("json", "xlsx", "csv"):
            target = output / f"{folder}.{suffix}"
            words = ["--home", str(output / "home"), "extract", str(SAMPLES / folder), "-t", template]
            quiet = ["--quiet"] if suffix != "json" else []
            code = subprocess.call([*command, *words, "-o", str(target), *quiet])
            if code != 0:
                print(f"The job ended with exit code {code}.", file=sys.stderr)
                return code
        show(output / f"{folder}.json")
    print(f"\nThe results are in {output}: .csv, .xlsx, and .json with each value's place on the page.")
    return 0


def show(export: Path) -> None:
    """Print an export as a small table: a block per document, a line per value."""
    documents: list[dict[str, Any]] = json.loads(export.read_text(encoding="utf-8"))
    print(f"\n{export.stem}: {len(documents)} documents")
    for document in documents:
        print(f"  {document['filename']}  ({document['status']})")
        for field in document["fields"]:
            if field.get("rows"):
                print(f"    {field['name']:<16} {len(field['rows'])} rows")
            elif field["value"] is not None:
                page = (field.get("source") or {}).get("page", "-")
                flag = "  look at this" if field["needs_review"] else ""
                print(f"    {field['name']:<16} {field['value'][:60]:<60} page {page}  {field['confidence']:.2f}{flag}")


def has_display() -> bool:
    """Whether a window can be opened: always on Windows and macOS; on Linux where a display server answers."""
    if not sys.platform.startswith("linux"):
        return True
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland:
        path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / wayland
        if path.exists():
            return True
    return _x11_answers(os.environ.get("DISPLAY", ""))


def _x11_answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY says: `:0`, `:0.0`, `host:0`, `unix:0`."""
    host, colon, number = display.rpartition(":")
    number = number.split(".")[0]
    if not colon or not number.isdigit():
        return False
    local = f"/tmp/.X11-unix/X{number}"  # noqa: S108  (the place that X11 fixed)
    if host in ("", "unix"):
        return any(_connects(socket.AF_UNIX, address) for address in (local, f"\0{local}"))
    return _connects(socket.AF_INET, (host, 6000 + int(number)))


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as link:
        link.settimeout(3)
        try:
            link.connect(address)
        except OSError:
            return False
    return True
