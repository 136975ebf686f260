"""``python -m tests.findability FOLDER``: the table of what questions find.

The folder holds ``passages.jsonl`` (id, text, targets) and ``queries.tsv`` (question, targets that
answer it). Passages become cases of an index in a temporary folder, through the schema, the
tokenisers and the queries of the platform; reference data come from a database of its own.
"""

import os
import sys
import tempfile

import django

with tempfile.TemporaryDirectory() as folder:
    os.environ |= {
        "VAR_DIR": folder,
        "DATABASE_URL": "sqlite://:memory:",
        "SEARCH_INDEX_DIR": f"{folder}/index",
        "DEBUG": "1",
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")
    django.setup()

    from tests.findability.measure import main  # needs Django

    main(sys.argv[1])
