#!/usr/bin/env python3
"""Makes Chinese contracts of 1, 20 and 200 pages with LibreOffice and with Chromium, as far as they are installed.

usage: make_contracts.py FOLDER

Files that exist already are kept: both programs take a while for 200 pages.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PAGES = (1, 20, 200)
CLAUSES = [
    "甲方委托乙方提供技术服务，乙方应当按照本合同约定的期限、质量和方式完成服务工作。",
    "乙方应当对在履行合同过程中知悉的甲方商业秘密承担保密义务，保密期限为合同终止后三年。",
    "合同总价款为人民币（大写）壹佰贰拾叁万肆仟伍佰陆拾柒元整（¥1,234,567.00），含税。",
    "任何一方违反本合同约定的，应当向守约方支付合同总价款百分之二十的违约金。",
    "因履行本合同发生的争议，双方应当协商解决；协商不成的，提交甲方所在地人民法院诉讼解决。",
]


def html(pages: int) -> str:
    parts = []
    for page in range(1, pages + 1):
        clauses = "".join(f"<p>第{page}.{index}条　{text}</p>" for index, text in enumerate(CLAUSES * 2, 1))
        end = "" if page < pages else "<p>甲方（盖章）：　　　　　乙方（签字）：</p><p>日期：　　　　　日期：</p>"
        style = "page-break-before: always" if page > 1 else ""
        parts.append(f'<h2 style="{style}">技术服务合同（第 {page} 页）</h2>{clauses}{end}')
    font = "font-family: 'Noto Serif CJK SC'; font-size: 11pt"
    return f'<html><head><meta charset="utf-8"></head><body style="{font}">{"".join(parts)}</body></html>'


def chromium(source: Path, target: Path, scratch: Path) -> None:
    flags = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking"
    subprocess.run(
        ["chromium", *flags.split(), f"--user-data-dir={scratch / 'chromium'}", "--no-pdf-header-footer",
         f"--print-to-pdf={target}", source.as_uri()],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip


def libreoffice(source: Path, target: Path, scratch: Path) -> None:
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(scratch / 'office').as_uri()}",
         "--infilter=HTML (StarWriter)", "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(scratch), str(source)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    shutil.move(scratch / f"{source.stem}.pdf", target)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for program, make in (("chromium", chromium), ("soffice", libreoffice)):
        if not shutil.which(program):
            print(f"{program} is not installed: its contracts are left out", file=sys.stderr)
            continue
        for pages in PAGES:
            target = folder / f"{program}-{pages}.pdf"
            if target.exists():
                continue
            with tempfile.TemporaryDirectory() as scratch:
                source = Path(scratch) / "contract.html"
                source.write_text(html(pages), encoding="utf-8")
                make(source, target.absolute(), Path(scratch))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
