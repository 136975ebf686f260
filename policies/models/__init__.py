"""Case studies, their revisions with all content, and the record of every decision."""

from .calls import Call, CallEntry, CallMark
from .case import CaseStudy, FormerTheme, Theme
from .case_use import CaseUse
from .content import (
    BudgetLine,
    Contribution,
    FundingSource,
    Indicator,
    JointMember,
    Phase,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)
from .dump import Dump
from .files import Attachment, Photo
from .import_run import ImportRun
from .mailing import Mailing
from .missed_question import MissedQuestion
from .review import (
    Assessment,
    Correction,
    DeskNote,
    Phrase,
    RequestedText,
    ReviewEvent,
    ReviewNote,
    Screening,
    UpdateRequest,
)
from .revision import Revision

__all__ = [
    "Assessment",
    "Attachment",
    "BudgetLine",
    "Call",
    "CallEntry",
    "CallMark",
    "CaseStudy",
    "CaseUse",
    "Contribution",
    "Correction",
    "DeskNote",
    "Dump",
    "FormerTheme",
    "FundingSource",
    "ImportRun",
    "Indicator",
    "JointMember",
    "Mailing",
    "MissedQuestion",
    "Phase",
    "Photo",
    "Phrase",
    "RequestedText",
    "ReviewEvent",
    "ReviewNote",
    "Revision",
    "RevisionTheme",
    "Screening",
    "Source",
    "StaffRole",
    "Stakeholder",
    "Theme",
    "UpdateRequest",
]
