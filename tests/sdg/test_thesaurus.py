"""The thesaurus: whole after one loading, and the secretariat's own after that."""

import json

import pytest
from django.db import IntegrityError, transaction

from sdg import thesaurus
from sdg.models import Goal, Target, TargetText, Term, ThesaurusVersion, fold_term


@pytest.fixture
def files(reference, monkeypatch, tmp_path):
    """A function that writes the two files anew and loads them; returns what changed."""

    def load(terms, labels):
        for name, content in (("TERMS_FILE", terms), ("LABELS_FILE", labels)):
            monkeypatch.setattr(thesaurus, name, tmp_path / name)
            (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
        return thesaurus.load_thesaurus()

    return load


def texts(**wanted):
    rows = Term.objects.in_use().filter(**wanted).order_by("pk")
    return list(rows.values_list("target_id", "language", "text"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ward  Office ", "ward office"),
        ("ＰＭ２．５", "pm2.5"),
        ("chất thải", "chất thải"),  # composed and taken apart
        ("ශ්‍රම", "ශ්රම"),  # with a joiner and without
        ("Straße", "STRASSE"),
        ("ごみ\u3000収集", "ごみ 収集"),
    ],
)
def test_one_term_however_it_is_spelled(one, other):
    assert fold_term(one) == fold_term(other)


@pytest.mark.parametrize(("one", "other"), [("bán", "bàn"), ("कला", "काला"), ("はし", "ばし")])
def test_marks_that_make_another_word_are_not_folded(one, other):
    assert fold_term(one) != fold_term(other)


@pytest.mark.sqlite
def test_files_that_ship_hold_words_for_each_target_in_each_language(thesaurus):
    languages = set(Term.Language.values)

    assert languages == {
        "en",
        "ko",
        "ja",
        "zh",
        "id",
        "vi",
        "th",
        "ne",
        "bn",
        "si",
        "hi",
        "fil",
        "km",
        "mn",
        "ur",
    }
    pairs = set(Term.objects.order_by().values_list("target_id", "language").distinct())
    assert pairs == {(code, one) for code in _codes() for one in languages}
    labels = set(TargetText.objects.values_list("target_id", "language"))
    assert labels == {(code, one) for code in _codes() for one in languages - {"en"}}
    assert ("11.6", "ko", "생활폐기물") in texts(language="ko", text="생활폐기물")
    assert Term.objects.exclude(origin="shipped").count() == 0


def _codes():
    return Target.objects.values_list("pk", flat=True)


def test_second_loading_changes_nothing_and_keeps_the_version(files):
    content = (
        {"12.5": {"en": ["garbage"], "ko": ["쓰레기 종량제"]}},
        {"12.5": {"ko": "쓰레기 감축"}},
    )
    files(*content)
    before = ThesaurusVersion.current()

    labels, terms = files(*content)

    assert labels.added == terms.added == terms.repaired == terms.removed == []
    assert ThesaurusVersion.current() == before != ""
    assert texts() == [("12.5", "en", "garbage"), ("12.5", "ko", "쓰레기 종량제")]


def test_removed_term_does_not_come_back_and_an_added_one_stays(files):
    files({"12.5": {"en": ["garbage", "rubbish"]}}, {})
    Term.objects.filter(text="garbage").update(is_removed=True)
    Term.objects.create(target_id="12.5", language="en", text="Trash bins")

    files({"12.5": {"en": ["GARBAGE", "rubbish"]}}, {})

    assert texts() == [("12.5", "en", "rubbish"), ("12.5", "en", "Trash bins")]


def test_new_files_add_repair_and_remove_what_shipped(files):
    files({"12.5": {"en": ["garbage", "refuse", "Reuse"]}}, {"12.5": {"ko": "가"}})
    before = ThesaurusVersion.current()

    labels, terms = files(
        {"12.5": {"en": ["garbage", "reuse", "trash", "TRASH"]}, "99.9": {"en": ["nothing"]}},
        {"12.5": {"ko": "쓰레기 감축"}, "99.9": {"ko": "가"}},
    )

    assert texts() == [("12.5", "en", "garbage"), ("12.5", "en", "reuse"), ("12.5", "en", "trash")]
    assert terms.added == ["12.5 (en) trash"]
    assert terms.repaired == ["12.5 (en) reuse"]
    assert terms.removed == ["12.5 (en) refuse"]
    assert labels.repaired == ["12.5 (ko) 쓰레기 감축"]
    assert ThesaurusVersion.current() != before


def test_term_added_by_the_secretariat_stays_as_it_wrote_it_when_it_ships_later(files):
    Term.objects.create(target_id="12.5", language="en", text="Trash Bins")

    files({"12.5": {"en": ["trash bins"]}}, {})
    files({"12.5": {"en": ["garbage"]}}, {})

    assert texts() == [("12.5", "en", "Trash Bins"), ("12.5", "en", "garbage")]


@pytest.mark.sqlite
def test_target_has_a_term_once_a_language(reference):
    Term.objects.create(target_id="12.5", language="en", text="Waste Bins")
    Term.objects.create(target_id="11.6", language="en", text="waste bins")
    Term.objects.create(target_id="12.5", language="fil", text="waste bins")

    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(target_id="12.5", language="en", text="waste  bins")


def test_terms_go_with_their_target(reference):
    Term.objects.create(target_id="12.5", language="en", text="bins")

    Target.objects.all().delete()
    Goal.objects.all().delete()

    assert Term.objects.count() == 0


def test_version_is_empty_until_something_is_loaded(reference, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert ThesaurusVersion.current() == ""
