"""The child process that decodes one hostile picture: bytes in on stdin, clean pictures on stdout.

Run as a script by `images.py`. It knows nothing of the application: limits are set before Pillow is
loaded, and the environment it gets is empty. The answer is one line of JSON, then the bytes of the
pictures in the order of its `sizes`; whatever it cannot read ends it with an error.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY_BYTES: Final = 600 * 1024 * 1024
CPU_SECONDS: Final = 5
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 1600
THUMBNAILS: Final = (160, 480)


def main() -> None:
    """Read the picture, whose format the command line names, and answer."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    answer, pictures = _clean(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(pictures))


def _clean(picture_format: str, data: bytes) -> tuple[dict[str, object], list[bytes]]:
    from PIL import Image

    picture = Image.open(BytesIO(data), formats=[picture_format])  # reads the header only
    if picture.width * picture.height > MOST_PIXELS:
        return {"too_many_pixels": [picture.width, picture.height]}, []
    plain = _plain(picture)
    pictures = [_encoded(plain, "JPEG", quality=82, optimize=True)]
    for side in THUMBNAILS:
        small = plain.copy()
        small.thumbnail((side, side))
        pictures.append(_encoded(small, "WEBP", quality=75))
    sizes = [len(one) for one in pictures]
    return {"width": plain.width, "height": plain.height, "sizes": sizes}, pictures


def _plain(picture: Image) -> Image:
    """Return it small, upright, in RGB on white, without anything but its pixels."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets a JPEG decode straight to less
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    small = picture.convert("RGBA" if see_through else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2)
    upright = ImageOps.exif_transpose(small)
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright if see_through else None)
    return plain


def _encoded(picture: Image, picture_format: str, **options: int | bool) -> bytes:
    out = BytesIO()
    picture.save(out, picture_format, **options)
    return out.getvalue()


if __name__ == "__main__":
    main()
