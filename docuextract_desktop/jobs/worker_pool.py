"""Workers as the program sees them: started, fed, watched, killed and replaced."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import psutil

from docuextract_desktop.errors import (
    ITEM_ERRORS,
    ItemError,
    ItemErrorCode,
    ItemInternalError,
    ItemTimeoutError,
)
from docuextract_desktop.jobs.confinement import TELEMETRY_OFF, Network
from docuextract_desktop.jobs.protocol import ProtocolError, read_message, write_message
from docuextract_desktop.jobs.work import (
    Job,
    Outcome,
    Outline,
    PageJob,
    Picture,
    ReadPages,
    job_to_plain,
    outcome_from_plain,
    outline_from_plain,
    read_pages_from_plain,
)
from docuextract_desktop.jobs.worker import OPTIONS_VARIABLE, WORKER_FLAG, out_of_memory
from docuextract_desktop.settings import Limits

STAGES = "docuextract_desktop.jobs.stages:Stages"
BATCH_NICENESS = 10
START_ALLOWANCE_S = 60.0
WATCH_EVERY_S = 0.5
REPLACE_ABOVE = 0.6
"""A worker that holds more than this share of its memory limit after an item is replaced: it has grown."""

ADDRESS_SPACE_FACTOR = 4
"""Address space allowed, as a multiple of the memory limit: libraries reserve much more than they use."""

_BOOTSTRAP = (
    "import json, os, sys; sys.path[:] = json.loads(os.environ['DOCUEXTRACT_WORKER'])['path'];"
    " from docuextract_desktop.jobs.worker import main; main()"
)

_log = logging.getLogger(__name__)


class WorkerStoppedError(Exception):
    """The work was interrupted because the program stops; the item is as it was."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How workers are set up.

    Attributes:
        stages: "module:name" of the class that does the work.
        niceness: 0 for normal priority.
        threads: of the OCR engine and of numpy within one worker.
        memory_bytes: resident memory that one worker may use.
        network: what happens when a worker asks for a socket (Linux).
    """

    stages: str = STAGES
    niceness: int = 0
    threads: int = 1
    memory_bytes: int = 2 * 1024**3
    network: Network = "refuse"


class Worker:
    """One child process and its pipes. Owned by one lane, used in that lane's thread; `interrupt` from any thread.

    The process is started on first need and again after it was killed.
    """

    def __init__(self, options: WorkerOptions) -> None:
        self.options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._watched: psutil.Process | None = None
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._complaints: deque[str] = deque(maxlen=60)
        self._interrupted = threading.Event()
        self._number = 0
        self._threads: list[threading.Thread] = []

    @property
    def pid(self) -> int | None:
        """Process number, or None where none runs."""
        return None if self._process is None else self._process.pid

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called: nothing is worked on any more."""
        return self._interrupted.is_set()

    def extract(self, job: Job, limits: Limits, *, progress: Callable[[int, int], None] | None = None) -> Outcome:
        """Read a document and find its values; raises as `begin`."""
        answer = self.begin(replace(job, share_from_pages=None), limits, progress=progress)
        if isinstance(answer, Outline):
            self.kill()
            raise _rubbish("an outline where none was asked for")
        return answer

    def begin(
        self, job: Job, limits: Limits, *, progress: Callable[[int, int], None] | None = None
    ) -> Outcome | Outline:
        """As `extract`; or the outline of a document whose pages are worth sharing, where the job asks for that.

        Raises:
            ItemError: what the worker says, `timeout` when it took longer than allowed, `document_too_large` when it
                needed too much memory, `internal_error` when it died or answered rubbish.
            WorkerStoppedError: `interrupt` was called.
        """
        answer = self._ask(
            {"kind": "extract", "job": job_to_plain(job)},
            allowance_s=lambda pages: limits.timeout_base_s + limits.timeout_per_page_s * pages,
            progress=progress,
        )
        try:
            if job.share_from_pages is not None and isinstance(answer, dict) and answer.get("outline") is True:
                return outline_from_plain(answer)
            return outcome_from_plain(answer)
        except ValueError as error:
            self.kill()
            raise _rubbish(str(error)) from error

    def read_pages(self, job: Job, pages: Sequence[int], allowance_s: float) -> ReadPages:
        """The words of some pages of a document, within a time; raises as `begin`."""
        answer = self._ask(
            {"kind": "pages", "job": job_to_plain(job), "pages": list(pages)}, allowance_s=lambda _: allowance_s
        )
        try:
            return read_pages_from_plain(answer, pages)
        except (ValueError, AttributeError) as error:
            self.kill()
            raise _rubbish(str(error)) from error

    def draw(self, job: PageJob, limits: Limits) -> Picture:
        """One page as a picture; raises as `extract`."""
        answer = self._ask(
            {
                "kind": "draw",
                "job": {
                    "path": str(job.path),
                    "page_index": job.page_index,
                    "rotation": job.rotation,
                    "max_side_px": job.max_side_px,
                    "scale": job.scale,
                    "passwords": list(job.passwords),
                },
            },
            allowance_s=lambda _: limits.timeout_base_s,
        )
        width, height, rgb = answer.get("width"), answer.get("height"), answer.get("rgb")
        if (
            not (isinstance(width, int) and isinstance(height, int) and isinstance(rgb, bytes))
            or len(rgb) != width * height * 3
        ):
            self.kill()
            raise _rubbish("a picture that is none")
        return Picture(width, height, rgb)

    def count_pages(self, path: Path, passwords: Sequence[str], limits: Limits) -> int:
        """Pages of a file; raises as `extract`."""
        answer = self._ask(
            {
                "kind": "count",
                "path": str(path),
                "passwords": list(passwords),
                "limits": limits.model_dump(mode="json"),
            },
            allowance_s=lambda _: limits.timeout_base_s,
        )
        if not isinstance(answer, int):
            self.kill()
            raise _rubbish("a number of pages that is none")
        return answer

    def interrupt(self) -> None:
        """Have the work in hand, and any later, end with `WorkerStoppedError` at once. From any thread."""
        self._interrupted.set()
        self._inbox.put({"kind": "interrupted"})

    def kill(self) -> None:
        """End the process now and wait until it is gone. The next request starts another one."""
        process, self._process, self._watched = self._process, None, None
        if process is None:
            return
        process.kill()
        process.wait()
        for thread in self._threads:
            thread.join()
        self._threads = []
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _ask(
        self,
        message: Mapping[str, Any],
        *,
        allowance_s: Callable[[int], float],
        progress: Callable[[int, int], None] | None = None,
    ) -> Any:
        if self._interrupted.is_set():
            raise WorkerStoppedError
        self._ensure_started()
        self._number += 1
        number = self._number
        process = self._process
        if process is None or process.stdin is None:
            raise AssertionError("a started worker has a process and a pipe")
        started = time.monotonic()
        deadline = started + allowance_s(1)
        try:
            write_message(process.stdin, {**message, "id": number})
        except OSError as error:
            raise self._died() from error
        while True:
            answer = self._next(deadline, deadline - started)
            kind = answer.get("kind")
            if kind == "progress":
                done, total = answer.get("done"), answer.get("total")
                if isinstance(done, int) and isinstance(total, int):
                    deadline = max(deadline, started + allowance_s(min(total, 100_000)))
                    if progress is not None:
                        progress(done, total)
            elif answer.get("id") != number:
                continue
            elif kind == "done":
                self._replace_if_grown()
                return answer.get("result")
            elif kind == "error":
                self._replace_if_grown()
                raise _item_error(answer)
            else:
                self.kill()
                raise _rubbish(f"a message of kind {kind!r}")

    def _next(self, deadline: float, allowance_s: float) -> dict[str, Any]:
        """The worker's next message, watching clock and memory meanwhile."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                self.kill()
                raise took_too_long(allowance_s)
            try:
                answer = self._inbox.get(timeout=min(left, WATCH_EVERY_S))
            except queue.Empty:
                if self._memory() > self.options.memory_bytes:
                    self.kill()
                    raise out_of_memory() from None
                continue
            if self._interrupted.is_set():
                self.kill()
                raise WorkerStoppedError
            if answer is None:
                raise self._died()
            return answer

    def _ensure_started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.kill()
        self._inbox = queue.SimpleQueue()
        self._complaints.clear()
        if self._interrupted.is_set():  # set between the caller's look and the new inbox
            raise WorkerStoppedError
        options = self.options
        told = {
            "path": [os.path.abspath(part) for part in sys.path],  # noqa: PTH100  '' means here
            "parent_pid": os.getpid(),
            "stages": options.stages,
            "nice": options.niceness,
            "address_space_bytes": options.memory_bytes * ADDRESS_SPACE_FACTOR,
            "network": options.network,
        }
        threads = str(options.threads)
        environment = {
            **os.environ,
            **TELEMETRY_OFF,
            OPTIONS_VARIABLE: json.dumps(told),
            "DOCUEXTRACT_OCR_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
        }
        frozen = bool(getattr(sys, "frozen", False))
        command = [sys.executable, WORKER_FLAG] if frozen else [sys.executable, "-c", _BOOTSTRAP]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                # A terminal's Ctrl+C is for the program, which then stops its workers itself.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise ItemInternalError("No worker process could be started.", detail=repr(error)) from error
        self._process = process
        with contextlib.suppress(psutil.Error):
            self._watched = psutil.Process(process.pid)
        if process.stdout is None or process.stderr is None:
            raise AssertionError("both were asked for")
        self._threads = [
            threading.Thread(target=_listen, args=(process.stdout, self._inbox), name="worker answers", daemon=True),
            threading.Thread(
                target=_overhear, args=(process.stderr, self._complaints), name="worker complaints", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()
        ready = self._next(time.monotonic() + START_ALLOWANCE_S, START_ALLOWANCE_S)
        if ready.get("kind") != "ready":
            self.kill()
            raise _rubbish("no sign of being ready")

    def _died(self) -> ItemInternalError:
        """The error for a process that is gone, with what it last said."""
        process = self._process
        # Before the threads are joined the pipes hold the rest of what it said.
        self.kill()
        code = None if process is None else process.returncode
        said = "".join(self._complaints)[-4000:]
        _log.warning("a worker ended by itself with code %s", code)
        return ItemInternalError(
            "The process that read this document died.", hint="", detail=f"exit code {code}\n{said}"
        )

    def _memory(self) -> int:
        """Resident memory of the process in bytes, 0 where it is gone."""
        try:
            return int(self._watched.memory_info().rss) if self._watched is not None else 0
        except psutil.Error:
            return 0

    def _replace_if_grown(self) -> None:
        if self._memory() > self.options.memory_bytes * REPLACE_ABOVE:
            self.kill()


def _listen(stream: IO[bytes], inbox: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    """Pass messages on; None when the worker has ended or speaks no sense."""
    try:
        while (message := read_message(stream)) is not None:
            inbox.put(message)
    except (ProtocolError, OSError, ValueError) as error:
        _log.warning("a worker sent what is no message: %s", error)
    inbox.put(None)


def _overhear(stream: IO[bytes], complaints: deque[str]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            complaints.append(line[:2000].decode("utf-8", "replace"))


def took_too_long(allowance_s: float) -> ItemTimeoutError:
    """The error for a document that takes longer than it may."""
    return ItemTimeoutError(
        f"Reading the document took longer than the {allowance_s:.0f} s allowed.",
        hint="Raise the time allowance in Settings, or split the document.",
    )


def _item_error(answer: Mapping[str, Any]) -> ItemError:
    try:
        kind = ITEM_ERRORS[ItemErrorCode(str(answer.get("code")))]
    except ValueError:
        kind = ItemInternalError
    return kind(str(answer.get("message")), hint=str(answer.get("hint") or ""), detail=str(answer.get("detail") or ""))


def _rubbish(detail: str) -> ItemInternalError:
    return ItemInternalError("The process that read this document gave back nothing usable.", detail=detail)


def page_counter(limits: Callable[[], Limits], options: WorkerOptions | None = None) -> Callable[..., dict[Path, int]]:
    """A function that counts pages in a worker of its own, for checking the page allowance before a batch starts."""

    def count(paths: Sequence[Path], passwords: Sequence[str]) -> dict[Path, int]:
        worker = Worker(options or WorkerOptions())
        counted: dict[Path, int] = {}
        try:
            for path in paths:
                with contextlib.suppress(ItemError):
                    counted[path] = worker.count_pages(path, passwords, limits())
        finally:
            worker.kill()
        return counted

    return count
