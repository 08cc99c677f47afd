"""Kills the server with SIGKILL at random moments of the main flow; afterwards every promise must hold.

    python3 scripts/kill_test.py --kills 20
"""

import argparse
import random
import sys
import tempfile
import threading
import time

from sandbox import ROOT, Sandbox

sys.path.insert(0, str(ROOT / "examples"))
from first_contract import prepare  # noqa: E402
from qishu_client import Client  # noqa: E402
from sign_as_person import sign  # noqa: E402


class Load(threading.Thread):
    """Makes and signs contracts until it is told to stop; a refused connection is tried again. Remembers what was accepted."""

    def __init__(self, base, pdf, number):
        super().__init__(daemon=True)
        self.base, self.pdf, self.number = base, pdf, number
        self.stopping, self.complete, self.sealed = False, [], []

    def run(self):
        client = Client(self.base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
        count = 0
        while not self.stopping:
            count += 1
            contact = f"139{self.number:03d}{count:05d}"
            try:
                contract, _, link = prepare(client, self.pdf, "张三", contact)
                self.sealed.append(contract)
                if sign(link, contact)["contractStatus"] == "COMPLETE":
                    self.complete.append(contract)
            except (OSError, ValueError, SystemExit):
                time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    pdf = (ROOT / "examples/contract.pdf").read_bytes()
    with tempfile.TemporaryDirectory() as data:
        sandbox = Sandbox(data).start()
        load = [Load(sandbox.base, pdf, number) for number in range(3)]
        for thread in load:
            thread.start()
        for _ in range(arguments.kills):
            time.sleep(chance.uniform(0.2, 1.6))
            sandbox.kill()
            sandbox.start()
        for thread in load:
            thread.stopping = True
        for thread in load:
            thread.join(timeout=120)
        complete = [contract for thread in load for contract in thread.complete]
        sealed = [contract for thread in load for contract in thread.sealed]
        client = Client(sandbox.base, "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
        lost = [contract for contract in complete if status(client, contract) != "COMPLETE"]
        lost += [contract for contract in sealed if status(client, contract) not in ("SIGNING", "COMPLETE")]
        sandbox.stop()
        sandbox.verify_all()
        print(f"{arguments.kills} kills, {len(sealed)} contracts sealed, {len(complete)} completed, {len(lost)} lost")
        print(f"{1 - bool(lost)} passed, {int(bool(lost))} failed")
        sys.exit(1 if lost or not complete else 0)


def status(client, contract):
    return client.get("/v2/contract/detail", contractId=contract)["status"]


if __name__ == "__main__":
    main()
