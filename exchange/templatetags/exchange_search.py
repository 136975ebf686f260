"""What cities asked and advised, on the page of a search. It is the same for everybody."""

from django import template

from exchange.content.asked import with_words

register = template.Library()


@register.inclusion_tag("exchange/asked_about.html")
def asked_about(words, page_number=1):
    """Show what was asked and advised with the words of a search: on its first page."""
    return {"words": words, "rows": with_words(words) if page_number == 1 else []}
