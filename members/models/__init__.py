"""People, the organisations of the network, who acts for which, and what they are told."""

from .member import Member, MemberEvidence
from .notice import Notice
from .user import Invitation, Membership, User

__all__ = ["Invitation", "Member", "MemberEvidence", "Membership", "Notice", "User"]
