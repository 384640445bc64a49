"""Tables: rows of line items, statement lines, schedules, found by their headers, their columns and their arithmetic.

    value = extract_table(document, template.field("line_items"), locale)
    for row in value.rows: ...

Stages, one file each: `sheet` (a page as plain lists), `headers`, `columns`, `rows`, `roles` (which printed column is
which of the template's), `arithmetic`, `cells`; `extract` ties them together over pages.
"""

from docuextract_desktop.extraction.tables.extract import extract_table

__all__ = ["extract_table"]
