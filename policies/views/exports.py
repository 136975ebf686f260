from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def export(request, **kwargs):
    raise Http404


def CaseFeed():
    return export
