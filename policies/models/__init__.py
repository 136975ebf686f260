"""Case studies, their revisions with all content, and the record of every decision."""

from .case import CaseStudy, Contribution, Revision, RevisionTheme, Theme
from .content import (
    Attachment,
    BudgetLine,
    FundingSource,
    Indicator,
    Phase,
    Photo,
    Source,
    StaffRole,
    Stakeholder,
)
from .review import ReviewEvent, ReviewNote

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
