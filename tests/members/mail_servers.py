"""Mail servers with faults, as e-mail backends."""

import os
import signal
import smtplib

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend

from members.notices.delivery import deliver


class Unreachable(BaseEmailBackend):
    """Nobody answers."""

    def open(self):
        raise ConnectionRefusedError(111, "Connection refused\x00\nBcc: everybody")


class Hasty(LocmemBackend):
    """Takes the connection and loses it, also when it is closed."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    def close(self):
        raise OSError("not connected")


class Picky(LocmemBackend):
    """Refuses mail to addresses that begin with "bad"."""

    def send_messages(self, messages):
        for message in messages:
            if message.to[0].startswith("bad"):
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"No such mailbox")})
        return super().send_messages(messages)


class Crowded(LocmemBackend):
    """While it takes a mail, another sender looks for mail to send."""

    def send_messages(self, messages):
        count = super().send_messages(messages)
        deliver()
        return count


class Last(LocmemBackend):
    """The machine shuts down while the mail is sent."""

    def send_messages(self, messages):
        os.kill(os.getpid(), signal.SIGTERM)
        return super().send_messages(messages)
