"""The letter to a member of whom nobody is here: ready to be sent from the secretariat's own mail."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def letter(addressee):
    """Return subject and text of the letter about a question, in the language of the site."""
    question, member = addressee.question, addressee.member
    with translation.override(settings.LANGUAGE_CODE):
        join = settings.SITE_URL + reverse("my:join", args=[member.slug])
        opened = question.opened_at or question.created_at
        subject = _("A question of %(asker)s to %(member)s") % {
            "asker": question.member,
            "member": member,
        }
        parts = [
            _("Dear colleagues in %(member)s,") % {"member": member},
            _("on the Urban SDG Knowledge Platform of CityNet, %(asker)s asked you on %(date)s:")
            % {"asker": question.member, "date": date_format(opened, "DATE_FORMAT")},
            question.title,
            question.background,
            _about(question, member),
            question.english and _("In English: %(text)s") % {"text": question.english},
            _(
                "A few lines are enough, in your own language, and a figure with its year if you have "
                "one. You can answer in two ways:"
            ),
            _("1. Join the team of %(member)s and answer there: %(address)s")
            % {"member": member, "address": join},
            _(
                "2. Answer this mail. We then put your words on the platform, marked as passed on by the "
                "secretariat, with the date of your mail. Tell us if only members of the network "
                "should read them, or if you would rather not answer: then we say so, with your reason."
            ),
            question.visibility == "public"
            and _("The question: %(address)s")
            % {"address": settings.SITE_URL + question.get_absolute_url()},
            _("With kind regards\nThe secretariat of CityNet"),
        ]
    return subject, "\n\n".join(str(part) for part in parts if part)


def _about(question, member):
    case = question.case
    if case is None or case.live is None:
        return ""
    facts = {
        "title": case.live.title,
        "member": case.member,
        "address": settings.SITE_URL + case.get_absolute_url(),
    }
    if case.member_id == member.pk:
        return _("It is about your policy “%(title)s”: %(address)s") % facts
    return _("It is about the policy “%(title)s” of %(member)s: %(address)s") % facts
