"""What members ask, advise and adopt from each other, and who looks for whom."""

from .adoptions import (
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
)
from .advice import Advice
from .cooperation import Cooperation, CooperationForm, CooperationLanguage, Introduction
from .entries import Gap, Topic, Visibility
from .flags import Flag
from .questions import Addressee, Question, QuestionDraft

__all__ = [
    "Addressee",
    "Adoption",
    "AdoptionChange",
    "AdoptionIndicator",
    "AdoptionReport",
    "AdoptionSource",
    "Advice",
    "Cooperation",
    "CooperationForm",
    "CooperationLanguage",
    "Flag",
    "Gap",
    "Introduction",
    "Question",
    "QuestionDraft",
    "Topic",
    "Visibility",
]
