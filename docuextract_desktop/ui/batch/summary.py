"""A batch's progress in words. No Qt."""

from __future__ import annotations

from docuextract_desktop.jobs.models import BatchState, BatchSummary, ItemState
from docuextract_desktop.ui.batch.pace import Pace
from docuextract_desktop.ui.wording import clock, count, sentence_list, time_left, took


def state_line(batch: BatchSummary) -> str:
    """The state in a few words, with when it began."""
    if batch.watched and batch.state.terminal:
        return f"waiting for documents in its watched folder, the last was done {clock(batch.ended_at)}".strip()
    began = clock(batch.started_at or batch.created_at)
    return {
        BatchState.PENDING: "waiting for a lane",
        BatchState.RUNNING: f"running since {began}",
        BatchState.COMPLETED: f"completed {clock(batch.ended_at)}",
        BatchState.PARTIALLY_FAILED: f"ended {clock(batch.ended_at)}, not every document could be done",
        BatchState.FAILED: f"failed {clock(batch.ended_at)}",
        BatchState.CANCELLED: f"cancelled {clock(batch.ended_at)}",
    }[batch.state].strip()


def progress_line(batch: BatchSummary, pace: Pace, now_s: float) -> str:
    """`84 of 168 documents  ·  61 pages a minute  ·  about 2 min left`."""
    parts = [f"{batch.done:,} of {count(batch.total, 'document')}"]
    rate = pace.pages_per_minute(now_s)
    if rate is not None:
        parts.append(f"{rate:.0f} pages a minute" if rate >= 10 else f"{rate:.1f} pages a minute")
    left = pace.seconds_left(now_s, batch.total - batch.done)
    if left is not None:
        parts.append(time_left(left))
    elif batch.state is BatchState.RUNNING:
        parts.append("measuring the pace…")
    return "  ·  ".join(parts)


def finished_line(batch: BatchSummary) -> str:
    """`168 documents, 171 pages in 3 min 20 s (51 pages a minute)`."""
    line = f"{count(batch.done, 'document')}, {count(batch.pages_done, 'page')}"
    if batch.watched or batch.started_at is None or batch.ended_at is None or batch.ended_at <= batch.started_at:
        return line  # of a batch that documents are added to for days, the time between says nothing
    seconds = batch.ended_at - batch.started_at
    line += f" in {took(seconds)}"
    if batch.pages_done and seconds >= 1:
        rate = batch.pages_done / seconds * 60
        line += f"  ·  {rate:.0f} pages a minute" if rate >= 10 else f"  ·  {rate:.1f} pages a minute"
    return line


def ended_notice(batch: BatchSummary) -> str:
    """What the notice at the end of a batch says."""
    counts = batch.counts
    parts = [
        f"{counts[state]:,} {word}"
        for state, word in (
            (ItemState.COMPLETED, "completed"),
            (ItemState.NEEDS_REVIEW, "to review"),
            (ItemState.FAILED, "failed"),
            (ItemState.CANCELLED, "cancelled"),
        )
        if counts.get(state)
    ]
    return f"{batch.name} has ended: {sentence_list(parts)}."
