"""`docuextract learn`: confirm values for documents, as a reviewer would, and have the template learn from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docuextract_desktop import load_template
from docuextract_desktop.bootstrap import Services
from docuextract_desktop.cli.extract import running_options
from docuextract_desktop.cli.running import run_to_end
from docuextract_desktop.cli.screen import counted, plain, say
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import ExitCode, RequestError
from docuextract_desktop.jobs.models import BatchRequest, InputFile, ItemState
from docuextract_desktop.templates.models import Template

if TYPE_CHECKING:
    from docuextract_desktop.review.session import Taught

WARNINGS_SHOWN = 20

Truth = Mapping[str, Mapping[str, str | None]]
"""Name of a file → field name → value, or None where the document does not have it."""


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("-t", "--template", required=True, metavar="TEMPLATE", help="Id of a template, or a template file.")
@click.option(
    "--truth",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help='The values, a line per document: {"filename": ..., "fields": {NAME: VALUE or null}}.',
)
@running_options
@click.pass_obj
def learn(setup: Setup, paths: tuple[Path, ...], template: str, truth: Path, workers: int | None, quiet: bool) -> int:
    """Confirm values for documents, as a reviewer would; the template learns from them.

    Documents without a line in the truth file are left out. A value that stands nowhere on its document is still learnt
    as its value, with a warning.
    """
    told = read_truth(truth)
    with setup.services() as services:
        taught_template = load_template(template, services.templates)
        files = [file for file in services.queue.scan(paths) if truth_of(file.filename, told) is not None]
        _check(files, taught_template, told, truth)
        request = BatchRequest(files=tuple(files), template=template, name=f"Taught: {taught_template.name}")
        batch_id = services.queue.create_batch(request)
        code = run_to_end(setup, services, batch_id, workers=workers, quiet=quiet, output=None)
        if code is ExitCode.INTERRUPTED:
            say("Nothing was learnt yet: give the same command again.")
        elif code is not ExitCode.ALL_FAILED:
            _teach(services, batch_id, taught_template, told)
        return code


def read_truth(path: Path) -> Truth:
    """The lines of a truth file.

    Raises:
        RequestError: naming the line that is not of the form.
    """
    told: dict[str, dict[str, str | None]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"'{path}' cannot be read as UTF-8 text.", detail=repr(error)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            told[row["filename"]] = {str(name): _text(value) for name, value in row["fields"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RequestError(
                f"Line {number} of '{path}' is not of the form of a truth file.",
                hint='Each line is {"filename": NAME, "fields": {FIELD: VALUE or null}}.',
                detail=repr(error),
            ) from error
    return told


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise TypeError(f"{value!r} is no value")


def truth_of(filename: str, told: Truth) -> Mapping[str, str | None] | None:
    """What is told about a file, by its name in the batch or by its last part."""
    return told.get(filename, told.get(filename.rpartition("/")[2]))


def _check(files: list[InputFile], template: Template, told: Truth, path: Path) -> None:
    if not files:
        raise RequestError(f"None of these documents has a line in '{path}'.")
    known = {field.name for field in template.fields if field.type != "table"}
    named = {name for file in files for name in (truth_of(file.filename, told) or {})}
    if not named & known:
        raise RequestError(f"None of the fields in '{path}' is one of the template {template.id}.")
    if named - known:
        say(f"Not single fields of the template {template.id}, passed over: {', '.join(sorted(named - known))}.")


def _teach(services: Services, batch_id: str, template: Template, told: Truth) -> None:
    warnings: list[str] = []
    documents: list[Taught] = []
    for item in services.queue.items(batch_id, states={ItemState.COMPLETED, ItemState.NEEDS_REVIEW}):
        taught = services.review.confirm(item.id, truth_of(item.filename, told) or {})
        documents.append(taught)
        warnings += [f"{plain(item.filename)}: {plain(warning)}" for warning in taught.warnings]
    fitted = services.lessons.fit(template)
    for warning in warnings[:WARNINGS_SHOWN]:
        say(f"warning: {warning}")
    if len(warnings) > WARNINGS_SHOWN:
        say(f"and {len(warnings) - WARNINGS_SHOWN:,} more warnings")
    for contradiction in services.lessons.contradictions(template):
        say(f"contradiction: {plain(contradiction.sentence)}")
    out = [lesson for lesson in services.lessons.taught(template) if lesson.taken_back]
    if out:
        names = ", ".join(plain(lesson.filename) for lesson in out[:3]) + (" and others" if len(out) > 3 else "")
        say(f"{names}: taken back before, so not learnt from. See `docuextract templates forget --undo`.")
    actions = [one.action for taught in documents for one in taught.confirmed.values()]
    accepted, corrected, absent = (actions.count(action) for action in ("accept", "correct", "not_on_document"))
    learnt = f"Learnt {counted(len(documents), 'document')}, {counted(len(actions), 'field')}"
    say(
        f"{learnt}: {accepted:,} were right before, {corrected:,} were corrected, {absent:,} are not on their document."
        f" The template {template.id} knows {counted(fitted.documents, 'document')} now."
    )
