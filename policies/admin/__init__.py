"""The secretariat's pages on cases: queue, review, what follows a publication, imports and exports."""

from . import cases, imports, members, queue, reference, thesaurus

__all__ = ["cases", "imports", "members", "queue", "reference", "thesaurus"]
