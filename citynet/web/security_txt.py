"""``/.well-known/security.txt``: to whom a vulnerability is reported, in the form of RFC 9116."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

# Days for which the page is valid. It is made anew each day, so it never expires.
VALID = 180


def contact():
    """Return the address to report to, as a URI; empty where the operator has named none."""
    address = settings.SECURITY_CONTACT or settings.CONTACT_EMAIL
    if "@" in address and ":" not in address:
        return f"mailto:{address}"
    return address


@login_not_required
@require_safe
def security_txt(request):
    """Contact, end of validity, languages and the address of the page; 404 without a contact."""
    if not contact():
        raise Http404
    day = timezone.localdate() + timedelta(days=VALID)
    lines = [f"Contact: {contact()}"]
    # A date, not an hour: the page stays the same for a day.
    lines.append(f"Expires: {datetime.combine(day, time()):%Y-%m-%dT%H:%M:%SZ}")
    lines.append(f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}")
    lines.append(f"Canonical: {settings.SITE_URL}{reverse('security-txt')}")
    if settings.SECURITY_POLICY_URL:
        lines.append(f"Policy: {settings.SECURITY_POLICY_URL}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
