"""Uploads made harmless: good ones, and files made to do harm."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tgfair.documents.images import CleanFile, UploadRefusedError, clean_upload

UNREADABLE = "Tệp này không mở được. Hãy dùng ảnh hoặc PDF."
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def picture(kind="JPEG", size=(60, 40), mode="RGB", color="red", **options):
    out = BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def flood_png(width, height):
    """Return a small PNG that claims, and holds, a huge single-coloured picture."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    row = b"\0" * (1 + width // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def opened(data):
    return Image.open(BytesIO(data))


def refusal(data, **options):
    with pytest.raises(UploadRefusedError) as refused:
        clean_upload(data, **options)
    return refused.value.reason, refused.value.message()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_becomes_a_jpeg_with_two_thumbnails(kind):
    clean = clean_upload(picture(kind, (2000, 1000)))

    assert (clean.content_type, clean.width, clean.height) == ("image/jpeg", 1600, 800)
    assert (opened(clean.data).format, opened(clean.data).size) == ("JPEG", (1600, 800))
    assert {side: opened(data).size for side, data in clean.thumbs.items()} == {
        160: (160, 80),
        480: (480, 240),
    }
    assert {opened(data).format for data in clean.thumbs.values()} == {"WEBP"}


def test_small_picture_is_not_blown_up():
    clean = clean_upload(picture(size=(60, 40)))

    assert (clean.width, clean.height) == (60, 40)
    assert [opened(data).size for data in clean.thumbs.values()] == [(60, 40), (60, 40)]


def test_metadata_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Hãng điện thoại"

    clean = clean_upload(picture(size=(60, 40), exif=exif, comment=b"10.3,106.3"))

    assert (clean.width, clean.height) == (40, 60)
    assert dict(opened(clean.data).getexif()) == {}
    assert b"10.3,106.3" not in clean.data


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1"])
def test_every_mode_of_png_is_read(mode):
    assert clean_upload(picture("PNG", mode=mode, color=0)).content_type == "image/jpeg"


def test_transparent_parts_become_white():
    clean = clean_upload(picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))

    assert opened(clean.data).getpixel((5, 5)) == (255, 255, 255)


def test_print_colours_are_read():
    assert opened(clean_upload(picture(mode="CMYK", color=0)).data).mode == "RGB"


def test_pdf_is_kept_as_it_is():
    assert clean_upload(PDF, name="giay-phep.pdf") == CleanFile(PDF, "application/pdf")


@pytest.mark.parametrize(
    "data", [b"hello", picture()[:-400], b"\xff\xd8\xff"], ids=["text", "cut", "head"]
)
def test_where_only_pictures_are_taken_no_pdf_is_asked_for(data):
    assert refusal(data, images_only=True) == (
        "unreadable",
        "Tệp này không mở được. Hãy dùng ảnh khác.",
    )


@pytest.mark.parametrize("options", [{"name": "NHAN.JPG"}, {"images_only": True}])
def test_pdf_that_calls_itself_a_picture_is_refused(options):
    assert refusal(PDF, **options) == (
        "pdf_as_image",
        "Tệp này là PDF chứ không phải ảnh. Hãy chụp ảnh hoặc chọn tệp ảnh khác.",
    )


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", ("empty", "Tệp tải lên bị trống. Hãy chọn lại.")),
        (b"\0" * 41_943_040, ("too_big", "Ảnh quá lớn (40 MB). Hãy chụp lại hoặc chọn ảnh khác.")),
        (
            PDF + b" " * 11_000_000 + b"%%EOF",
            (
                "too_big",
                "Tệp PDF quá lớn (10,5 MB). Hãy gửi tệp nhỏ hơn 10 MB hoặc chụp ảnh từng trang.",
            ),
        ),
        (PDF[:-8], ("unreadable", UNREADABLE)),
        (picture(size=(900, 900))[:-400], ("unreadable", UNREADABLE)),
        (picture("PNG")[:-30], ("unreadable", UNREADABLE)),
        (b"\xff\xd8\xff" + b"\0" * 100, ("unreadable", UNREADABLE)),
        (picture("GIF"), ("unreadable", UNREADABLE)),
        (picture("TIFF"), ("unreadable", UNREADABLE)),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ("unreadable", UNREADABLE)),
        (b"MZ\x90\0" + PDF, ("unreadable", UNREADABLE)),
    ],
    ids=["empty", "40MB", "pdf", "cut-pdf", "cut-jpeg", "cut-png", "no-jpeg", "gif", "tiff", "svg", "exe"],
)  # fmt: skip
def test_unusable_file_is_refused_with_its_sentence(data, answer):
    assert refusal(data) == answer


def test_heic_is_refused_with_the_way_out():
    reason, sentence = refusal(b"\0\0\0\x18ftypheic" + b"\0" * 50, name="IMG_0001.HEIC")

    assert reason == "heic"
    assert "Tương thích nhất" in sentence


def test_pixel_flood_is_refused_by_its_header():
    assert refusal(flood_png(13_000, 13_000)) == (
        "too_many_pixels",
        "Ảnh quá lớn (13.000 × 13.000 điểm ảnh). Hãy chụp lại hoặc chọn ảnh khác.",
    )


def test_large_but_allowed_picture_fits_into_the_limits():
    assert clean_upload(flood_png(6_320, 6_320)).width == 1600


def test_second_file_behind_a_picture_does_not_survive():
    clean = clean_upload(picture() + b"PK\x03\x04<script>alert(1)</script>")

    assert b"<script>" not in clean.data
