"""Sending the forms of a case as a browser does, for the tests of writing."""

from html.parser import HTMLParser

from django.urls import reverse

from policies.forms.editor import fingerprint
from policies.forms.registry import BY_SLUG


class _Form(HTMLParser):
    """The fields of the form with an id, as a browser would send them; templates are left out."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside, self.template = form_id, False, 0
        self.fields, self.select, self.area = [], None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = attrs.get("id") == self.form_id
        if tag == "template":
            self.template += 1
        if not self.inside or self.template:
            return
        name = attrs.get("name")
        if tag == "input" and name:
            if attrs.get("type") in {"checkbox", "radio"} and "checked" not in attrs:
                return
            self.fields.append((name, attrs.get("value", "")))
        elif tag == "select":
            self.select = [name, None, None]
        elif tag == "option" and self.select:
            if self.select[1] is None or "selected" in attrs:
                self.select[1] = attrs.get("value", "")
        elif tag == "textarea" and name:
            self.area = [name, ""]

    def handle_endtag(self, tag):
        if tag == "template":
            self.template -= 1
        elif tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.fields.append((self.select[0], self.select[1]))
            self.select = None
        elif tag == "textarea" and self.area:
            # Browsers drop the line feed with which a text area begins.
            self.fields.append((self.area[0], self.area[1].removeprefix("\n")))
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.area[1] += data


def fields_of(answer, form_id="section-form"):
    """What a browser would send from a page: {name: [values]}, without buttons."""
    parser = _Form(form_id)
    parser.feed(answer.text)
    sent = {}
    for name, value in parser.fields:
        sent.setdefault(name, []).append(value)
    return sent


def address(case, slug):
    return reverse("policies:section", args=[case.pk, slug])


# To write a page takes longer than to save it, and most tests begin with the same empty one.
_opened = {}


def _fields_of_section(client, case, slug):
    """What the form of a section would send: the page is asked for once for each text in it."""
    revision = case.revisions.order_by("number").last()
    key = slug, fingerprint(BY_SLUG[slug], revision)
    if key not in _opened:
        _opened[key] = fields_of(client.get(address(case, slug)))
    return dict(_opened[key])


def section_of(client, case, slug, **changes):
    """Open a section and give what its form would send with ``changes`` ("phases__0__name")."""
    sent = _fields_of_section(client, case, slug)
    for name, value in changes.items():
        sent[name.replace("__", "-")] = value
    for name in list(sent):
        prefix, dash, rest = name.rpartition("-TOTAL_FORMS")
        if dash and not rest:
            numbers = [
                int(each.split("-")[1])
                for each in sent
                if each.startswith(f"{prefix}-") and each.split("-")[1].isdecimal()
            ]
            sent[name] = str(max(numbers, default=-1) + 1)
    return sent


def save(client, case, slug, **changes):
    """Fill in a section and press "Save"."""
    return client.post(address(case, slug), section_of(client, case, slug, **changes))
