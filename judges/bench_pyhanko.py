#!/usr/bin/env python3
"""Measures pyHanko on the same files: visible B-B signatures with a parsed key and one small vector stamp.

usage: bench_pyhanko.py --algorithm rsa|p256 --seconds S [--signed DIR] FILE...

Prints tab-separated: file, bytes, milliseconds per signature on the clock (median), processor milliseconds (mean), peak
memory in MiB. Each run appends one signature to the unsigned file, in memory. Then, for the first file, lines with
`extra`, a name, milliseconds (median) and processor milliseconds (mean): `invisible`, `lta` (a signature of level B-LTA
with a local time-stamper), and `validate-N` for the files signed-N.pdf in DIR with their root.der.
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
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from make_pages import main as make_stamp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore


def signer(algorithm: str, stamper: bool = False) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm == "p256" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark")])
    now = datetime.now(timezone.utc)
    usages = [ExtendedKeyUsageOID.TIME_STAMPING] if stamper else [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    key_usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder().add_extension(x509.ExtendedKeyUsage(usages), critical=stamper)
        .add_extension(key_usage, critical=True).subject_name(name).issuer_name(name).public_key(key.public_key())
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
    arguments.add_argument("--signed", type=Path, help="folder with signed-N.pdf and root.der")
    arguments.add_argument("files", type=Path, nargs="+")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stamp = Path(scratch) / "stamp.pdf"
        make_stamp(str(stamp))
        measure(options, StaticStampStyle.from_pdf_file(str(stamp), border_width=0))
    measure_extras(options)


def extra(name: str, seconds: float, run) -> None:
    times = []
    started, cpu_started = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds or len(times) < 3:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    cpu = (time.process_time() - cpu_started) / len(times)
    print(f"extra\t{name}\t{statistics.median(times) * 1e3:.2f}\t{cpu * 1e3:.2f}", flush=True)


def measure_extras(options: argparse.Namespace) -> None:
    data = options.files[0].read_bytes()
    # pyHanko's local time-stamper is for RSA only.
    one, stamper = signer(options.algorithm), signer("rsa", stamper=True)
    pades = fields.SigSeedSubFilter.PADES
    plain = signers.PdfSignatureMetadata(field_name="Bench", subfilter=pades, md_algorithm="sha256")
    anchors = [one.signing_cert, stamper.signing_cert]
    archive = signers.PdfSignatureMetadata(
        field_name="Bench",
        subfilter=pades,
        md_algorithm="sha256",
        embed_validation_info=True,
        use_pades_lta=True,
        validation_context=ValidationContext(trust_roots=anchors, allow_fetching=False),
    )
    time_stamper = DummyTimeStamper(stamper.signing_cert, stamper.signing_key)

    def sign(metadata: signers.PdfSignatureMetadata, timestamper: DummyTimeStamper | None) -> None:
        pdf_signer = signers.PdfSigner(metadata, signer=one, timestamper=timestamper)
        pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), in_place=False, output=io.BytesIO())

    extra("invisible", options.seconds, lambda: sign(plain, None))
    extra("lta", options.seconds, lambda: sign(archive, time_stamper))
    for count in (3, 10, 50) if options.signed else ():
        signed = (options.signed / f"signed-{count}.pdf").read_bytes()
        root = asn1_x509.Certificate.load((options.signed / "root.der").read_bytes())
        extra(f"validate-{count}", options.seconds, lambda: validate(signed, root))


def validate(signed: bytes, root: asn1_x509.Certificate) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    for signature in reader.embedded_signatures:
        context = ValidationContext(trust_roots=[root], allow_fetching=False)
        if not validate_pdf_signature(signature, signer_validation_context=context).bottom_line:
            raise SystemExit(f"{signature.field_name} is not accepted")


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
