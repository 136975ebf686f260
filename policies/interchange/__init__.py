"""The interchange format: JSON Lines in UTF-8, one case study a line.

``row`` gives the line of a revision, ``Importer`` brings lines in, and what is exported can be
imported again without any change. The keys and what they stand for are in ``fields``. Numbers are
texts of plain decimals, so that no reader rounds them; what is unknown is null, or an empty text.
Photos and files are not carried: an imported text keeps those of the text before it.
"""

from .importer import Importer
from .lines import row
from .reading import LineError

__all__ = ["Importer", "LineError", "row"]
