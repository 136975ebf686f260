"""What the domain of an e-mail address tells about where a person works."""

from urllib.parse import urlsplit

# Anybody can have an address there, so it says nothing about an employer. The left-most part is
# compared for those that are found below many countries (yahoo.co.jp), the whole for the others.
PUBLIC_NAMES = frozenset({"gmail", "googlemail", "hotmail", "live", "msn", "outlook", "yahoo"})
PUBLIC_DOMAINS = frozenset(
    {
        *("126.com", "139.com", "163.com", "aol.com", "bigpond.com", "daum.net", "duck.com"),
        *("eircom.net", "facebook.com", "fastmail.com", "fastmail.fm", "foxmail.com", "gmx.at"),
        *("gmx.ch", "gmx.com", "gmx.de", "gmx.net", "hanmail.net", "hey.com", "icloud.com"),
        *("inbox.ru", "internode.on.net", "kakao.com", "linkedin.com", "mac.com", "mail.com"),
        *("mail.ru", "me.com", "nate.com", "naver.com", "optusnet.com.au", "orange.fr"),
        *("pm.me", "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "rocketmail.com"),
        *("sina.cn", "sina.com", "slt.lk", "sltnet.lk", "sohu.com", "tom.com", "tuta.com"),
        *("tutanota.com", "vip.163.com", "vip.qq.com", "wanadoo.fr", "web.de", "xtra.co.nz"),
        *("yandex.com", "yandex.ru", "yeah.net", "ymail.com", "zoho.com", "zohomail.com"),
        *("google.com", "sites.google.com", "wordpress.com", "blogspot.com", "github.io"),
    }
)


def domain_of(email):
    """Return the part of an address after the last "@", in lower case; "" where there is none."""
    return email.rpartition("@")[2].strip().lower() if "@" in email else ""


def website_domain(url):
    """Return the host of a web address without "www."; "" where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # such as an unfinished IPv6 address
        return ""
    return host.removeprefix("www.")


def is_public(domain):
    """Return whether anybody can have an address there, so that it tells nothing of the person."""
    return domain in PUBLIC_DOMAINS or domain.partition(".")[0] in PUBLIC_NAMES


def own_domain(url):
    """Return the domain of a web address that can be an organisation's own, for its e-mail too; ""
    for one at which anybody can have an address."""
    domain = website_domain(url)
    return "" if is_public(domain) else domain
