"""The main flow from outside, with a real browser. Run through scripts/e2e.sh."""

import asyncio
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from sandbox import ROOT, Receiver, Sandbox

sys.path.insert(0, str(ROOT / "examples"))
from first_contract import prepare  # noqa: E402
from qishu_client import Client, Refused  # noqa: E402

CALLBACK_KEY = "QishuCallbackKey"
passed, failed = 0, 0


def check(name, condition):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    print(f"{'ok  ' if condition else 'FAIL'} {name}")


def refusal(call):
    try:
        call()
    except Refused as refused:
        return refused.answer["code"]
    return 0


def judge(pdf, root):
    """pyHanko with difference analysis: every signature intact, valid, trusted; nothing changed beyond what is allowed."""
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(pdf))
    context = ValidationContext(trust_roots=[load_cert_from_pemder(str(root))], allow_fetching=False)

    async def judge_all():
        verdicts = []
        for signature in reader.embedded_signatures:
            status = await async_validate_pdf_signature(signature, context)
            allowed = status.modification_level in (None, ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
            verdicts.append(status.intact and status.valid and status.trusted and allowed)
        return verdicts

    return asyncio.run(judge_all())


def browser(base, link, view_link):
    environment = {**os.environ, "QISHU_E2E_BASE": base, "QISHU_E2E_LINK": link, "QISHU_E2E_VIEW_LINK": view_link,
                   "QISHU_E2E_ARTIFACTS": str(ROOT / "artifacts")}
    return subprocess.run(["node", "real.mjs"], cwd=ROOT / "web/e2e", env=environment).returncode


def main():
    pdf = (ROOT / "examples/contract.pdf").read_bytes()
    receiver = Receiver(CALLBACK_KEY)
    with tempfile.TemporaryDirectory() as data:
        sandbox = Sandbox(data).start()
        client = Client(sandbox.base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
        contract, document, link = prepare(client, pdf, "张三", "13900000001", callback=receiver.address)
        check("the contract waits for its signer", client.get("/v2/contract/detail", contractId=contract)["status"] == "SIGNING")
        check("the company cannot seal twice", refusal(lambda: client.post("/v2/contract/companysign", contractId=contract)) == 1107)
        view = client.get("/v2/contract/viewurl", contractId=contract, downloadButton="true")["viewUrl"]
        check("the signer signs in the browser", browser(sandbox.base, link, view) == 0)
        detail = client.get("/v2/contract/detail", contractId=contract)
        check("the contract is COMPLETE", detail["status"] == "COMPLETE")
        check("both parties are SIGNED", [party["status"] for party in detail["signatories"]] == ["SIGNED", "SIGNED"])
        kinds = receiver.wait_for(contract, ["SEND_SIGNING", "SEAL", "PERSONAL", "COMPLETE"])
        check(f"callbacks arrived: {kinds}", len(kinds) == 4 and not receiver.wrong)
        check("the receiver's own query survives", all(event["query"].get("tenant") == "A" for event in receiver.events))
        signed = client.download("/v2/document/download", documentId=document)
        (ROOT / "artifacts").mkdir(exist_ok=True)
        (ROOT / "artifacts/signed.pdf").write_bytes(signed)
        verdicts = judge(signed, pathlib.Path(data) / "authority/root.pem")
        check(f"pyHanko accepts all {len(verdicts)} signature fields", len(verdicts) >= 2 and all(verdicts))
        names = zipfile.ZipFile(io.BytesIO(client.download("/v2/contract/download", contractId=contract))).namelist()
        check(f"the ZIP holds the document: {names}", len(names) == 1)
        recalled, _, recalled_link = prepare(client, pdf, "李四", "13900000002")
        client.post("/v2/contract/invalid", contractId=recalled, reason="条款有误")
        check("a recalled contract is RECALLED", client.get("/v2/contract/detail", contractId=recalled)["status"] == "RECALLED")
        check("a void is refused while it is not offered", refusal(lambda: client.post("/v2/contract/invalid", contractId=contract)) == 1101)
        check("a damaged file is refused", refusal(lambda: damaged(client, pdf)) == 1403)
        sandbox.stop()
        sandbox.verify_all()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def damaged(client, pdf):
    draft = client.post("/v2/contract/draft", subject="草稿")
    client.upload("/v2/document/addbyfile", "a.pdf", pdf[:-2000], contractId=draft["id"], title="坏文件", fileSuffix="pdf")


if __name__ == "__main__":
    main()
