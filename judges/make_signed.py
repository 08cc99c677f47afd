#!/usr/bin/env python3
"""Signs PDF files with pyHanko in many ways, for our validator to judge: all of them have to be accepted.

usage: make_signed.py OUT FILE...

Writes OUT/root.der and OUT/<name>-<way>.pdf for each file and way. Ways: visible, invisible, two signers, a field
prepared first and signed later, certified and signed again, levels B-T, B-LT and B-LTA, and B-LTA augmented once more;
RSA and ECDSA in turns; with and without object streams (by qpdf, before signing).
"""

import io
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfTimeStamper, fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.now(timezone.utc)


class Authority:
    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Judges Root")])
        self.certificate = self.issue(self.name, self.key, None)
        crl = (
            x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(NOW - timedelta(minutes=5))
            .next_update(NOW + timedelta(days=1)).add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip
        from asn1crypto import crl as asn1_crl

        self.crl = asn1_crl.CertificateList.load(crl.public_bytes(serialization.Encoding.DER))

    def issue(self, name: x509.Name, key, usage) -> asn1_x509.Certificate:
        is_authority = usage is None
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(NOW - timedelta(hours=1))
            .not_valid_after(NOW + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(not is_authority, not is_authority, False, False, False, is_authority, is_authority, False, False),
                critical=True,
            )
        )  # fmt: skip
        if usage is not None:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([usage]), critical=usage == ExtendedKeyUsageOID.TIME_STAMPING
            )
        signed = builder.sign(self.key, hashes.SHA256())
        return asn1_x509.Certificate.load(signed.public_bytes(serialization.Encoding.DER))

    def signer(self, text: str, kind: str, usage=ExtendedKeyUsageOID.EMAIL_PROTECTION) -> signers.SimpleSigner:
        key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        private = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()
        store.register(self.certificate)
        return signers.SimpleSigner(
            signing_cert=self.issue(name, key, usage),
            signing_key=asn1_keys.PrivateKeyInfo.load(private),
            cert_registry=store,
        )


class Maker:
    def __init__(self) -> None:
        self.authority = Authority()
        self.signers = [self.authority.signer("甲方", "rsa"), self.authority.signer("乙方", "ec")]
        stamper = self.authority.signer("Judges Time-Stamps", "rsa", ExtendedKeyUsageOID.TIME_STAMPING)
        store = SimpleCertificateStore()
        store.register(self.authority.certificate)
        self.stamper = DummyTimeStamper(stamper.signing_cert, stamper.signing_key, certs_to_embed=store)

    def context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[self.authority.certificate],
            allow_fetching=False,
            crls=[self.authority.crl],
            revocation_mode="hard-fail",
        )

    def sign(self, data: bytes, name: str, which: int, *, box=None, level="b", certify=False, prepared=False) -> bytes:
        metadata = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=None if level != "b" else "Approved",
            certify=certify,
            embed_validation_info=level in ("lt", "lta"),
            use_pades_lta=level == "lta",
            validation_context=self.context() if level in ("lt", "lta") else None,
        )
        field = None if prepared else fields.SigFieldSpec(name, on_page=0, box=box)
        pdf_signer = signers.PdfSigner(
            metadata,
            signer=self.signers[which],
            timestamper=None if level == "b" else self.stamper,
            new_field_spec=field,
        )
        out = io.BytesIO()
        pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out)
        return out.getvalue()

    def prepared(self, data: bytes) -> bytes:
        """Both fields exist, on their places, before anybody signs."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        fields.append_signature_field(writer, fields.SigFieldSpec("A", on_page=0, box=(50, 50, 150, 100)))
        fields.append_signature_field(writer, fields.SigFieldSpec("B", on_page=0, box=(200, 50, 300, 100)))
        out = io.BytesIO()
        writer.write(out)
        first = self.sign(out.getvalue(), "A", 0, prepared=True)
        return self.sign(first, "B", 1, prepared=True)

    def augmented(self, data: bytes) -> bytes:
        signed = io.BytesIO(self.sign(data, "A", 1, level="lta"))
        out = io.BytesIO()
        reader = PdfFileReader(signed)
        PdfTimeStamper(self.stamper).update_archival_timestamp_chain(reader, self.context(), in_place=False, output=out)
        return out.getvalue()

    def ways(self, data: bytes) -> dict[str, bytes]:
        box = (50, 50, 150, 100)
        two = self.sign(self.sign(data, "A", 0, box=box), "B", 1, box=(200, 50, 300, 100))
        certified = self.sign(self.sign(data, "A", 0, certify=True), "B", 1)
        return {
            "visible": self.sign(data, "A", 1, box=box),
            "invisible": self.sign(data, "A", 0),
            "two": two,
            "prepared": self.prepared(data),
            "certified": certified,
            "t": self.sign(data, "A", 0, level="t"),
            "lt": self.sign(data, "A", 1, level="lt"),
            "lta": self.sign(data, "A", 0, level="lta"),
            "augmented": self.augmented(data),
        }


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker()
    (folder / "root.der").write_bytes(maker.authority.certificate.dump())
    for file in map(Path, sys.argv[2:]):
        for streams in ("disable", "generate"):
            run = subprocess.run(
                ["qpdf", f"--object-streams={streams}", str(file), "-"], capture_output=True, timeout=600
            )
            if run.returncode not in (0, 3):
                continue
            for way, signed in maker.ways(run.stdout).items():
                (folder / f"{file.stem}-{streams}-{way}.pdf").write_bytes(signed)


if __name__ == "__main__":
    main()
