"""Who acts for the secretariat: the one question before staff are given more than others."""


def acts_for_secretariat(user, permission=""):
    """Return whether ``user`` acts for the secretariat now and has ``permission``, if one is asked.

    That belongs to the session, not to the account: staff who gave a second factor when they signed
    in, less than ``SECRETARIAT_SESSION_AGE`` seconds ago. The middleware notes it at the person of
    a request. Whoever was read from the database alone acts for nobody.
    """
    return (
        getattr(user, "is_in_secretariat_session", False)
        and user.is_active
        and user.is_staff
        and (not permission or user.has_perm(permission))
    )
