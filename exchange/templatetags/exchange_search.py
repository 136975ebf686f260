"""What cities asked and advised, on the page of a search and on the home page, which are the same for
everybody."""

from django import template

from exchange.content.asked import newest, with_words

register = template.Library()


@register.inclusion_tag("exchange/asked_about.html")
def asked_about(words, page_number=1):
    """Show what was asked and advised with the words of a search: on its first page."""
    return {"words": words, "rows": with_words(words) if page_number == 1 else []}


@register.inclusion_tag("exchange/on_home.html")
def exchange_on_home():
    """Show how cities ask each other, and the newest of what they asked and advised."""
    return {"rows": newest()}
