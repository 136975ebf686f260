"""A mail server that keeps what it is sent."""

import contextlib
import socketserver
import threading


class MailServer:
    def __init__(self):
        self.mails = []
        mails = self.mails

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    self.talk()

            def talk(self):
                self.say("220 here")
                while line := self.rfile.readline().strip().upper():
                    if line == b"DATA":
                        self.say("354 go on")
                        text = b""
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            text += part
                        mails.append(text.decode())
                        self.say("250 kept")
                    elif line == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
