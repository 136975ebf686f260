"""What the sections of a draft hold, and sending them without a page around."""

from django.http import QueryDict

from policies import interchange
from policies.forms.editor import Editor, fingerprint
from policies.forms.registry import BY_SLUG
from policies.models import Revision
from policies.workflow import authoring
from tests.policies.authors import section_of

JSON = {"Accept": "application/json"}


def line(draft):
    return interchange.row(Revision.objects.with_content().get(pk=draft.pk))


def reported(value):
    """A part of a line without what is not reported."""
    if isinstance(value, dict):
        return {key: reported(each) for key, each in value.items() if each not in (None, "")}
    return [reported(each) for each in value] if isinstance(value, list) else value


def changed(before, after):
    """What differs between two lines, by the path of the value."""
    found = {}
    for name, value in after.items():
        if isinstance(value, dict):
            inner = changed(before[name], value)
            found |= {f"{name}.{key}": each for key, each in inner.items()}
        elif value != before[name]:
            found[name] = value
    return found


def editor_of(client, draft, slug, **typed):
    """A section as it is sent with ``typed``, without a page around it."""
    sent = QueryDict(mutable=True)
    for name, value in section_of(client, draft.case, slug, **typed).items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return Editor(BY_SLUG[slug], draft, sent)


def store(editor, draft):
    """Save what is right of a section, as its page does; say whether all of it is."""
    is_right = editor.is_valid()
    authoring.save_section(
        draft,
        user=draft.created_by,
        seen=fingerprint(editor.section, draft),
        fingerprint=lambda revision: fingerprint(editor.section, revision),
        write=editor.write,
    )
    return is_right
