"""Processes forked from one that has everything loaded, and holds no connection and no file."""

import json
import os
import random
import signal
import sys
import time
import traceback


def apart(call, *arguments):
    """Return what ``call`` returns in a process of its own: the machine after a restart."""
    mine, its = os.pipe()
    process = os.fork()
    if not process:
        os.close(mine)
        _end(lambda: _send(its, json.dumps(call(*arguments)).encode()))
    os.close(its)
    with os.fdopen(mine, "rb") as pipe:
        answer = pipe.read()
    if os.waitpid(process, 0)[1]:
        raise RuntimeError(f"{call} failed")
    return json.loads(answer)


class Killed:
    """What a process had said when it was killed, so many ``seconds`` after it was ready: what it had
    begun, and of what it had been sure."""

    def __init__(self, said, seconds):
        self.seconds = seconds
        lines = [line.split(" ", 1) for line in said.splitlines()]
        self.begun = [text for word, text in lines if word == "begun"]
        self.kept = [text for word, text in lines if word == "kept"]


def killed(work, *arguments, within=0, units=0):
    """Let a process ``work``, and kill it at a random moment ``within`` so many seconds, or after it
    was sure of so many ``units``.

    The time runs from the moment at which it says "ready". ``work`` is called with a function that
    says a line: it is out, whole, when that returns.
    """
    mine, its = os.pipe()
    process = os.fork()
    if not process:
        os.close(mine)
        _end(lambda: work(lambda line: _send(its, f"{line}\n".encode()), *arguments))
    os.close(its)
    said = _until(mine, b"", lambda said: b"ready\n" in said)
    began = time.monotonic()
    said = _until(mine, said, lambda said: said.count(b"\nkept ") >= units)
    time.sleep(random.uniform(0, within))
    seconds = time.monotonic() - began
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with os.fdopen(mine, "rb") as pipe:
        said += pipe.read()
    return Killed(said.decode().replace("ready\n", "", 1), seconds)


def _until(pipe, said, enough):
    """All that was said by the time at which it is ``enough``."""
    while not enough(said):
        piece = os.read(pipe, 65536)
        if not piece:
            raise RuntimeError(f"A process ended by itself. It said: {said.decode()}")
        said += piece
    return said


def _send(pipe, content):
    while content:
        content = content[os.write(pipe, content) :]


def _end(call):
    """End this process after ``call``, without what the process it was forked from would do."""
    code = 1
    try:
        call()
        code = 0
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
