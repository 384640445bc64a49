"""Below the table: totals, taxes, sentences, where to pay, footers."""

from __future__ import annotations

from generator.canvas import GREY, WHITE, Canvas, Run
from generator.layouts_train.style import Style, label_of
from generator.sheet import Entry, Sheet


def draw_closing(canvas: Canvas, sheet: Sheet, style: Style, y: float) -> None:
    """Draw what follows the table, on a new page where there is no room."""
    need = (len(sheet.totals) + len(sheet.tax_table) + 4) * (style.leading + 4)
    if y + need > canvas.height - style.bottom:
        canvas.new_page()
        y = 60.0
    y += style.leading
    beside = style.tax_table == "beside"
    if sheet.tax_table and style.tax_table == "before":
        y = _tax_table(canvas, sheet, style, y) + style.leading
    top = y
    if sheet.totals:
        y = _totals(canvas, sheet, style, y)
    if sheet.tax_table and beside and style.totals != "left":
        y = max(y, _tax_table(canvas, sheet, style, top, narrow=True))
    elif sheet.tax_table and style.tax_table != "before":
        y = _tax_table(canvas, sheet, style, y + style.leading)
    y += style.leading * 1.3
    room = canvas.width - style.left - style.right
    for runs in sheet.outro:
        if y > canvas.height - style.bottom:
            canvas.new_page()
            y = 60.0
        y = canvas.paragraph(style.left, y, runs, style.size, room, style.leading)
    if style.bank == "block":
        y += style.leading * 0.6
        for entry in sheet.bank:
            canvas.text(style.left, y, label_of(entry, style), style.size, bold=style.labels_bold)
            canvas.text(style.left + 90, y, entry.value, style.size, tag=entry.tag)
            y += style.leading
    elif style.bank == "sentence" and sheet.bank:
        runs = []
        for entry in sheet.bank:
            runs += [Run(f"{label_of(entry, style)} "), Run(entry.value, entry.tag), Run("  ")]
        canvas.paragraph(style.left, y, runs, style.size, room, style.leading)


def _totals(canvas: Canvas, sheet: Sheet, style: Style, y: float) -> float:
    edge = canvas.width - style.right
    size = style.size
    widest = max(canvas.measure(label_of(e, style), size + 1, bold=True) for e in sheet.totals)
    values = max(canvas.measure(e.value, size + 1, bold=True) for e in sheet.totals)
    x = style.left if style.totals == "left" else max(style.left, edge - widest - values - 40)
    right = x + widest + values + 36
    step = style.leading + 3
    if style.totals == "boxed":
        canvas.rect(x - 6, y - size - 3, right + 2, y + step * (len(sheet.totals) - 1) + 6, stroke=style.accent)
    for entry in sheet.totals:
        ink = style.accent if entry.strong else (0.0, 0.0, 0.0)
        if style.totals == "filled" and entry.strong:
            fill = style.accent if style.accent != (0.0, 0.0, 0.0) else (0.85, 0.85, 0.85)
            canvas.rect(x - 6, y - size - 3, right + 2, y + 5, stroke=None, fill=fill)
            ink = WHITE if style.accent != (0.0, 0.0, 0.0) else (0.0, 0.0, 0.0)
        elif entry.strong and style.totals in ("pairs", "table"):
            canvas.line(x, y - size - 2, right, y - size - 2)
        grown = size + 1 if entry.strong else size
        label_x = x if style.totals != "table" else right - values - 20
        canvas.text(label_x, y, label_of(entry, style), grown, bold=entry.strong, colour=ink,
                    align="left" if style.totals != "table" else "right")  # fmt: skip
        canvas.text(right, y, entry.value, grown, bold=entry.strong, align="right", tag=entry.tag, colour=ink)
        if style.totals == "leaders":
            start = x + canvas.measure(label_of(entry, style), grown, bold=entry.strong) + 3
            end = right - canvas.measure(entry.value, grown, bold=entry.strong) - 3
            dots = int((end - start) / canvas.measure(".", size))
            canvas.text(start, y, "." * max(dots, 0), size, colour=GREY)
        y += step
    return y


def _tax_table(canvas: Canvas, sheet: Sheet, style: Style, y: float, *, narrow: bool = False) -> float:
    share = 52.0 if narrow else 70.0
    size = style.size * 0.9
    if narrow:
        size = min(size, 7.5)
    for number, cells in enumerate(sheet.tax_table):
        for place, text in enumerate(cells):
            canvas.text(style.left + (place + 1) * share, y, text, size, align="right", bold=number == 0)
        if number == 0:
            canvas.line(style.left, y + 3, style.left + 4 * share, y + 3, width=0.4)
        y += style.leading
    return y


def draw_footers(canvas: Canvas, sheet: Sheet, style: Style) -> None:
    """Firm, contact, bank and tax number in columns at the foot of the pages; page numbers."""
    if style.small_print:
        _draw_small_print(canvas, sheet, style)
        return
    columns: list[list[Entry]] = [[Entry("", sheet.sender.name, sheet.sender_tag)]]
    columns[0] += [Entry("", line) for line in sheet.sender.address]
    columns.append(list(sheet.contact))
    if sheet.bank and style.bank == "footer":
        columns.append(list(sheet.bank))
    columns.append(list(sheet.legal))
    if style.footer_columns < len(columns):  # fold what is too many into the last
        kept = style.footer_columns - 1
        columns = [*columns[:kept], [e for part in columns[kept:] for e in part]]
    edge = canvas.width - style.right
    size = min(style.size, 8.0) - 0.5
    share = (edge - style.left) / len(columns)
    top = canvas.height - style.bottom + 30
    step = min(size * 1.3, (canvas.height - 14 - top) / max(len(part) for part in columns))
    for page in range(canvas.page_count):
        canvas.select(page)
        if page == 0 or style.repeat_header:
            canvas.line(style.left, top - 10, edge, top - 10, width=0.4, colour=GREY)
            for place, entries in enumerate(columns):
                y = top
                for entry in entries:
                    x = style.left + place * share
                    lead = f"{entry.label}{style.colon} " if entry.label else ""
                    canvas.runs(x, y, [Run(lead), Run(entry.value, entry.tag)], _fit(canvas, lead + entry.value,
                                                                                     size, share - 6))  # fmt: skip
                    y += step
        _draw_page_number(canvas, sheet, style, page, edge, size)


def _draw_page_number(canvas: Canvas, sheet: Sheet, style: Style, page: int, edge: float, size: float) -> None:
    if style.page_numbers != "none":
        text = f"{sheet.page_label} {page + 1} {sheet.of_label} {canvas.page_count}"
        y = canvas.height - 22 if style.page_numbers == "bottom" else 24.0
        canvas.text(edge, y, text, size, align="right")


def _draw_small_print(canvas: Canvas, sheet: Sheet, style: Style) -> None:
    """The same as one running text over the width of the page."""
    sender, edge = sheet.sender, canvas.width - style.right
    runs = [Run(sender.name, sheet.sender_tag), Run(", ".join(["", *sender.address]))]
    for entry in [*sheet.legal, *(sheet.bank if style.bank == "footer" else []), *sheet.contact[:2]]:
        runs += [Run(f" · {entry.label}{style.colon} "), Run(entry.value, entry.tag)]
    for page in range(canvas.page_count):
        canvas.select(page)
        if page == 0 or style.repeat_header:
            top = canvas.height - style.bottom + 36
            canvas.paragraph(style.left, top, runs, 7.0, edge - style.left, 9.0)
        _draw_page_number(canvas, sheet, style, page, edge, 7.0)


def _fit(canvas: Canvas, text: str, size: float, room: float) -> float:
    wide = canvas.measure(text, size)
    return size if wide <= room else max(size * room / wide, 5.0)
