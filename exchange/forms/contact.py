"""Texts that others read hold no e-mail address and no telephone number."""

from exchange.content.contact_details import contact_details
from exchange.steps.entries import contact_details_message


class NoContactDetails:
    """A form whose ``public_texts`` are refused, beside their field, where they hold contact details."""

    public_texts = ()

    def clean(self):
        data = super().clean()
        for name in self.public_texts:
            found = contact_details(data.get(name) or "")
            if found:
                self.add_error(name, contact_details_message(found))
        return data
