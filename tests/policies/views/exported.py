"""Reading the files of the list of policies, for the tests of exports."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FILES = ["csv", "jsonl", "xlsx"]


def csv_rows(answer):
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def workbook_rows(answer, sheet):
    """Rows of a sheet as lists of texts and numbers, read from the file itself."""
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as book:
        assert book.testzip() is None
        tree = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 - made by us
    assert tree.findall(f".//{SHEET}f") == []
    rows = []
    for line in tree.iter(f"{SHEET}row"):
        cells = {}
        for cell in line:
            column = re.match("[A-Z]+", cell.get("r"))[0]
            text = "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
            number = cell.findtext(f"{SHEET}v")
            cells[column] = text if cell.get("t") == "inlineStr" else float(number)
        rows.append(cells)
    return rows


def entries(answer):
    return ET.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314 - made by us
