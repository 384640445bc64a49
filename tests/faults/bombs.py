"""Small PDFs and pictures that are made to use up a machine. Each is built by hand, always the same.

    python tests/faults/bombs.py [NAME...]

hands each to a worker with the usual limits, and says how it ended, how long it took, and how much memory.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from docuextract_desktop import load_template
from docuextract_desktop.errors import ItemError
from docuextract_desktop.jobs.work import Job
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions
from docuextract_desktop.settings import Limits

Bomb = Callable[[], bytes]

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>") -> bytes:
    """Objects numbered from 1, without a table of them: readers rebuild it."""
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, part) for number, part in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"trailer" + trailer + b"\n%%EOF\n"


def stream(data: bytes, head: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(data), data)


def flate(data: bytes, head: bytes = b"") -> bytes:
    """A compressed stream object."""
    return stream(zlib.compress(data, 9), b"/Filter/FlateDecode" + head)


def one_page(content: bytes, *more: bytes, box: bytes = b"0 0 612 792", resources: bytes = b"") -> bytes:
    """A PDF of one page; `content` is the object of its operators (4), the font is 5, `more` begin at 6."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%b>>>>" % (box, resources),
        content,
        _FONT,
        *more,
    )


TEXT = b"BT /F1 12 Tf 72 700 Td (Total: 12.50) Tj ET\n"


def deep_arrays() -> bytes:
    """Arrays in arrays, half a million deep."""
    return one_page(stream(TEXT), b"[" * 500_000 + b"]" * 500_000, resources=b"/X 6 0 R")


def deep_page_tree() -> bytes:
    """A page under twenty thousand levels of page trees."""
    levels = 20_000
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    objects += [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(levels)]
    objects.append(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]>>" % (levels + 1))
    return pdf(*objects)


def page_tree_in_a_circle() -> bytes:
    """A page tree that holds itself, and says that it has a billion pages."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>")


def one_page_very_often() -> bytes:
    """A page tree that names the same page three hundred thousand times."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * 300_000 + b"]/Count 300000>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
    )


def form_that_draws_itself() -> bytes:
    """A form that draws itself, twice."""
    itself = b"/XObject<</A 6 0 R>>"
    form = stream(TEXT + b"/A Do /A Do", b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<%b>>" % itself)
    return one_page(stream(b"/A Do"), form, resources=itself)


def forms_that_multiply() -> bytes:
    """Twelve forms, each drawing the next one ten times: a million million drawings."""
    forms = []
    for number in range(12):
        last = number == 11
        content = TEXT if last else b"/A Do " * 10
        inside = b"/Font<</F1 5 0 R>>" if last else b"/XObject<</A %d 0 R>>" % (number + 7)
        forms.append(stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<%b>>" % inside))
    return one_page(stream(b"/A Do"), *forms, resources=b"/XObject<</A 6 0 R>>")


def millions_of_paths() -> bytes:
    """Three million lines on a page."""
    return one_page(flate(TEXT + b"0 0 m 9 9 l S\n" * 3_000_000))


def millions_of_letters() -> bytes:
    """Four million letters on a page."""
    return one_page(flate(b"BT /F1 6 Tf 9 9 Td " + b"(some words and more) Tj 0 1 Td " * 200_000 + b"ET"))


def millions_of_objects() -> bytes:
    """Two million objects that nothing needs."""
    page = one_page(stream(TEXT))
    return page.replace(b"trailer", b"".join(b"%d 0 obj 1 endobj " % n for n in range(100, 2_000_000)) + b"trailer")


def stream_that_unfolds() -> bytes:
    """Three gigabytes of nothing, packed twice into a few kilobytes."""
    packer = zlib.compressobj(1)
    once = b"".join(packer.compress(bytes(1 << 20)) for _ in range(3072)) + packer.flush()
    return one_page(stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def huge_page() -> bytes:
    """A page of a billion points on a side."""
    return one_page(stream(TEXT), box=b"0 0 1000000000 1000000000")


def no_page() -> bytes:
    """A page without any size."""
    return one_page(stream(TEXT), box=b"0 0 0 0")


def table_that_names_itself() -> bytes:
    """A table of objects whose predecessor is itself."""
    body = one_page(stream(TEXT)).partition(b"trailer")[0]
    end = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 6/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % (len(body), len(body))


def table_of_billions() -> bytes:
    """A table of objects that says to have two billion entries."""
    body = one_page(stream(TEXT)).partition(b"trailer")[0]
    end = b"xref\n0 2147483647\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 2147483647>>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % len(body)


def picture_that_unfolds() -> bytes:
    """A picture of sixty thousand pixels on a side in a page, in a few kilobytes."""
    packer = zlib.compressobj(1)
    row = bytes(60_000)
    data = b"".join(packer.compress(row) for _ in range(7_500)) + packer.flush()
    head = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 1"
    head += b"/Filter/FlateDecode"
    return one_page(stream(b"600 0 0 700 0 0 cm /A Do"), stream(data, head), resources=b"/XObject<</A 6 0 R>>")


def many_notes() -> bytes:
    """Two hundred thousand notes on a page."""
    page = one_page(stream(TEXT), b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(x)>>")
    return page.replace(b"/Contents 4 0 R", b"/Contents 4 0 R/Annots[" + b"6 0 R " * 200_000 + b"]")


def png(width: int, height: int, data: bytes, colour: int = 0) -> bytes:
    """A PNG with any header and any (packed) rows."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", data) + part(b"IEND", b"")


def picture_of_gigapixels() -> bytes:
    """A PNG of forty thousand pixels on a side."""
    return png(40_000, 40_000, zlib.compress(bytes(40_001)))


def picture_just_within_the_limit() -> bytes:
    """A PNG of 170 million empty pixels: within the limit, and half a gigabyte as colours."""
    packer = zlib.compressobj(1)
    row = bytes(1 + 17_000 * 3)
    return png(17_000, 10_000, b"".join(packer.compress(row) for _ in range(10_000)) + packer.flush(), colour=2)


def tiff_in_a_circle() -> bytes:
    """A TIFF whose second page is its first."""
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200)]
    entries += [(278, 3, 1, 8), (279, 4, 1, 64)]
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    data = b"II*\x00" + struct.pack("<I", 8) + table + struct.pack("<I", 8)
    return data.ljust(200, b"\0") + bytes(64)


BOMBS: Mapping[str, Bomb] = {
    made.__name__: made
    for made in (
        deep_arrays, deep_page_tree, page_tree_in_a_circle, one_page_very_often, form_that_draws_itself,
        forms_that_multiply, millions_of_paths, millions_of_letters, millions_of_objects, stream_that_unfolds,
        huge_page, no_page, table_that_names_itself, table_of_billions, picture_that_unfolds, many_notes,
        picture_of_gigapixels, picture_just_within_the_limit, tiff_in_a_circle,
    )
}  # fmt: skip


def job_for(path: Path, limits: Limits) -> Job:
    """What a worker is told."""
    return Job(path, None, load_template("invoice").model_dump(mode="json"), limits=limits.model_dump(mode="json"))


def main() -> int:
    """The command."""
    limits = Limits()
    with tempfile.TemporaryDirectory() as folder:
        for name, make in BOMBS.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            path = Path(folder) / name
            path.write_bytes(make())
            worker = Worker(WorkerOptions(memory_bytes=limits.worker_memory_bytes))
            began = time.monotonic()
            try:
                outcome = worker.extract(job_for(path, limits), limits)
                ended = f"read, {outcome.page_count} pages"
            except ItemError as error:
                ended = error.code
            took = time.monotonic() - began
            alive = worker.pid is not None
            memory = (
                f"{psutil.Process(worker.pid).memory_info().rss / 1e6:5.0f} MB after" if alive else "worker replaced"
            )
            print(f"{name:30} {path.stat().st_size / 1e3:8,.0f} kB  {took:5.1f} s  {memory:15}  {ended}", flush=True)
            worker.kill()
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
