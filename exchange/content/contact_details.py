"""E-mail addresses, telephone numbers and links in what people write for others to read."""

import re

EMAIL = re.compile(
    r"[^\s@＠/<>()]+ ?[@＠] ?[^\s@＠/<>()]+\.\w+|[(\[] ?at ?[)\]]|mailto:", re.IGNORECASE
)
# Digits of any script, parted as in telephone numbers. A sum or a span of years is none: it neither
# begins with a plus or a zero, nor follows a word for telephone.
CALL_WORDS = (
    r"tel|telephone|phone|mobile|cell|whatsapp|viber|telegram|signal|line id|wechat|fax|hp|call|"
    r"telepon|телефон|утас|फोन|मोबाइल|ফোন|电话|電話|전화|โทร|điện thoại|فون"
)
DIGITS = r"\d(?:[\s().\-/–]{0,2}\d)"
PHONE = re.compile(
    rf"(?<![\w.,+])\+[\s(]{{0,2}}{DIGITS}{{7,16}}"
    rf"|(?<![\w.,])0(?:[\s().\-/–]{{0,2}}\d){{8,14}}(?![\w,])"
    rf"|(?:{CALL_WORDS})[\s.:：#]*{DIGITS}{{5,16}}",
    re.IGNORECASE,
)
LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


def contact_details(text):
    """Return the first e-mail address or telephone number in a text, or "" where there is none."""
    # The parts of an address on the web are no telephone number.
    found = EMAIL.search(text) or PHONE.search(LINK.sub(" ", text))
    return found[0].strip() if found else ""


def link_count(text):
    """Return how many links a text holds."""
    return len(LINK.findall(text))
