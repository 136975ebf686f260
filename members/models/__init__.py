"""People, the organisations of the network, who acts for which, and what they are told."""

from .event import Event
from .member import Member, MemberEvidence
from .notice import Notice
from .user import Invitation, Membership, User

__all__ = ["Event", "Invitation", "Member", "MemberEvidence", "Membership", "Notice", "User"]
