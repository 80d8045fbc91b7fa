"""May this user do this: predicates ``(user, obj)``. ``user`` may be None (the clock) or anonymous."""

from fzportal.workflow import acts_as


@acts_as("office")
def is_office(user, obj=None) -> bool:
    """Works for the congress office today."""
    return user is not None and user.is_authenticated and user.is_office


def is_verified(user, obj=None) -> bool:
    """Has a verified e-mail or phone: may post, support, follow and book."""
    return user is not None and user.is_authenticated and user.is_verified
