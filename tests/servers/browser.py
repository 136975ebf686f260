"""Somebody with a browser: keeps cookies, sends forms, can be sent to any node of the site."""

import http.client
import itertools
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

_addresses = itertools.count(1)


@dataclass
class Answer:
    status: int
    headers: dict  # names in small letters
    content: bytes

    @property
    def text(self):
        return self.content.decode()


class Browser:
    """Visits from an address of its own, unless one is given: limits count by address."""

    def __init__(self, node, *, address=None, patience=40):
        number = next(_addresses)
        self.node, self.patience = node, patience
        self.address = address or f"10.9.{number // 250}.{number % 250 + 1}"
        self.cookies = {}

    def get(self, path, *, node=None, method="GET"):
        return self._send(node or self.node, method, path, None, {})

    def post(self, path, data, *, node=None, files=None):
        """Send a form; ``files`` is {name: (file name, content)}."""
        node = node or self.node
        # Any secret will do, as long as cookie and form have the same.
        token = self.cookies.setdefault("csrftoken", "c" * 32)
        headers = {"X-CSRFToken": token}
        if files is None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data, doseq=True).encode()
        else:
            mark = uuid.uuid4().hex
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
            body = _multipart(mark, data, files)
        return self._send(node, "POST", path, body, headers)

    def sign_in(self, email, password, *, node=None):
        """Through the form, as people do."""
        return self.post("/accounts/login/", {"login": email, "password": password}, node=node)

    def _send(self, node, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=self.patience)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        host = {"Host": node.host} if hasattr(node, "host") else {}
        headers = {
            **host,
            "User-Agent": "Mozilla/5.0",
            "X-Forwarded-For": self.address,
            **({"Cookie": cookies} if cookies else {}),
            **headers,
        }
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, content)

    def _keep(self, cookie):
        name, _equals, value = cookie.partition(";")[0].partition("=")
        value = value.strip('"')
        if value:
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


def _multipart(mark, data, files):
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in data.items()
    ]
    for name, (file_name, content) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"'
        parts.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode()
