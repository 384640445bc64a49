"""Page pictures for exports: drawn in a worker, one after the other, without an event loop."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

from docuextract_desktop.errors import ItemInternalError, UploadMissingError
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.work import PageJob, Picture
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions, WorkerStoppedError

MAX_SIDE_PX = 1700
"""Of a page; the cut-outs of values are taken from it at this size. An A4 page gets about 145 dots per inch."""


class PagePictures:
    """Draws the pages of items as the pages were read (upright). To be used in a `with` block, in one thread.

    Its worker starts with the first picture and ends with the block.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._worker = Worker(WorkerOptions())
        self._checked = ""
        self._rotations: tuple[str, dict[int, int]] = ("", {})

    def __enter__(self) -> PagePictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.kill()

    def __call__(self, item: ItemRow, page_index: int) -> Picture:
        """The page of an item.

        Raises:
            ItemError: the file is gone, damaged or encrypted, or took too long.
        """
        path, passwords = self._queue.page_source(item.id)
        self._check_unchanged(item, path)
        job = PageJob(path, page_index, self._rotation(item.id, page_index), MAX_SIDE_PX, None, passwords)
        try:
            return self._worker.draw(job, self._queue.settings.get().limits)
        except WorkerStoppedError as error:  # nobody interrupts this worker but a bug
            raise ItemInternalError("The page could not be drawn.", detail=repr(error)) from error

    def _check_unchanged(self, item: ItemRow, path: Path) -> None:
        """Refuse to show a place of a file that is not what was read any more; asked once per document."""
        if self._checked == item.id or item.sha256 is None:
            return
        if not path.is_file():  # asked first, since opening a FIFO would wait for ever
            raise UploadMissingError("The file is not there any more.")
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise UploadMissingError("The file cannot be read any more.", detail=repr(error)) from error
        if found != item.sha256:
            raise UploadMissingError("The file was changed after it was read.")
        self._checked = item.id

    def _rotation(self, item_id: str, page_index: int) -> int:
        """Degrees by which the words of the page were turned when it was read; asked once per document."""
        if self._rotations[0] != item_id:
            pages = self._queue.document_pages(item_id) or ()
            self._rotations = (item_id, {page.index: page.rotation for page in pages})
        return self._rotations[1].get(page_index, 0)
