import re

from django.db import migrations

# As they were written until now: "Has a case on 11.2: Night buses. Adopts this policy."
REASON = re.compile(
    r"(Has a case on [\w.]+): .*?( (?:Adopts|Takes over) this policy\.)?$", re.DOTALL
)
ADOPTS = re.compile(r" ?(?:Adopts|Takes over) this policy\.$")


def forget_titles(apps, schema_editor):
    """Take the titles of cases, and adoptions that not everybody may read of, out of why members are
    asked: questions show it to everybody."""
    Addressee = apps.get_model("exchange", "Addressee")
    Adoption = apps.get_model("exchange", "Adoption")
    kept = Addressee.objects.exclude(reason="").select_related("question")
    for row in kept.iterator():
        reason = row.reason
        if found := REASON.search(reason):
            reason = f"{reason[: found.start()]}{found[1]}.{found[2] or ''}"
        if ADOPTS.search(reason):
            adopted = Adoption.objects.filter(
                case=row.question.case_id, member=row.member_id, state="published"
            )
            if not adopted.exclude(stage__in=["considering", "decided-against"]).exists():
                reason = ADOPTS.sub("", reason)
        if reason != row.reason:
            Addressee.objects.filter(pk=row.pk).update(reason=reason)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_cooperation_has_first_words")]

    operations = [migrations.RunPython(forget_titles, migrations.RunPython.noop, elidable=True)]
