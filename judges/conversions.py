#!/usr/bin/env python3
"""Compares documents made from office files with LibreOffice's own output, page by page as pictures, and looks for
their text with poppler.

usage: conversions.py FOLDER

The files go through a real sandbox server: checked, converted locked in, rebuilt. LibreOffice alone converts the same
files with an ordinary profile. Both are drawn at 50 dpi; at most 1 % of the pixels may differ (R-33).
Needs libreoffice, poppler-utils and a built binary (SANDBOX_BINARY, or target/debug/qishu).
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "examples"), str(ROOT / "judges")]
import make_office  # noqa: E402
from qishu_client import Client  # noqa: E402
from sandbox import Sandbox  # noqa: E402

FILTERS = {
    "docx": ("MS Word 2007 XML", "writer_pdf_Export"),
    "html": ("HTML (StarWriter)", "writer_pdf_Export"),
    "rtf": ("Rich Text Format", "writer_pdf_Export"),
    "xlsx": ("Calc MS Excel 2007 XML", "calc_pdf_Export"),
}
KEYWORDS = ["劳动合同", "甲方（盖章）", "第6条"]
MOST_DIFFERENT = 0.01


def convert_ours(client, path):
    contract = client.post(
        "/v2/contract/draft",
        subject="转换",
        signatories=[{"tenantType": "COMPANY", "tenantName": "契书演示科技有限公司", "actions": [{"type": "COMPANY"}]}],
    )["id"]
    document = client.upload(
        "/v2/document/addbyfile", path.name, path.read_bytes(), contractId=contract, title=path.name,
        fileSuffix=path.suffix[1:],
    )["documentId"]
    return client.download("/v2/document/download", documentId=document)


def convert_alone(path, folder):
    reader, writer = FILTERS[path.suffix[1:]]
    command = [
        "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", f"--infilter={reader}",
        "--convert-to", f"pdf:{writer}", "--outdir", str(folder), str(path),
    ]
    # The same country as ours, or the paper would differ.
    environment = {**os.environ, "LANG": "zh_CN.UTF-8", "FC_LANG": "zh-cn"}
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=300)
    return folder / (path.stem + ".pdf")


def pages(pdf, folder):
    """The pages as (width, height, grey pixels)."""
    folder.mkdir()
    subprocess.run(["pdftoppm", "-r", "50", "-gray", str(pdf), str(folder / "p")], check=True)
    drawn = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
        drawn.append((int(head[1]), int(head[2]), data[head.end():]))
    return drawn


def difference(ours, theirs):
    if ours[:2] != theirs[:2]:
        return 1.0
    return sum(abs(a - b) > 32 for a, b in zip(ours[2], theirs[2])) / max(1, len(ours[2]))


def judge(name, pdf, folder, alone):
    """The problems of one document."""
    problems = []
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    compact = re.sub(r"\s", "", text)
    problems += [f"{keyword} is not found" for keyword in KEYWORDS if keyword not in compact]
    drawn = pages(pdf, folder / f"{name}-ours")
    if alone:
        expected = pages(alone, folder / f"{name}-alone")
        if len(drawn) != len(expected):
            return [*problems, f"{len(drawn)} pages, LibreOffice alone makes {len(expected)}"]
        worst = max(difference(a, b) for a, b in zip(drawn, expected))
        print(f"{name}: {len(drawn)} pages, {worst:.3%} of the pixels of the worst page differ")
        if worst > MOST_DIFFERENT:
            problems.append(f"{worst:.2%} of the pixels differ")
    else:
        print(f"{name}: {len(drawn)} pages")
    return problems


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    make_office.main(folder, "3")
    failed = False
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        sandbox = Sandbox(work / "data").start()
        try:
            client = Client(sandbox.base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
            for path in sorted(folder.glob("sample.*")):
                if path.suffix == ".pdf":
                    continue
                name = path.suffix[1:]
                pdf = folder / f"{name}.pdf"
                pdf.write_bytes(convert_ours(client, path))
                alone = convert_alone(path, work) if name in FILTERS else None
                for problem in judge(name, pdf, work, alone):
                    print(f"{name}: {problem}")
                    failed = True
        finally:
            sandbox.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
