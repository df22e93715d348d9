"""Uploaded photos and papers made harmless, or refused with a sentence.

The content decides, never the name. A picture is decoded in a child process with limits of memory
and time, and encoded anew, so that no metadata (place, device) and no second file inside survive.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from tgfair.core.calendar_text import vn_number
from tgfair.core.errors import InvalidError
from tgfair.documents.image_child import THUMBNAILS

MOST_BYTES: Final = 10 * 1024 * 1024

_CHILD: Final = Path(__file__).with_name("image_child.py")
_WAIT_SECONDS: Final = 20
# A decode may take 600 MB: one at a time in each process.
_ONE_AT_A_TIME: Final = BoundedSemaphore(1)
_PDF_TAIL: Final = 2048
_IMAGE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp")
_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
_UNREADABLE: Final = "Tệp này không mở được. Hãy dùng ảnh hoặc PDF."
_NO_PICTURE: Final = "Tệp này không mở được. Hãy dùng ảnh khác."
_EMPTY: Final = "Tệp tải lên bị trống. Hãy chọn lại."
_HEIC: Final = (
    "Ảnh HEIC của iPhone chưa mở được. Hãy vào Cài đặt, Camera, Định dạng, chọn “Tương thích nhất” "
    "rồi chụp lại, hoặc gửi ảnh chụp màn hình."
)
_PDF_AS_IMAGE: Final = "Tệp này là PDF chứ không phải ảnh. Hãy chụp ảnh hoặc chọn tệp ảnh khác."


class UploadRefusedError(InvalidError):
    """An uploaded file cannot be used; `reason` is one word for programs.

    Reasons: `empty`, `too_big`, `too_many_pixels`, `heic`, `pdf_as_image`, `unreadable`.
    """

    code = "upload_refused"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CleanFile:
    """What may be kept of an upload; `thumbs` are WebP by the length of their longest side."""

    data: bytes = field(repr=False)
    content_type: str
    width: int | None = None
    height: int | None = None
    thumbs: dict[int, bytes] = field(default_factory=dict, repr=False)


def clean_upload(data: bytes, *, name: str = "", images_only: bool = False) -> CleanFile:
    """Return the upload as a JPEG of at most 1600 px with thumbnails, or as the PDF it is.

    `name` is only used to notice a PDF that calls itself a picture.

    Raises:
        UploadRefusedError: empty, over 10 MB, over 40 megapixels, HEIC, a PDF where a picture
            belongs, or nothing that can be read.
    """
    if not data:
        raise UploadRefusedError("empty", _EMPTY)
    kind = _sniff(data)
    if len(data) > MOST_BYTES:
        raise UploadRefusedError("too_big", _too_big(kind, f"{_megabytes(len(data))} MB"))
    if kind == "HEIC":
        raise UploadRefusedError("heic", _HEIC)
    if kind == "PDF":
        if images_only or name.lower().endswith(_IMAGE_NAMES):
            raise UploadRefusedError("pdf_as_image", _PDF_AS_IMAGE)
        if b"%%EOF" not in data[-_PDF_TAIL:]:
            raise UploadRefusedError("unreadable", _UNREADABLE)
        return CleanFile(data, "application/pdf")
    found = _decoded(kind, data) if kind else None
    if found is None:
        raise UploadRefusedError("unreadable", _NO_PICTURE if images_only else _UNREADABLE)
    return found


def _sniff(data: bytes) -> str:
    """Return what the first bytes say it is; empty for everything that is not accepted."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"%PDF-"):
        return "PDF"
    return "HEIC" if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS else ""


def _decoded(kind: str, data: bytes) -> CleanFile | None:
    """Return the picture; None when it cannot be read."""
    # -I and the empty environment keep the application's settings and secrets out of the child
    command = [sys.executable, "-I", str(_CHILD), kind]
    try:
        with _ONE_AT_A_TIME:
            child = subprocess.run(  # noqa: S603 -- our own script, and a word of our own choice
                command, input=data, capture_output=True, env={}, timeout=_WAIT_SECONDS, check=True
            )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    head, _, rest = child.stdout.partition(b"\n")
    answer = json.loads(head)
    if "too_many_pixels" in answer:
        width, height = answer["too_many_pixels"]
        size = f"{vn_number(width)} × {vn_number(height)} điểm ảnh"
        raise UploadRefusedError("too_many_pixels", _too_big(kind, size))
    pictures = []
    for size in answer["sizes"]:
        pictures.append(rest[:size])
        rest = rest[size:]
    return CleanFile(
        pictures[0],
        "image/jpeg",
        answer["width"],
        answer["height"],
        dict(zip(THUMBNAILS, pictures[1:], strict=True)),
    )


def _too_big(kind: str, size: str) -> str:
    if kind == "PDF":
        return f"Tệp PDF quá lớn ({size}). Hãy gửi tệp nhỏ hơn 10 MB hoặc chụp ảnh từng trang."
    return f"Ảnh quá lớn ({size}). Hãy chụp lại hoặc chọn ảnh khác."


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0").replace(".", ",")
