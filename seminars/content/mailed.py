"""What the mails of seminars say when they go out."""

from members.notices.notifications import place_of
from seminars.models import Registration, Seminar

State = Seminar.State


def facts_of_mail(notice):
    """Return the title of the seminar that a mail is about; None where the person does not take part any
    more, or where it was cancelled and the mail says anything else. See ``settings.READ_WHEN_MAILED``."""
    _name, arguments = place_of(notice.path)
    rows = Registration.objects.filter(
        seminar=arguments.get("pk"), user=notice.recipient, state__in=Registration.TOLD
    )
    row = rows.select_related("seminar").first()
    if row is None:
        return None
    is_of_cancelling = notice.context.get("act") == "cancelled"
    if row.seminar.state != (State.CANCELLED if is_of_cancelling else State.ANNOUNCED):
        return None
    return {"title": row.seminar.title}
