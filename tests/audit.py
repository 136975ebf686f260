"""What is known against the libraries that a site runs with: vulnerabilities, and licences.

``python -m tests.audit vulnerabilities`` asks for known vulnerabilities of every pinned version and ends with
0 (none known), 1 (some known) or 3 (it could not be asked, or not for all: nothing is known then).
``python -m tests.audit licences`` lists the licences and ends with 0 or, where one is not allowed,
with 1.
"""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

PROJECT = "urban-sdg-knowledge-platform"
CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
NONE_KNOWN, SOME_KNOWN, NOT_ASKED = 0, 1, 3
BIN = Path(sys.executable).parent

# Licences under which a library may be part of a site whose own code is free to be used in any way:
# permissive ones, and those that ask to share changes of the library itself only.
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD",
        "CNRI-Python",
        "HPND",
        "ISC",
        "LGPL-3.0-only",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "Zlib",
    }
)
# What libraries call the same licences.
NAMES = {
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mozilla Public License 2.0": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
# Libraries that do not say it in a form for machines: as read in the file that comes with them.
READ = {"currencyconverter": "Apache-2.0", "qrcode": "BSD-3-Clause"}


def libraries(extra="production"):
    """Names of the libraries that a site needs, with those that they need, as installed here."""
    found, waiting = set(), [(PROJECT, extra)]
    while waiting:
        name, wanted = waiting.pop()
        for text in metadata.distribution(name).requires or ():
            need = Requirement(text)
            if need.marker and not any(
                need.marker.evaluate(default_environment() | {"extra": each})
                for each in {"", wanted}
            ):
                continue
            key = re.sub("[-_.]+", "-", need.name).lower()
            for each in {"", *need.extras}:
                if (key, each) not in found:
                    found.add((key, each))
                    waiting.append((key, each))
    return sorted({key for key, _extra in found} - {PROJECT})


def licences():
    """name -> what the library says of its licence, of all that a site needs."""
    answer = subprocess.run(
        [BIN / "pip-licenses", "--from=mixed", "--format=json", "--packages", *libraries()],
        capture_output=True,
        text=True,
        check=True,
    )
    said = {re.sub("[-_.]+", "-", row["Name"]).lower(): row for row in json.loads(answer.stdout)}
    return {name: READ.get(name, said[name]["License"]) for name in libraries()}


def is_allowed(licence):
    """Whether an expression such as "MIT OR GPL-3.0-only" or a list of names may be used.

    Of alternatives one has to be allowed, of all others each.
    """
    if " OR " in licence:
        return any(is_allowed(part) for part in licence.strip("()").split(" OR "))
    parts = [NAMES.get(part, part) for part in re.split(r" AND |; ", licence)]
    return all(part in ALLOWED for part in parts)


def vulnerabilities(arguments=()):
    """(exit code, lines to print) of what is known against the pinned versions."""
    answer = subprocess.run(
        [
            BIN / "pip-audit",
            *("--requirement", CONSTRAINTS, "--no-deps", "--disable-pip"),
            *("--format", "json", "--progress-spinner", "off", *arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return verdict(answer.stdout, answer.stderr)


def verdict(report, errors=""):
    """(exit code, lines) of a report of pip-audit; anything it does not tell counts as not asked."""
    try:
        rows = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = errors.strip().splitlines()[-1:] or ["no answer"]
        return NOT_ASKED, [f"NOT CHECKED: the service could not be asked ({last[0]})."]
    weak = [row for row in rows if row.get("vulns")]
    unknown = [row["name"] for row in rows if "skip_reason" in row]
    lines = [
        f"{row['name']} {row['version']}: {vulnerability['id']}, mended in "
        f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for row in weak
        for vulnerability in row["vulns"]
    ]
    if unknown:
        lines.append(
            f"NOT CHECKED: nothing can be said of {len(unknown)} of {len(rows)} libraries "
            f"({', '.join(unknown[:5])}…): the service does not know them or is not reachable."
        )
    if weak:
        return SOME_KNOWN, lines
    if unknown or not rows:
        return NOT_ASKED, lines or ["NOT CHECKED: nothing was asked."]
    return NONE_KNOWN, [f"No vulnerability is known of {len(rows)} libraries."]


def _print_licences():
    found = licences()
    for name, licence in found.items():
        sys.stdout.write(f"{name:28} {licence}{'' if is_allowed(licence) else '   NOT ALLOWED'}\n")
    return int(not all(map(is_allowed, found.values())))


def main(what):
    if what == "licences":
        return _print_licences()
    code, lines = vulnerabilities()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
