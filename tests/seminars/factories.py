"""Seminars, valid by themselves. Targets come from the fixture ``reference``."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from seminars.models import Registration, Seminar, SeminarItem, SeminarMaterial
from tests.factories import UserFactory

# 14:00 to 15:30 in Seoul.
BEGINS, ENDS = datetime(2027, 1, 21, 5, tzinfo=UTC), datetime(2027, 1, 21, 6, 30, tzinfo=UTC)


class SeminarFactory(DjangoModelFactory):
    """An announced webinar in Seoul, on 21 January 2027."""

    class Meta:
        model = Seminar
        skip_postgeneration_save = True

    title = "Sorting at source"
    kind = "webinar"
    mode = "online"
    time_zone = "Asia/Seoul"
    starts_at = BEGINS
    ends_at = ENDS
    state = "announced"

    @factory.post_generation
    def targets(self, create, codes, **kwargs):
        if codes:
            self.targets.set(codes)

    @factory.post_generation
    def shows(self, create, cases, **kwargs):
        for case in cases or ():
            SeminarItem.objects.create(seminar=self, title="What it took", case=case)


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    seminar = factory.SubFactory(SeminarFactory)
    user = factory.SubFactory(UserFactory)


class MaterialFactory(DjangoModelFactory):
    class Meta:
        model = SeminarMaterial

    seminar = factory.SubFactory(SeminarFactory)
    kind = "recording"
    title = "All of it"
    url = "https://video.example/1"
