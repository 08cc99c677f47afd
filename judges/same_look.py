#!/usr/bin/env python3
"""Asks whether PDF files look the same in poppler, mupdf, ghostscript and pdfium (R-33).

usage: same_look.py [--pages N] FILE|FOLDER...

Each file is drawn by the four programs at 50 dpi, in grey, with annotations; of long files N pages (default 5) from the
first to the last. All pairs of pictures are compared. A pixel differs when it is darker or lighter, by more than 80 of
the 256 shades, than everything next to it in the other picture: that forgives how edges are smoothed and a
shift by one pixel, and nothing else. Two pictures differ when more than 1 % of the pixels do, or more than half of a
square of 16 by 16 pixels, which a word or a stamp in the wrong place fills. A program that draws nothing, other pages or
other sizes differs too. Exit status 0 only when every file looks the same everywhere.

Needs poppler-utils, mupdf-tools, ghostscript and the Python packages numpy and pypdfium2.
"""

import argparse
import concurrent.futures
import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

DPI = 50
# Dense Chinese text at this resolution comes close to 1 % of the pixels at 64, from smoothing alone.
TOLERANCE = 80
MOST_PIXELS = 0.01
TILE = 16
MOST_OF_TILE = 0.5


class CannotDraw(Exception):
    """A program that does not draw a file."""


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise CannotDraw(f"{command[0]} ends with {done.returncode}: {done.stderr[-200:].decode(errors='replace')}")


def picture(path: Path) -> np.ndarray:
    """A grey PNM file."""
    data = path.read_bytes()
    head = re.match(rb"P5\s+(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        raise CannotDraw(f"{path.name} is not a grey picture")
    width, height = int(head[1]), int(head[2])
    return np.frombuffer(data, np.uint8, width * height, head.end()).reshape(height, width).astype(np.int16)


def poppler(file: Path, pages: list[int], folder: Path) -> list[np.ndarray]:
    for page in pages:
        run("pdftoppm", "-r", str(DPI), "-gray", "-cropbox", "-f", str(page), "-l", str(page), "-singlefile", str(file),
            str(folder / f"{page}"))  # fmt: skip
    return [picture(folder / f"{page}.pgm") for page in pages]


def mupdf(file: Path, pages: list[int], folder: Path) -> list[np.ndarray]:
    try:
        run("mutool", "draw", "-q", "-r", str(DPI), "-c", "gray", "-F", "pgm", "-o", str(folder / "%d.pgm"), str(file),
            ",".join(map(str, pages)))  # fmt: skip
    except CannotDraw:
        # It says so about anything odd; what counts is whether there is a picture.
        if not any(folder.iterdir()):
            raise
    return [picture(folder / f"{page}.pgm") for page in pages]


def ghostscript(file: Path, pages: list[int], folder: Path) -> list[np.ndarray]:
    run("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-dUseCropBox", "-sDEVICE=pgmraw", f"-r{DPI}",
        "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", f"-sPageList={','.join(map(str, pages))}",
        f"-sOutputFile={folder / '%d.pgm'}", str(file))  # fmt: skip
    return [picture(folder / f"{index}.pgm") for index in range(1, len(pages) + 1)]


def chrome(file: Path, pages: list[int], _folder: Path) -> list[np.ndarray]:
    try:
        document = pdfium.PdfDocument(file)
        # Without its form pdfium leaves out the widgets.
        document.init_forms()
        return [
            document[page - 1].render(scale=DPI / 72, grayscale=True).to_numpy().squeeze().astype(np.int16)
            for page in pages
        ]
    except pdfium.PdfiumError as error:
        raise CannotDraw(f"pdfium: {error}") from error


PROGRAMS = {"poppler": poppler, "mupdf": mupdf, "ghostscript": ghostscript, "pdfium": chrome}


def spread(count: int, most: int) -> list[int]:
    """Page numbers from the first to the last."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(index * (count - 1) / (most - 1)) for index in range(most)})


def outside(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pixels of one picture that are neither as dark nor as light as anything next to them in the other."""
    edges = np.pad(other, 1, mode="edge")
    height, width = one.shape
    around = [edges[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return (one < np.minimum.reduce(around) - TOLERANCE) | (one > np.maximum.reduce(around) + TOLERANCE)


def same_unit(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only some programs know /UserUnit: a page drawn twice or three times as large is made as small as the other one."""
    for factor in range(2, 11):
        for large, small, is_swapped in ((one, other, False), (other, one, True)):
            if all(abs(a - b * factor) <= factor for a, b in zip(large.shape, small.shape)):
                height, width = (length // factor for length in large.shape)
                cut = large[: height * factor, : width * factor].reshape(height, factor, width, factor)
                reduced = cut.mean(axis=(1, 3)).astype(np.int16)
                return (small, reduced) if is_swapped else (reduced, small)
    return one, other


def difference(one: np.ndarray, other: np.ndarray) -> str | None:
    """What is not the same about two pictures."""
    one, other = same_unit(one, other)
    # Half a point of page size may be rounded up or down.
    if any(abs(a - b) > 1 for a, b in zip(one.shape, other.shape)):
        return f"sizes {one.shape[::-1]} and {other.shape[::-1]}"
    height, width = (min(a, b) for a, b in zip(one.shape, other.shape))
    one, other = one[:height, :width], other[:height, :width]
    different = outside(one, other) | outside(other, one)
    share = different.mean()
    if share > MOST_PIXELS:
        return f"{share:.1%} of the pixels"
    padded = np.pad(different, ((0, -height % TILE), (0, -width % TILE)))
    tiles = padded.reshape(padded.shape[0] // TILE, TILE, -1, TILE).mean(axis=(1, 3))
    if tiles.max() > MOST_OF_TILE:
        row, column = np.unravel_index(tiles.argmax(), tiles.shape)
        return f"{tiles.max():.0%} of the square at {column * TILE}, {row * TILE}"
    return None


def page_count(file: Path) -> int:
    shown = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, errors="replace", timeout=60).stdout
    found = re.search(r"^Pages:\s+(\d+)", shown, re.MULTILINE)
    return int(found[1]) if found else 0


def judge(file: Path, most: int) -> list[str]:
    pages = spread(page_count(file), most)
    if not pages:
        return ["poppler finds no pages"]
    drawn, complaints = {}, []
    for name, draw in PROGRAMS.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                drawn[name] = draw(file, pages, Path(folder))
            except (CannotDraw, OSError, subprocess.TimeoutExpired) as error:
                complaints.append(f"{name} does not draw it: {error}")
    for index, page in enumerate(pages):
        for (one, first), (other, second) in itertools.combinations(drawn.items(), 2):
            if found := difference(first[index], second[index]):
                complaints.append(f"page {page}, {one} and {other}: {found}")
    return complaints


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--pages", type=int, default=5)
    arguments.add_argument("paths", type=Path, nargs="+")
    options = arguments.parse_args()
    files = [file for path in options.paths for file in (sorted(path.glob("*.pdf")) if path.is_dir() else [path])]
    different = 0
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        for file, complaints in zip(files, pool.map(judge, files, itertools.repeat(options.pages))):
            for complaint in complaints:
                print(f"DIFFERENT {file}: {complaint}")
            different += bool(complaints)
    print(f"{len(files) - different} of {len(files)} files look the same in {', '.join(PROGRAMS)}")
    return 1 if different or not files else 0


if __name__ == "__main__":
    sys.exit(main())
