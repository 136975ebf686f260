"""The front page of the exchange."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from exchange.content.front import front_page


@login_not_required
@require_safe
@page_cache.cache_public_page
def home(request):
    """What is worth asking, what was answered, and what was adopted elsewhere."""
    context = front_page() | {"days": settings.EXCHANGE_DAYS}
    return render(request, "exchange/home.html", context)
