"""The interchange format: JSON Lines in UTF-8, one case study a line.

``row`` returns the line of a revision, ``records`` the same with number, address, dates and licence
of public ones, with what is linked to their cases. ``Importer`` imports lines, and what is exported can be
imported again without any change. The keys follow from the models (``lines``). Numbers are texts of
plain decimals, so that no reader rounds them; what is unknown is null, or an empty text. Photos and
files are not carried: an imported text keeps those of the text before it.

``workbook`` reads spreadsheets as if they were lines, and ``import_runs`` imports the files that the
secretariat uploads.
"""

from .importer import Importer
from .lines import identified, records, row
from .reading import LineError

__all__ = ["Importer", "LineError", "identified", "records", "row"]
