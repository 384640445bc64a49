"""Proof pages: one HTML file that shows every value beside the cut-out of the page that it came from.

The file needs nothing but itself and runs nothing: its content security policy allows the embedded pictures and its one
style sheet (by its hash), no script and no connection. All text from documents and file names is escaped.

Documents that want a person's eye come first, then those without values (failed, cancelled), then the others; inside a
document, flagged values come first. The later ones wait in temporary files, not in memory.
"""

from __future__ import annotations

import base64
import hashlib
import math
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import BinaryIO

from docuextract_desktop import __version__
from docuextract_desktop.documents.models import Box
from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.export.columns import fields_of, file_link, reasons_of
from docuextract_desktop.export.cutouts import Cutout, cut_out, page_image
from docuextract_desktop.export.models import ExportContext, ItemResult, PageRenderer
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.paths import resources_dir
from docuextract_desktop.templates.models import TemplateField

STATE_TITLES: Mapping[ItemState, str] = {
    ItemState.PENDING: "pending",
    ItemState.RUNNING: "running",
    ItemState.COMPLETED: "completed",
    ItemState.NEEDS_REVIEW: "needs review",
    ItemState.FAILED: "failed",
    ItemState.CANCELLED: "cancelled",
}
STATE_CLASSES: Mapping[ItemState, str] = {
    ItemState.COMPLETED: " fine",
    ItemState.NEEDS_REVIEW: " flagged",
    ItemState.FAILED: " bad",
}
NUMERIC = frozenset({"money", "number", "integer", "percent"})
Place = tuple[int, Box]


def write(
    results: Iterable[ItemResult], context: ExportContext, main: BinaryIO, tables: Mapping[str, BinaryIO]
) -> None:
    """Write the page to `main`; `tables` is not used."""
    del tables
    main.write(_encode(_head(context)))
    with ExitStack() as stack:
        without = stack.enter_context(tempfile.TemporaryFile(prefix="docuextract-"))
        fine = stack.enter_context(tempfile.TemporaryFile(prefix="docuextract-"))
        for result in results:
            state = result.item.state
            flagged = state is ItemState.NEEDS_REVIEW or (
                result.extraction is not None and result.extraction.needs_review
            )
            stream = main if flagged else fine if state is ItemState.COMPLETED else without
            for piece in _document(result, context):
                stream.write(_encode(piece))
        for waiting in (without, fine):
            waiting.seek(0)
            shutil.copyfileobj(waiting, main)
    main.write(b"</main>\n</body>\n</html>\n")


@cache
def _style() -> str:
    return (resources_dir() / "styles" / "proof.css").read_text("utf-8")


def _head(context: ExportContext) -> str:
    batch, template = context.batch, context.template
    style_hash = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'"
    words = {**STATE_TITLES, ItemState.NEEDS_REVIEW: "to review"}
    counts = ", ".join(f"{batch.counts[s]:,} {words[s]}" for s in ItemState if batch.counts.get(s))
    exported = datetime.fromtimestamp(context.exported_at, UTC).strftime("%Y-%m-%d %H:%M")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(batch.name)}: proof</title>\n<style>{_style()}</style>\n</head>\n<body>\n<header>\n"
        f"<h1><bdi>{escape(batch.name)}</bdi></h1>\n"
        f"<p>{batch.total:,} documents: {counts or 'none'}.</p>\n"
        f'<p class="quiet">Template <bdi>{escape(template.name)}</bdi>, version {template.version}. '
        f"Exported {exported} UTC by DocuExtract Desktop {escape(__version__)}. "
        "What wants a person’s eye comes first. Each value stands beside the place on the page that it came from.</p>\n"
        "</header>\n<main>\n"
    )


def _document(result: ItemResult, context: ExportContext) -> Iterator[str]:
    item = result.item
    pages = "" if item.page_count is None else f"{item.page_count} page{'' if item.page_count == 1 else 's'}"
    yield (
        f'<section class="document" id="{escape(item.id)}">\n<div class="top">'
        f"<h2>{_file_link(result, None, item.filename)}</h2>"
        f'<span class="state{STATE_CLASSES.get(item.state, "")}">{STATE_TITLES[item.state]}</span></div>\n'
    )
    if pages:
        yield f'<p class="quiet">{pages}</p>\n'
    if item.error_code:
        code = f"<span class=quiet>({escape(item.error_code)})</span>"
        yield f"<p>{escape(item.error_message or item.error_code)} {code}</p>\n"
    values = fields_of(result, context.template)
    fields = {f.name: f for f in context.template.fields}
    pictures = _Pictures(result, context.render, values)
    singles = sorted((v for v in values if v.type != "table"), key=lambda v: not v.needs_review)
    if singles:
        yield (
            '<table class="values"><thead><tr><th scope=col>Field</th><th scope=col>Value</th>'
            "<th scope=col>Confidence</th><th scope=col>On the page</th></tr></thead>\n<tbody>\n"
        )
        for value in singles:
            yield _value_row(result, fields[value.name], value, pictures)
        yield "</tbody></table>\n"
    for value in values:
        if value.type == "table":
            yield from _table(result, fields[value.name], value, pictures)
    yield "</section>\n"


def _value_row(result: ItemResult, field: TemplateField, value: FieldValue, pictures: _Pictures) -> str:
    flag = ' class="flagged"' if value.needs_review else ""
    return (
        f"<tr><th scope=row{flag}>{escape(field.shown_title)}</th>"
        f'<td class="value">{_shown(value)}{_as_printed(value)}</td>'
        f'<td class="sure">{_certainty(value)}</td>'
        f"<td>{_picture(result, field.shown_title, _place_of(value), pictures)}</td></tr>\n"
    )


def _table(result: ItemResult, field: TemplateField, value: FieldValue, pictures: _Pictures) -> Iterator[str]:
    yield f"<h3>{escape(field.shown_title)}</h3>\n"
    for reason in reasons_of(value):
        yield f'<p class="quiet">{escape(reason)}</p>\n'
    if not value.rows:
        yield '<p class="none">no rows found</p>\n'
        return
    heads = ""
    for column in field.columns:
        title = column.title or column.name.replace("_", " ").capitalize()
        heads += f"<th scope=col{' class=number' if column.type in NUMERIC else ''}>{escape(title)}</th>"
    yield f'<table class="rows"><thead><tr>{heads}</tr></thead>\n'
    for row in value.rows:
        cells = {cell.name: cell for cell in row}
        yield f"<tbody><tr>{''.join(_cell(cells.get(column.name)) for column in field.columns)}</tr>\n"
        place = _place_of_row(row)
        if place is not None:
            picture = _picture(result, field.shown_title, place, pictures)
            yield f'<tr><td colspan="{len(field.columns)}">{picture}</td></tr>'
        yield "</tbody>\n"
    yield "</table>\n"


def _cell(cell: FieldValue | None) -> str:
    if cell is None:
        return "<td></td>"
    classes = [*(["number"] if cell.type in NUMERIC else []), *(["flagged"] if cell.needs_review else [])]
    title = f' title="{escape("; ".join(reasons_of(cell)))}"' if cell.needs_review and cell.reasons else ""
    return f'<td class="{" ".join(classes)}"{title}>{_shown(cell) if cell.value is not None else ""}</td>'


def _shown(value: FieldValue) -> str:
    if value.value is None:
        return '<span class="none">not found</span>'
    text = {"true": "yes", "false": "no"}.get(value.value, value.value) if value.type == "boolean" else value.value
    currency = f" {escape(value.currency)}" if value.currency else ""
    return f"<bdi>{escape(text)}</bdi>{currency}"


def _as_printed(value: FieldValue) -> str:
    if value.text is None or value.text == value.value:
        return ""
    return f'<br><span class="quiet">printed: <bdi>{escape(value.text)}</bdi></span>'


def _certainty(value: FieldValue) -> str:
    lines = []
    if value.reviewed:
        lines.append('<span class="state fine">reviewed</span>')
    elif value.needs_review:
        lines.append('<span class="state flagged">needs review</span>')
    if value.value is not None and not value.reviewed:
        # Rounded down: 100 % is a promise that no program can keep.
        lines.append(f"{math.floor(value.confidence * 100)} %")
    lines += [escape(reason) for reason in reasons_of(value)]
    return "<br>".join(lines)


def _picture(result: ItemResult, title: str, place: Place | None, pictures: _Pictures) -> str:
    if place is None:
        return ""
    page_number = place[0] + 1
    link = f'<span class="quiet">{_file_link(result, page_number, f"page {page_number}")}</span>'
    cutout = pictures.at(place)
    if cutout is None:
        reason = pictures.reason_for(place[0])
        return link + (f'<br><span class="none">{escape(reason)}</span>' if reason else "")
    data = base64.b64encode(cutout.data).decode()
    return (
        f'<img src="data:{cutout.media_type};base64,{data}" width="{cutout.width}" height="{cutout.height}" '
        f'alt="{escape(f"Page {page_number} around: {title}")}">{link}'
    )


def _file_link(result: ItemResult, page_number: int | None, text: str) -> str:
    address = file_link(result.item.path, page_number)
    shown = f"<bdi>{escape(_printable(text))}</bdi>"
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown


def _printable(text: str) -> str:
    # Line breaks and marks that turn the direction of text belong to tricks, not to file names.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _place_of(value: FieldValue) -> Place | None:
    return None if value.evidence is None else (value.evidence.page_index, value.evidence.box)


def _place_of_row(row: Sequence[FieldValue]) -> Place | None:
    """The strip of the page that holds the cells of a row: of the page that its first cell stands on."""
    places = [cell.evidence for cell in row if cell.evidence is not None]
    if not places:
        return None
    page_index = places[0].page_index
    return page_index, Box.around(place.box for place in places if place.page_index == page_index)


class _Pictures:
    """The cut-outs of one document; each page is drawn once, however many values stand on it."""

    def __init__(self, result: ItemResult, render: PageRenderer | None, values: Sequence[FieldValue]) -> None:
        self._cutouts: dict[Place, Cutout] = {}
        self._reasons: dict[int, str] = {}
        if render is None:
            return
        wanted: dict[int, list[Place]] = {}
        for value in values:
            # A table's own place is the whole table; its rows are shown instead, each with its strip.
            places = [_place_of_row(row) for row in value.rows] if value.type == "table" else [_place_of(value)]
            for place in places:
                if place is not None:
                    wanted.setdefault(place[0], []).append(place)
        for page_index, on_page in sorted(wanted.items()):
            try:
                page = page_image(render(result.item, page_index))
            except DocuExtractError as error:
                self._reasons[page_index] = error.message
                continue
            for place in on_page:
                self._cutouts[place] = cut_out(page, place[1])

    def at(self, place: Place) -> Cutout | None:
        return self._cutouts.get(place)

    def reason_for(self, page_index: int) -> str | None:
        """Why there is no picture of the page, where that is known."""
        return self._reasons.get(page_index)


def _encode(text: str) -> bytes:
    # Lone surrogates stand for bytes of a file name that is not UTF-8.
    return text.encode("utf-8", "replace")
