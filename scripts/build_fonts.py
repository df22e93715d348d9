"""Merge the Latin and Vietnamese subsets of the printed fonts into one TTF each.

Input are the unpacked npm packages @fontsource/be-vietnam-pro 5.3.0 and @fontsource/tinos 5.3.0
(`npm pack`, then `tar xf`). Needs `pip install fonttools brotli`; neither is a dependency of
tgfair, since the merged fonts are kept in the repository.

    python scripts/build_fonts.py BE_VIETNAM_PRO_DIR TINOS_DIR
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[1] / "tgfair/data/fonts"
FACES = {
    "be-vietnam-pro": {
        "400-normal": "BeVietnamPro-Regular.ttf",
        "700-normal": "BeVietnamPro-Bold.ttf",
    },
    "tinos": {
        "400-normal": "Tinos-Regular.ttf",
        "400-italic": "Tinos-Italic.ttf",
        "700-normal": "Tinos-Bold.ttf",
        "700-italic": "Tinos-BoldItalic.ttf",
    },
}
# A PDF needs outlines, widths and names; layout tables would only add weight.
UNUSED_TABLES = ("GSUB", "GPOS", "GDEF", "DSIG", "gasp", "fpgm", "prep", "cvt ", "STAT")


def merged(files: Path, family: str, style: str, scratch: Path) -> TTFont:
    parts = []
    for subset in ("latin", "vietnamese"):
        font = TTFont(files / f"{family}-{subset}-{style}.woff2")
        for table in UNUSED_TABLES:
            if table in font:
                del font[table]
        if "glyf" in font:
            font["glyf"].removeHinting()
        font.flavor = None
        part = scratch / f"{family}-{subset}-{style}.ttf"
        font.save(part)
        parts.append(str(part))
    return Merger().merge(parts)


def main(packages: dict[str, Path]) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    scratch = TARGET / "scratch"
    scratch.mkdir()
    for family, package in packages.items():
        for style, name in FACES[family].items():
            merged(package / "files", family, style, scratch).save(TARGET / name)
        shutil.copyfile(package / "LICENSE", TARGET / f"LICENSE-{family}.txt")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main({"be-vietnam-pro": Path(sys.argv[1]), "tinos": Path(sys.argv[2])})
