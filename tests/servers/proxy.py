"""A way to a server that can be closed or blocked: for servers that are down, or too slow."""

import contextlib
import socket
import threading


class Proxy:
    """Listens on ``port`` of this machine and passes on to ``target``.

    ``open()``; ``close()``: connections are broken off; ``block()``: taken, and nothing is said.
    """

    def __init__(self, target):
        self.target = target
        self.way = "open"
        self.pairs = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def open(self):
        self._break_off()
        self.way = "open"

    def close(self):
        self.way = "closed"
        self._break_off()

    def block(self):
        self.way = "blocked"

    def stop(self):
        self.close()
        self.listener.close()

    def _break_off(self):
        for each in list(self.pairs):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            if self.way == "closed":
                client.close()
                continue
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client):
        with client:
            self.pairs.add(client)
            try:
                with socket.create_connection(("127.0.0.1", self.target), timeout=10) as server:
                    server.settimeout(None)
                    self.pairs.add(server)
                    back = threading.Thread(target=self._pass, args=[server, client], daemon=True)
                    back.start()
                    self._pass(client, server)
                    back.join()
                    self.pairs.discard(server)
            except OSError:
                pass
            finally:
                self.pairs.discard(client)

    def _pass(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.way == "blocked":
                    continue
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
