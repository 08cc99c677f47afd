#!/usr/bin/env python3
"""Makes the two faces in ../fonts from Debian's fonts-noto-cjk.

Run it only to change the character set; the result is checked in:

    apt-get install fonts-noto-cjk && pip install 'fonttools==4.*' && python3 scripts/make-fonts.py

The Song face keeps every ideograph that the source has (GB 18030 levels 1 and 2, Extension A, and what it holds of
the later planes, so that rare family names are drawn), plus letters, digits, punctuation and kana. The sans face
keeps what a registration code or an English name needs. Hinting, layout tables and vertical metrics go: the crate
reads outlines and widths only. The licence of the sources reserves the name "Source", and our files are modified
versions, so they get names of their own.
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

SOURCES = pathlib.Path("/usr/share/fonts/opentype/noto")
TARGET = pathlib.Path(__file__).resolve().parent.parent / "fonts"

LATIN = [(0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1DC), (0x2010, 0x2027), (0x2030, 0x203B), (0x20AC, 0x20AC)]
SONG = LATIN + [
    (0x391, 0x3C9),  # Greek
    (0x401, 0x401), (0x410, 0x451),  # Cyrillic
    (0x2103, 0x2122), (0x2150, 0x218F), (0x2190, 0x2199), (0x2200, 0x22BF),  # units, Roman numerals, operators
    (0x2460, 0x24FF), (0x25A0, 0x25EF), (0x2605, 0x2606),  # numbers in circles, shapes
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x303F), (0x3041, 0x30FF), (0x3220, 0x3243), (0x32A3, 0x32A3), (0x338E, 0x33D5),
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE5),
    (0x20000, 0x3FFFF),  # later ideograph planes
]
# The faces must hold these whatever the source looks like: names found in real contracts.
REQUIRED = "䶮㐂𠮷犇龘堃〇·（）—0123456789ABCxyz々"


def face(collection: str, full_name: str):
    fonts = TTCollection(SOURCES / collection).fonts
    return next(font for font in fonts if font["name"].getDebugName(4) == full_name)


def rename(font, family: str) -> None:
    names = font["name"]
    keep = {0: names.getDebugName(0), 13: names.getDebugName(13), 14: names.getDebugName(14)}
    names.names = []
    keep |= {1: family, 2: "Regular", 3: f"{family};1.0", 4: family, 5: "Version 1.0", 6: family.replace(" ", "")}
    for number, text in sorted(keep.items()):
        if text:
            names.setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [family.replace(" ", "")]
    for key in ("FullName", "FamilyName", "Notice", "Copyright"):
        if key in top[0].rawDict:
            top[0].rawDict[key] = family if "Name" in key else keep[0]
            setattr(top[0], key, top[0].rawDict[key])


def make(collection: str, full_name: str, family: str, ranges, target: str) -> None:
    font = face(collection, full_name)
    options = subset.Options(
        hinting=False, desubroutinize=False, layout_features=[], name_IDs=["*"], name_languages=["*"],
        notdef_outline=False, drop_tables=["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"],
    )
    subsetter = subset.Subsetter(options)
    wanted = {code for first, last in ranges for code in range(first, last + 1)} & set(font.getBestCmap())
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    # No variation selectors: the crate maps one character to one glyph.
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format != 14]
    rename(font, family)
    path = TARGET / target
    font.save(path)
    print(f"{path.name}: {len(wanted)} characters, {path.stat().st_size:,} bytes", file=sys.stderr)


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    missing = set(REQUIRED) - set(map(chr, face("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC").getBestCmap()))
    if missing:
        sys.exit(f"the source lacks {missing}")
    make("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "Qishu Song", SONG, "qishu-song.otf")
    make("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "Qishu Sans", LATIN, "qishu-sans.otf")


if __name__ == "__main__":
    main()
