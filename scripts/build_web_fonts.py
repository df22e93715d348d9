"""Cut Be Vietnam Pro down to what a Vietnamese page needs: one small woff2 per weight.

Needs fontTools and brotli, which the project itself does not, so run it in a throw-away environment:

    npm pack @fontsource/be-vietnam-pro && tar xzf fontsource-be-vietnam-pro-*.tgz
    python3 -m venv fonts-env && fonts-env/bin/pip install fonttools brotli
    fonts-env/bin/python scripts/build_web_fonts.py package
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset  # type: ignore[import-not-found] -- not a dependency
from fontTools.ttLib import TTFont  # type: ignore[import-not-found] -- not a dependency

OUT = Path(__file__).resolve().parent.parent / "tgfair" / "static" / "fonts"
WEIGHTS = (400, 700)
ASCII = "".join(map(chr, range(0x20, 0x7F)))
VIETNAMESE = "".join(map(chr, range(0x1EA0, 0x1EFA))) + (
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323"
)
PUNCTUATION = "\u00a0₫·×–—‘’“”…•‹›«»°±²³§©→←−½¼¾"  # noqa: RUF001 -- these are the glyphs
FEATURES = ["kern", "mark", "mkmk", "ccmp", "tnum", "locl"]


def build(package: Path, weight: int) -> Path:
    """Write one weight and return its path; `package` is the unpacked npm package."""
    with tempfile.TemporaryDirectory() as scratch:
        parts = []
        for script in ("latin", "vietnamese"):
            name = f"be-vietnam-pro-{script}-{weight}-normal.woff2"
            font = TTFont(package / "files" / name)
            font.flavor = None
            parts.append(str(Path(scratch) / f"{script}.ttf"))
            font.save(parts[-1])
        font = merge.Merger().merge(parts)
    options = subset.Options(
        layout_features=FEATURES, hinting=False, flavor="woff2", notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=ASCII + VIETNAMESE + PUNCTUATION)
    cutter.subset(font)
    target = OUT / f"be-vietnam-pro-{weight}.woff2"
    subset.save_font(font, str(target), options)
    return target


def main() -> None:
    """Build every weight and put the licence beside them."""
    package = Path(sys.argv[1])
    for weight in WEIGHTS:
        path = build(package, weight)
        print(path.name, path.stat().st_size)
    shutil.copy(package / "LICENSE", OUT / "OFL.txt")


if __name__ == "__main__":
    main()
