"""DocuExtract Desktop: fields out of documents into a spreadsheet, on your own computer.

From a notebook::

    from docuextract_desktop import extract, read_document, load_template

    extraction = extract(read_document("receipt.jpg"), load_template("receipt"))
    extraction.field("total").value

The names below are loaded on first use, so that importing the package costs nothing and loads neither Qt nor the
OCR models.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from docuextract_desktop.documents.read import read_document as read_document
    from docuextract_desktop.extraction.pipeline import extract as extract
    from docuextract_desktop.templates.library import load_template as load_template

_EXPORTS = {
    "extract": "docuextract_desktop.extraction.pipeline",
    "load_template": "docuextract_desktop.templates.library",
    "read_document": "docuextract_desktop.documents.read",
}

__all__ = ["__version__", "extract", "load_template", "read_document"]


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first asked for (PEP 562)."""
    module = _EXPORTS.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)
