"""`docuextract templates`: look at templates, check, import, export and delete them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from docuextract_desktop import load_template
from docuextract_desktop.cli.batches import as_json
from docuextract_desktop.cli.screen import counted, plain, result, result_json, say, standard_output, table
from docuextract_desktop.cli.setup import Setup
from docuextract_desktop.cli.taught import accuracy, forget, taught
from docuextract_desktop.templates.models import Template

LABELS_WIDTH = 50


@click.group()
def templates() -> None:
    """Look at templates, check, import, export and delete them.

    T is the id of a template, or a template file.
    """


@templates.command("list")
@as_json
@click.pass_obj
def list_templates(setup: Setup, as_json: bool) -> None:
    """List the templates, your own first."""
    with setup.services() as services:
        entries = services.templates.list()
    if as_json:
        result_json(
            [
                {
                    "id": entry.id,
                    "name": entry.name,
                    "version": entry.version,
                    "shipped": entry.shipped,
                    "fields": [field.name for field in entry.template.fields] if entry.template else None,
                    "problem": entry.problem or None,
                }
                for entry in entries
            ]
        )
        return
    rows = []
    for entry in entries:
        what = f"damaged: {entry.problem}" if entry.template is None else entry.template.description
        fields = str(len(entry.template.fields)) if entry.template else ""
        rows.append((entry.id, entry.name, str(entry.version), "shipped" if entry.shipped else "own", fields, what))
    for line in table(("ID", "NAME", "VERSION", "FROM", "FIELDS", "DESCRIPTION"), rows, ("<", "<", ">", "<", ">")):
        result(line)


@templates.command()
@click.argument("template", metavar="T")
@as_json
@click.pass_obj
def show(setup: Setup, template: str, as_json: bool) -> None:
    """Show a template with its fields."""
    with setup.services() as services:
        found = load_template(template, services.templates)
    if as_json:
        result_json(template_object(found))
        return
    result(f"Template   {found.id}, version {found.version}")
    result(f"Name       {plain(found.name)}")
    if found.description:
        result(f"About      {plain(found.description)}")
    result(f"Review     values less certain than {found.review_threshold:g}")
    for rule in found.rules:
        result(f"Rule       {plain(rule)}")
    result("")
    rows = []
    for field in found.fields:
        required = "yes" if field.required else ""
        rows.append((field.name, field.type, required, _some(field.labels)))
        rows.extend((f"  {c.name}", c.type, "yes" if c.required else "", _some(c.labels)) for c in field.columns)
    for line in table(("FIELD", "TYPE", "REQUIRED", "LABELS"), rows):
        result(line)


@templates.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def check(setup: Setup, file: Path) -> None:
    """Check a template file; names the place of every problem."""
    del setup
    found = load_template(file)
    result(f"{plain(str(file))}: a valid template, {found.id}, with {counted(len(found.fields), 'field')}.")


@templates.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def import_template(setup: Setup, file: Path) -> None:
    """Install a template file, as a new version where there is one of that id; prints the id.

    The schema forms of Documind and Extend are taken too, and files that `export --with-teaching` wrote: their teaching
    is kept beside what was taught here, which wins where both know a document.
    """
    from docuextract_desktop.review.transfer import is_teaching_file

    with setup.services() as services:
        if is_teaching_file(file):
            brought = services.teaching_files.import_file(file)
            say(f"Installed with what {counted(brought.documents, 'document')} taught it.")
            kept = brought.template
        else:
            kept = services.templates.import_file(file)
            services.lessons.carry_over(kept)
    say(f"Installed {kept.id}, version {kept.version}.")
    result(kept.id)


@templates.command("export")
@click.argument("template", metavar="T")
@click.option("-o", "--output", metavar="FILE", help="File to write; '-' or nothing: standard output.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="An earlier version. Default: the newest.")
@click.option(
    "--with-teaching",
    is_flag=True,
    help="With what documents taught it: the file then holds all words of these documents, and who taught them.",
)
@click.pass_obj
def export_template(setup: Setup, template: str, output: str | None, version: int | None, with_teaching: bool) -> None:
    """Write a template to a file, or to standard output."""
    with setup.services() as services:
        if with_teaching:
            found = services.templates.get(template, version)
            if output is None or output == "-":
                text, count = services.teaching_files.dump(found)
                standard_output().write(text.encode("utf-8"))
            else:
                count = services.teaching_files.export(found, Path(output))
                say(f"Wrote {plain(output)}.")
            say(f"It holds all words of {counted(count, 'taught document')}: give it only to who may read them.")
        elif output is None or output == "-":
            result_json(template_object(services.templates.get(template, version)))
        else:
            path = services.templates.export(template, Path(output), version)
            say(f"Wrote {plain(str(path))}.")


@templates.command()
@click.argument("template", metavar="T")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(setup: Setup, template: str, yes: bool) -> None:
    """Delete a template of your own, with all its versions. Asks first where there is somebody to ask."""
    with setup.services() as services:
        if not yes and sys.stdin.isatty():
            click.confirm(f"Delete the template {template} with all its versions?", abort=True, err=True)
        services.templates.delete(template)
    say(f"Deleted {plain(template)}.")


templates.add_command(taught)
templates.add_command(forget)
templates.add_command(accuracy)


def _some(labels: tuple[str, ...]) -> str:
    """The first labels, as many as a line of the terminal takes; `--json` has them all."""
    shown = 0
    while shown < len(labels) and (shown == 0 or len(", ".join(labels[: shown + 1])) <= LABELS_WIDTH):
        shown += 1
    more = f" and {len(labels) - shown} more" if shown < len(labels) else ""
    return ", ".join(labels[:shown]) + more


def template_object(template: Template) -> dict[str, object]:
    """A template as its file says it."""
    data: dict[str, object] = template.model_dump(mode="json", exclude_defaults=True)
    return {"id": template.id, "name": template.name, "version": template.version, **data}
