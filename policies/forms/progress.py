"""How complete a case is, section by section: what is missing, and why it matters to readers."""

from dataclasses import dataclass

from policies.content import completeness, plausibility
from policies.workflow import submission, thread

from . import requests
from .editor import fingerprint, is_empty
from .registry import SECTIONS, Section


@dataclass(frozen=True)
class Step:
    """A section: the ``gaps`` that stop a submission, the points that readers will miss, what the
    moderators ask there with the answers, and whether the text of it has changed since."""

    number: int
    section: Section
    gaps: list[submission.Gap]
    advice: list[completeness.Check]
    is_empty: bool
    requests: list[requests.Placed]
    is_changed: bool

    @property
    def open_points(self):
        """Return what stops a submission and what readers will miss."""
        return [*self.gaps, *self.advice]

    @property
    def is_asked(self):
        """Whether changes are asked for that nobody has made yet."""
        return bool(self.requests) and not self.is_changed

    @property
    def is_complete(self):
        return not self.gaps and not self.advice and not self.is_asked


@dataclass(frozen=True)
class Progress:
    """The steps of a revision, and what to look at again before it is submitted."""

    steps: list[Step]
    warnings: list[plausibility.Finding]
    hints: list[completeness.Hint]

    @property
    def gaps(self):
        return [gap for step in self.steps for gap in step.gaps]

    @property
    def advice(self):
        """Return what readers will miss, as (step, point of completeness)."""
        return [(step, check) for step in self.steps for check in step.advice]

    @property
    def complete(self):
        return sum(step.is_complete for step in self.steps)


def progress(revision):
    """Return the :class:`Progress` of a revision; few queries where its rows are prefetched."""
    gaps = submission.missing(revision)
    asked = requests.open_requests(revision)
    before = thread.text_at_request(revision) if asked else None
    open_points = {check.name: check for check in completeness.checks(revision) if not check.done}
    steps = [
        Step(
            number,
            section,
            [gap for gap in gaps if gap.section == section.slug],
            [open_points[name] for name in section.checks if name in open_points],
            is_empty(section, revision),
            asked.get(section.slug, []),
            section.slug in asked
            and before is not None
            and fingerprint(section, before) != fingerprint(section, revision),
        )
        for number, section in enumerate(SECTIONS, start=1)
    ]
    return Progress(steps, submission.warnings(revision), completeness.hints(revision))
