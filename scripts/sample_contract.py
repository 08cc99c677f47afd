"""Makes the sample: a contract sealed by the demo company and signed by a person, through the API and the page.

    python3 scripts/sample_contract.py BASE INPUT.pdf OUTPUT.pdf
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))
from first_contract import prepare  # noqa: E402
from qishu_client import Client  # noqa: E402
from sign_as_person import sign  # noqa: E402


def main():
    base, source, target = sys.argv[1:4]
    target = pathlib.Path(target)
    if target.exists():
        return
    client = Client(base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
    contract, document, link = prepare(client, pathlib.Path(source).read_bytes(), "张三", "13900000001")
    outcome = sign(link, "13900000001")
    if outcome["contractStatus"] != "COMPLETE":
        sys.exit(f"the sample is {outcome['contractStatus']}, not COMPLETE")
    target.write_bytes(client.download("/v2/document/download", documentId=document))


if __name__ == "__main__":
    main()
