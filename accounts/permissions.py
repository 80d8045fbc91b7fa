"""May this user do this: predicates ``(user, obj)``. ``user`` may be None (the clock) or anonymous."""

from fzportal.workflow import acts_as


class CodeHolder:
    """Somebody without an account, or not signed in, who knows the code of one thing: it is theirs.

    ``held``: the suggestion or appointment the code opens.
    """

    pk = None
    is_authenticated = False
    is_office = False
    roles = frozenset()

    def __init__(self, held):
        self.held = held

    def holds(self, obj) -> bool:
        """Whether ``obj`` is what the code opens."""
        return type(obj) is type(self.held) and obj.pk == self.held.pk

    def scopes(self, name):
        """A code opens one thing and gives no role."""
        return frozenset()


@acts_as("office")
def is_office(user, obj=None) -> bool:
    """Works for the congress office today."""
    return user is not None and user.is_authenticated and user.is_office


def is_verified(user, obj=None) -> bool:
    """Has a verified e-mail or phone: may post, support, follow and book."""
    return user is not None and user.is_authenticated and user.is_verified
