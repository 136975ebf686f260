"""The forms in which a city writes its case: one a section, with lists of rows."""
