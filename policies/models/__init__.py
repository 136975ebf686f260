"""Case studies, their revisions with all content, and the record of every decision."""

from .case import CaseStudy, Theme
from .content import (
    BudgetLine,
    FundingSource,
    Indicator,
    Phase,
    Source,
    StaffRole,
    Stakeholder,
)
from .files import Attachment, Photo
from .review import ReviewEvent, ReviewNote
from .revision import Revision
from .rows import Contribution, RevisionTheme

__all__ = [
    "Attachment",
    "BudgetLine",
    "CaseStudy",
    "Contribution",
    "FundingSource",
    "Indicator",
    "Phase",
    "Photo",
    "ReviewEvent",
    "ReviewNote",
    "Revision",
    "RevisionTheme",
    "Source",
    "StaffRole",
    "Stakeholder",
    "Theme",
]
