"""`docuextract templates taught, forget, accuracy`: what templates learnt, and how well they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from docuextract_desktop import load_template
from docuextract_desktop.cli.batches import as_json
from docuextract_desktop.cli.screen import counted, local_time, plain, result, result_json, say, table
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.errors import RequestError

if TYPE_CHECKING:
    from docuextract_desktop.review.accuracy import Accuracy, Tally
    from docuextract_desktop.review.lessons import Lesson

SHORTEST_ID = 8
"""So many digits of a document's SHA-256 may stand for it."""


@click.command()
@click.argument("template", metavar="T")
@as_json
@click.pass_obj
def taught(setup: Setup, template: str, as_json: bool) -> None:
    """List what a template was taught: document by document, with contradictions."""
    with setup.services() as services:
        found = load_template(template, services.templates)
        lessons = services.lessons.taught(found)
        contradictions = services.lessons.contradictions(found)
    if as_json:
        result_json(
            {
                "template": found.id,
                "version": found.version,
                "documents": [lesson_object(lesson) for lesson in lessons],
                "contradictions": [
                    {
                        "field": c.field,
                        "documents": [
                            {"sha256": sha256, "filename": name, "value": value}
                            for sha256, name, value in zip(c.document_ids, (c.first, c.second), c.values, strict=True)
                        ],
                        "similarity": round(c.similarity, 3),
                        "sentence": c.sentence,
                    }
                    for c in contradictions
                ],
            }
        )
        return
    rows = []
    for lesson in lessons:
        state = "taken back" if lesson.taken_back else "" if lesson.usable else f"not usable: {lesson.problem}"
        came = " (imported)" if lesson.imported else ""
        rows.append(
            (
                lesson.filename,
                local_time(lesson.taught_at),
                lesson.who + came,
                str(lesson.template_version),
                str(len(lesson.fields)),
                ", ".join(field.name for field in lesson.fields if field.in_template and not field.place_found),
                state,
            )
        )
    head = ("DOCUMENT", "TAUGHT", "BY", "VERSION", "FIELDS", "WITHOUT A PLACE", "STATE")
    for line in table(head, rows, ("<", "<", "<", ">", ">")):
        result(line)
    for contradiction in contradictions:
        values = " and ".join("not there" if v is None else f"“{plain(v)}”" for v in contradiction.values)
        say(f"contradiction: {plain(contradiction.sentence)} ({values})")


def lesson_object(lesson: Lesson) -> dict[str, Any]:
    """A lesson as `--json` says it."""
    return {
        "sha256": lesson.sha256,
        "filename": lesson.filename,
        "template_version": lesson.template_version,
        "who": lesson.who,
        "taught_at": lesson.taught_at,
        "imported": lesson.imported,
        "taken_back_at": lesson.taken_back_at,
        "usable": lesson.usable,
        "problem": lesson.problem or None,
        "fields": [
            {
                "name": field.name,
                "value": field.value,
                "pointed": field.pointed,
                "in_template": field.in_template,
                "place_found": field.place_found,
                "page": field.place.page_index + 1 if field.place is not None else None,
            }
            for field in lesson.fields
        ],
    }


@click.command()
@click.argument("template", metavar="T")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--undo", is_flag=True, help="Let them teach again.")
@click.pass_obj
def forget(setup: Setup, template: str, documents: tuple[str, ...], undo: bool) -> None:
    """Take back what documents taught a template; it learns anew without them.

    DOCUMENT is a name as `taught` lists it, or the beginning of its SHA-256. What was decided about values stands, and
    `--undo` brings the teaching back.
    """
    with setup.services() as services:
        found = load_template(template, services.templates)
        lessons = services.lessons.taught(found)
        chosen = [_chosen(text, lessons) for text in documents]
        ids = [lesson.sha256 for lesson in chosen]
        change = services.lessons.take_up if undo else services.lessons.take_back
        changed = change(found, ids)
        left = sum(lesson.usable and not lesson.taken_back for lesson in services.lessons.taught(found))
    done = "Taken up again" if undo else "Taken back"
    say(f"{done}: {counted(changed, 'document')}. The template {found.id} learns from {counted(left, 'document')} now.")


def _chosen(text: str, lessons: Sequence[Lesson]) -> Lesson:
    same = [lesson for lesson in lessons if text in (lesson.filename, lesson.filename.rpartition("/")[2])]
    if not same and len(text) >= SHORTEST_ID:
        same = [lesson for lesson in lessons if lesson.sha256.startswith(text.lower())]
    if len(same) == 1:
        return same[0]
    if same:
        raise RequestError(
            f"'{plain(text)}' may be any of {len(same)} documents.",
            hint=f"Give the beginning of its SHA-256: {', '.join(one.sha256[:12] for one in same[:5])}.",
        )
    raise RequestError(f"No document '{plain(text)}' taught this template.", hint="See `docuextract templates taught`.")


@click.command()
@click.argument("template", metavar="T")
@as_json
@click.pass_obj
def accuracy(setup: Setup, template: str, as_json: bool) -> None:
    """Show how each version of a template did on documents that people reviewed.

    Only values that a person decided about count as known; intervals are for 95 % (Wilson). What was not flagged is
    told apart: people look at it less often, unless values are audited (see Settings).
    """
    with setup.services() as services:
        found = load_template(template, services.templates)
        versions = services.accuracy.over_versions(found)
    if as_json:
        result_json({"template": found.id, "versions": [accuracy_object(one) for one in versions]})
        return
    if not versions:
        say(f"Nobody has reviewed documents of the template {found.id} yet.")
        return
    rows = []
    for one in versions:
        rows += [(str(one.version), name, *_cells(tally)) for name, tally in one.fields.items()]
        rows.append((str(one.version), f"all, {counted(one.documents, 'document')}", *_cells(one.total)))
    head = ("VERSION", "FIELD", "KNOWN", "RIGHT", "95 %", "UNFLAGGED", "KNOWN OF THEM", "RIGHT", "95 %")
    for line in table(head, rows, (">", "<", ">", ">", "<", ">", ">", ">", "<")):
        result(line)


def accuracy_object(accuracy: Accuracy) -> dict[str, Any]:
    """A version's accuracy as `--json` says it."""
    return {
        "version": accuracy.version,
        "documents": accuracy.documents,
        "all": _tally_object(accuracy.total),
        "fields": {name: _tally_object(tally) for name, tally in accuracy.fields.items()},
    }


def _tally_object(tally: Tally) -> dict[str, Any]:
    return {
        "values": tally.values,
        "known": tally.known,
        "right": tally.right,
        "share_right": tally.share_right,
        "share_right_95": tally.right_interval,
        "unflagged": tally.unflagged,
        "share_unflagged": tally.share_unflagged,
        "unflagged_known": tally.unflagged_known,
        "unflagged_right": tally.unflagged_right,
        "precision_of_unflagged": tally.precision,
        "precision_of_unflagged_95": tally.precision_interval,
    }


def _cells(tally: Tally) -> tuple[str, ...]:
    return (
        str(tally.known),
        _percent(tally.share_right),
        _interval(tally.right_interval),
        _percent(tally.share_unflagged),
        str(tally.unflagged_known),
        _percent(tally.precision),
        _interval(tally.precision_interval),
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}".replace("%", " %")


def _interval(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.0%} to {ends[1]:.0%}".replace("%", " %")
