"""A request for a batch, checked as a whole before any work starts, and the rows that it becomes."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.errors import NoDocumentsError, PaymentRequiredError, RequestError, TooManyDocumentsError
from docuextract_desktop.jobs.intake import check_named, fingerprint
from docuextract_desktop.jobs.models import BatchRequest, InputFile
from docuextract_desktop.jobs.page_ranges import check_page_ranges, parse_page_ranges
from docuextract_desktop.settings import Settings
from docuextract_desktop.storage.items import NewItem
from docuextract_desktop.templates.models import Template

PageCounter = Callable[[Sequence[Path], Sequence[str]], Mapping[Path, int]]
"""Counts the pages of files (given passwords); files that cannot be opened are left out."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that passed the checks.

    Attributes:
        files: with the hash of their content where it could be read.
        threshold: the batch's review threshold.
        request_sha256: tells equal requests from different ones, for the idempotency key.
    """

    request: BatchRequest
    template: Template
    files: tuple[InputFile, ...]
    name: str
    threshold: float
    request_sha256: str


def check(request: BatchRequest, template: Template, settings: Settings, *, now: float) -> Submission:
    """Check everything that can be checked without opening a document.

    Raises:
        NoDocumentsError: no file.
        TooManyDocumentsError: more files than the limit.
        InputNotFoundError: a named file does not exist.
        RequestError: page ranges, threshold, tier or metadata that make no sense.
    """
    if not request.files:
        raise NoDocumentsError("There is no document in this batch.")
    limit = settings.limits.max_documents
    if len(request.files) > limit:
        raise TooManyDocumentsError(f"{len(request.files):,} documents are more than the limit of {limit:,}.")
    threshold = template.review_threshold if request.review_threshold is None else request.review_threshold
    if not 0 <= threshold <= 1:
        raise RequestError(f"The review threshold must lie between 0 and 1, not {threshold}.")
    if request.tier != "standard":
        raise RequestError("The Premium tier needs a local language model, and none is set up.", hint="Use Standard.")
    for ranges in {file.pages for file in request.files if file.pages is not None}:
        check_page_ranges(ranges)
    check_named(request.files)
    files = fingerprint(request.files, max_bytes=settings.limits.max_file_bytes)
    name = (request.name or "").strip() or f"{template.name} {time.strftime('%Y-%m-%d %H:%M', time.localtime(now))}"
    return Submission(request, template, files, name, threshold, _request_sha256(request, template, files, threshold))


def _request_sha256(request: BatchRequest, template: Template, files: Sequence[InputFile], threshold: float) -> str:
    told = {
        "template": template.model_dump_json(),
        "files": [
            [file.filename, str(file.path), file.sha256, dict(sorted(file.metadata.items())), file.pages]
            for file in files
        ],
        "name": request.name,
        "threshold": threshold,
        "tier": request.tier,
        "force": request.force,
        "metadata": dict(sorted(request.metadata.items())),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("ascii")).hexdigest()


def check_allowance(
    submission: Submission, page_counts: Sequence[int | None], *, allowance: int, used: int, promised: int
) -> None:
    """Refuse a batch that would go over the page allowance of this month.

    Args:
        submission: the request.
        page_counts: pages to read of each file, None where they could not be counted (such files count one page).
        allowance: pages per month.
        used: pages read this month.
        promised: pages of items that are still in the queue.

    Raises:
        PaymentRequiredError: with the counts.
    """
    needed = sum(1 if count is None else count for count in page_counts)
    left = max(0, allowance - used - promised)
    if needed > left:
        raise PaymentRequiredError(
            f"This batch has {needed:,} pages in {len(submission.files):,} documents; of this month's allowance of"
            f" {allowance:,} pages {left:,} are left."
        )


def wanted_pages(file: InputFile, page_count: int | None) -> int | None:
    """How many pages of a document the request asks for."""
    if page_count is None or file.pages is None:
        return page_count
    return len(parse_page_ranges(file.pages, page_count))


def new_batch_id(now: float) -> str:
    """Short, readable, and never the same twice."""
    return f"{time.strftime('%Y%m%d', time.localtime(now))}-{secrets.token_hex(4)}"


def new_items(
    submission: Submission,
    batch_id: str,
    page_counts: Sequence[int | None],
    *,
    bound_owner: str | None,
    first_position: int = 0,
) -> list[NewItem]:
    """The rows of a batch, or those that are added to it; an item's metadata adds to the batch's and wins over it."""
    request = submission.request
    width = max(4, len(str(len(submission.files))))
    return [
        NewItem(
            id=f"{batch_id}-{position + 1:0{width}d}",
            batch_id=batch_id,
            position=position,
            path=file.path,
            filename=file.filename,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            page_ranges=file.pages,
            page_count=pages,
            priority=request.priority,
            reuse=not request.force,
            bound_owner=bound_owner,
            metadata={**request.metadata, **file.metadata},
        )
        for position, (file, pages) in enumerate(zip(submission.files, page_counts, strict=True), start=first_position)
    ]
