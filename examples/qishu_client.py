"""A small client of the Open API, standard library only.

    from qishu_client import Client
    client = Client("http://127.0.0.1:8080", "QishuDemo1", "QishuDemoSecret0123456789abcdef0")
    client.get("/company/platforminfo")
"""

import hashlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Refused(Exception):
    """The service answered with a code that is not 0."""

    def __init__(self, answer):
        super().__init__(f"{answer.get('code')} {answer.get('message')}")
        self.answer = answer


class Client:
    def __init__(self, base, token, secret):
        self.base, self.token, self.secret = base.rstrip("/"), token, secret

    def headers(self):
        timestamp, nonce = str(int(time.time() * 1000)), str(uuid.uuid4())
        text = self.token + self.secret + timestamp + nonce
        return {
            "x-qys-open-accesstoken": self.token,
            "x-qys-open-timestamp": timestamp,
            "x-qys-open-nonce": nonce,
            "x-qys-open-signature": hashlib.md5(text.encode()).hexdigest(),
        }

    def send(self, method, path, body=None, content_type=None):
        headers = self.headers()
        if content_type:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.headers.get("Content-Type", ""), response.read()
        except urllib.error.HTTPError as error:
            return error.headers.get("Content-Type", ""), error.read()

    def result(self, content_type, body):
        answer = json.loads(body)
        if answer["code"] != 0:
            raise Refused(answer)
        return answer.get("result")

    def post(self, path, **fields):
        body = json.dumps(fields).encode()
        return self.result(*self.send("POST", path, body, "application/json;charset=UTF-8"))

    def get(self, path, **query):
        query = urllib.parse.urlencode(query)
        return self.result(*self.send("GET", f"{path}?{query}" if query else path))

    def download(self, path, **query):
        content_type, body = self.send("GET", f"{path}?{urllib.parse.urlencode(query)}")
        if "json" in content_type:
            raise Refused(json.loads(body))
        return body

    def upload(self, path, file_name, data, **fields):
        boundary = "----qishu" + uuid.uuid4().hex
        parts = []
        for name, value in fields.items():
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n")
        parts.append(f"--{boundary}--\r\n".encode())
        return self.result(*self.send("POST", path, b"".join(parts), f"multipart/form-data; boundary={boundary}"))
