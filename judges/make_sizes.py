#!/usr/bin/env python3
"""Writes PDF files of given page count and size for benchmarks: text and one incompressible picture a page.

usage: make_sizes.py FOLDER
"""

import random
import sys
import zlib
from pathlib import Path

# Name, pages, bytes of picture data a page
SIZES = [("p1.pdf", 1, 98_000), ("p20.pdf", 20, 100_000), ("p200.pdf", 200, 155_000)]


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def pdf(pages: int, picture_bytes: int) -> bytes:
    chance = random.Random(pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (pages, b" ".join(b"%d 0 R" % (4 + 3 * page) for page in range(pages))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        number = len(objects) + 1
        lines = b"".join(b"(Clause %d.%d of a contract of many words) Tj T* " % (page, line) for line in range(40))
        content = b"BT /F 10 Tf 14 TL 60 800 Td " + lines + b"ET q 200 0 0 100 300 60 cm /I Do Q"
        side = int((picture_bytes / 3) ** 0.5)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /I %d 0 R >> >> >>" % (number + 1, number + 2)
        )
        objects.append(stream(b"/Filter /FlateDecode", zlib.compress(content)))
        image = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB" % (
            side,
            side,
        )
        objects.append(stream(image, chance.randbytes(side * side * 3)))
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, pages, size in SIZES:
        (folder / name).write_bytes(pdf(pages, size))
