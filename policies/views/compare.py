from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def compare(request, **kwargs):
    raise Http404


@login_not_required
def compare_csv(request, **kwargs):
    raise Http404
