"""Starts the program: `docuextract` and `docuextract-desktop`, and `python -m docuextract_desktop`.

Nothing heavy is imported here: worker processes of an installed program may come through this module.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


def console() -> NoReturn:
    """The command line, `docuextract`; ends the process with its exit code."""
    _become_worker_if_asked()
    spare_cores()
    from docuextract_desktop.cli.main import docuextract
    from docuextract_desktop.cli.setup import Setup

    docuextract(obj=Setup(open_window=open_window))
    raise AssertionError("click ends the process")


def window() -> NoReturn:
    """The window, `docuextract-desktop`; arguments are files for a new batch. Ends the process with its exit code."""
    _become_worker_if_asked()
    spare_cores()
    home, paths = _home_and_paths(sys.argv[1:])
    if paths is not None:
        from docuextract_desktop.cli.display import window_problem

        # The command line takes longer to load than the window; what goes wrong is left to it to say.
        if window_problem() is None:
            with contextlib.suppress(ImportError):
                sys.exit(open_window(paths, home))
    from docuextract_desktop.cli.main import docuextract
    from docuextract_desktop.cli.setup import Setup

    docuextract(_window_arguments(sys.argv[1:]), prog_name="docuextract-desktop", obj=Setup(open_window=open_window))
    raise AssertionError("click ends the process")


def open_window(paths: Sequence[Path], home: Path | None) -> int:
    """Open the window; its exit code when it was closed."""
    from docuextract_desktop.ui.app import main

    return main(list(paths), home)


def spare_cores() -> None:
    """Have numpy's matrix products run on one thread, unless the user's environment says otherwise.

    Those of this process are small. With more threads the others wait for work by spinning, which takes the cores from
    the window and the lanes, and on a busy machine a fit after a correction took up to ten times as long. To be called
    before numpy is imported.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _become_worker_if_asked() -> None:
    if getattr(sys, "frozen", False):  # elsewhere it does nothing, and its import takes time
        import multiprocessing

        multiprocessing.freeze_support()
    # A frozen program starts itself again to get a worker process. The flag is `jobs.worker.WORKER_FLAG`.
    if sys.argv[1:2] == ["--docuextract-worker"]:
        from docuextract_desktop.jobs.worker import serve_if_asked

        serve_if_asked(sys.argv[1:])


def _home_and_paths(arguments: Sequence[str]) -> tuple[Path | None, list[Path] | None]:
    """The data folder and the files, where nothing but these is named; no list of files otherwise."""
    home: Path | None = None
    rest = list(arguments)
    if len(rest) > 1 and rest[0] == "--home":
        home, rest = Path(rest[1]), rest[2:]
        if home.is_file():
            return None, None
    if any(word.startswith("-") for word in rest):
        return None, None
    return home, [Path(word) for word in rest]


def _window_arguments(arguments: Sequence[str]) -> list[str]:
    """The command for arguments of the window: global options stay in front, everything else is a file."""
    front: list[str] = []
    rest = list(arguments)
    while rest and rest[0] in ("--home", "--debug", "--version", "--help"):
        taken = 2 if rest[0] == "--home" else 1
        front, rest = front + rest[:taken], rest[taken:]
    return [*front, "gui", *(["--", *rest] if rest else [])]


if __name__ == "__main__":
    if len(sys.argv) == 1:
        window()
    console()
