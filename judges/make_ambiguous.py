#!/usr/bin/env python3
"""Writes the ambiguity set (R-33): PDF files that programs may read in two ways, one trick each.

usage: make_ambiguous.py FOLDER

Who reads a file the first way sees a black square on the left, who reads it the second way one on the right. Each of the
files has to be refused, or to look the same everywhere once it was accepted and rebuilt.
"""

import sys
import zlib
from pathlib import Path

LEFT = b"0 g 20 20 60 60 re f"
RIGHT = b"0 g 120 20 60 60 re f"
HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 300] /Contents 4 0 R /Resources << >> >>"
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 600 300] "


def stream(data: bytes, entries: bytes = b"", length: bytes | None = None, end: bytes = b"\nendstream") -> bytes:
    return b"<< %s/Length %s >>\nstream\n%s%s" % (entries, length or b"%d" % len(data), data, end)


def base(**changes: bytes) -> dict[int, bytes]:
    """Objects of a page with the left square; object 5 has the right one. `o4` replaces object 4."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        3: PAGE,
        4: stream(LEFT),
        5: stream(RIGHT),
    }
    objects.update({int(name[1:]): body for name, body in changes.items()})
    return objects


class File:
    def __init__(self, objects: dict[int, bytes], head: bytes = HEAD) -> None:
        self.out = bytearray(head)
        self.offsets: dict[int, int] = {}
        self.previous: int | None = None
        for number, body in objects.items():
            self.object(number, body)

    def object(self, number: int, body: bytes, generation: int = 0) -> "File":
        self.offsets[number] = len(self.out)
        self.out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
        return self

    def raw(self, data: bytes) -> "File":
        self.out += data
        return self

    def table(self, trailer: bytes = b"/Root 1 0 R", entries: dict[int, bytes] | None = None, start: int | None = None,
              size: int | None = None, tail: bytes = b"%%EOF\n", shift: int = 0) -> "File":  # fmt: skip
        """A cross-reference table with one section for each number; `entries` replaces lines of it."""
        where = len(self.out)
        lines = {0: b"0000000000 65535 f \n"} if self.previous is None else {}
        lines.update({number: b"%010d 00000 n \n" % (offset + shift) for number, offset in self.offsets.items()})
        lines.update(entries or {})
        self.out += b"xref\n" + b"".join(b"%d 1\n%s" % (number, line) for number, line in sorted(lines.items()))
        if self.previous is not None:
            trailer += b" /Prev %d" % self.previous
        size = size or max(*self.offsets, 9) + 1
        self.out += b"trailer\n<< /Size %d %s >>\n" % (size, trailer)
        self.out += b"startxref\n%d\n%s" % (where if start is None else start, tail)
        self.previous, self.offsets = where, {}
        return self

    def stream_table(self, compressed: dict[int, tuple[int, int]], entries: bytes = b"/Root 1 0 R", number: int = 30,
                     widths: bytes = b"[1 4 2]") -> "File":  # fmt: skip
        where = len(self.out)
        rows = {0: (0, 0, 65535), number: (1, where, 0)}
        rows.update({one: (1, offset, 0) for one, offset in self.offsets.items()})
        rows.update({one: (2, container, index) for one, (container, index) in compressed.items()})
        data = b"".join(bytes([kind]) + a.to_bytes(4, "big") + b.to_bytes(2, "big") for _, (kind, a, b) in sorted(rows.items()))
        index = b" ".join(b"%d 1" % one for one in sorted(rows))
        if self.previous is not None:
            entries += b" /Prev %d" % self.previous
        body = stream(data, b"/Type /XRef /Size %d /W %s /Index [%s] %s " % (number + 1, widths, index, entries))
        self.out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, body, where)
        self.previous, self.offsets = where, {}
        return self

    def bytes(self) -> bytes:
        return bytes(self.out)


def simple(**changes: bytes) -> bytes:
    return File(base(**changes)).table().bytes()


def page(entries: bytes, **changes: bytes) -> bytes:
    """The page with further entries behind its own."""
    return simple(o3=PAGE[:-2] + entries + b" >>", **changes)


def content(data: bytes, resources: bytes = b"", **changes: bytes) -> bytes:
    return simple(o4=stream(data), o3=PAGE.replace(b"/Resources << >>", b"/Resources << %s >>" % resources), **changes)


def keys() -> dict[str, bytes]:
    """The same key twice."""
    tree = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    other = PAGE.replace(b"4 0 R", b"5 0 R")
    return {
        "contents-twice": page(b"/Contents 5 0 R"),
        "contents-twice-escaped": page(b"/Content#73 5 0 R"),
        "contents-then-null": page(b"/Contents null"),
        "kids-twice": simple(o2=tree[:-2] + b"/Kids [6 0 R] >>", o6=other),
        "pages-twice": simple(o1=b"<< /Type /Catalog /Pages 2 0 R /Pages 6 0 R >>", o6=b"<< /Type /Pages /Count 1 /Kids [7 0 R] >>", o7=other.replace(b"2 0 R", b"6 0 R")),
        "root-twice": File(base(o6=b"<< /Type /Catalog /Pages 7 0 R >>", o7=b"<< /Type /Pages /Count 1 /Kids [8 0 R] >>", o8=other.replace(b"2 0 R", b"7 0 R"))).table(b"/Root 1 0 R /Root 6 0 R").bytes(),
        "mediabox-twice": page(b"/MediaBox [100 0 700 300]"),
        "rotate-twice": page(b"/Rotate 180 /Rotate 0"),
        "length-twice": simple(o4=b"<< /Length 20 /Length 42 >>\nstream\n%s\n%s\nendstream" % (LEFT, RIGHT)),
        "filter-twice": simple(o4=stream(zlib.compress(LEFT), b"/Filter /FlateDecode /Filter null ")),
        "type-twice": page(b"/Type /Pages /Kids [6 0 R] /Count 1", o6=other),
        "size-twice": File(base()).table(b"/Root 1 0 R /Size 5").bytes(),
        "name-with-zero": page(b"/Contents#00 5 0 R"),
        "name-in-other-case": page(b"/contents 5 0 R"),
        "key-without-value": simple(o3=PAGE[:-2] + b"/Contents >>"),
        "value-without-key": simple(o3=PAGE[:-2] + b" 5 0 R >>"),
    }  # fmt: skip


def objects() -> dict[str, bytes]:
    """The same object twice, or somewhere else than it is said to be."""
    twice = File(base())
    first = twice.offsets[4]
    twice.object(4, stream(RIGHT))
    second = twice.offsets[4]

    def at(offset: int, generation: bytes = b"00000") -> bytes:
        return File(base()).object(4, stream(RIGHT)).table(entries={4: b"%010d %s n \n" % (offset, generation)}).bytes()

    hidden = b"4 0 obj\n" + stream(RIGHT) + b"\nendobj\n"
    comment = File(base()).raw(b"%")
    in_comment = len(comment.out)
    comment.raw(hidden)
    string = File(base()).raw(b"6 0 obj\n(")
    in_string = len(string.out)
    string.raw(hidden + b")\nendobj\n")
    inside = File(base())
    inside.object(6, stream(b"xx " + hidden))
    in_stream = bytes(inside.out).rindex(b"4 0 obj")
    return {
        "defined-twice-first-listed": at(first),
        "defined-twice-second-listed": at(second),
        "offset-too-small-by-1": at(first - 1),
        "offset-too-large-by-1": at(first + 1),
        "offset-in-blanks": File(base()).raw(b"\n\n\n   ").object(4, stream(RIGHT)).table(shift=0).bytes(),
        "offset-far-off": at(first + 200),
        "offset-beyond-the-end": at(99_999),
        "offset-of-another-object": at(second - 60),
        "generation-of-another": at(first, b"00001"),
        "listed-as-free": File(base()).table(entries={4: b"0000000000 00001 f \n"}).bytes(),
        "listed-twice": File(base()).object(4, stream(RIGHT)).raw(b"").table(entries={4: b"%010d 00000 n \n4 1\n%010d 00000 n \n" % (second, first)}).bytes(),
        "in-a-comment": comment.table(entries={4: b"%010d 00000 n \n" % in_comment}).bytes(),
        "in-a-string": string.table(entries={4: b"%010d 00000 n \n" % in_string}).bytes(),
        "in-a-stream": inside.table(entries={4: b"%010d 00000 n \n" % in_stream}).bytes(),
        "two-objects-in-one": simple(o4=stream(LEFT) + b"\n" + stream(RIGHT)),
        "endobj-missing": simple(o4=stream(LEFT)).replace(b"endstream\nendobj", b"endstream\n", 1),
        "obj-glued-to-value": simple().replace(b"4 0 obj\n<<", b"4 0 obj<<"),
        "reference-with-plus": simple(o3=PAGE.replace(b"4 0 R", b"+4 0 R")),
        "reference-over-lines": simple(o3=PAGE.replace(b"4 0 R", b"4%x\n0\nR")),
        "reference-to-itself": simple(o4=b"4 0 R"),
    }  # fmt: skip


def tails() -> dict[str, bytes]:
    """Which cross-reference section is the last one."""
    one = File(base()).table()
    old = one.previous
    both = File(base()).table().object(4, stream(RIGHT)).table()
    new = both.previous
    hybrid = File(base()).object(6, stream(RIGHT))
    six = hybrid.offsets.pop(6)
    where = len(hybrid.out)
    row = b"\x01" + six.to_bytes(4, "big") + b"\0\0"
    hybrid.raw(b"9 0 obj\n" + stream(row, b"/Type /XRef /Size 10 /W [1 4 2] /Index [4 1] /Root 1 0 R ") + b"\nendobj\n")
    text = both.bytes()
    return {
        "updated": text,
        "updated-startxref-of-the-first": text.replace(b"startxref\n%d" % new, b"startxref\n%d" % old),
        "older-startxref-behind": text + b"startxref\n%d\n%%%%EOF\n" % old,
        "startxref-in-comment-behind": text + b"%%startxref\n%d\n" % old,
        "end-twice": text + b"%%EOF\n",
        "no-end": text.removesuffix(b"%%EOF\n"),
        "no-startxref": File(base()).table().bytes().split(b"startxref")[0],
        "startxref-zero": File(base()).table(start=0).bytes(),
        "startxref-off-by-one": File(base()).table(start=old + 1).bytes(),
        "startxref-negative": File(base()).table(start=-5).bytes(),
        "junk-behind": one.bytes() + b"junk " * 300,
        "zeros-behind": one.bytes() + bytes(2_000),
        "previous-of-itself": File(base()).table(b"/Root 1 0 R /Prev %d" % old).bytes(),
        "previous-nowhere": File(base()).table(b"/Root 1 0 R /Prev 3").bytes(),
        "previous-beyond": File(base()).table(b"/Root 1 0 R /Prev 999999").bytes(),
        "hybrid-disagrees": hybrid.table(b"/Root 1 0 R /XRefStm %d" % where).bytes(),
        "hybrid-hides": File(base()).raw(b"").table(b"/Root 1 0 R /XRefStm 17").bytes(),
        "junk-before-header": b"junk\n" + simple(),
        "junk-before-header-counted": File(base(), b"junk\n" + HEAD).table().bytes(),
        "two-headers": b"%PDF-1.4\n" + simple(),
        "no-header": simple().replace(HEAD, b"\n" * len(HEAD), 1),
        "lines-of-19-bytes": one.bytes().replace(b" n \n", b" n\n"),
        "lines-of-21-bytes": one.bytes().replace(b" n \n", b" n \r\n"),
        "table-from-one": one.bytes().replace(b"xref\n0 1\n0000000000 65535 f \n", b"xref\n", 1),
        "size-too-small": File(base()).table(size=4).bytes(),
        "size-huge": File(base()).table(size=99_999_999).bytes(),
        "trailer-before-table": one.bytes().replace(b"xref\n0 1", b"trailer << /Root 5 0 R >>\nxref\n0 1", 1),
        "two-trailers": one.bytes().replace(b"startxref", b"trailer << /Root 5 0 R /Size 9 >>\nstartxref", 1),
    }  # fmt: skip


def compressed() -> dict[str, bytes]:
    """Object streams and cross-reference streams."""

    def packed(pairs: list[tuple[int, bytes]], first: int | None = None, count: int | None = None, more: bytes = b"") -> bytes:
        numbers, bodies = b"", b""
        for number, body in pairs:
            numbers += b"%d %d " % (number, len(bodies))
            bodies += body + b" "
        entries = b"/Type /ObjStm /N %d /First %d %s" % (count or len(pairs), first or len(numbers), more)
        return stream(numbers + bodies, entries)

    other = PAGE.replace(b"4 0 R", b"5 0 R")

    def with_page(container: bytes, index: int = 0, **changes: bytes) -> bytes:
        rest = base(o20=container, **changes)
        del rest[3]
        return File(rest).stream_table({3: (20, index)}).bytes()

    inherited = PAGE.replace(b"/MediaBox [0 0 600 300] ", b"")
    return {
        "page-in-object-stream": with_page(packed([(3, PAGE)])),
        "page-twice-in-object-stream-0": with_page(packed([(3, PAGE), (3, other)])),
        "page-twice-in-object-stream-1": with_page(packed([(3, PAGE), (3, other)]), 1),
        "index-of-another": with_page(packed([(7, other), (3, PAGE)]), 0),
        "index-beyond": with_page(packed([(3, PAGE)]), 5),
        "first-too-large": with_page(packed([(3, PAGE)], first=40)),
        "count-too-small": with_page(packed([(7, other), (3, PAGE)], count=1), 1),
        "count-too-large": with_page(packed([(3, PAGE)], count=9)),
        "stream-in-object-stream": File({**{n: b for n, b in base().items() if n != 4}, 20: packed([(4, stream(LEFT))])}).stream_table({4: (20, 0)}).bytes(),
        "container-in-itself": File({**{n: b for n, b in base().items() if n != 3}, 20: packed([(3, PAGE)])}).stream_table({3: (20, 0), 20: (20, 0)}).bytes(),
        "plain-and-compressed": File({**base(), 20: packed([(3, other)])}).stream_table({3: (20, 0)}).bytes(),
        "extends": with_page(packed([(3, PAGE)], more=b"/Extends 21 0 R "), o21=packed([(3, other)])),
        "widths-of-two": File(base()).stream_table({}, widths=b"[1 4]").bytes(),
        "widths-negative": File(base()).stream_table({}, widths=b"[1 4 -2]").bytes(),
        "stream-after-table": File(base()).table().object(4, stream(RIGHT)).stream_table({}).bytes(),
        "table-after-stream": File(base()).stream_table({}).object(4, stream(RIGHT)).table().bytes(),
        "box-inherited-from-object-stream": File({**{n: b for n, b in base(o3=inherited).items() if n != 2}, 20: packed([(2, b"<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 600 300] >>")])}).stream_table({2: (20, 0)}).bytes(),
    }  # fmt: skip


def streams() -> dict[str, bytes]:
    """Where a stream ends and what it says."""
    ascii85 = b"0 g 20 20 60 60 re f".hex().encode()
    split = zlib.compress(LEFT)
    length_of = b"%d" % len(LEFT)
    both = LEFT + b"\n" + RIGHT
    return {
        "length-too-short": simple(o4=stream(both, length=length_of)),
        "length-too-long": simple(o4=stream(LEFT, length=b"900")),
        "length-missing": simple(o4=b"<< >>\nstream\n%s\nendstream" % LEFT),
        "length-negative": simple(o4=stream(LEFT, length=b"-1")),
        "length-real": simple(o4=stream(LEFT, length=length_of + b".0")),
        "length-elsewhere": simple(o4=stream(LEFT, length=b"6 0 R"), o6=length_of),
        "length-elsewhere-wrong": simple(o4=stream(both, length=b"6 0 R"), o6=length_of),
        "length-nowhere": simple(o4=stream(LEFT, length=b"66 0 R")),
        "endstream-inside": simple(o4=stream(LEFT + b"\nendstream\n" + RIGHT)),
        "endobj-inside": simple(o4=stream(LEFT + b"\nendstream\nendobj\n" + RIGHT)),
        "no-line-break": simple(o4=stream(LEFT)).replace(b"stream\n0 g 20", b"stream 0 g 20", 1),
        "carriage-return-alone": simple(o4=stream(LEFT)).replace(b"stream\n0 g 20", b"stream\r0 g 20", 1),
        "endstream-glued": simple(o4=stream(LEFT + b" ", end=b"endstream")),
        "flate-cut-off": simple(o4=stream(split[:-6], b"/Filter /FlateDecode ")),
        "flate-bad-checksum": simple(o4=stream(split[:-4] + b"\0\0\0\0", b"/Filter /FlateDecode ")),
        "flate-twice-in-a-row": simple(o4=stream(split + zlib.compress(b"\n" + RIGHT), b"/Filter /FlateDecode ")),
        "flate-junk-behind": simple(o4=stream(split + b"junk", b"/Filter /FlateDecode ")),
        "filter-short-name": simple(o4=stream(split, b"/Filter /Fl ")),
        "filter-unknown": simple(o4=stream(LEFT, b"/Filter /NoSuchDecode ")),
        "filter-null": simple(o4=stream(LEFT, b"/Filter null ")),
        "filter-empty": simple(o4=stream(LEFT, b"/Filter [] ")),
        "filters-two": simple(o4=stream(split.hex().encode() + b">", b"/Filter [/ASCIIHexDecode /FlateDecode] ")),
        "hex-odd": simple(o4=stream(ascii85 + b"2>", b"/Filter /ASCIIHexDecode ")),
        "hex-without-end": simple(o4=stream(ascii85, b"/Filter /ASCIIHexDecode ")),
        "hex-junk-behind": simple(o4=stream(ascii85 + b">" + RIGHT.hex().encode(), b"/Filter /ASCIIHexDecode ")),
        "parameters-of-no-filter": simple(o4=stream(LEFT, b"/DecodeParms << /Predictor 12 >> ")),
        "predictor": simple(o4=stream(zlib.compress(b"\0" + LEFT), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns %d >> " % len(LEFT))),
        "predictor-rows-cut-off": simple(o4=stream(zlib.compress(b"\0" + LEFT), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 50 >> ")),
        "run-length-without-end": simple(o4=stream(bytes([len(LEFT) - 1]) + LEFT, b"/Filter /RunLengthDecode ")),
        "external-file": simple(o4=stream(LEFT, b"/F (other.txt) ")),
        "crypt-identity": simple(o4=stream(LEFT, b"/Filter /Crypt ")),
    }  # fmt: skip


def trees() -> dict[str, bytes]:
    """The page tree and what pages inherit."""
    other = PAGE.replace(b"4 0 R", b"5 0 R")
    bare = PAGE.replace(b"/MediaBox [0 0 600 300] ", b"")

    def tree(entries: bytes, **changes: bytes) -> bytes:
        return simple(o2=b"<< /Type /Pages " + entries + b" >>", **changes)

    return {
        "count-too-small": tree(b"/Count 1 /Kids [3 0 R 6 0 R]", o6=other),
        "count-too-large": tree(b"/Count 5 /Kids [3 0 R]"),
        "count-negative": tree(b"/Count -1 /Kids [3 0 R]"),
        "count-missing": tree(b"/Kids [3 0 R]"),
        "same-page-twice": tree(b"/Count 2 /Kids [3 0 R 3 0 R]"),
        "missing-kid": tree(b"/Count 2 /Kids [66 0 R 3 0 R]"),
        "null-kid": tree(b"/Count 2 /Kids [null 3 0 R]"),
        "direct-kid": tree(b"/Count 1 /Kids [%s]" % PAGE),
        "circle": tree(b"/Count 2 /Kids [3 0 R 2 0 R]"),
        "page-without-type": simple(o3=PAGE.replace(b"/Type /Page ", b"")),
        "page-of-another-type": simple(o3=PAGE.replace(b"/Type /Page ", b"/Type /Template ")),
        "tree-without-type": simple(o2=b"<< /Count 1 /Kids [3 0 R] >>"),
        "parent-of-another": simple(o3=bare.replace(b"2 0 R", b"6 0 R"), o2=b"<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 600 300] >>", o6=b"<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [100 0 700 300] >>"),
        "parent-missing": simple(o3=PAGE.replace(b"/Parent 2 0 R ", b"")),
        "box-inherited": tree(b"/Count 1 /Kids [3 0 R] /MediaBox [0 0 600 300]", o3=bare),
        "box-null": tree(b"/Count 1 /Kids [3 0 R] /MediaBox [0 0 600 300]", o3=bare.replace(b"/Contents", b"/MediaBox null /Contents")),
        "box-missing": simple(o3=bare),
        "box-reversed": simple(o3=PAGE.replace(b"[0 0 600 300]", b"[600 300 0 0]")),
        "box-of-five": simple(o3=PAGE.replace(b"[0 0 600 300]", b"[0 0 600 300 300]")),
        "box-of-three": simple(o3=PAGE.replace(b"[0 0 600 300]", b"[0 0 600]")),
        "box-empty": simple(o3=PAGE.replace(b"[0 0 600 300]", b"[0 0 0 0]")),
        "box-elsewhere": simple(o3=PAGE.replace(b"[0 0 600 300]", b"[0 0 6 0 R 300]"), o6=b"600"),
        "crop-outside": page(b"/CropBox [-50 -50 100 100]"),
        "crop-elsewhere": page(b"/CropBox [500 500 600 600]"),
        "crop-of-nothing": page(b"/CropBox [50 50 50 50]"),
        "rotate-45": page(b"/Rotate 45"),
        "rotate-450": page(b"/Rotate 450"),
        "rotate-minus-90": page(b"/Rotate -90"),
        "rotate-real": page(b"/Rotate 90.0"),
        "rotate-elsewhere": page(b"/Rotate 6 0 R", o6=b"90"),
        "unit-2": page(b"/UserUnit 2"),
        "unit-0": page(b"/UserUnit 0"),
        "contents-direct-array-in-array": simple(o3=PAGE.replace(b"4 0 R", b"[[5 0 R] 4 0 R]")),
        "contents-null-in-array": simple(o3=PAGE.replace(b"4 0 R", b"[null 4 0 R]")),
        "contents-missing-in-array": simple(o3=PAGE.replace(b"4 0 R", b"[66 0 R 4 0 R]")),
        "contents-a-dictionary": simple(o3=PAGE.replace(b"4 0 R", b"1 0 R")),
        "contents-cut-in-a-number": simple(o3=PAGE.replace(b"4 0 R", b"[4 0 R 6 0 R]"), o4=stream(b"0 g 2"), o6=stream(b"0 20 60 60 re f")),
        "pages-root-a-page": simple(o1=b"<< /Type /Catalog /Pages 3 0 R >>"),
    }  # fmt: skip


def contents() -> dict[str, bytes]:
    """What operators do when something is odd about them."""
    form = stream(LEFT, FORM)
    other = stream(RIGHT, FORM)
    image = b"/Type /XObject /Subtype /Image /Width 2 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    draw = b"q 200 0 0 100 0 0 cm /X Do Q"
    hidden = b"/OCProperties << /OCGs [7 0 R] /D << %s >> >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R " + hidden + b" >>"
    marked = b"/OC /P BDC " + LEFT + b" EMC"
    group = b"<< /Type /OCG /Name (x) >>"

    def layer(state: bytes, one: bytes = group) -> bytes:
        return content(marked, b"/Properties << /P 7 0 R >>", o1=catalog % state, o7=one)

    def note(entries: bytes, **changes: bytes) -> bytes:
        annotation = b"<< /Type /Annot /Subtype /Stamp /Rect [100 0 200 100] %s >>" % entries
        return page(b"/Annots [7 0 R]", o7=annotation, o8=stream(b"0 g 0 0 99 99 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] "), **changes)

    return {
        "name-twice": content(b"/X Do", b"/XObject << /X 6 0 R /X 7 0 R >>", o6=form, o7=other),
        "name-escaped": content(b"/#58 Do", b"/XObject << /X 6 0 R >>", o6=form),
        "name-nowhere": content(LEFT + b" /Nothing Do"),
        "form-in-itself": content(b"/X Do", b"/XObject << /X 6 0 R >>", o6=stream(LEFT + b" /X Do", FORM + b"/Resources << /XObject << /X 6 0 R >> >> ")),
        "form-with-resources-of-the-page": content(b"/X Do", b"/XObject << /X 6 0 R /Y 7 0 R >>", o6=stream(b"/Y Do", FORM), o7=form),
        "form-without-box": content(b"/X Do", b"/XObject << /X 6 0 R >>", o6=stream(LEFT, b"/Type /XObject /Subtype /Form ")),
        "postscript-object": content(LEFT + b" /X Do", b"/XObject << /X 6 0 R >>", o6=stream(b"showpage", b"/Type /XObject /Subtype /PS ")),
        "unknown-operator": content(b"1 2 3 blurb " + LEFT),
        "unknown-operator-allowed": content(b"BX 1 2 3 blurb EX " + LEFT),
        "too-many-operands": content(b"0 g 1 2 20 20 60 60 re f"),
        "too-few-operands": content(LEFT + b" 20 20 re f"),
        "restore-without-save": content(b"Q Q " + LEFT),
        "save-without-restore": content(b"q q 1 0 0 1 100 0 cm " + LEFT),
        "number-with-exponent": content(b"0 g 2e1 20 60 60 re f"),
        "number-with-two-signs": content(b"0 g --20 20 60 60 re f"),
        "number-with-minus-inside": content(b"0 g 20-0 20 60 60 re f"),
        "number-with-two-points": content(b"0 g 20.0.5 20 60 60 re f"),
        "number-short": content(b"0 g +20. 20 60 .6e re f"),
        "inline-image": content(b"q 60 0 0 60 20 20 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI Q"),
        "inline-image-with-its-end-inside": content(b"q 60 0 0 60 20 20 cm BI /W 4 /H 1 /BPC 8 /CS /G ID \0 EI EI Q " + RIGHT),
        "inline-image-unended": content(LEFT + b" BI /W 1 /H 1 /BPC 8 /CS /G ID \0"),
        "image": content(draw, b"/XObject << /X 6 0 R >>", o6=stream(b"\0\xff", image)),
        "image-too-short": content(draw, b"/XObject << /X 6 0 R >>", o6=stream(b"\0", image)),
        "image-too-long": content(draw, b"/XObject << /X 6 0 R >>", o6=stream(b"\0\xff\0\0", image)),
        "image-decode-inverted": content(draw, b"/XObject << /X 6 0 R >>", o6=stream(b"\0\xff", image + b"/Decode [1 0] ")),
        "image-alternates": content(draw, b"/XObject << /X 6 0 R >>", o6=stream(b"\0\xff", image + b"/Alternates [<< /Image 7 0 R /DefaultForPrinting true >>] "), o7=stream(b"\xff\0", image)),
        "colour-separation-all": content(b"/S cs 1 scn 20 20 60 60 re f", b"/ColorSpace << /S [/Separation /All /DeviceGray << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>] >>"),
        "colour-separation-none": content(b"/S cs 1 scn 20 20 60 60 re f", b"/ColorSpace << /S [/Separation /None /DeviceGray << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>] >>"),
        "colour-default-replaced": content(LEFT, b"/ColorSpace << /DefaultGray [/CalGray << /WhitePoint [0.95 1 1.09] >>] >>"),
        "layer-off": layer(b"/OFF [7 0 R]"),
        "layer-off-and-on": layer(b"/OFF [7 0 R] /ON [7 0 R]"),
        "layer-base-off": layer(b"/BaseState /OFF"),
        "layer-base-off-one-on": layer(b"/BaseState /OFF /ON [7 0 R]"),
        "layer-for-print": layer(b"/AS [<< /Event /Print /Category [/Print] /OCGs [7 0 R] >>]", b"<< /Type /OCG /Name (x) /Usage << /Print << /PrintState /OFF >> >> >>"),
        "layer-for-view": layer(b"/AS [<< /Event /View /Category [/View] /OCGs [7 0 R] >>]", b"<< /Type /OCG /Name (x) /Usage << /View << /ViewState /OFF >> >> >>"),
        "layer-of-an-image": content(draw, b"/XObject << /X 6 0 R >>", o1=catalog % b"/OFF [7 0 R]", o6=stream(b"\0\xff", image + b"/OC 7 0 R "), o7=group),
        "annotation": note(b"/F 4 /AP << /N 8 0 R >>"),
        "annotation-hidden": note(b"/F 2 /AP << /N 8 0 R >>"),
        "annotation-print-only": note(b"/F 36 /AP << /N 8 0 R >>"),
        "annotation-view-only": note(b"/F 0 /AP << /N 8 0 R >>"),
        "annotation-without-appearance": note(b"/F 4"),
        "annotation-with-states": note(b"/F 4 /AS /B /AP << /N << /A 66 0 R /B 8 0 R >> >>"),
        "annotation-without-state": note(b"/F 4 /AP << /N << /A 8 0 R >> >>"),
        "annotation-twice": page(b"/Annots [7 0 R 7 0 R]", o7=b"<< /Type /Annot /Subtype /Stamp /Rect [100 0 200 100] /F 4 /AP << /N 8 0 R >> >>", o8=stream(b"0 g 0 0 99 99 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] ")),
        "field-with-stale-appearance": page(b"/Annots [7 0 R]", o1=b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /NeedAppearances true /Fields [7 0 R] /DA (/Helv 12 Tf 0 g) >> >>", o7=b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (t) /V (AMOUNT) /F 4 /Rect [100 0 200 100] /AP << /N 8 0 R >> >>", o8=stream(b"0 g 0 0 99 99 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] ")),
        "free-text-without-appearance": page(b"/Annots [7 0 R]", o7=b"<< /Type /Annot /Subtype /FreeText /Rect [100 0 200 100] /F 4 /Contents (PAY 900) /DA (/Helv 40 Tf 0 g) >>"),
        "square-without-appearance": page(b"/Annots [7 0 R]", o7=b"<< /Type /Annot /Subtype /Square /Rect [100 0 200 100] /F 4 /C [0 0 0] /IC [0 0 0] >>"),
    }  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for group in (keys, objects, tails, compressed, streams, trees, contents):
        for name, data in group().items():
            (folder / f"{group.__name__}-{name}.pdf").write_bytes(data)


if __name__ == "__main__":
    main()
