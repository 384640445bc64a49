"""Running a batch to its end from the command line: progress, Ctrl+C, what failed, and the exit code."""

from __future__ import annotations

import sys

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.cli.interruption import Interruption
from docuextract_desktop.cli.output import Output, write_output
from docuextract_desktop.cli.progress import Progress
from docuextract_desktop.cli.screen import counted, duration, plain, say
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import ExitCode
from docuextract_desktop.jobs.models import BatchSummary, ItemState

FAILURES_SHOWN = 20


def run_to_end(
    setup: Setup, services: Services, batch_id: str, *, workers: int | None, quiet: bool, output: Output | None
) -> ExitCode:
    """Work on a batch until it has ended, then export it.

    Args:
        setup: for the commands that are told to the person.
        services: of the data folder.
        batch_id: of the batch.
        workers: how many lanes; None for the setting.
        quiet: no progress.
        output: where the results go; None for no export.

    Returns:
        How it ended, INTERRUPTED where the person stopped it.
    """
    from docuextract_desktop.jobs.runner import run_batch  # loads Qt, which no other command needs

    progress = Progress(sys.stderr, quiet=quiet)
    with Interruption() as interruption:
        try:
            batch = run_batch(services, batch_id, workers=workers, on_progress=progress, interrupted=interruption.asked)
        finally:
            progress.end()
    if not batch.state.terminal:
        go_on = setup.command("batches", "run", batch_id, *(output.words() if output else []))
        say(f"Stopped: {batch.done:,} of {counted(batch.total, 'document')} are done and kept. Go on with: {go_on}")
        return ExitCode.INTERRUPTED
    if not quiet:
        say(summary_line(batch))
    say_failures(services, batch)
    if output is not None:
        write_output(services, batch_id, output)
    return exit_code_of(batch)


def exit_code_of(batch: BatchSummary) -> ExitCode:
    """The exit code that the end of a batch leads to."""
    good = batch.counts.get(ItemState.COMPLETED, 0) + batch.counts.get(ItemState.NEEDS_REVIEW, 0)
    if good == batch.total:
        return ExitCode.OK
    return ExitCode.ALL_FAILED if batch.counts.get(ItemState.FAILED, 0) == batch.total else ExitCode.SOME_FAILED


def summary_line(batch: BatchSummary) -> str:
    """How a batch ended, in a sentence."""
    words = (
        (ItemState.COMPLETED, "completed"),
        (ItemState.NEEDS_REVIEW, "to review"),
        (ItemState.FAILED, "failed"),
        (ItemState.CANCELLED, "cancelled"),
    )
    counts = ", ".join(f"{batch.counts[state]:,} {word}" for state, word in words if batch.counts.get(state))
    took = ""
    if batch.started_at is not None and batch.ended_at is not None:
        took = f" It took {duration(batch.ended_at - batch.started_at)}."
    return f"Batch {batch.id}: {counted(batch.total, 'document')}, {counts}.{took}"


def say_failures(services: Services, batch: BatchSummary) -> None:
    """Name the documents that failed, each with its reason."""
    failed = batch.counts.get(ItemState.FAILED, 0)
    if not failed:
        return
    for item in services.queue.items(batch.id, states={ItemState.FAILED}, limit=FAILURES_SHOWN):
        say(f"failed: {plain(item.filename)}: {plain(item.error_message or '')} ({item.error_code})")
    if failed > FAILURES_SHOWN:
        say(f"and {failed - FAILURES_SHOWN:,} more; see `docuextract batches show {batch.id}`")
