"""What a worker does with a job: read the document, find the values, draw a page. Runs in the worker process only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docuextract_desktop.documents.models import Document, DocumentKind, Page
from docuextract_desktop.documents.read import probe, read_document
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_from_blob, pages_to_blob
from docuextract_desktop.documents.sniff import Source, read_source
from docuextract_desktop.errors import ExtractionFailedError, UploadMissingError
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.page_ranges import parse_page_ranges
from docuextract_desktop.jobs.work import (
    HandedOver,
    Job,
    KeptPage,
    Knowledge,
    Outcome,
    Outline,
    PageJob,
    Picture,
    ReadPages,
)
from docuextract_desktop.settings import Limits
from docuextract_desktop.templates.models import Template

SHARE_FROM_BYTES = 128 * 1024
"""A document whose number of pages is not known is only opened to count them from this size on: the pages of a smaller
one are read sooner than others could help."""

MANY_PAGES_KINDS: frozenset[DocumentKind] = frozenset({"pdf", "tiff"})

Progress = Callable[[int, int], None]
"""(pages read, pages to read)"""


class Stages:
    """The stages of a worker. Tests put others in their place to see what faults do."""

    def __init__(self) -> None:
        self._knowledge: tuple[str, int, Any] | None = None
        self._template: tuple[Mapping[str, Any], Template] | None = None

    def run(self, job: Job, progress: Progress) -> Outcome | Outline:
        """Read a document and find its values; or say that its pages are worth sharing, where the job asks for that.

        Raises:
            ItemError: what was wrong with this document.
        """
        limits = Limits.model_validate(job.limits)
        source = self._source(job, limits)
        if job.share_from_pages is not None:
            outline = self._outline(job, source, limits, job.share_from_pages)
            if outline is not None:
                return outline
        document, new_pages = self._document(job, source, limits, progress)
        template = self._template_of(job)
        extraction, prepared = self.extract(document, template, job.knowledge)
        return Outcome(
            sha256=source.sha256,
            kind=document.kind,
            size_bytes=len(source.data),
            page_count=document.page_count,
            pages_read=len(new_pages),
            words_version=WORDS_VERSION,
            words=tuple(_kept(page) for page in new_pages) if job.keep_words else (),
            warnings=document.warnings,
            extraction=extraction,
            prepared=prepared if job.keep_words else None,
        )

    def read(
        self,
        data: bytes,
        pages: Sequence[int] | None,
        passwords: Sequence[str],
        limits: Limits,
        progress: Progress,
        *,
        partial: bool = False,
    ) -> Document:
        """The words of a document; see `documents.read.read_document`."""
        return read_document(data, pages=pages, passwords=passwords, limits=limits, progress=progress, partial=partial)

    def read_pages(self, job: Job, pages: Sequence[int], progress: Progress) -> ReadPages:
        """The words of some pages, for a document whose pages are shared.

        Raises:
            ItemError: what was wrong with the document as a whole.
        """
        limits = Limits.model_validate(job.limits)
        source = self._source(job, limits)
        read = self.read(source.data, pages, job.passwords, limits, progress, partial=True)
        return ReadPages(tuple(_kept(page) for page in read.pages), read.warnings)

    def _outline(self, job: Job, source: Source, limits: Limits, share_from_pages: int) -> Outline | None:
        """The document's outline where enough of its pages are to be read to be worth sharing."""
        page_count = job.page_count
        if page_count is None:
            if source.kind not in MANY_PAGES_KINDS or len(source.data) < SHARE_FROM_BYTES:
                return None
            page_count = probe(source.data, job.passwords, limits).page_count
        kept = {page.page_index for page in job.kept}
        missing = tuple(index for index in _wanted(job.page_ranges, page_count) if index not in kept)
        if len(missing) < share_from_pages:
            return None
        return Outline(source.sha256, source.kind, page_count, missing)

    def extract(
        self, document: Document, template: Template, knowledge: Knowledge | None
    ) -> tuple[Extraction, HandedOver]:
        """The values of a document (see `extraction.pipeline.extract`), and what review would have to prepare again."""
        from docuextract_desktop.extraction.features.prepared import prepared_to_bytes
        from docuextract_desktop.extraction.pipeline import extract, prepare
        from docuextract_desktop.extraction.provenance import prepared_by

        ready = prepare(document, template)
        extraction = extract(document, template, self._loaded(knowledge), ready)
        return extraction, HandedOver(prepared_by(template), prepared_to_bytes(ready))

    def draw(self, job: PageJob) -> Picture:
        """One page as a picture; see `documents.render.render_page`."""
        from docuextract_desktop.documents.render import render_page

        page = render_page(
            job.path,
            job.page_index,
            rotation=job.rotation,
            max_side_px=job.max_side_px,
            scale=job.scale,
            passwords=job.passwords,
        )
        return Picture(page.width, page.height, bytes(page.rgb))

    def count_pages(self, path: str, passwords: Sequence[str], limits: Limits) -> int:
        """Pages of a file; see `documents.read.probe`."""
        return probe(path, passwords, limits).page_count

    def _source(self, job: Job, limits: Limits) -> Source:
        source = read_source(job.path, limits)
        if job.sha256 is not None and source.sha256 != job.sha256:
            raise UploadMissingError(
                "The file was changed after it was put into the batch.", hint="Add it again to a new batch."
            )
        return source

    def _document(
        self, job: Job, source: Source, limits: Limits, progress: Progress
    ) -> tuple[Document, tuple[Page, ...]]:
        """The document with the pages wanted, and those of them that were not kept before."""
        kept = {page.page_index: page for page in job.kept}
        wanted = None
        if job.page_count is not None:
            wanted = _wanted(job.page_ranges, job.page_count)
            if job.read_elsewhere:
                there = tuple(page for i in wanted if i in kept for page in pages_from_blob(kept[i].words))
                return Document(source.sha256, source.kind, job.page_count, there, job.warnings), ()
            if kept and set(wanted) <= set(kept):
                pages = tuple(page for index in wanted for page in pages_from_blob(kept[index].words))
                return Document(source.sha256, source.kind, job.page_count, pages), ()
        elif job.page_ranges is not None:
            wanted = _wanted(job.page_ranges, self.count_pages(str(job.path), job.passwords, limits))
        missing = None if wanted is None else [index for index in wanted if index not in kept]
        known = [page for index in wanted or () if index in kept for page in pages_from_blob(kept[index].words)]
        # Where words are kept from pages read before, the document has something legible, whatever the others hold.
        partial = any(len(page) for page in known)
        read = self.read(source.data, missing, job.passwords, limits, progress, partial=partial)
        pages = tuple(sorted([*known, *read.pages], key=lambda page: page.index))
        return Document(read.sha256, read.kind, read.page_count, pages, read.warnings), read.pages

    def _template_of(self, job: Job) -> Template:
        """The template of a job: the very object of the last job where it says the same, for what is kept of it."""
        known = self._template
        if known is None or known[0] != job.template:
            self._template = known = (job.template, Template.model_validate(job.template))
        return known[1]

    def _loaded(self, knowledge: Knowledge | None) -> Any:
        """Knowledge as `extraction` uses it; unpacked once and kept while it stays the same."""
        if knowledge is None:
            return None
        from docuextract_desktop.extraction.ranking.knowledge import Knowledge as Taught

        known = self._knowledge
        if known is None or known[:2] != (knowledge.template_id, knowledge.version):
            try:
                taught = Taught.from_bytes(knowledge.body)
            except ValueError:
                # Fitted by another version of the program: documents go on without it until something is taught again.
                taught = None
            known = (knowledge.template_id, knowledge.version, taught)
            self._knowledge = known
        return known[2]


def _wanted(page_ranges: str | None, page_count: int) -> tuple[int, ...]:
    if page_ranges is None:
        return tuple(range(page_count))
    wanted = parse_page_ranges(page_ranges, page_count)
    if not wanted:
        pages = "1 page" if page_count == 1 else f"{page_count} pages"
        raise ExtractionFailedError(
            f"The document has {pages}; none of the pages {page_ranges} is there.", hint="Choose other pages."
        )
    return wanted


def _kept(page: Page) -> KeptPage:
    return KeptPage(page.index, page.width, page.height, page.rotation, page.method, pages_to_blob((page,)))
