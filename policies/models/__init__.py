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
from .review import ReviewEvent

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
    "Revision",
    "RevisionTheme",
    "Source",
    "StaffRole",
    "Stakeholder",
    "Theme",
]
