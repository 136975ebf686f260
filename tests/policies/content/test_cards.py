"""Cards and their parts: the macros of Jinja2 as Django's templates call them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils.translation.template import templatize

from policies.content import lists, summary
from policies.models import Revision
from sdg.models import Target
from tests.factories import LiveRevisionFactory


def render(source, **values):
    return engines["django"].from_string(source).render(values).strip()


def test_chip_links_to_its_target_in_the_colour_of_its_goal():
    target = Target(code="11.b", goal_id=11, label="A & B", text='Say "more"')

    html = (
        '<a class="chip" data-g="11" href="/sdgs/11.b/" title="Say &#34;more&#34;">'
        '<b>11.b</b><span class="t">A &amp; B</span></a>'
    )
    assert render("{% chip target %}", target=target) == html
    assert render("{% chips all %}", all=[target, target]) == f"<li>{html}</li><li>{html}</li>"
    assert render("{% chips all %}", all=[]) == ""


def test_strip_lights_the_goals():
    assert render("{% strip goals tall=True %}", goals=[6, 11]) == (
        '<div class="strip tall" aria-hidden="true"><i data-g="6"></i><i data-g="11"></i></div>'
    )
    assert render("{% strip goals %}", goals=[]) == '<div class="strip" aria-hidden="true"></div>'


@pytest.fixture
def revision(reference):
    """A case as a list shows it."""
    pk = LiveRevisionFactory(
        title="Buses & <trams>",
        summary="More buses.",
        start="2013",
        end="2015",
        stage="completed",
        targets=["11.2", "9.1"],
        themes=["transport"],
        case__member__name="Surabaya",
        case__member__slug="surabaya",
    ).pk
    return lists.read([pk])[0]


def test_card(revision):
    html = render("{% cards all %}", all=[revision])

    case = revision.case
    assert html.startswith(
        '<article class="case">\n'
        '<div class="strip" aria-hidden="true"><i data-g="9"></i><i data-g="11"></i></div>\n'
        '<div class="case-main">\n'
        f'<h3 class="case-title" lang="en" dir="ltr"><a href="/policies/{case.pk}/night-buses/">'
        "Buses &amp; &lt;trams&gt;</a></h3>\n"
        '<p class="meta"><span><b><a href="/members/surabaya/">Surabaya</a></b>, Indonesia</span>'
        "<span>2013–2015</span><span>Completed</span><span>Transport</span>"
        "<span>No results reported</span></p>\n"
        '<p class="case-sum" lang="en" dir="ltr">More buses.</p>\n'
        '<ul class="chips" role="list" aria-label="SDG targets"><li><a class="chip" data-g="11"'
    )
    assert html.endswith("</dl>\n</article>")
    assert html.count('<div class="fact unk"><dt>') == 3
    assert (
        '<div class="fact"><dt>Duration</dt><dd>2013–2015 <small>3 calendar years</small></dd></div>'
        in html
    )
    assert "checkbox" not in html


def test_card_with_heading_words_and_box(revision):
    html = render("{% cards all level=2 words='buses' compare=True %}", all=[revision])

    assert '<h2 class="case-title"' in html
    assert "><mark>Buses</mark> &amp; &lt;trams&gt;</a></h2>" in html
    assert "More <mark>buses</mark>." in html
    assert f'name="case" value="{revision.case_id}" form="compare"' in html
    assert '<span class="vh"> Buses &amp; &lt;trams&gt;</span>' in html


def test_card_value_of_the_box_has_no_separator(revision):
    revision.case.pk = 12345

    assert 'value="12345"' in render("{% cards all compare=True %}", all=[revision])


def test_card_of_an_area_without_a_label_names_no_country(revision):
    revision.case.member.country = "TW"

    assert "Surabaya</a></b></span>" in render("{% cards all %}", all=[revision])


@pytest.mark.parametrize("rows", [1, 3])
def test_cards_ask_the_database_nothing(rows, reference, django_assert_num_queries):
    keys = [LiveRevisionFactory(targets=["11.2"], themes=["transport"]).pk for _ in range(rows)]
    summary.rebuild(Revision.objects.live())
    revisions = lists.read(keys)

    with django_assert_num_queries(0):
        html = render("{% cards all %}", all=revisions)

    assert html.count("<article") == rows
    assert html.count(">Transport<") == rows


def test_messages_of_cards_are_found_for_translation():
    source = (Path(settings.BASE_DIR) / "templates/jinja2/cards.html").read_text()

    assert {'_("SDG targets")', '_("Compare")'} <= set(re.findall(r"_\(.*?\)", templatize(source)))
