"""Top of the first page: who writes to whom, title, numbers and dates."""

from __future__ import annotations

from generator.canvas import GREY, Canvas, Run
from generator.layouts_train.style import Style, label_of, pairs
from generator.sheet import Entry, Party, Sheet


def draw_head(canvas: Canvas, sheet: Sheet, style: Style) -> float:
    """Draw everything above the table; gives the next free baseline."""
    y = _letterhead(canvas, sheet, style)
    if style.title_first:
        y = _title(canvas, sheet, style, y + style.title_size)
    edge = canvas.width - style.right
    middle = style.left + (edge - style.left) * 0.56
    recipient_x = middle if style.recipient_right else style.left
    top = y + style.leading
    if style.return_line:
        sender = sheet.sender
        line = f"{sender.name} · {sender.street} · {sender.city}"
        wide = canvas.measure(line, 6.5)
        canvas.runs(recipient_x, top, [Run(sender.name, sheet.sender_tag), Run(line[len(sender.name) :])], 6.5)
        canvas.line(recipient_x, top + 2, recipient_x + wide, top + 2, width=0.3, colour=GREY)
        top += 12
    below = _party(canvas, sheet.recipient, sheet.recipient_tag, style, (recipient_x, top),
                   sheet.recipient_label if style.recipient_label else "")  # fmt: skip
    meta, beside = list(sheet.meta), style.meta in ("pairs", "boxed") and style.meta_right
    if sheet.ship_to is not None:
        other_x = style.left if style.recipient_right else (style.left + middle) / 2 + 30
        names = [sheet.recipient.name, *sheet.recipient.address]
        collides = (
            recipient_x < other_x < recipient_x + max(canvas.measure(n, style.size, bold=True) for n in names) + 8
        )
        x, start = (recipient_x, below + 6) if collides or beside else (other_x, top)
        below = max(below, _party(canvas, sheet.ship_to, "", style, (x, start), sheet.ship_to_label,
                                  sheet.ship_to_tag))  # fmt: skip
    if beside:
        x = style.left if style.recipient_right else middle
        below = max(below, _meta_pairs(canvas, meta, style, x, top, boxed=style.meta == "boxed"))
        meta = []
    y = below + style.leading
    if not style.title_first:
        y = _title(canvas, sheet, style, y + style.title_size * 0.6)
    return _meta_below(canvas, meta, style, y) + style.leading * 0.5


def _letterhead(canvas: Canvas, sheet: Sheet, style: Style) -> float:
    sender, edge = sheet.sender, canvas.width - style.right
    size = style.size * 1.9
    while canvas.measure(sender.name, size, bold=True) > (edge - style.left) * 0.62 and size > 9:
        size -= 1
    y = 34 + size
    x = {"left": style.left, "right": edge, "center": canvas.width / 2}[style.logo]
    align = style.logo
    canvas.text(x, y, sender.name, size, bold=True, align=align, colour=style.accent, tag=sheet.sender_tag)
    if style.sender_lines == "footer-only":
        return y + 26
    lines: list[tuple[str, str]] = [(line, "") for line in sender.address]
    lines += [(f"{entry.label} {entry.value}", "") for entry in sheet.contact[:2]]
    at = y + style.leading
    if style.sender_lines == "opposite":
        align = "left" if style.logo == "right" else "right"
        x = style.left if align == "left" else edge
        at = 34 + style.leading if style.logo != "center" else at
    for text, tag in lines:
        canvas.text(x, at, text, style.size * 0.9, align=align, colour=GREY, tag=tag)
        at += style.leading * 0.95
    return max(at, y) + 14


def _party(
    canvas: Canvas,
    party: Party,
    tag: str,
    style: Style,
    at: tuple[float, float],
    label: str,
    address_tag: str = "",
) -> float:
    x, y = at
    if label:
        canvas.text(x, y, f"{label}{style.colon}", style.size * 0.9, bold=style.labels_bold, colour=style.accent)
        y += style.leading
    canvas.text(x, y, party.name, style.size, tag=tag, bold=bool(label) and not style.labels_bold)
    y += style.leading
    for line in party.address:
        canvas.text(x, y, line, style.size, tag=address_tag)
        y += style.leading
    return y


def _title(canvas: Canvas, sheet: Sheet, style: Style, y: float) -> float:
    number = next((e for e in sheet.meta if e.tag.endswith("number")), None)
    runs = [Run(sheet.title)]
    if style.title_number and number is not None:
        runs += [Run(" "), Run(number.value, number.tag)]
        sheet.meta.remove(number)
    canvas.runs(style.left, y, runs, style.title_size, bold=True, colour=style.accent)
    return y + style.leading * 1.6


def _meta_pairs(canvas: Canvas, meta: list[Entry], style: Style, x: float, y: float, *, boxed: bool) -> float:
    wide = max((canvas.measure(label_of(e, style), style.size, bold=style.labels_bold) for e in meta), default=0)
    edge = canvas.width - style.right if x > canvas.width / 3 else canvas.width * 0.48
    value_x = min(x + wide + 14, edge - 60)
    right = style.numbers_align == "right" and style.meta_right and boxed
    if boxed:
        canvas.rect(x - 6, y - style.size - 4, edge, y + style.leading * (len(meta) - 1) + 6, stroke=style.accent)
    return pairs(canvas, meta, style, (x, edge - 6 if right else value_x, y), right=right)


def _meta_below(canvas: Canvas, meta: list[Entry], style: Style, y: float) -> float:
    if not meta:
        return y
    edge = canvas.width - style.right
    if style.meta in ("pairs", "boxed", "lines"):
        y = _meta_pairs(canvas, meta, style, style.left, y, boxed=style.meta == "boxed")
        return y + style.leading * 0.5
    if style.meta == "sentence":
        runs: list[Run] = []
        for entry in meta:
            runs += [Run(f"{label_of(entry, style)} "), Run(entry.value, entry.tag), Run("   ")]
        return canvas.paragraph(style.left, y, runs, style.size, edge - style.left, style.leading) + style.leading * 0.5
    # `strip`: labels in one row across the page, values below; `grid`: the same in boxes, at most three a row
    columns = len(meta) if style.meta == "strip" else min(3, len(meta))
    widths = [max(canvas.measure(e.label, style.size), canvas.measure(e.value, style.size)) + 16 for e in meta]
    columns = max(1, min(columns, int((edge - style.left) / max(widths))))
    share = (edge - style.left) / columns
    for start in range(0, len(meta), columns):
        for place, entry in enumerate(meta[start : start + columns]):
            x = style.left + place * share
            if style.meta == "grid":
                canvas.rect(x, y - style.size - 2, x + share, y + style.leading + 6, stroke=GREY)
            canvas.text(x + 4, y, entry.label, style.size * 0.85, colour=GREY, bold=style.labels_bold)
            canvas.text(x + 4, y + style.leading, entry.value, style.size, tag=entry.tag)
        y += style.leading * 2 + 10
    return y + style.leading * 0.3
