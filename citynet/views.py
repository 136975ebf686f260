from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def healthz(request, **kwargs):
    raise Http404


@login_not_required
def robots(request, **kwargs):
    raise Http404


@login_not_required
def home(request, **kwargs):
    raise Http404


@login_not_required
def about(request, **kwargs):
    raise Http404


@login_not_required
def accessibility(request, **kwargs):
    raise Http404


@login_not_required
def codebook(request, **kwargs):
    raise Http404


@login_not_required
def bad_request(request, exception):
    raise Http404


@login_not_required
def permission_denied(request, exception):
    raise Http404


@login_not_required
def page_not_found(request, exception):
    raise Http404


@login_not_required
def server_error(request, **kwargs):
    raise Http404
