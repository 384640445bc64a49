"""States of items and batches, the allowed changes between them, and what the front ends see of the queue.

The words are a contract (scripts depend on them). A batch's state is derived from its items, never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal


class ItemState(StrEnum):
    """State of one document in a batch."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether nothing more happens to the item by itself."""
        return self not in (ItemState.PENDING, ItemState.RUNNING)


class BatchState(StrEnum):
    """State of a batch, derived from its items."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIALLY_FAILED = "partially_failed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether every item has ended."""
        return self not in (BatchState.PENDING, BatchState.RUNNING)


ALLOWED_CHANGES: Mapping[ItemState, frozenset[ItemState]] = MappingProxyType(
    {
        ItemState.PENDING: frozenset({ItemState.RUNNING, ItemState.CANCELLED}),
        ItemState.RUNNING: frozenset(
            {ItemState.COMPLETED, ItemState.NEEDS_REVIEW, ItemState.FAILED, ItemState.PENDING}
        ),
        ItemState.COMPLETED: frozenset({ItemState.PENDING, ItemState.NEEDS_REVIEW}),
        ItemState.NEEDS_REVIEW: frozenset({ItemState.COMPLETED, ItemState.PENDING}),
        ItemState.FAILED: frozenset({ItemState.PENDING}),
        ItemState.CANCELLED: frozenset({ItemState.PENDING}),
    }
)
"""completed → needs_review happens when the decision that completed the item is undone."""

Vocabulary = Literal["here", "docuextract", "extract.page", "documind", "extend"]

ITEM_WORDS: Mapping[ItemState, Mapping[str, str]] = MappingProxyType(
    {
        ItemState.PENDING: {
            "docuextract": "pending", "extract.page": "pending", "documind": "pending", "extend": "PENDING"
        },
        ItemState.RUNNING: {
            "docuextract": "running", "extract.page": "running", "documind": "pending", "extend": "PROCESSING"
        },
        ItemState.COMPLETED: {
            "docuextract": "completed", "extract.page": "succeeded", "documind": "completed", "extend": "PROCESSED"
        },
        ItemState.NEEDS_REVIEW: {
            "docuextract": "needs review", "extract.page": "succeeded", "documind": "completed", "extend": "PROCESSED"
        },
        ItemState.FAILED: {
            "docuextract": "failed", "extract.page": "failed", "documind": "failed", "extend": "FAILED"
        },
        ItemState.CANCELLED: {
            "docuextract": "failed", "extract.page": "cancelled", "documind": "failed", "extend": "CANCELLED"
        },
    }
)  # fmt: skip
"""Our item states in the words of the hosted systems (Documind adds `needs_review: true` where ours says so)."""

BATCH_WORDS: Mapping[BatchState, Mapping[str, str]] = MappingProxyType(
    {
        BatchState.PENDING: {
            "docuextract": "pending", "extract.page": "pending", "documind": "pending", "extend": "PENDING"
        },
        BatchState.RUNNING: {
            "docuextract": "running", "extract.page": "running", "documind": "pending", "extend": "PROCESSING"
        },
        BatchState.COMPLETED: {
            "docuextract": "completed", "extract.page": "completed", "documind": "completed", "extend": "PROCESSED"
        },
        BatchState.PARTIALLY_FAILED: {
            "docuextract": "completed", "extract.page": "partially_failed", "documind": "partial_failed",
            "extend": "PROCESSED"
        },
        BatchState.FAILED: {
            "docuextract": "failed", "extract.page": "failed", "documind": "failed", "extend": "PROCESSED"
        },
        BatchState.CANCELLED: {
            "docuextract": "failed", "extract.page": "cancelled", "documind": "failed", "extend": "CANCELLED"
        },
    }
)  # fmt: skip
"""Our batch states in the words of the hosted systems (Extend's FAILED is for a batch that itself broke)."""


def derive_batch_state(counts: Mapping[ItemState, int], *, cancel_requested: bool) -> BatchState:
    """State of a batch from how many of its items are in each state.

    `pending`: none started. `running`: some work is left and some began. Ended: `completed` when every item completed
    or needs review, `failed` when every item failed, `cancelled` when it was cancelled and none succeeded, otherwise
    `partially_failed`.
    """
    total = sum(counts.values())
    pending = counts.get(ItemState.PENDING, 0)
    running = counts.get(ItemState.RUNNING, 0)
    good = counts.get(ItemState.COMPLETED, 0) + counts.get(ItemState.NEEDS_REVIEW, 0)
    failed = counts.get(ItemState.FAILED, 0)
    if pending == total:
        return BatchState.PENDING
    if pending or running:
        return BatchState.RUNNING
    if good == total:
        return BatchState.COMPLETED
    if good:
        return BatchState.PARTIALLY_FAILED
    if failed == total:
        return BatchState.FAILED
    if cancel_requested or failed == 0:
        return BatchState.CANCELLED
    return BatchState.PARTIALLY_FAILED


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to put into a batch.

    Attributes:
        path: absolute.
        filename: what exports show: relative to the dropped folder's parent where a folder was dropped, else the name.
        sha256, size_bytes: of the content at queueing time, or None where it was not read yet.
        metadata: carried to the exports untouched.
        pages: 1-based page ranges such as "1-3,5", or None for all.
    """

    path: Path
    filename: str
    sha256: str | None = None
    size_bytes: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What a front end asks for. Checked as a whole before any work starts."""

    files: tuple[InputFile, ...]
    template: str
    """Id of an installed template, or a path of a template file."""
    name: str | None = None
    """Default: the template's name and the date."""
    review_threshold: float | None = None
    idempotency_key: str | None = None
    force: bool = False
    """Extract again although the same content was done before with the same template version."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tier: Literal["standard", "premium"] = "standard"
    priority: int = 0
    """Higher runs first; single documents get 10, batches 0."""
    passwords: tuple[str, ...] = ()
    """Tried on encrypted PDFs; never stored."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch as lists and progress bars need it; times are UNIX seconds (UTC)."""

    id: str
    name: str
    template_id: str
    template_name: str
    template_version: int
    state: BatchState
    counts: Mapping[ItemState, int]
    created_at: float
    started_at: float | None
    ended_at: float | None
    pages_done: int
    review_threshold: float
    tier: str
    metadata: Mapping[str, str]
    watched: bool = False
    """A standing batch: whatever lands in a watched folder is added to it."""

    @property
    def total(self) -> int:
        """Number of items."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Number of items that have ended."""
        return sum(n for state, n in self.counts.items() if state.terminal)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a table row needs it; times are UNIX seconds (UTC)."""

    id: str
    batch_id: str
    position: int
    filename: str
    path: Path
    state: ItemState
    attempt: int
    page_count: int | None
    started_at: float | None
    ended_at: float | None
    lowest_confidence: float | None
    flagged: int
    """How many values want a person's eye."""
    error_code: str | None
    error_message: str | None
    sha256: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose files become documents of a standing batch; times are UNIX seconds (UTC).

    Attributes:
        template_id: what its documents are extracted with, in the newest version.
        done_folder: subfolder that documents are moved to when they are done, or None to leave them where they are.
        batch_id: the standing batch, or None before the first document and after the batch was deleted.
        looked_at: when a program last looked into the folder, to about half a minute.
        trouble: what is wrong with the folder, in words; empty where nothing is.
        holder: the program that watches it, so that no other does; None where none does.
        taken: how many files were taken so far.
    """

    id: str
    path: Path
    template_id: str
    done_folder: str | None
    enabled: bool
    batch_id: str | None
    created_at: float
    looked_at: float | None = None
    trouble: str = ""
    holder: str | None = None
    taken: int = 0
