"""From nothing to a contract that is waiting for its signer: draft, add a PDF, send, seal, link.

    python3 examples/first_contract.py contract.pdf [--name 张三] [--contact 13900000001] [--base http://127.0.0.1:8080]

Prints the contract's id and the link that the person opens. With --wait it also waits until the person has signed and
saves the signed PDF beside the original.
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from qishu_client import Client, Refused  # noqa: E402


def prepare(client, pdf, name, contact, callback=None, company_stamps=None, person_stamps=None):
    """Drafts, adds the document, sends and seals; answers the contract's id, its document's id and the signing link."""
    company = client.get("/company/platforminfo")["name"]
    draft = {
        "subject": f"合作协议（{name}）",
        "signatories": [
            {
                "tenantType": "COMPANY",
                "tenantName": company,
                "serialNo": 1,
                "actions": [{"type": "COMPANY", "name": "盖章", "serialNo": 0}],
            },
            {
                "tenantType": "PERSONAL",
                "tenantName": name,
                "serialNo": 2,
                "receiver": {"name": name, "contact": contact, "contactType": "MOBILE"},
            },
        ],
    }
    if callback:
        draft["callbackUrl"] = callback
    contract = client.post("/v2/contract/draft", **draft)
    sponsor, person = contract["signatories"]
    document = client.upload(
        "/v2/document/addbyfile",
        "contract.pdf",
        pdf,
        contractId=contract["id"],
        title="合作协议",
        fileSuffix="pdf",
    )["documentId"]
    seal = client.get("/v2/seal/list")["list"][0]["id"]
    at = {"documentId": document}
    # By keyword: right behind the words, moved down. By coordinates: fractions of the page, from its lower left corner.
    company_stamps = company_stamps or [
        {"type": "COMPANY", "keyword": "甲方（盖章）", "offsetX": -0.02, "offsetY": -0.07, "sealId": seal},
        {"type": "TIMESTAMP", "keyword": "日期：", "keywordIndex": 1, "offsetY": -0.006},
        {"type": "ACROSS_PAGE", "offsetY": 0.6, "sealId": seal},
    ]
    person_stamps = person_stamps or [
        {"type": "PERSONAL", "page": -1, "offsetX": 0.62, "offsetY": 0.46},
        {"type": "TIMESTAMP", "keyword": "日期：", "keywordIndex": -1, "offsetY": -0.006, "datePattern": "Chinese"},
    ]
    stampers = [{**stamp, **at, "actionId": sponsor["actions"][0]["id"]} for stamp in company_stamps]
    stampers += [{**stamp, **at, "signatoryId": person["id"]} for stamp in person_stamps]
    client.post("/v2/contract/send", contractId=contract["id"], stampers=stampers)
    client.post("/v2/contract/companysign", contractId=contract["id"])
    user = {"name": name, "contact": contact, "contactType": "MOBILE"}
    page = client.post("/v2/contract/pageurl", contractId=contract["id"], user=user, hideRejectButton=False)
    return contract["id"], document, page["pageUrl"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=pathlib.Path)
    parser.add_argument("--name", default="张三")
    parser.add_argument("--contact", default="13900000001")
    parser.add_argument("--base", default="http://127.0.0.1:8080")
    parser.add_argument("--token", default="QishuDemo1")
    parser.add_argument("--secret", default="QishuDemoSecret0123456789abcdef0")
    parser.add_argument("--callback", help="address that gets the status callbacks of this contract")
    parser.add_argument("--wait", action="store_true", help="wait for the signature and save the signed PDF")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    client = Client(arguments.base, arguments.token, arguments.secret)
    try:
        contract, document, link = prepare(
            client, arguments.pdf.read_bytes(), arguments.name, arguments.contact, arguments.callback
        )
    except Refused as refused:
        sys.exit(f"refused: {refused}")
    if arguments.json:
        print(json.dumps({"contractId": contract, "documentId": document, "pageUrl": link}))
    else:
        print(f"contract {contract}\nopen     {link}")
    while arguments.wait:
        status = client.get("/v2/contract/detail", contractId=contract)["status"]
        if status != "SIGNING":
            print(f"status   {status}")
            break
        time.sleep(1)
    if arguments.wait:
        signed = arguments.pdf.with_suffix(".signed.pdf")
        signed.write_bytes(client.download("/v2/document/download", documentId=document))
        print(f"saved    {signed}")


if __name__ == "__main__":
    main()
