"""A person's notices: reading them, and choosing which are mailed as well."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.models import Notice, User

from .forms import MailForm
from .mail_texts import UNSUBSCRIBE, subject_of
from .notifications import notices_of

PAGE_SIZE = 25


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request):
    """All notices of the person, the newest first; POST saves which kinds are mailed."""
    form = MailForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice is saved."))
        return redirect("my:notices")
    page = Paginator(notices_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "notices": with_subjects(page, request.user),
        "unread": unread_of(request.user).count(),
        "form": form,
    }
    return render(request, "my/notices.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Switch off the mail of the secretariat to the network, with the link that stands in it."""
    try:
        person = User.objects.filter(pk=signing.loads(token, salt=UNSUBSCRIBE)).first()
    except signing.BadSignature:
        person = None
    if person is None or not person.is_active:
        raise Http404(_("This link is not complete. Copy the whole of it from the mail."))
    kind = Notice.Kind.NETWORK_MAIL
    if request.method == "POST":
        with transaction.atomic():
            # What else is switched off at the same moment stays so.
            person = User.objects.select_for_update().get(pk=person.pk)
            if kind not in person.muted:
                person.muted = [*person.muted, kind.value]
                person.save(update_fields=["muted"])
    # Whoever has an old mail, passed on, opens the link: it tells nothing of the person.
    context = {"is_off": kind in person.muted}
    return render(request, "my/unsubscribe.html", context)


@never_cache
@require_POST
def read(request, pk):
    """Mark one notice as read."""
    notice = get_object_or_404(notices_of(request.user), pk=pk)
    request.user.notices.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    number = request.POST.get("page", "")
    page = {"page": number} if number.isdecimal() and number != "1" else None
    return redirect(reverse("my:notices", query=page))


@never_cache
@require_POST
def read_all(request):
    """Mark every notice as read."""
    unread_of(request.user).update(read_at=timezone.now())
    return redirect("my:notices")


def unread_of(user):
    """Return notices that the person has not marked as read."""
    return notices_of(user).filter(read_at=None)


def with_subjects(notices, user):
    """Return the notices of ``user``, each with ``subject``: what it says in one line."""
    notices = list(notices)
    for notice in notices:
        notice.recipient = user  # saves a query each
        notice.subject = subject_of(notice)
    return notices
