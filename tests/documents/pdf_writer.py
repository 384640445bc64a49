"""A small writer of real PDFs: enough syntax to test a reader with, and every byte under our control."""

from __future__ import annotations

from dataclasses import dataclass, field


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def show(x: float, y: float, text: str, *, size: float = 12, matrix: str = "1 0 0 1", font: str = "F1") -> str:
    """Operators that show `text` with its origin at (x, y)."""
    return f"BT /{font} {size} Tf {matrix} {x} {y} Tm ({escape(text)}) Tj ET\n"


@dataclass
class PdfPageSpec:
    """What stands on a page, in PDF operators, and what the page's dictionary says besides."""

    content: str = ""
    width: float = 612
    height: float = 792
    rotate: int = 0
    extra: str = ""
    images: dict[str, tuple[int, int, bytes]] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    annotations: list[str] = field(default_factory=list)


def make_pdf(
    *pages: PdfPageSpec | str,
    catalog: str = "",
    fonts: dict[str, str] | None = None,
    more: list[str] | None = None,
    trailer: str = "",
) -> bytes:
    """A PDF of these pages; a plain string is a page's content.

    Args:
        pages: the pages.
        catalog: more keys of the catalogue; `{annotation:P:K}` becomes the reference of annotation K of page P.
        fonts: more fonts, name to dictionary; F1 is Helvetica.
        more: more objects, referred to as `{more:K}` from anywhere.
        trailer: more keys of the trailer.
    """
    specs = [page if isinstance(page, PdfPageSpec) else PdfPageSpec(page) for page in pages]
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(objects)

    def stream(head: str, data: bytes) -> bytes:
        return f"<< {head} /Length {len(data)} >>\nstream\n".encode("latin-1") + data + b"\nendstream"

    catalog_number = add("")
    tree = add("")
    named = {"F1": "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", **(fonts or {})}
    font_numbers = {name: add(body) for name, body in named.items()}
    marks: dict[str, str] = {f"{{more:{i}}}": f"{add(body)} 0 R" for i, body in enumerate(more or [])}
    font_list = " ".join(f"/{name} {number} 0 R" for name, number in font_numbers.items())
    marks["{fonts}"] = f"<< {font_list} >>"
    kids = []
    for number, spec in enumerate(specs):
        content = add(stream("", spec.content.encode("cp1252")))
        pictures = [f"/{name} {reference}" for name, reference in spec.objects.items()]
        for name, (width, height, grey) in spec.images.items():
            head = (
                f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
                "/BitsPerComponent 8"
            )
            pictures.append(f"/{name} {add(stream(head, grey))} 0 R")
        notes = []
        for k, annotation in enumerate(spec.annotations):
            reference = f"{add(annotation)} 0 R"
            marks[f"{{annotation:{number}:{k}}}"] = reference
            notes.append(reference)
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {spec.width} {spec.height}] /Rotate {spec.rotate} "
                f"/Contents {content} 0 R /Annots [{' '.join(notes)}] {spec.extra} "
                f"/Resources << /Font << {font_list} >> /XObject << {' '.join(pictures)} >> >> >>"
            )
        )
    objects[tree - 1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    objects[catalog_number - 1] = f"<< /Type /Catalog /Pages {tree} 0 R {catalog} >>".encode("latin-1")
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for index, body in enumerate(objects, start=1):
        for mark, reference in marks.items():
            body = body.replace(mark.encode(), reference.encode())
        offsets.append(len(out))
        out += f"{index} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for offset in offsets:
        out += f"{offset:010d} 00000 n \n".encode()
    out += f"trailer << /Size {len(objects) + 1} /Root {catalog_number} 0 R {trailer} >>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
