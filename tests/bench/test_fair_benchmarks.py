"""Benchmarks measure what a user's run costs, neither more nor less."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_extract import forget_texts, unseen
from bench_window import environment

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.pdf import PdfFile
from docuextract_desktop.documents.text_layer import cut_words, page_from_words
from docuextract_desktop.extraction.pipeline import prepare, propose
from docuextract_desktop.extraction.ranking.general import general_knowledge
from docuextract_desktop.extraction.words import tokens
from docuextract_desktop.settings import Limits
from docuextract_desktop.templates.shipped import shipped_by_id


def test_starts_are_measured_with_compiled_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("DOCUEXTRACT_TEST", "stays")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
    assert environment()["DOCUEXTRACT_TEST"] == "stays"


def test_documents_are_new_in_every_round(samples: Path) -> None:
    path = samples / "invoices" / "invoice-1-en.pdf"
    with PdfFile(path.read_bytes(), (), Limits()) as file, file.page(0) as page:
        read = page_from_words(cut_words(page.text_layer()), index=0, width=page.width, height=page.height)
    document = Document("one", "pdf", 1, (read,))
    template = shipped_by_id()["invoice"]
    before = propose(prepare(document, template), template)
    known = general_knowledge()
    texts = [thing for thing in vars(tokens).values() if hasattr(thing, "cache_info")]
    assert any(cache.cache_info().currsize for cache in texts), "else there would be nothing to forget"
    document.pages[0].line_text(0)
    assert "line_starts" in vars(document.pages[0])
    assert forget_texts() > 4
    assert not any(cache.cache_info().currsize for cache in texts)
    assert general_knowledge() is known, "loaded once for all"
    again = unseen(document)
    assert "line_starts" not in vars(again.pages[0])
    assert propose(prepare(again, template), template) == before
