#!/usr/bin/env bash
# How long uploads take: reading a PDF in a worker, converting office files one by one, two at once, and ten in a row.
# Clock time of the request and processor time of everything it started; the numbers want a quiet machine.
#
# SANDBOX_BINARY: the binary (default: a release build).
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${SANDBOX_BINARY:-}" ]; then
    cargo build --quiet --release --workspace --locked --bin qishu
    export SANDBOX_BINARY=${CARGO_TARGET_DIR:-$PWD/target}/release/qishu
fi
exec python3 - <<'PYTHON'
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = ["scripts", "examples", "judges"]
import conversions
import make_office
from qishu_client import Client
from sandbox import Sandbox


def processor_seconds(pid):
    """Of the server and of every process it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def measure(name, count, work):
    before, began = processor_seconds(sandbox.process.pid), time.monotonic()
    work()
    wall = time.monotonic() - began
    used = processor_seconds(sandbox.process.pid) - before
    print(f"{name:34}{wall / count:10.3f}{used / count:10.3f}", flush=True)


def together(works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    make_office.main(folder / "short")
    make_office.main(folder / "long", "20")
    sandbox = Sandbox(folder / "data").start()
    try:
        client = Client(sandbox.base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")

        def convert(path):
            return lambda: conversions.convert_ours(client, Path(path))

        convert(folder / "short/sample.docx")()
        print(f"{'seconds per file':34}{'clock':>10}{'cpu':>10}")
        measure("PDF, 1 page", 20, lambda: [convert("examples/contract.pdf")() for _ in range(20)])
        for kind in ["txt", "docx", "xlsx", "html", "rtf"]:
            measure(f"{kind}, short", 3, lambda: [convert(folder / f"short/sample.{kind}")() for _ in range(3)])
        measure("docx, 20 pages and more", 1, convert(folder / "long/sample.docx"))
        short = convert(folder / "short/sample.docx")
        measure("docx, short, two at once", 4, lambda: [together([short, short]) for _ in range(2)])
        measure("docx, short, ten in a row", 10, lambda: [short() for _ in range(10)])
        measure("docx, short, ten at once", 10, lambda: together([short] * 10))
    finally:
        sandbox.stop()
PYTHON
