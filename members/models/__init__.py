"""People, the organisations of the network, who acts for which, and what they are told."""

from .event import Event
from .member import FormerAddress, Member, MemberEvidence
from .notice import Notice
from .proposal import MemberProposal
from .user import Invitation, Membership, User

__all__ = [
    "Event",
    "FormerAddress",
    "Invitation",
    "Member",
    "MemberEvidence",
    "MemberProposal",
    "Membership",
    "Notice",
    "User",
]
