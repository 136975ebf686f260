"""Numbers that are looked up when Prometheus asks; each app registers those that it knows.

They are plain values, so that no app needs the library of Prometheus, which is optional.
"""

from typing import NamedTuple

_sources = []


class Gauge(NamedTuple):
    """A number, or with ``label`` one number for each value of that label."""

    name: str
    description: str
    value: float | dict
    label: str = ""


def register_gauges(source):
    """Decorator for a function that yields :class:`Gauge`; registered in an app's ``ready``."""
    _sources.append(source)
    return source


def collect():
    """Yield all gauges of all apps as they are now."""
    for source in _sources:
        yield from source()
