from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def goal_list(request, **kwargs):
    raise Http404


@login_not_required
def coverage(request, **kwargs):
    raise Http404


@login_not_required
def goal(request, **kwargs):
    raise Http404


@login_not_required
def target(request, **kwargs):
    raise Http404
