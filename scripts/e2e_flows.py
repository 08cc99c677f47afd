"""Three flows of several people, with real browsers at phone size: parallel signing, a category whose receiver fills in, a void
agreement. Run through scripts/e2e.sh."""

import os
import subprocess
import sys
import tempfile

from sandbox import ROOT, Sandbox

sys.path.insert(0, str(ROOT / "examples"))
from qishu_client import Client  # noqa: E402

APP_SECRET = "QishuDemoSecret0123456789abcdef0"
PEOPLE = [("张三", "13900000001"), ("李四", "13900000002"), ("王五", "13900000003")]
RECEIVER = ("赵敏", "13900000004")
PARTNERS = [("孙悦", "13900000005"), ("周婷", "13900000006")]
passed, failed = 0, 0


def check(name, condition):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    print(f"{'ok  ' if condition else 'FAIL'} {name}")


def user(person):
    return {"name": person[0], "contact": person[1], "contactType": "MOBILE"}


def party(person):
    return {"tenantType": "PERSONAL", "tenantName": person[0], "receiver": user(person)}


def link(client, contract, person):
    return client.post("/v2/contract/pageurl", contractId=contract, user=user(person), hideRejectButton=False)["pageUrl"]


def play(base, what, links, name=None):
    environment = {**os.environ, "QISHU_E2E_BASE": base, "QISHU_E2E_PLAY": what, "QISHU_E2E_LINKS": " ".join(links),
                   "QISHU_E2E_NAME": name or what, "QISHU_E2E_ARTIFACTS": str(ROOT / "artifacts")}
    return subprocess.run(["node", "flows.mjs"], cwd=ROOT / "web/e2e", env=environment).returncode == 0


def status(client, contract):
    detail = client.get("/v2/contract/detail", contractId=contract)
    return detail["status"], [one["status"] for one in detail["signatories"]]


def sent(client, company, people):
    """A contract of the company and these people, all in turn at once."""
    steps = [{"type": "COMPANY"}]
    parties = [{"tenantType": "COMPANY", "tenantName": company, "actions": steps}] + [party(one) for one in people]
    draft = client.post("/v2/contract/draft", subject="合作协议", ordinal=False, signatories=parties)
    pdf = (ROOT / "examples/contract.pdf").read_bytes()
    document = client.upload("/v2/document/addbyfile", "contract.pdf", pdf, contractId=draft["id"], title="合作协议", fileSuffix="pdf")
    at = {"documentId": document["documentId"]}
    sponsor, *others = draft["signatories"]
    stampers = [{**at, "actionId": sponsor["actions"][0]["id"], "type": "COMPANY", "keyword": "甲方（盖章）", "offsetY": -0.07}]
    for row, one in enumerate(others):
        stampers.append({**at, "signatoryId": one["id"], "type": "PERSONAL", "page": -1, "offsetX": 0.62, "offsetY": 0.2 + 0.1 * row})
    client.post("/v2/contract/send", contractId=draft["id"], stampers=stampers)
    client.post("/v2/contract/companysign", contractId=draft["id"])
    return draft["id"]


def parallel_signing(client, company, base):
    contract = sent(client, company, PEOPLE)
    links = [link(client, contract, one) for one in PEOPLE]
    check("three people sign the same contract on their phones", play(base, "parallel", links))
    check("it is COMPLETE", status(client, contract) == ("COMPLETE", ["SIGNED"] * 4))


def category_with_filling(client, company, base):
    person = RECEIVER
    parties = [{"tenantType": "COMPANY", "tenantName": company}, party(person)]
    values = [{"name": "乙方姓名", "value": person[0]}]
    draft = client.post("/v2/contract/draft", category={"name": "预设流程演示"}, signatories=parties, templateParams=values)
    receiver = draft["signatories"][1]["id"]
    left = [{"name": name, "signatoryId": receiver} for name in ("岗位", "合同起始日", "其他约定")]
    client.post("/v2/contract/contractModify", id=draft["id"], templateParams=left)
    client.post("/v2/contract/send", contractId=draft["id"])
    check("the contract waits for its receiver's values", status(client, draft["id"])[0] == "FILLING")
    check("the receiver fills them in", play(base, "fill", [link(client, draft["id"], person)]))
    check("then it can be signed", status(client, draft["id"])[0] == "SIGNING")
    params = client.post("/v2/contract/required/detail", contractId=draft["id"])
    check("nothing mandatory is missing", params["complete"])
    client.post("/v2/contract/employeeaudit", contractId=draft["id"], **{"pass": True})
    client.post("/v2/contract/companysign", contractId=draft["id"])
    check("the receiver signs at the place of the category", play(base, "sign", [link(client, draft["id"], person)], "filled"))
    check("it is COMPLETE", status(client, draft["id"]) == ("COMPLETE", ["SIGNED", "SIGNED"]))


def contract_to_void(client, company, base):
    contract = sent(client, company, PARTNERS)
    for number, one in enumerate(PARTNERS):
        check(f"partner {number + 1} signs", play(base, "sign", [link(client, contract, one)], f"before-void-{number + 1}"))
    return contract


def void_agreement(client, base, contract):
    client.post("/v2/contract/invalid", contractId=contract, reason="双方协商一致，改签新合同")
    check("the initiator has signed the agreement", status(client, contract) == ("INVALIDING", ["INVALIDED", "INVALIDING", "INVALIDING"]))
    check("both people agree", play(base, "void", [link(client, contract, one) for one in PARTNERS]))
    check("the contract is void", status(client, contract) == ("INVALIDED", ["INVALIDED"] * 3))


def main():
    (ROOT / "artifacts").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        sandbox = Sandbox(data).start()
        client = Client(sandbox.base, "QishuDemo1", APP_SECRET)
        company = client.get("/company/platforminfo")["name"]
        # A number gets one code a minute, so the partners rest between their two signatures.
        contract = contract_to_void(client, company, sandbox.base)
        parallel_signing(client, company, sandbox.base)
        category_with_filling(client, company, sandbox.base)
        void_agreement(client, sandbox.base, contract)
        sandbox.stop()
        sandbox.verify_all()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
