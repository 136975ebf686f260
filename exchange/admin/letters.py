"""The letter to a member of whom nobody is here, and the answer that comes back by mail."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from citynet.web.admin import ask, get_or_post
from exchange.content.letters import letter
from exchange.forms.desk import PassedOnForm
from exchange.models import Advice
from exchange.models.querysets import MODERATE
from exchange.steps import questions
from exchange.steps.errors import ExchangeError


def urls(model_admin):
    """Return the addresses of both pages."""
    return [
        path(
            f"<int:pk>/{name}/",
            model_admin.admin_site.admin_view(partial(view, model_admin=model_admin)),
            name=f"exchange_addressee_{name}",
        )
        for name, view in (("letter", letter_view), ("reply", reply_view))
    ]


@get_or_post
def letter_view(request, pk, *, model_admin):
    """The letter, to be copied into a mail; the button notes that it was sent."""
    addressee = _addressee(request, pk, model_admin)
    back = reverse("admin:exchange_addressee_letter", args=[pk])
    if request.method == "POST":
        try:
            questions.note_letter(addressee, by=request.user)
        except ExchangeError as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("It is noted that the letter is sent; the asker sees it."))
        return redirect(back)
    subject, text = letter(addressee)
    members = reverse("admin:members_member_change", args=[addressee.member_id])
    return ask(
        model_admin,
        request,
        addressee,
        None,
        None,
        refused=ExchangeError,
        back=back,
        done="",
        template="admin/exchange/letter.html",
        title=_("Letter to %(member)s") % {"member": addressee.member},
        subject=subject,
        letter=text,
        addressee=addressee,
        member_url=members,
    )


@get_or_post
def reply_view(request, pk, *, model_admin):
    """Enter the answer that came to the secretariat, with where it comes from."""
    addressee = _addressee(request, pk, model_admin)
    question = addressee.question
    form = PassedOnForm(
        request.POST if request.method == "POST" else None,
        instance=Advice(),
        initial={"topic": question.topic},
        in_network=question.visibility == "network",
    )

    def step(data):
        questions.answer(
            question,
            author=request.user,
            member=addressee.member,
            passed_on=True,
            source=data["source"],
            **form.content(),
        )

    return ask(
        model_admin,
        request,
        addressee,
        form,
        step,
        refused=ExchangeError,
        back=question.get_absolute_url(),
        done=_("The answer is there, passed on by the secretariat."),
        title=_("Enter the answer of %(member)s") % {"member": addressee.member},
        about=question.title,
        button=_("Pass it on"),
    )


def _addressee(request, pk, model_admin):
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    rows = model_admin.get_queryset(request).select_related(
        "member", "question__member", "question__case__live", "question__case__member"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
