"""Template tags, components and the frame that every page stands on."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from citynet.templatetags import ui
from citynet.web import maps
from members.models import Member
from policies.content.key_facts import Fact
from tests.factories import MemberFactory


def render(source, **values):
    return engines["django"].from_string(source).render(values).strip()


def page_at(path, source='{% extends "base.html" %}'):
    request = RequestFactory().get(path)
    request.resolver_match = resolve(request.path)
    return engines["django"].from_string(source).render({}, request)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.", "<p>One.</p>"),
        ("One.\nTwo.", "<p>One.<br>Two.</p>"),
        ("One.\r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("Before:\n- a\n\n- b\nAfter", "<p>Before:</p><ul><li>a</li><li>b</li></ul><p>After</p>"),
        ("-no list\n1 - 2", "<p>-no list<br>1 - 2</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("https://example.org", "<p>https://example.org</p>"),
        ("- <script>alert(1)</script>", "<ul><li>&lt;script&gt;alert(1)&lt;/script&gt;</li></ul>"),
        ("  \n \n", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_prose(text, html):
    assert ui.prose(text) == html


@given(st.text())
def test_prose_makes_no_other_tags(text):
    tags = set(re.findall(r"<[^>]*>", ui.prose(text)))

    assert tags <= {"<p>", "</p>", "<br>", "<ul>", "</ul>", "<li>", "</li>"}


def test_filters_write_values():
    source = "{{ a|money:'KRW' }}; {{ b|usd }}; {{ c|number }}"

    assert render(source, a=13_000_000_000, b=11_871_234, c="26.90") == (
        "KRW 13 billion; USD 11.9 million; 26.9"
    )


def test_plain_number_has_no_separator():
    assert render("{{ year }} {{ year|plain }} {{ nothing|plain }}", year=2013, nothing=None) == (
        "2,013 2013"
    )


def test_absolute_address(settings):
    settings.SITE_URL = "https://city.example"

    assert render("{{ '/policies/'|absolute }}") == "https://city.example/policies/"


def test_goal_of_a_target():
    assert render("{{ '11.b'|goal_of }} {{ '1.5'|goal_of }}") == "11 1"


def test_not_reported():
    assert render("{% not_reported %}") == '<span class="nr">Not reported</span>'


def test_facts_below_the_title_of_a_case():
    facts = [Fact("Budget", "USD 1", "a < b"), Fact("Staff", "Not reported", unknown=True)]

    result = render_to_string("components/keys.html", {"facts": facts})

    assert result.strip() == (
        """<dl class="keys">
<div><dt>Budget</dt><dd>USD 1</dd><dd>a &lt; b</dd></div>
<div class="unk"><dt>Staff</dt><dd>Not reported</dd></div>
</dl>"""
    )


def test_crumbs():
    source = '{% include "components/crumbs.html" with crumbs=crumbs only %}'

    html = render(source, crumbs=[("Policies", "/policies/"), ("A & B", "")])

    assert html == (
        '<nav class="crumbs" aria-label="Breadcrumb"><ol role="list"><li><a href="/">Home</a></li>'
        '<li><a href="/policies/">Policies</a></li><li>A &amp; B</li></ol></nav>'
    )


def pager(address, page, **values):
    source = '{% include "components/pager.html" with page=page query=query only %}'
    request = RequestFactory().get(address)
    values["page"] = page
    return engines["django"].from_string(source).render(values, request)


def test_pager_links_keep_the_query_and_the_first_page_has_no_number():
    html = pager("/policies/?goal=11&page=2&q=a%26b", Paginator(range(200), 20).page(2))

    assert re.findall(r'href="([^"]*)"(?: rel="(\w+)")?', html) == [
        ("?goal=11&amp;q=a%26b", "prev"),
        ("?goal=11&amp;q=a%26b", ""),
        ("?goal=11&amp;q=a%26b&amp;page=3", ""),
        ("?goal=11&amp;q=a%26b&amp;page=10", ""),
        ("?goal=11&amp;q=a%26b&amp;page=3", "next"),
    ]
    assert re.findall(r"<span aria-current=\"page\">.*?</span>(\d+)</span>", html) == ["2"]
    assert "21 to 40 of 200" in html


def test_pager_takes_a_query_of_its_own():
    page = Paginator(range(30), 20).page(1)

    html = pager("/policies/?utm=1", page, query=QueryDict("goal=11&page=9"))

    assert re.findall(r'href="([^"]*)"', html) == ["?goal=11&amp;page=2"] * 2


def test_pager_of_one_page_is_empty():
    assert pager("/policies/", Paginator(range(20), 20).page(1)).strip() == ""


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", []),
        ("/policies/", ["Policies"]),
        ("/policies/12/night-buses/", ["Policies"]),
        ("/policies/compare/", []),
        ("/sdgs/coverage/", ["Goals"]),
        ("/members/seoul/", ["Members"]),
        ("/about/", []),
        ("/codebook/", []),
    ],
)
def test_masthead_marks_the_part_of_the_site(path, current):
    html = page_at(path)

    assert re.findall(r'aria-current="page">([^<]+)<', html) == current


@pytest.mark.parametrize(
    ("path", "boxes"), [("/", 0), ("/policies/", 0), ("/policies/compare/", 1), ("/about/", 1)]
)
def test_masthead_search_is_left_out_where_the_page_has_its_own(path, boxes):
    assert page_at(path).count('name="q"') == boxes


def test_canonical_address_has_no_query(settings):
    settings.SITE_URL = "https://city.example"

    html = page_at("/members/?utm_source=mail")

    assert '<link rel="canonical" href="https://city.example/members/">' in html


def test_frame_without_a_request_has_no_canonical_address():
    html = render_to_string("base.html")

    assert "canonical" not in html
    assert '<main id="main" class="wrap">' in html


@pytest.mark.usefixtures("translated")
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_frame_says_language_and_direction(language, direction):
    with translation.override(language):
        html = render_to_string("base.html")

    assert f'<html lang="{language}" dir="{direction}">' in html


def test_frame_has_nothing_inline_and_loads_nothing_from_elsewhere():
    html = page_at("/about/")

    assert re.findall(r"<script(?! src)|<style|\sstyle=|\son\w+=", html) == []
    assert re.findall(r'(?:src|<link[^>]* href)="(?:https?:)?//[^"]*"', html) == [
        '<link rel="canonical" href="http://localhost:8000/about/"'
    ]


@pytest.mark.django_db
def test_map_with_its_list():
    MemberFactory(name="Suva & Co", slug="suva", latitude="-18.1416", longitude="178.4415")
    MemberFactory(name="Lyon", slug="lyon", country="FR", latitude="45.7485", longitude="4.8467")
    members = list(Member.objects.with_case_counts().order_by("name"))
    source = (
        '{% include "components/map.html" with points=points outside=outside only %}'
        '{% include "components/places.html" with members=members only %}'
    )

    html = render(
        source, points=maps.points(members), outside=maps.outside(members), members=members
    )

    assert (
        '<a href="/members/suva/" tabindex="-1"><title>Suva &amp; Co: 0 policies</title>'
        '<circle cx="948" cy="623" r="4.0"/></a>'
        '<text x="941" y="628" text-anchor="end">Suva &amp; Co</text></svg>'
    ) in html
    assert 'Outside this map: <a href="/members/lyon/">Lyon</a>. The map shows land only' in html
    assert re.findall(r'<li><span><a href="([^"]*)">', html) == [
        "/members/lyon/",
        "/members/suva/",
    ]


class ExampleForm(forms.Form):
    title = forms.CharField(help_text="What was done.")
    stage = forms.ChoiceField(choices=[("a", "Planned")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")


def test_field_ties_label_help_and_errors_to_the_control():
    field = ExampleForm({})["title"]

    html = " ".join(field.as_field_group().split())

    assert html.startswith(
        '<div class="field has-err"> <label for="id_title">Title</label> '
        '<div class="hint" id="id_title_helptext">What was done.</div> '
        '<ul class="errorlist" id="id_title_error"><li>This field is required.</li></ul>'
    )
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html


def test_field_of_several_controls_is_a_group_with_a_legend():
    html = " ".join(ExampleForm()["stage"].as_field_group().split())

    assert html.startswith('<div class="field"> <fieldset><legend>Stage</legend>')
    assert html.endswith("</fieldset> </div>")


def test_field_of_one_box_has_its_label_behind():
    html = " ".join(ExampleForm()["agree"].as_field_group().split())

    assert html == (
        '<div class="field"> <div class="tick"><input type="checkbox" name="agree" required '
        'id="id_agree"> <label for="id_agree">I agree</label></div> </div>'
    )


def test_label_that_ends_a_sentence_gets_no_colon():
    labels = ["Title", "How far are you?", "They may have my address."]
    assert [ui.with_colon(label) for label in labels] == ["Title:", *labels[1:]]
