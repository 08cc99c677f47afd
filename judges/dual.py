#!/usr/bin/env python3
"""Lets strangers judge files with two signatures per act: an SM2 one that they do not know below one that they know.

usage: dual.py --root ROOT.der --acts N FILE...

pyHanko and poppler's pdfsig must find every outer signature intact, valid and trusted, and nothing after it that changes more than the
form; qpdf must find nothing wrong with the file. What is below is named and not judged.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
SM3 = "1.2.156.10197.1.401"


def outer(reader: PdfFileReader) -> dict:
    """The signatures in algorithms that these judges know, each value once."""
    found = {}
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        value = value.get_object()
        if value["/SubFilter"] != "/ETSI.CAdES.detached":
            print(f"  {name}: {value['/SubFilter']}, not judged here")
            continue
        signature = EmbeddedPdfSignature(reader, reference.get_object(), name)
        if signature.signer_info["digest_algorithm"]["algorithm"].dotted == SM3:
            print(f"  {name}: SM3, not judged here")
            continue
        found.setdefault(tuple(signature.byte_range), signature)
    return found


def judge(path: Path, root: x509.Certificate, acts: int) -> list[str]:
    complaints = []
    with path.open("rb") as stream:
        found = outer(PdfFileReader(stream, strict=True))
        if len(found) != acts:
            complaints.append(f"pyHanko: {len(found)} signatures instead of {acts}")
        for signature in found.values():
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
            if not (status.bottom_line and status.modification_level in ALLOWED):
                complaints.append(f"pyHanko: {signature.field_name}: {status.summary()} {status.modification_level}")
    run = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=600)
    valid = set(re.findall(r"Signed Ranges: (.*)\n(?:.*\n)*?.*Signature Validation: Signature is Valid\.", run.stdout))
    if not valid:
        complaints.append(f"pdfsig: no valid signature: {run.stdout[-400:]}")
    run = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        complaints.append(f"qpdf: {run.stdout[-200:]}{run.stderr[-200:]}")
    return complaints


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--root", type=Path, required=True)
    arguments.add_argument("--acts", type=int, required=True)
    arguments.add_argument("files", type=Path, nargs="+")
    options = arguments.parse_args()
    root = x509.Certificate.load(options.root.read_bytes())
    failures = 0
    for path in options.files:
        complaints = judge(path, root, options.acts)
        for complaint in complaints:
            print(f"REJECTED {path}: {complaint}")
        failures += bool(complaints)
    print(f"{len(options.files) - failures} of {len(options.files)} files accepted ({options.acts} acts)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
