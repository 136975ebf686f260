"""A request finds room for its frames in one piece of the stack."""

import subprocess
import sys

from django.conf import settings

from citynet.web.stack import in_one_piece

# Calls a function often at each of many depths, alone or below ``in_one_piece``, and counts how
# often the system had to bring in a page of memory.
PROGRAM = """
import resource
from citynet.web.stack import in_one_piece

def leaf():
    return None

def deep(depth):
    if depth:
        deep(depth - 1)
    for _ in range(200):
        leaf()

def application(environ, start_response):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(3):
        deep(900)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(application({}, None), in_one_piece(application)({}, None))
"""


def test_answer_is_that_of_the_application():
    def application(environ, start_response):
        start_response("200 OK", [("X-Path", environ["PATH_INFO"])])
        return [b"found"]

    started = []
    answer = in_one_piece(application)({"PATH_INFO": "/sdgs/"}, lambda *args: started.append(args))
    assert answer == [b"found"]
    assert started == [("200 OK", [("X-Path", "/sdgs/")])]


def test_no_piece_is_fetched_and_returned_again_and_again():
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    alone, in_one = map(int, found.stdout.split())
    # Bringing the one piece in is counted as well.
    assert alone > 4 * in_one
