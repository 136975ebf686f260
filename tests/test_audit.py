"""What is known against the libraries that a site runs with."""

import json

import pytest

from tests import audit


def test_licences_of_all_libraries_of_a_site_are_allowed():
    found = audit.licences()
    assert {"django", "psycopg", "redis", "sentry-sdk", "boto3"} <= set(found)
    # Tools of development are no part of a site.
    assert not {"pytest", "djlint", "pip-audit"} & set(found)
    assert {name: said for name, said in found.items() if not audit.is_allowed(said)} == {}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("Apache Software License; BSD License", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("BSD License; Other/Proprietary License", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_licence_is_allowed_only_when_it_is_known(licence, allowed):
    assert audit.is_allowed(licence) is allowed


CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}, {"id": "X-2", "fix_versions": []}],
}
SKIPPED = {"name": "redis", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("rows", "code", "beginning"),
    [
        ([CLEAN], audit.NONE_KNOWN, "No vulnerability is known of 1 libraries."),
        ([CLEAN, WEAK], audit.SOME_KNOWN, "pillow 1.0: CVE-2026-1, mended in 1.1"),
        ([SKIPPED, CLEAN], audit.NOT_ASKED, "NOT CHECKED: nothing can be said of 1 of 2"),
        ([SKIPPED, WEAK], audit.SOME_KNOWN, "pillow 1.0: CVE-2026-1, mended in 1.1"),
        ([], audit.NOT_ASKED, "NOT CHECKED"),
    ],
)
def test_nothing_found_is_not_the_same_as_not_asked(rows, code, beginning):
    found, lines = audit.verdict(json.dumps({"dependencies": rows, "fixes": []}))
    assert found == code
    assert lines[0].startswith(beginning)


@pytest.mark.parametrize("report", ["", "[]", "{}", "<html>"])
def test_service_that_does_not_answer_is_said(report):
    code, lines = audit.verdict(report, "Traceback\nConnectionError: refused\n")
    assert code == audit.NOT_ASKED
    assert lines == ["NOT CHECKED: the service could not be asked (ConnectionError: refused)."]


def test_service_out_of_reach_is_not_taken_for_a_clean_bill(tmp_path, monkeypatch):
    (tmp_path / "constraints.txt").write_text("django==5.2\n", encoding="utf-8")
    monkeypatch.setattr(audit, "CONSTRAINTS", tmp_path / "constraints.txt")
    options = ["--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:9/"]
    code, lines = audit.vulnerabilities([*options, "--cache-dir", str(tmp_path), "--timeout", "2"])
    assert (code, lines[0].startswith("NOT CHECKED")) == (audit.NOT_ASKED, True)
