"""The worker: a child process that opens documents, so that a hostile file can kill or hang nothing but this.

It gets jobs on its standard input and answers on its standard output (see `protocol`); it imports neither Qt nor pandas
nor SQLite, is confined (see `confinement`), and ends when the program that started it does, however that happened.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import queue
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from docuextract_desktop.errors import DocumentTooLargeError, ItemError, ItemInternalError
from docuextract_desktop.jobs.confinement import confine
from docuextract_desktop.jobs.protocol import ProtocolError, read_message, write_message
from docuextract_desktop.jobs.work import (
    Outline,
    PageJob,
    job_from_plain,
    outcome_to_plain,
    outline_to_plain,
    read_pages_to_plain,
)

OPTIONS_VARIABLE = "DOCUEXTRACT_WORKER"
WORKER_FLAG = "--docuextract-worker"
"""What a frozen program is started with to become a worker: see `serve_if_asked`."""


def serve_if_asked(arguments: list[str]) -> None:
    """Become a worker where the command line says so; called first thing by the program's entry point.

    A frozen program has no interpreter to start workers with, so it starts itself with `WORKER_FLAG`.
    """
    if arguments and arguments[0] == WORKER_FLAG:
        main()


def main() -> None:
    """Serve jobs until the program that started this process ends or closes the pipe; does not return."""
    options = json.loads(os.environ.pop(OPTIONS_VARIABLE))
    jobs, answers = _take_streams()
    faulthandler.enable()
    confine(
        niceness=options["nice"],
        address_space_bytes=options["address_space_bytes"],
        network=options["network"],
        parent_pid=options["parent_pid"],
    )
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs, waiting), name="listener", daemon=True).start()
    module, _, name = options["stages"].partition(":")
    stages = getattr(importlib.import_module(module), name)()
    # What was imported stays: the collector need not walk through it again and again.
    gc.freeze()
    write_message(answers, {"kind": "ready"})
    while True:
        message = waiting.get()
        answer = _answer(stages, message, answers)
        with contextlib.suppress(BrokenPipeError):
            write_message(answers, answer)
        del message, answer


def _take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for messages alone; whatever a library prints goes to standard error."""
    jobs = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return jobs, answers


def _listen(jobs: IO[bytes], waiting: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Take messages off the pipe; when it closes the program has ended, and so does this process at once."""
    try:
        while (message := read_message(jobs)) is not None:
            waiting.put(message)
    except (ProtocolError, OSError):
        pass
    os._exit(0)


def _answer(stages: Any, message: Mapping[str, Any], answers: IO[bytes]) -> dict[str, Any]:
    def progress(done: int, total: int) -> None:
        write_message(answers, {"kind": "progress", "id": message["id"], "done": done, "total": total})

    try:
        result = _result(stages, message, progress)
    except ItemError as error:
        return _error(message, error)
    except MemoryError:
        gc.collect()
        return _error(message, out_of_memory())
    except Exception as error:
        # Whatever it is, it is a bug of ours that harms this one document; the traceback goes with it.
        detail = traceback.format_exc(limit=-20)
        return _error(
            message, ItemInternalError(f"The program failed on this document ({type(error).__name__}).", detail=detail)
        )
    return {"kind": "done", "id": message["id"], "result": result}


def _result(stages: Any, message: Mapping[str, Any], progress: Any) -> Any:
    kind = message["kind"]
    if kind == "extract":
        result = stages.run(job_from_plain(message["job"]), progress)
        return outline_to_plain(result) if isinstance(result, Outline) else outcome_to_plain(result)
    if kind == "pages":
        return read_pages_to_plain(stages.read_pages(job_from_plain(message["job"]), message["pages"], progress))
    if kind == "draw":
        job = message["job"]
        picture = stages.draw(
            PageJob(
                path=Path(job["path"]),
                page_index=job["page_index"],
                rotation=job["rotation"],
                max_side_px=job["max_side_px"],
                scale=job["scale"],
                passwords=tuple(job["passwords"]),
            )
        )
        return {"width": picture.width, "height": picture.height, "rgb": picture.rgb}
    if kind == "count":
        from docuextract_desktop.settings import Limits

        return stages.count_pages(message["path"], message["passwords"], Limits.model_validate(message["limits"]))
    raise ValueError(kind)


def out_of_memory() -> ItemError:
    """The error for a document that needs more memory than a worker may have."""
    return DocumentTooLargeError(
        "The document needs more memory than one document may use.",
        hint="Split it, save it smaller, or raise the memory limit in Settings.",
    )


def _error(message: Mapping[str, Any], error: ItemError) -> dict[str, Any]:
    return {
        "kind": "error",
        "id": message["id"],
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "detail": error.detail[-8000:],
    }
