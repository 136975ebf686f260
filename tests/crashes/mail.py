"""A mail server that outlives those who send: it notes each mail before it says that it has it."""

import os
import re
import signal
import socketserver
from collections import Counter
from contextlib import contextmanager

NUMBER = re.compile(rb"^Message-ID: <notice-(\d+)", re.MULTILINE | re.IGNORECASE)


class _Session(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as Django's sender needs."""

    def handle(self):
        self.say("220 ready")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.note()
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def note(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                number = NUMBER.search(b"".join(lines)).group(1)
                os.write(self.server.log, number + b"\n")
                return
            lines.append(line)
        # The sender has died in the middle: this mail was never taken.
        raise ConnectionError


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Senders are killed here: broken connections are what is expected."""


@contextmanager
def mail_server(path):
    """A mail server in a process of its own, which writes to the file ``path``; yields its port."""
    server = _Server(("127.0.0.1", 0), _Session)
    process = os.fork()
    if not process:
        server.log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        server.serve_forever()
    server.server_close()
    try:
        yield server.server_address[1]
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)


def mailed(path):
    """How often each notice was taken, by its number."""
    if not path.exists():
        return Counter()
    return Counter(int(line) for line in path.read_text().splitlines())
