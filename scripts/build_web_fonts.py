"""Cut Be Vietnam Pro down to what a Vietnamese page needs: one small woff2 per weight.

Needs fontTools and brotli, which the project itself does not, so give it its own environment:

    npm pack @fontsource/be-vietnam-pro && tar xzf fontsource-be-vietnam-pro-*.tgz
    python3 -m venv fonts-env && fonts-env/bin/pip install fonttools brotli
    fonts-env/bin/python scripts/build_web_fonts.py package
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

from fontTools import merge, subset  # type: ignore[import-not-found] -- not a dependency
from fontTools.otlLib.builder import (  # type: ignore[import-not-found] -- not a dependency
    buildLookup,
    buildSingleSubstSubtable,
)
from fontTools.ttLib import TTFont  # type: ignore[import-not-found] -- not a dependency
from fontTools.ttLib.tables import otTables  # type: ignore[import-not-found] -- not a dependency

OUT = Path(__file__).resolve().parent.parent / "tgfair" / "static" / "fonts"
WEIGHTS = (400, 700)
ASCII = "".join(map(chr, range(0x20, 0x7F)))
VIETNAMESE = "".join(map(chr, range(0x1EA0, 0x1EFA))) + (
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323"
)
PUNCTUATION = "\u00a0₫·×–—‘’“”…•‹›«»°±²³§©→←−½¼¾"  # noqa: RUF001 -- these are the glyphs
FEATURES = ["kern", "mark", "mkmk", "ccmp", "tnum", "locl"]


def add_tabular_digits(font: TTFont) -> None:
    """Give the digits twins of one width behind `tnum`: the typeface has none, counts need them."""
    widths, glyphs, names = font["hmtx"], font["glyf"], font.getBestCmap()
    digits = [names[ord(digit)] for digit in "0123456789"]
    widest = max(widths[name][0] for name in digits)
    twins = {}
    for name in digits:
        twin, shift = f"{name}.tnum", (widest - widths[name][0]) // 2
        glyph = deepcopy(glyphs[name])
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(glyphs)
        glyphs[twin], widths[twin] = glyph, (widest, widths[name][1] + shift)
        twins[name] = twin
    font.setGlyphOrder(list(dict.fromkeys([*font.getGlyphOrder(), *twins.values()])))
    table = font["GSUB"].table
    lookup = buildLookup([buildSingleSubstSubtable(twins)])
    table.LookupList.Lookup.append(lookup)
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "tnum", otTables.Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = [len(table.LookupList.Lookup) - 1]
    table.FeatureList.FeatureRecord.append(record)
    for script in table.ScriptList.ScriptRecord:
        systems = [script.Script.DefaultLangSys, *(r.LangSys for r in script.Script.LangSysRecord)]
        for system in filter(None, systems):
            system.FeatureIndex.append(len(table.FeatureList.FeatureRecord) - 1)


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
        add_tabular_digits(font)
        whole = Path(scratch) / "whole.ttf"
        font.save(whole)
        font = TTFont(whole, lazy=False)  # the subsetter overlooks lookups that were never saved
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
