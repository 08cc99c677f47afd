#!/usr/bin/env python3
"""Lets strangers judge signed PDF files: pyHanko with difference analysis, poppler's pdfsig, qpdf and mutool.

usage: validate.py [--baseline FOLDER] JOBS.tsv

Each line of JOBS.tsv names a folder with signed files and a root.der, the number of acts, the level of PAdES and the
number of document time-stamps, separated by tabs. All files of all folders are judged in one go by two processes.

Every signature must be intact, valid and trusted; nothing after it may change more than the form; the last one must
cover the whole file. Each signature must reach its level of PAdES: a valid time-stamp inside (t), the document alone
proving that nobody was revoked (lt), and the procedure of ETSI EN 319 102-1, 5.6.3 for archives (lta). Exit status 0 only
when every judge accepts every file.
"""

import argparse
import asyncio
import concurrent.futures
import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


def pyhanko(path: Path, root: x509.Certificate, acts: int, level: str, stamps: int) -> list[str]:
    """Complaints of pyHanko. One signature value may serve many fields: each value is judged once."""
    complaints = []
    with path.open("rb") as stream:
        reader = PdfFileReader(stream, strict=True)
        signatures = {}
        for signature in reader.embedded_regular_signatures:
            signatures.setdefault(tuple(signature.byte_range), signature)
        document_stamps = list(reader.embedded_timestamp_signatures)
        if len(signatures) != acts:
            complaints.append(f"{len(signatures)} signatures instead of {acts}")
        if len(document_stamps) != stamps:
            complaints.append(f"{len(document_stamps)} time-stamps of the document instead of {stamps}")
        ordered = [signature for _, signature in sorted(signatures.items(), key=lambda item: item[0][2])]
        for position, signature in enumerate(ordered):
            last = position == len(ordered) - 1 and level in ("b", "t")
            complaints += one_signature(reader, signature, root, last, level)
        if level == "lta":
            # The procedure walks all time-stamps each time: the ends and the middle stand for the rest.
            for position in sorted({0, len(ordered) // 2, len(ordered) - 1}):
                complaints += archive(ordered[position], root)
        for stamp in document_stamps:
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            status = validate_pdf_timestamp(stamp, validation_context=context)
            if not (status.intact and status.valid and status.trusted):
                complaints.append(f"time-stamp {stamp.field_name}: {status.summary()}")
    return complaints


def one_signature(reader: PdfFileReader, signature, root: x509.Certificate, last: bool, level: str) -> list[str]:
    name = signature.field_name
    complaints = []
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    if level in ("lt", "lta"):
        store = DocumentSecurityStore.read_dss(reader)
        context = store.as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "hard-fail"}
        )
    status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
    wanted = SignatureCoverageLevel.ENTIRE_FILE if last else SignatureCoverageLevel.ENTIRE_REVISION
    if not (status.intact and status.valid):
        complaints.append(f"{name}: intact={status.intact} valid={status.valid}")
    if not status.trusted:
        complaints.append(f"{name}: not trusted ({status.trust_problem_indic})")
    if status.coverage < wanted:
        complaints.append(f"{name}: covers only {status.coverage.name}")
    if status.modification_level not in ALLOWED:
        complaints.append(f"{name}: modification level {status.modification_level}")
    if not status.docmdp_ok:
        complaints.append(f"{name}: something was done that the signer forbade")
    if level != "b":
        stamp = status.timestamp_validity
        if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
            complaints.append(f"{name}: no valid time-stamp inside ({stamp})")
    if not status.bottom_line:
        complaints.append(f"{name}: judged invalid as a whole")
    return complaints


def archive(signature, root: x509.Certificate) -> list[str]:
    """ETSI EN 319 102-1, 5.6.3, with nothing but what the document brings."""
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([root]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    result = asyncio.run(ades_lta_validation(signature, spec))
    if result.ades_subindic == AdESPassed.OK:
        return []
    return [f"{signature.field_name}: archive validation says {result.ades_subindic} ({result.failure_msg})"]


def pdfsig(path: Path, whole: bool) -> list[str]:
    """Complaints of poppler. It knows no trust anchors here, so only the signature itself counts."""
    run = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=600)
    # Time-stamps of the document are another judge's business: poppler takes them for signatures without content.
    parts = [part for part in re.split(r"(?m)^Signature #\d+:", run.stdout)[1:] if not re.search("Signature Type: (unknown|ETSI.RFC3161)", part)]
    results = re.findall(r"Signature Validation: (.*)", "\n".join(parts))
    if not results:
        return [f"pdfsig saw no signature: {run.stdout[-200:]}{run.stderr[-200:]}"]
    bad = [text for text in results if text != "Signature is Valid."]
    complaints = [f"pdfsig: {text}" for text in sorted(set(bad))]
    if whole and "Total document signed" not in run.stdout:
        complaints.append(f"pdfsig: no signature covers the whole file")
    return complaints


def qpdf(path: Path, baseline: Path | None) -> list[str]:
    """Complaints of qpdf that it did not already have about the unsigned file."""
    found = qpdf_check(path)
    if found and baseline and baseline.exists():
        found -= qpdf_check(baseline)
    return [f"qpdf: {line}" for line in sorted(found)]


@functools.cache
def qpdf_check(file: Path) -> frozenset[str]:
    run = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, timeout=600)
    if run.returncode == 0:
        return frozenset()
    # Offsets and file names differ between the two files.
    lines = (run.stdout + run.stderr).splitlines()
    return frozenset(re.sub(r"\(.*?\)|\d+", "", line.replace(str(file), "")) for line in lines)


def mutool(path: Path) -> list[str]:
    """Complaints of mupdf while reading the form."""
    run = subprocess.run(["mutool", "show", str(path), "form"], capture_output=True, text=True, timeout=600)
    bad = [line for line in run.stderr.splitlines() if "repair" in line or "xref" in line]
    return [f"mutool: {line}" for line in sorted(set(bad))]


class Job(NamedTuple):
    """One folder of signed files."""

    folder: Path
    acts: int
    level: str
    stamps: int


def judge(path: Path, job: Job, baseline: Path | None) -> list[str]:
    root = x509.Certificate.load((job.folder / "root.der").read_bytes())
    complaints = []
    judges = [
        lambda: pyhanko(path, root, job.acts, job.level, job.stamps),
        lambda: pdfsig(path, job.level in ("b", "t")),
        lambda: qpdf(path, baseline and baseline / path.name),
        lambda: mutool(path),
    ]
    for one in judges:
        try:
            complaints += one()
        except Exception as error:  # a judge that falls over has not accepted the file
            complaints.append(f"{type(error).__name__}: {error}")
    return complaints


def read_jobs(path: Path) -> list[Job]:
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [Job(Path(folder), int(acts), level, int(stamps)) for folder, acts, level, stamps in lines]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--baseline", type=Path, help="folder with the unsigned files of the same names")
    arguments.add_argument("jobs", type=Path)
    options = arguments.parse_args()
    missing = [tool for tool in ("pdfsig", "qpdf", "mutool") if not shutil.which(tool)]
    if missing:
        print(f"missing judges: {', '.join(missing)}", file=sys.stderr)
        return 2
    files = [(path, job) for job in read_jobs(options.jobs) for path in job.folder.glob("*.pdf")]
    # What takes longest goes first, so that no process is left alone with it.
    files.sort(key=lambda one: one[0].stat().st_size * one[1].acts, reverse=True)
    counts: dict[Job, list[int]] = {}
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        results = [(path, job, pool.submit(judge, path, job, options.baseline)) for path, job in files]
        for path, job, result in results:
            complaints = result.result()
            for complaint in complaints:
                print(f"REJECTED {path}: {complaint}")
            count = counts.setdefault(job, [0, 0])
            count[0] += not complaints
            count[1] += 1
    for job, (accepted, all_files) in sorted(counts.items()):
        print(f"== {job.folder.name}: {accepted} of {all_files} files accepted by all judges ({job.acts} acts, level {job.level})")
    return 0 if counts and all(accepted == all_files for accepted, all_files in counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
