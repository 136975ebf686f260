"""The library as data: its tables, descriptions of them for programs, a file of each month, the page."""
