from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def case(request, **kwargs):
    raise Http404


@login_not_required
def history(request, **kwargs):
    raise Http404


@login_not_required
def revision(request, **kwargs):
    raise Http404


@login_not_required
def cite(request, **kwargs):
    raise Http404


@login_not_required
def case_jsonl(request, **kwargs):
    raise Http404
