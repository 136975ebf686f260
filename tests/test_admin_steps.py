"""What a colleague's step does while a form of the admin is saved is not undone by the form."""

import datetime

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.urls import reverse
from django.utils import timezone

from citynet.web.admin import LockedChangeMixin, ReadOnlyMixin
from policies.models import Call, Mailing
from portal.models import News

pytestmark = pytest.mark.django_db
# Pages on which rows are only added: there is nothing to change.
FORBIDDEN = 403
ONLY_ADDED = {"policies.importrun"}
NOW = datetime.datetime(2026, 3, 4, tzinfo=datetime.UTC)


def test_every_form_of_the_admin_locks_what_it_changes():
    unlocked = {
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if not isinstance(page, LockedChangeMixin) and not isinstance(page, ReadOnlyMixin)
    }
    assert unlocked == ONLY_ADDED


def mailing():
    row = Mailing.objects.create(subject="Old", text="Come.", roles="all")
    return row, {"subject": "New", "text": "Come.", "roles": "all"}, {"sent_at": NOW}, "Old"


def call():
    today = timezone.localdate().isoformat()
    row = Call.objects.create(title="Old", text="Send.", opens=today, closes=today)
    typed = {"title": "New", "text": "Send.", "opens": today, "closes": today}
    return row, typed, {"announced_at": NOW}, "New"


def news():
    row = News.objects.create(title="Old", text="Come.", day=timezone.localdate())
    typed = {"title": "New", "text": "Come.", "day": row.day.isoformat()}
    return row, typed, {}, "New"


@pytest.mark.parametrize("make", [mailing, call, news])
def test_step_of_a_colleague_between_reading_and_saving_stays(make, editor_client, monkeypatch):
    row, typed, step, name_after = make()
    model = type(row)
    read = ModelAdmin.get_object
    times = []

    def read_then_colleague_acts(self, request, object_id, from_field=None):
        found = read(self, request, object_id, from_field)
        if not times and step:
            model.objects.filter(pk=row.pk).update(**step)
        times.append(found)
        return found

    monkeypatch.setattr(ModelAdmin, "get_object", read_then_colleague_acts)
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    status = editor_client.post(page, typed).status_code
    row.refresh_from_db()
    # What is refused is rolled back here with the step, which is of the same connection.
    expected = {} if status == FORBIDDEN else step
    assert {name: getattr(row, name) for name in expected} == expected
    assert (str(row), status) == (name_after, FORBIDDEN if make is mailing else 302)
