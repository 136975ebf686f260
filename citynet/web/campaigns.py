"""Parameters that others add to links: they say where a visitor comes from, not what is wanted."""

import re

# By kind: what names a campaign (utm_source, mtm_kwd, hsa_cam, _hsenc), a click on an advertisement
# (gclid, fbclid, gbraid, srsltid), a mail or its reader (mc_eid, mkt_tok) or who shared it (igsh).
_CAMPAIGN = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|itm|dm|sc|ml|ck|vero|oly|mc|mkt|fb|li|trk|ns|pf_rd|cm)_\w+"
    r"|_\w+"
    r"|\w*(?:clid|clkid|click_?id|braid|sltid|igshid)"
    r"|\w*campaign\w*|igsh|cmpid|ncid|trk\w*|s?kwcid|ef_id|epik|spm|scm|mibextid|ref_src|ref_url|si",
    re.IGNORECASE,
)


def is_of_campaign(name):
    """Return whether a parameter of an address is one that newsletters and the like have added."""
    return bool(_CAMPAIGN.fullmatch(name))
