"""Room for the frames of a request in one piece.

CPython (3.11 and later) keeps the frames of Python functions in pieces of 16 kB and gives a piece
back to the system as soon as it is empty. A page of lists makes some 60,000 calls at about the same
depth: where the border between two pieces happens to lie there, thousands of calls each fetch a
piece and return it. Measured: a third of the search page, more or less by the depth at which a web
server calls the site. A function with many local variables gets a piece as large as it needs, and
all that it calls finds room in the rest.
"""

from functools import wraps

# Local variables of 8 bytes: a piece of 512 kB, 190 of them free for some 300 frames.
VARIABLES = 40_000


def in_one_piece(application):
    """Return a WSGI application that answers as ``application`` does, with room for its frames."""
    names = " = ".join(f"v{number}" for number in range(VARIABLES))
    source = (
        f"def roomy(call, *args):\n    if call:\n        return call(*args)\n    {names} = None"
    )
    namespace = {}
    exec(source, namespace)  # noqa: S102 - nobody would write so many names by hand
    roomy = namespace["roomy"]

    @wraps(application)
    def answer(environ, start_response):
        return roomy(application, environ, start_response)

    return answer
