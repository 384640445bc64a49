from __future__ import annotations

import numpy as np
import pytest
from pdf_writer import PdfPageSpec, make_pdf, show

from docuextract_desktop.documents.pdf import MAX_RENDER_PIXELS, PdfFile
from docuextract_desktop.documents.text_layer import cut_words
from docuextract_desktop.errors import ExtractionFailedError, PageLimitExceededError, PasswordRequiredError
from docuextract_desktop.settings import Limits

GREY_PICTURE = (10, 10, bytes(range(100)))


def open_pdf(data: bytes, *passwords: str) -> PdfFile:
    return PdfFile(data, passwords, Limits())


def words_of(data: bytes, page_index: int = 0) -> dict[str, list[float]]:
    with open_pdf(data) as file, file.page(page_index) as page:
        words = cut_words(page.text_layer())
        return dict(zip(words.texts, words.boxes.tolist(), strict=True))


def test_boxes_are_in_points_from_the_top_left() -> None:
    left, top, right, bottom = words_of(make_pdf(show(100, 700, "Hello", size=20)))["Hello"]
    assert left == pytest.approx(100, abs=1)
    assert right == pytest.approx(100 + 45.6, abs=2)  # Helvetica's own widths
    assert top < 792 - 700 - 12 < 792 - 700 < bottom
    assert bottom - top == pytest.approx(20 * 1.15, rel=0.25)


def test_all_words_of_a_line_are_equally_high() -> None:
    found = words_of(make_pdf(show(100, 700, "ace Tgp -")))
    assert len({(box[1], box[3]) for box in found.values()}) == 1


def test_page_without_text() -> None:
    with open_pdf(make_pdf("")) as file, file.page(0) as page:
        layer = page.text_layer()
    assert layer.text == ""
    assert layer.sides.shape == (4, 0)


@pytest.mark.parametrize(("rotate", "size"), [(0, (300, 200)), (90, (200, 300)), (180, (300, 200)), (270, (200, 300))])
def test_rotate_and_crop_box_are_taken_into_account(rotate: int, size: tuple[float, float]) -> None:
    spec = PdfPageSpec(show(150, 150, "Word"), width=600, height=600, rotate=rotate, extra="/CropBox [100 100 400 300]")
    with open_pdf(make_pdf(spec)) as file, file.page(0) as page:
        assert (page.width, page.height) == size
        (box,) = cut_words(page.text_layer()).boxes
        assert (box >= 0).all()
        assert box[2] <= size[0]
        assert box[3] <= size[1]
        picture = page.render(scale=1.0)
        assert picture.shape == (size[1], size[0], 3)
        ink = np.argwhere(picture.min(axis=2) < 128)
        # What is drawn lies within what was said.
        assert (ink.min(axis=0)[::-1] >= box[:2] - 1).all()
        assert (ink.max(axis=0)[::-1] <= box[2:] + 1).all()


def test_render_never_exceeds_its_ceiling() -> None:
    spec = PdfPageSpec(show(100, 100, "x"), width=14_400, height=14_400)
    with open_pdf(make_pdf(spec)) as file, file.page(0) as page:
        picture = page.render(scale=100.0, max_pixels=100_000)
        assert picture.shape[0] * picture.shape[1] <= 100_500
    with open_pdf(make_pdf(PdfPageSpec(width=1, height=14_400))) as file, file.page(0) as page:
        assert page.render(scale=50.0).size <= 3 * MAX_RENDER_PIXELS


def test_render_turns_clockwise() -> None:
    content = "0 0 0 rg 0 0 100 792 re f\n"  # the left edge is black
    with open_pdf(make_pdf(content)) as file, file.page(0) as page:
        upright = page.render(scale=0.5)
        turned = page.render(scale=0.5, rotation=90)
    assert upright[:, 0].max() == 0
    assert upright[:, -1].min() == 255
    assert turned.shape[:2] == upright.shape[1::-1]
    assert turned[0].max() == 0  # turned clockwise, left is up
    assert turned[-1].min() == 255


FIELD = "/Type /Annot /Subtype /Widget /FT /Tx /Rect [100 {0} 300 {1}] /F 4 /DA (/F1 12 Tf 0 g)"


def test_form_fields_and_notes_are_part_of_the_page() -> None:
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font {fonts} >> /Length 36 >>\n"
        "stream\nBT /F1 12 Tf 2 5 Td (Drawn) Tj ET   \nendstream"
    )
    fields = [
        f"<< {FIELD.format(600, 620)} /T (a) /V (Drawn) /AP << /N {{more:0}} >> >>",
        f"<< {FIELD.format(500, 520)} /T (b) /V (Undrawn) >>",
        "<< /Type /Annot /Subtype /Widget /Parent {more:1} /Rect [100 300 300 320] /F 4 >>",
        "<< /Type /Annot /Subtype /FreeText /Contents (Note) /Rect [100 400 300 420] /F 4 /DA (/F1 12 Tf 0 g) >>",
        f"<< {FIELD.format(200, 220).replace('/F 4', '/F 2')} /T (d) /V (Hidden) >>",
    ]
    data = make_pdf(
        PdfPageSpec(show(100, 700, "Plain"), annotations=fields),
        catalog="/AcroForm << /DA (/F1 12 Tf 0 g) /DR << /Font {fonts} >> "
        "/Fields [{annotation:0:0} {annotation:0:1} {more:1} {annotation:0:4}] >>",
        more=[form, "<< /FT /Tx /T (c) /V (Inherited) /DA (/F1 12 Tf 0 g) /Kids [{annotation:0:2}] >>"],
    )
    found = words_of(data)
    assert set(found) == {"Plain", "Drawn", "Undrawn", "Inherited", "Note"}
    left, top, right, bottom = found["Undrawn"]
    assert 100 <= left < right <= 300
    assert 792 - 520 - 4 <= top < bottom <= 792 - 500 + 4


def test_links_do_not_disturb() -> None:
    link = "<< /Type /Annot /Subtype /Link /Rect [0 0 10 10] >>"
    assert set(words_of(make_pdf(PdfPageSpec(show(100, 700, "Plain"), annotations=[link])))) == {"Plain"}


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << >>"])
def test_damaged(data: bytes) -> None:
    with pytest.raises(ExtractionFailedError) as caught:
        open_pdf(data)
    assert "damaged" in caught.value.message
    assert caught.value.hint


def test_a_pdf_without_pages() -> None:
    with pytest.raises(ExtractionFailedError):
        open_pdf(make_pdf())


def test_page_limit() -> None:
    data = make_pdf(*["" for _ in range(5)])
    with pytest.raises(PageLimitExceededError, match="5 pages; the limit is 4"):
        PdfFile(data, (), Limits(max_pages=4))


# Encrypted with the user password "geheim" (RC4, 40 bits), made with the algorithm of ISO 32000-1, 7.6.3.
def encrypted() -> bytes:
    import hashlib

    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")

    def rc4(key: bytes, data: bytes) -> bytes:
        state = list(range(256))
        j = 0
        for i in range(256):
            j = (j + state[i] + key[i % len(key)]) % 256
            state[i], state[j] = state[j], state[i]
        i = j = 0
        out = bytearray()
        for byte in data:
            i = (i + 1) % 256
            j = (j + state[i]) % 256
            state[i], state[j] = state[j], state[i]
            out.append(byte ^ state[(state[i] + state[j]) % 256])
        return bytes(out)

    def md5(data: bytes) -> bytes:
        return hashlib.md5(data, usedforsecurity=False).digest()

    password = (b"geheim" + pad)[:32]
    owner = rc4(md5(password)[:5], password)
    permissions, identity = -4, b"0123456789abcdef"
    key = md5(password + owner + permissions.to_bytes(4, "little", signed=True) + identity)[:5]
    user = rc4(key, pad)
    return make_pdf(
        "",
        trailer=f"/ID [<{identity.hex()}> <{identity.hex()}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P {permissions} "
        f"/O <{owner.hex()}> /U <{user.hex()}> >>",
    )


def test_passwords() -> None:
    data = encrypted()
    with pytest.raises(PasswordRequiredError, match="locked with a password") as caught:
        open_pdf(data)
    assert caught.value.hint
    with pytest.raises(PasswordRequiredError, match="None of the given"):
        open_pdf(data, "wrong", "also wrong")
    with open_pdf(data, "wrong", "geheim") as file:
        assert file.page_count == 1


def test_picture_share_sees_pictures_inside_forms() -> None:
    direct = PdfPageSpec("612 0 0 396 0 0 cm /P Do\n", images={"P": GREY_PICTURE})
    with open_pdf(make_pdf(direct)) as file, file.page(0) as page:
        assert page.picture_share() == pytest.approx(0.5, abs=0.01)
    picture = (
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        "/Length 1 >>\nstream\n0\nendstream"
    )
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /I {more:0} >> >> /Length 5 >>\n"
        "stream\n/I Do\nendstream"
    )
    nested = PdfPageSpec("q 612 0 0 594 0 0 cm /F Do Q\n", objects={"F": "{more:1}"})
    with open_pdf(make_pdf(nested, more=[picture, form])) as file, file.page(0) as page:
        assert page.picture_share() == pytest.approx(0.75, abs=0.01)
