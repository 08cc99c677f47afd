#!/usr/bin/env python3
"""Measures pyHanko on the same files: visible B-B signatures with a parsed key and one small vector stamp.

usage: bench_pyhanko.py --algorithm rsa|p256 --seconds S FILE...

Prints tab-separated: file, bytes, milliseconds per signature on the clock (median), processor milliseconds (mean), peak
memory in MiB. Each run appends one signature to the unsigned file, in memory.
"""

import argparse
import io
import resource
import statistics
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from make_pages import main as make_stamp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore


def signer(algorithm: str) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm == "p256" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--algorithm", choices=("rsa", "p256"), default="rsa")
    arguments.add_argument("--seconds", type=float, default=3)
    arguments.add_argument("files", type=Path, nargs="+")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stamp = Path(scratch) / "stamp.pdf"
        make_stamp(str(stamp))
        measure(options, StaticStampStyle.from_pdf_file(str(stamp), border_width=0))


def measure(options: argparse.Namespace, style: StaticStampStyle) -> None:
    one = signer(options.algorithm)
    metadata = signers.PdfSignatureMetadata(field_name="Bench", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
    field = fields.SigFieldSpec("Bench", on_page=-1, box=(60, 80, 179, 199))
    pdf_signer = signers.PdfSigner(metadata, signer=one, stamp_style=style, new_field_spec=field)
    for file in options.files:
        data = file.read_bytes()
        times = []
        started, cpu_started = time.perf_counter(), time.process_time()
        while time.perf_counter() - started < options.seconds or len(times) < 3:
            before = time.perf_counter()
            pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), in_place=False, output=io.BytesIO())
            times.append(time.perf_counter() - before)
        cpu = (time.process_time() - cpu_started) / len(times)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{file}\t{len(data)}\t{statistics.median(times) * 1e3:.2f}\t{cpu * 1e3:.2f}\t{peak:.1f}", flush=True)


if __name__ == "__main__":
    main()
