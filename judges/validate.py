#!/usr/bin/env python3
"""Lets strangers judge signed PDF files: pyHanko with difference analysis, poppler's pdfsig, qpdf and mutool.

usage: validate.py --root ROOT.der --acts N [--baseline] FILE...

Every signature must be intact, valid and trusted; nothing after it may change more than the form; the last one must
cover the whole file. Files are judged in parallel. Exit status 0 only when every judge accepts every file.
"""

import argparse
import concurrent.futures
import re
import shutil
import subprocess
import sys
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


def pyhanko(path: Path, root: x509.Certificate, acts: int) -> list[str]:
    """Complaints of pyHanko. One signature value may serve many fields: each value is judged once."""
    complaints = []
    with path.open("rb") as stream:
        reader = PdfFileReader(stream, strict=True)
        signatures = {}
        fields = 0
        for signature in reader.embedded_signatures:
            fields += 1
            signatures.setdefault(tuple(signature.byte_range), signature)
        if len(signatures) != acts:
            complaints.append(f"{len(signatures)} signatures instead of {acts}")
        ordered = sorted(signatures.items(), key=lambda item: item[0][2])
        for position, (_, signature) in enumerate(ordered):
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            status = validate_pdf_signature(signature, signer_validation_context=context)
            name = signature.field_name
            last = position == len(ordered) - 1
            wanted = SignatureCoverageLevel.ENTIRE_FILE if last else SignatureCoverageLevel.ENTIRE_REVISION
            if not (status.intact and status.valid):
                complaints.append(f"{name}: intact={status.intact} valid={status.valid}")
            if not status.trusted:
                complaints.append(f"{name}: not trusted ({status.trust_problem_indic})")
            if status.coverage < wanted:
                complaints.append(f"{name}: covers only {status.coverage.name}")
            if status.modification_level not in ALLOWED:
                complaints.append(f"{name}: modification level {status.modification_level}")
            if not status.bottom_line:
                complaints.append(f"{name}: judged invalid as a whole")
    return complaints


def pdfsig(path: Path) -> list[str]:
    """Complaints of poppler. It knows no trust anchors here, so only the signature itself counts."""
    run = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=600)
    results = re.findall(r"Signature Validation: (.*)", run.stdout)
    if not results:
        return [f"pdfsig saw no signature: {run.stdout[-200:]}{run.stderr[-200:]}"]
    bad = [text for text in results if text != "Signature is Valid."]
    complaints = [f"pdfsig: {text}" for text in sorted(set(bad))]
    if "Total document signed" not in run.stdout:
        complaints.append(f"pdfsig: no signature covers the whole file")
    return complaints


def qpdf(path: Path, baseline: Path | None) -> list[str]:
    """Complaints of qpdf that it did not already have about the unsigned file."""

    def check(file: Path) -> set[str]:
        run = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, timeout=600)
        if run.returncode == 0:
            return set()
        # Offsets and file names differ between the two files.
        lines = (run.stdout + run.stderr).splitlines()
        return {re.sub(r"\(.*?\)|\d+", "", line.replace(str(file), "")) for line in lines}

    before = check(baseline) if baseline and baseline.exists() else set()
    return [f"qpdf: {line}" for line in sorted(check(path) - before)]


def mutool(path: Path) -> list[str]:
    """Complaints of mupdf while reading the form."""
    run = subprocess.run(["mutool", "show", str(path), "form"], capture_output=True, text=True, timeout=600)
    bad = [line for line in run.stderr.splitlines() if "repair" in line or "xref" in line]
    return [f"mutool: {line}" for line in sorted(set(bad))]


def judge(path: Path, root_file: Path, acts: int, baseline: Path | None) -> tuple[Path, list[str]]:
    root = x509.Certificate.load(root_file.read_bytes())
    complaints = []
    judges = [lambda: pyhanko(path, root, acts), lambda: pdfsig(path), lambda: qpdf(path, baseline), lambda: mutool(path)]
    for one in judges:
        try:
            complaints += one()
        except Exception as error:  # a judge that falls over has not accepted the file
            complaints.append(f"{type(error).__name__}: {error}")
    return path, complaints


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--root", type=Path, required=True)
    arguments.add_argument("--acts", type=int, required=True)
    arguments.add_argument("--baseline", type=Path, help="folder with the unsigned files of the same names")
    arguments.add_argument("files", type=Path, nargs="+")
    options = arguments.parse_args()
    missing = [tool for tool in ("pdfsig", "qpdf", "mutool") if not shutil.which(tool)]
    if missing:
        print(f"missing judges: {', '.join(missing)}", file=sys.stderr)
        return 2
    failures = 0
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [
            pool.submit(judge, path, options.root, options.acts, options.baseline and options.baseline / path.name)
            for path in options.files
        ]
        for job in jobs:
            path, complaints = job.result()
            for complaint in complaints:
                print(f"REJECTED {path}: {complaint}")
            failures += bool(complaints)
    print(f"{len(options.files) - failures} of {len(options.files)} files accepted by all judges ({options.acts} acts)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
