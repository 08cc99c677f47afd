#!/usr/bin/env python3
"""Writes a PDF whose pages are turned, cropped and scaled in every way that changes where a stamp must go.

usage: make_pages.py OUT.pdf
"""

import sys

# Rotate, MediaBox, CropBox, UserUnit
PAGES = [
    (0, [0, 0, 595, 842], None, 1),
    (90, [0, 0, 595, 842], None, 1),
    (180, [0, 0, 595, 842], None, 1),
    (270, [0, 0, 595, 842], None, 1),
    (0, [-100, -50, 700, 900], [30, 60, 560, 800], 1),
    (90, [0, 0, 800, 900], [100, 60, 560, 800], 1),
    (270, [0, 0, 595, 842], [50, 100, 545, 742], 2),
    (180, [595, 842, 0, 0], [20, 300, 400, 820], 0.5),
]


def array(numbers: list) -> str:
    return f"[{' '.join(map(str, numbers))}]"


def main(target: str) -> None:
    count = len(PAGES)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(count))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for rotate, media, crop, unit in PAGES:
        x0, y0, x1, y1 = crop or media
        left, bottom, right, top = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        text = f"Rotate {rotate} Crop {crop} Unit {unit}"
        content = (
            f"0.9 0.95 1 rg {left} {bottom} {right - left} {top - bottom} re f 0 g 2 w "
            f"{left + 5} {bottom + 5} {right - left - 10} {top - bottom - 10} re S "
            f"BT /F 14 Tf {left + 30} {(bottom + top) / 2} Td ({text}) Tj ET"
        ).encode()
        extra = (f" /CropBox {array(crop)}" if crop else "") + (f" /UserUnit {unit}" if unit != 1 else "")
        number = len(objects) + 1
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {array(media)} /Rotate {rotate}{extra} "
            f"/Resources << /Font << /F 3 0 R >> >> /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    with open(target, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1])
