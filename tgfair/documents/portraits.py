"""Portraits and logos on badges, from pictures that `images` has made harmless."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from tgfair.documents.images import UploadRefusedError, clean_upload

# 3 by 4, as on every Vietnamese paper; 300 dpi at 25 mm.
PORTRAIT: Final = (300, 400)
# 300 dpi at 34 by 14 mm.
LOGO: Final = (400, 165)
_LANDSCAPE: Final = (
    "Cần ảnh chân dung chụp đứng. Ảnh nằm ngang thường là ảnh giấy tờ; đừng gửi ảnh căn cước."
)


def portrait(data: bytes) -> bytes:
    """Return the upload as a JPEG of 300 by 400, cut to the upper middle.

    Raises:
        UploadRefusedError: as `clean_upload`, or it lies on its side like an identity card.
    """
    clean = clean_upload(data, images_only=True)
    with Image.open(BytesIO(clean.data)) as picture:
        if picture.width > picture.height:
            raise UploadRefusedError("landscape", _LANDSCAPE)
        cut = ImageOps.fit(picture, PORTRAIT, centering=(0.5, 0.3))
    return _jpeg(cut)


def logo(data: bytes) -> bytes:
    """Return the upload as a JPEG on white that fits in 400 by 165.

    Raises:
        UploadRefusedError: as `clean_upload`.
    """
    clean = clean_upload(data, images_only=True)
    with Image.open(BytesIO(clean.data)) as picture:
        return _jpeg(ImageOps.contain(picture, LOGO))


def _jpeg(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=80, optimize=True)
    return stream.getvalue()
