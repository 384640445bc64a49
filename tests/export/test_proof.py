from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from docuextract_desktop.documents.models import Box
from docuextract_desktop.errors import UploadMissingError
from docuextract_desktop.export.cutouts import OUTLINE, cut_out
from docuextract_desktop.export.models import ItemResult, PageRenderer
from docuextract_desktop.export.seam import export_batch
from docuextract_desktop.extraction.models import Evidence, Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState
from docuextract_desktop.templates.models import Template

Export = Callable[..., str]
NASTY = "</td><script>alert('x')</script><img src=x onerror=\"y\">&amp;\u202e"


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    rgb: bytes


def white_page(_item: ItemRow, _page_index: int) -> Picture:
    return Picture(600, 800, b"\xff" * (600 * 800 * 3))


@pytest.fixture
def export(template: Template, batch: BatchSummary) -> Export:
    def run(results: list[ItemResult], render: PageRenderer | None = white_page, summary: BatchSummary = batch) -> str:
        stream = io.BytesIO()
        export_batch(results, template, summary, stream, "html", render=render)
        return stream.getvalue().decode("utf-8")

    return run


class Tags(HTMLParser):
    """Every tag with its attributes, and whether the nesting is right."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_every_value_stands_beside_its_cutout(export: Export, results: list[ItemResult]) -> None:
    tags = Tags(export(results[:1]))
    pictures = tags.all("img")
    # Four fields with a place, and two rows of the table.
    assert len(pictures) == 6
    for attributes in pictures:
        kind, _, data = (attributes["src"] or "").partition(";base64,")
        assert kind == "data:image/jpeg"
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            assert picture.size == (int(attributes["width"] or 0), int(attributes["height"] or 0))
            assert picture.width < 600
    for shown in (
        "001",
        "2024-02-29",
        "1471.60",
        "EUR",
        "1.471,60 €",
        "yes",
        "as agreed",
        "thing 2",
        "two totals differ",
    ):
        assert shown in tags.text


def test_page_is_drawn_once_for_all_its_values(export: Export, results: list[ItemResult]) -> None:
    drawn = []

    def render(item: ItemRow, page_index: int) -> Picture:
        drawn.append((item.id, page_index))
        return white_page(item, page_index)

    export(results, render)
    assert drawn == [("item-1", 1), ("item-3", 1)]


def test_nothing_but_itself_is_needed_and_nothing_runs(export: Export, results: list[ItemResult]) -> None:
    html = export(results)
    tags = Tags(html)
    assert {tag for tag, _ in tags.seen}.isdisjoint({"script", "link", "iframe", "object", "form", "base", "svg"})
    assert not [name for _, attributes in tags.seen for name in attributes if name.startswith("on") or name == "style"]
    assert all((attributes["src"] or "").startswith("data:") for attributes in tags.all("img"))
    assert all((attributes["href"] or "").startswith("file:///") for attributes in tags.all("a"))
    policy = next(a["content"] for a in tags.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_everything_from_outside_is_escaped(
    export: Export, make_result: Callable[..., ItemResult], batch: BatchSummary
) -> None:
    result = make_result(1, note=NASTY, filename=f"{NASTY}\n.pdf", path=Path("/d") / NASTY.replace("/", "_"))
    assert result.extraction is not None
    total = replace(result.extraction.field("total"), reasons=(NASTY,), text=NASTY, currency=NASTY)
    rows = ((FieldValue("description", "text", NASTY, NASTY, 0.1, True, (NASTY,)),),)
    table = replace(result.extraction.field("line_items"), rows=rows, reasons=(NASTY,))
    result = replace(result, extraction=result.extraction.with_field(total).with_field(table))
    broken = make_result(2, extraction=None, state=ItemState.FAILED, error_code=NASTY, error_message=NASTY)
    html = export([result, broken], summary=replace(batch, name=NASTY))
    tags = Tags(html)
    assert "<script" not in html
    assert tags.all("script") == []
    assert all("onerror" not in attributes for attributes in tags.all("img"))
    heading = re.search(r"<h2>(.*?)</h2>", html, re.DOTALL)
    assert heading is not None
    assert "\n" not in heading[1]
    assert "\u202e" not in heading[1]


def test_what_wants_an_eye_comes_first(export: Export, make_result: Callable[..., ItemResult]) -> None:
    fine = Extraction("invoice", 3, (FieldValue("total", "money", "5", "5", 0.99),))
    html = export(
        [
            make_result(1, extraction=fine),
            make_result(2, state=ItemState.FAILED, extraction=None, error_code="timeout"),
            make_result(3, state=ItemState.NEEDS_REVIEW),
            make_result(4, state=ItemState.NEEDS_REVIEW),
        ]
    )
    assert re.findall(r'id="(item-\d)"', html) == ["item-3", "item-4", "item-2", "item-1"]
    fields = re.findall(r"<th scope=row[^>]*>(.*?)</th>", html)
    assert fields[:2] == ["Total to pay", "Invoice number"]


def test_page_that_cannot_be_drawn_says_why(export: Export, results: list[ItemResult]) -> None:
    def render(item: ItemRow, page_index: int) -> Picture:
        raise UploadMissingError("The file was moved.")

    html = export(results[:1], render)
    assert Tags(html).all("img") == []
    assert "The file was moved." in html
    assert "1471.60" in html


def test_without_a_renderer_values_still_name_their_page(export: Export, results: list[ItemResult]) -> None:
    tags = Tags(export(results[:1], None))
    assert tags.all("img") == []
    assert f"{Path('/documents/may/1.pdf').as_uri()}#page=2" in [a["href"] for a in tags.all("a")]


def test_failed_and_empty_documents_have_their_place(export: Export, failed: ItemResult) -> None:
    tags = Tags(export([failed]))
    assert "The document is encrypted." in tags.text
    assert "(password_required)" in tags.text


@pytest.mark.parametrize(
    "box",
    [
        Box(0, 0, 1, 1),
        Box(0.5, 0.5, 0.5, 0.5),
        Box(-3, -3, -2, -2),
        Box(2, 2, 3, 3),
        Box(0.9, 0.9, 0.1, 0.1),
        Box(0.999, 0.999, 1, 1),
    ],
)
def test_any_place_gives_a_picture(box: Box) -> None:
    cutout = cut_out(Image.new("RGB", (300, 400), "white"), box)
    assert 0 < cutout.width <= 760
    assert 0 < cutout.height <= 420


def test_cutout_shows_the_value_outlined() -> None:
    page = Image.new("RGB", (1000, 1000), "white")
    page.paste((0, 0, 255), (400, 500, 600, 520))
    cutout = cut_out(page, Box(0.4, 0.5, 0.6, 0.52))
    with Image.open(io.BytesIO(cutout.data)) as picture:
        colours = picture.convert("RGB").getcolors(10**6) or []
    blue = sum(count for count, (r, g, b) in colours if b > 150 and r < 100)
    outline = sum(count for count, (r, g, b) in colours if abs(r - OUTLINE[0]) < 40 and b < 90)
    assert blue > 3_000
    assert outline > 300
    assert cutout.width < 450


def test_evidence_on_several_pages(export: Export, make_result: Callable[..., ItemResult]) -> None:
    places = [Evidence(page, Box(0.1, 0.1, 0.2, 0.2), "text_layer") for page in (2, 0)]
    fields = (
        FieldValue("total", "money", "5", "5", 0.99, evidence=places[0]),
        FieldValue("note", "text", "n", "n", 0.99, evidence=places[1]),
    )
    drawn = []

    def render(item: ItemRow, page_index: int) -> Picture:
        drawn.append(page_index)
        return white_page(item, page_index)

    tags = Tags(export([make_result(1, extraction=Extraction("invoice", 3, fields))], render))
    assert drawn == [0, 2]
    assert len(tags.all("img")) == 2
