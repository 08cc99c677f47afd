"""Plays the person who opens a signing link: asks for the code, reads it in the demo's outbox, draws, signs.

    python3 examples/sign_as_person.py LINK --contact 13900000001

For the sandbox only: a real person does this in the browser, and a real code goes to a real phone.
"""

import argparse
import base64
import http.cookiejar
import json
import re
import struct
import urllib.parse
import urllib.request
import zlib


def drawn_signature(width=480, height=180):
    """A PNG with a few dark strokes on a transparent ground."""
    rows = []
    for y in range(height):
        row = bytearray(b"\0")
        for x in range(width):
            wave = 90 + 60 * ((x % 160) - 80) * ((x % 160) - 80) / 6400 - (x / width) * 40
            ink = abs(y - wave) < 5 and 30 < x < width - 30
            row += bytes((20, 30, 60, 255)) if ink else b"\0\0\0\0"
        rows.append(bytes(row))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")


class Page:
    def __init__(self, link):
        self.base, self.token = link.split("/s/")
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Qishu-Page": "1", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/page/api{path}", data=data, headers=headers)
        with self.opener.open(request, timeout=60) as response:
            return json.loads(response.read())


def code_from_outbox(base, contact):
    with urllib.request.urlopen(f"{base}/demo/outbox?{urllib.parse.urlencode({'contact': contact})}") as response:
        messages = json.loads(response.read())["messages"]
    for message in messages:
        found = re.search(r"验证码(\d{6})", message["text"])
        if found:
            return found.group(1)
    raise SystemExit("no code in the outbox")


def sign(link, contact):
    page = Page(link)
    page.call("/open", {"token": page.token})
    contract = page.call("/contract")
    revisions = [{"documentId": it["id"], "revision": it["revision"]} for it in contract["documents"]]
    page.call("/code", {"revisions": revisions})
    body = {
        "revisions": revisions,
        "code": code_from_outbox(page.base, contact),
        "signature": {"pngBase64": base64.b64encode(drawn_signature()).decode()},
        "saveSignature": True,
    }
    return page.call("/sign", body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("link")
    parser.add_argument("--contact", default="13900000001")
    arguments = parser.parse_args()
    print(sign(arguments.link, arguments.contact)["contractStatus"])


if __name__ == "__main__":
    main()
