"""What of the exchange waits for a person, below /my/exchange/."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def home(request):
    return render(request, "exchange/my/home.html", {})
