"""`docuextract batches`: look at batches, export, cancel, retry and run them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.cli.extract import running_options
from docuextract_desktop.cli.output import choose_output, output_options, write_output
from docuextract_desktop.cli.running import run_to_end
from docuextract_desktop.cli.screen import counted, duration, local_time, plain, result, result_json, say, table
from docuextract_desktop.cli.setup import Setup, find_batch
from docuextract_desktop.export.columns import iso_time
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState

ITEMS_AT_A_TIME = 500
as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")


@click.group()
def batches() -> None:
    """Look at batches, export, cancel, retry and run them.

    ID is the id of a batch, or enough of it to be the only one.
    """


@batches.command("list")
@as_json
@click.pass_obj
def list_batches(setup: Setup, as_json: bool) -> None:
    """List all batches, the newest first."""
    with setup.services() as services:
        found = services.queue.batches()
    if as_json:
        result_json([batch_object(batch) for batch in found])
        return
    rows = [
        (
            batch.id,
            batch.name,
            batch.state.value,
            f"{batch.done:,}/{batch.total:,}",
            str(batch.counts.get(ItemState.NEEDS_REVIEW, 0) or ""),
            str(batch.counts.get(ItemState.FAILED, 0) or ""),
            batch.template_id,
            local_time(batch.created_at),
        )
        for batch in found
    ]
    header = ("ID", "NAME", "STATE", "DONE", "REVIEW", "FAILED", "TEMPLATE", "CREATED")
    for line in table(header, rows, ("<", "<", "<", ">", ">", ">")):
        result(line)


@batches.command()
@click.argument("batch", metavar="ID")
@as_json
@click.pass_obj
def show(setup: Setup, batch: str, as_json: bool) -> None:
    """Show a batch with its documents."""
    with setup.services() as services:
        summary = services.queue.batch(find_batch(services, batch))
        if as_json:
            documents = [item_object(item) for item in _items(services, summary.id)]
            result_json({**batch_object(summary), "documents": documents})
            return
        counts = ", ".join(f"{n:,} {state.value}" for state, n in summary.counts.items() if n)
        result(f"Batch     {summary.id}")
        result(f"Name      {plain(summary.name)}")
        result(f"Template  {summary.template_id}, version {summary.template_version}")
        result(f"State     {summary.state.value}: {counts}")
        result(f"Created   {local_time(summary.created_at)}")
        if summary.ended_at is not None and summary.started_at is not None:
            result(f"Ended     {local_time(summary.ended_at)}, after {duration(summary.ended_at - summary.started_at)}")
        result("")
        header = ("FILE", "STATE", "PAGES", "TOOK", "LOWEST", "REVIEW", "ERROR")
        for line in table(header, map(_item_cells, _items(services, summary.id)), ("<", "<", ">", ">", ">", ">")):
            result(line)


@batches.command()
@click.argument("batch", metavar="ID")
@output_options
@click.pass_obj
def export(setup: Setup, batch: str, output: str | None, format_name: str | None) -> None:
    """Export a batch; also one that is still running, as far as it is.

    CSV: table fields go to files of their own beside the main one, OUT.FIELD.csv. A cell that a spreadsheet would run
    as a formula gets an apostrophe in front. To have the original back, remove one apostrophe from the cells that start
    with apostrophes followed by one of = + - @ (white space may stand between), a tab or a line end.
    """
    chosen = choose_output(output, format_name)
    with setup.services() as services:
        batch_id = find_batch(services, batch)
        inputs = (item.path for item in _items(services, batch_id))
        chosen.check(services.queue.template_of(batch_id), inputs)
        write_output(services, batch_id, chosen)


@batches.command()
@click.argument("batch", metavar="ID")
@click.pass_obj
def cancel(setup: Setup, batch: str) -> None:
    """Cancel the documents of a batch that are still pending; running ones finish on their own."""
    with setup.services() as services:
        batch_id = find_batch(services, batch)
        say(f"Cancelled {counted(services.queue.cancel(batch_id), 'document')} of batch {batch_id}.")


@batches.command()
@click.argument("batch", metavar="ID")
@click.option("--only", type=click.Choice(["failed"]), help="Leave out the cancelled ones.")
@output_options
@running_options
@click.pass_obj
def retry(
    setup: Setup,
    batch: str,
    only: str | None,
    output: str | None,
    format_name: str | None,
    workers: int | None,
    quiet: bool,
) -> int:
    """Put the failed and cancelled documents of a batch back, and run it to its end.

    With -o or --format the whole batch is exported then.
    """
    with setup.services() as services:
        batch_id = find_batch(services, batch)
        again = services.queue.retry(batch_id, only_failed=only == "failed")
        if not quiet:
            say(f"{counted(again, 'document')} of batch {batch_id} {'is' if again == 1 else 'are'} tried again.")
        return _run(setup, services, batch_id, output, format_name, workers, quiet)


@batches.command()
@click.argument("batch", metavar="ID")
@click.option("--again", is_flag=True, help="Also extract anew what has ended already.")
@output_options
@running_options
@click.pass_obj
def run(
    setup: Setup,
    batch: str,
    again: bool,
    output: str | None,
    format_name: str | None,
    workers: int | None,
    quiet: bool,
) -> int:
    """Go on with a batch that was interrupted, to its end.

    With -o or --format it is exported then.
    """
    with setup.services() as services:
        batch_id = find_batch(services, batch)
        if again:
            services.queue.run_again(batch_id)
        return _run(setup, services, batch_id, output, format_name, workers, quiet)


def _run(
    setup: Setup,
    services: Services,
    batch_id: str,
    output: str | None,
    format_name: str | None,
    workers: int | None,
    quiet: bool,
) -> int:
    chosen = choose_output(output, format_name) if output is not None or format_name is not None else None
    if chosen is not None:
        inputs = (item.path for item in _items(services, batch_id))
        chosen.check(services.queue.template_of(batch_id), inputs)
    return run_to_end(setup, services, batch_id, workers=workers, quiet=quiet, output=chosen)


def _items(services: Services, batch_id: str) -> Iterator[ItemRow]:
    offset = 0
    while rows := services.queue.items(batch_id, offset=offset, limit=ITEMS_AT_A_TIME):
        yield from rows
        offset += len(rows)


def _item_cells(item: ItemRow) -> tuple[str, ...]:
    took = item.ended_at - item.started_at if item.started_at is not None and item.ended_at is not None else None
    return (
        item.filename,
        item.state.value,
        "" if item.page_count is None else str(item.page_count),
        "" if took is None else f"{took:.1f} s",
        "" if item.lowest_confidence is None else f"{item.lowest_confidence:.2f}",
        str(item.flagged or ""),
        f"{item.error_message or ''} ({item.error_code})" if item.error_code else "",
    )


def batch_object(batch: BatchSummary) -> dict[str, Any]:
    """A batch as JSON says it."""
    return {
        "id": batch.id,
        "name": batch.name,
        "state": batch.state.value,
        "template": batch.template_id,
        "template_version": batch.template_version,
        "total": batch.total,
        "done": batch.done,
        "counts": {state.value: batch.counts.get(state, 0) for state in ItemState},
        "pages_done": batch.pages_done,
        "review_threshold": batch.review_threshold,
        "tier": batch.tier,
        "metadata": dict(batch.metadata),
        "created_at": iso_time(batch.created_at),
        "started_at": iso_time(batch.started_at),
        "completed_at": iso_time(batch.ended_at),
    }


def item_object(item: ItemRow) -> dict[str, Any]:
    """A document of a batch as JSON says it, without its values."""
    return {
        "document_id": item.id,
        "filename": item.filename,
        "path": str(item.path),
        "sha256": item.sha256,
        "status": item.state.value,
        "error": {"code": item.error_code, "message": item.error_message or ""} if item.error_code else None,
        "pages": item.page_count,
        "attempt": item.attempt,
        "lowest_confidence": item.lowest_confidence,
        "flagged": item.flagged,
        "metadata": dict(item.metadata),
        "started_at": iso_time(item.started_at),
        "completed_at": iso_time(item.ended_at),
    }
