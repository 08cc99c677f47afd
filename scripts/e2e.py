"""The main flow from outside, with a real browser. Run through scripts/e2e.sh."""

import asyncio
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile

from sandbox import ROOT, Receiver, Sandbox

sys.path.insert(0, str(ROOT / "examples"))
from first_contract import prepare  # noqa: E402
from qishu_client import Client, Refused  # noqa: E402

CALLBACK_KEY = "QishuCallbackKey"
WEBHOOK_SECRET = "QishuDemoWebhookSecret0123456789"
APP_SECRET = "QishuDemoSecret0123456789abcdef0"
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
    from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(pdf))
    context = ValidationContext(trust_roots=[load_cert_from_pemder(str(root))], allow_fetching=False)

    async def judge_all():
        verdicts = []
        for signature in reader.embedded_regular_signatures:
            status = await async_validate_pdf_signature(signature, context)
            allowed = status.modification_level in (None, ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
            verdicts.append(status.intact and status.valid and status.trusted and allowed)
        for stamp in reader.embedded_timestamp_signatures:
            status = await async_validate_pdf_timestamp(stamp, context)
            verdicts.append(status.intact and status.valid and status.trusted)
        return verdicts

    return asyncio.run(judge_all())


def browser(base, link, view_link):
    environment = {**os.environ, "QISHU_E2E_BASE": base, "QISHU_E2E_LINK": link, "QISHU_E2E_VIEW_LINK": view_link,
                   "QISHU_E2E_ARTIFACTS": str(ROOT / "artifacts")}
    return subprocess.run(["node", "real.mjs"], cwd=ROOT / "web/e2e", env=environment).returncode


def main():
    pdf = (ROOT / "examples/contract.pdf").read_bytes()
    receiver = Receiver(CALLBACK_KEY, WEBHOOK_SECRET)
    with tempfile.TemporaryDirectory() as data:
        sandbox = Sandbox(data).start()
        client = Client(sandbox.base, "QishuDemo1", APP_SECRET)
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
        check(f"pyHanko accepts all {len(verdicts)} signature and time-stamp fields", len(verdicts) >= 4 and all(verdicts))
        names = zipfile.ZipFile(io.BytesIO(client.download("/v2/contract/download", contractId=contract))).namelist()
        check(f"the ZIP holds the document and the signing log: {names}", len(names) == 2 and any("签署日志" in name for name in names))
        recalled, _, recalled_link = prepare(client, pdf, "李四", "13900000002")
        client.post("/v2/contract/invalid", contractId=recalled, reason="条款有误")
        check("a recalled contract is RECALLED", client.get("/v2/contract/detail", contractId=recalled)["status"] == "RECALLED")
        client.post("/v2/contract/invalid", contractId=contract, reason="改签新合同")
        voiding = client.get("/v2/contract/detail", contractId=contract)
        check("a complete contract is being voided by a further document", voiding["status"] == "INVALIDING" and len(voiding["documents"]) == 2)
        check("a damaged file is refused", refusal(lambda: damaged(client, pdf)) == 1403)
        planted = ["13900000001", "13900000002", "13800000001", APP_SECRET, CALLBACK_KEY, WEBHOOK_SECRET, token_of(link), token_of(view), token_of(recalled_link)]
        planted += codes_sent(sandbox.base)
        check(f"none of {len(planted)} planted secrets and contacts lies in the data folder while it serves", not leaks(data, planted))
        backup = pathlib.Path(data).parent / (pathlib.Path(data).name + ".backup")
        check("a backup is taken while it serves", sandbox.command("backup", str(backup)) == 0)
        sandbox.stop()
        check("nor after it stopped", not leaks(data, planted))
        sandbox.verify_all()
        check("nothing planted lies in the backup", not any(text.encode() in backup.read_bytes() for text in planted))
        check("the backup is restored and keeps the promises", restored(data, backup) == 0)
        backup.unlink()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def token_of(link):
    return link.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def codes_sent(base):
    """Links and codes in the messages that were sent. The codes have six digits, which turn up by chance: with the words around them."""
    with urllib.request.urlopen(base + "/demo/outbox") as answer:
        texts = [message["text"] for message in json.load(answer)["messages"]]
    return [token_of(found) for text in texts for found in re.findall(r"https?://[^\s，。]+", text)] + [text for text in texts if re.search(r"\d{6}", text)]


def leaks(folder, planted):
    """Files of the data folder, the log of the server among them, that hold something planted (P10)."""
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [(str(path), text[:12]) for text in planted if text.encode() in content or text.encode("utf-16-be") in content]
    for leak in found:
        print(f"     leak: {leak}")
    return found


def restored(data, backup):
    """Into an empty folder that holds the master key only."""
    with tempfile.TemporaryDirectory() as empty:
        shutil.copy(pathlib.Path(data) / "master.key", empty)
        return Sandbox(empty).command("restore", str(backup))


def damaged(client, pdf):
    draft = client.post("/v2/contract/draft", subject="草稿")
    client.upload("/v2/document/addbyfile", "a.pdf", pdf[:-2000], contractId=draft["id"], title="坏文件", fileSuffix="pdf")


if __name__ == "__main__":
    main()
