"""A sandbox for the scripts that test from outside: the real binary on a free port, and a receiver of callbacks."""

import base64
import hashlib
import hmac
import http.server
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("SANDBOX_BINARY", str(ROOT / "target/debug/qishu"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sandbox:
    def __init__(self, data):
        self.data, self.port = pathlib.Path(data), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        command = [BINARY, "serve", "--demo", "--data-dir", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.data / "server.log", "ab") as log:
            # Standard output shows the sandbox's public credentials; the log is on standard error.
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.base + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise SystemExit(f"the server did not become ready, see {self.data}/server.log")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=40) != 0:
            raise SystemExit("the server did not stop cleanly")

    def command(self, *arguments):
        """Runs another command on the data folder; answers its exit code."""
        done = subprocess.run([BINARY, *arguments, "--demo", "--data-dir", str(self.data)], capture_output=True, text=True)
        print(done.stdout + done.stderr if done.returncode else "", end="")
        return done.returncode

    def verify_all(self):
        """Prints and checks the promises; the server must not run."""
        command = [BINARY, "verify", "--all", "--demo", "--data-dir", str(self.data)]
        done = subprocess.run(command, capture_output=True, text=True)
        print(done.stdout, end="")
        if done.returncode != 0:
            raise SystemExit(f"promises are broken\n{done.stderr}")


def webhook_holds(headers, body, secret):
    """The second signature, which covers the body: `v1,` and Base64 of HMAC-SHA256 over id, time and body."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    mac = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return f"v1,{mac}" in headers["webhook-signature"].split(" ")


class Receiver:
    """Takes status callbacks and checks both of their signatures."""

    def __init__(self, key, webhook_secret):
        receiver = self
        self.events, self.wrong = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body))
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query))
                expected = hashlib.md5((query["timestamp"] + key).encode()).hexdigest()
                if query["signature"] != expected or not webhook_holds(self.headers, body, webhook_secret):
                    receiver.wrong.append(self.path)
                receiver.events.append({**form, "query": query})
                self.send_response(200)
                self.send_header("Content-Length", "7")
                self.end_headers()
                self.wfile.write(b"success")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/callback?tenant=A"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, contract, kinds, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            got = [event["callbackType"] for event in self.events if event.get("contractId") == contract]
            if sorted(set(got)) == sorted(set(kinds)):
                return got
            time.sleep(0.1)
        raise SystemExit(f"callbacks of {contract}: expected {kinds}, got {got}")
