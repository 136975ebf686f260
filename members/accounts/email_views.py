"""The page of the link by which an e-mail address is confirmed."""

from allauth.account.views import ConfirmEmailView
from django.conf import settings
from django.http import Http404, QueryDict
from django.shortcuts import redirect

from .purpose import carried


class ConfirmView(ConfirmEmailView):
    """allauth's page; a second click on its button is no unknown address."""

    def setup(self, request, *args, **kwargs):
        """Go on to where the person was going, also in a browser that knows nothing of it."""
        super().setup(request, *args, **kwargs)
        if onward := carried(request):
            request.GET = QueryDict(mutable=True)
            request.GET[self.redirect_field_name] = onward

    def post(self, *args, **kwargs):
        try:
            return super().post(*args, **kwargs)
        except Http404:
            if self.request.user.is_authenticated:
                return redirect(settings.LOGIN_REDIRECT_URL)
            # It says that the link works no more, and where to get another one.
            return self.get(*args, **kwargs)


confirm = ConfirmView.as_view()
