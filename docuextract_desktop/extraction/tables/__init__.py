"""Tables: rows of line items, statement lines, schedules, found by their headers, their columns and their arithmetic.

    value = extract_table(document, template.field("line_items"), locale)
    for row in value.rows: ...

Stages, one file each: `sheet` (a page as plain lists), `headers`, `columns` and `assign` (words to columns), `lines`
and `rows`, `roles` (which printed column is which of the template's), `arithmetic`, `cells`. `parts` ties them together
over pages, `bare` finds tables without a header, `extract` makes the values. `labels` and `lexicon` know what columns
are called.
"""

from docuextract_desktop.extraction.tables.extract import extract_table

__all__ = ["extract_table"]
