"""People, the organisations of the network, and who acts for which."""

from .member import Member, MemberEvidence
from .user import Membership, User

__all__ = ["Member", "MemberEvidence", "Membership", "User"]
