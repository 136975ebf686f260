"""Case studies, their revisions with all content, and the record of every decision."""

from .case import CaseStudy, FormerTheme, Theme
from .case_use import CaseUse
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
from .import_run import ImportRun
from .review import Assessment, Correction, Phrase, ReviewEvent, ReviewNote, Screening
from .revision import Revision
from .rows import Contribution, RevisionTheme

__all__ = [
    "Assessment",
    "Attachment",
    "BudgetLine",
    "CaseStudy",
    "CaseUse",
    "Contribution",
    "Correction",
    "FormerTheme",
    "FundingSource",
    "ImportRun",
    "Indicator",
    "Phase",
    "Photo",
    "Phrase",
    "ReviewEvent",
    "ReviewNote",
    "Revision",
    "RevisionTheme",
    "Screening",
    "Source",
    "StaffRole",
    "Stakeholder",
    "Theme",
]
