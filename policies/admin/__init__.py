"""The secretariat's pages on cases: queue, review, what follows a publication, imports and exports."""

from . import calls, cases, imports, mailings, members, queue, reference, thesaurus

__all__ = ["calls", "cases", "imports", "mailings", "members", "queue", "reference", "thesaurus"]
