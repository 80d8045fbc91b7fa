"""May this user do this to a notification."""


def may_send_again(user, notification=None) -> bool:
    """The congress office looks after what did not arrive."""
    return user is not None and user.is_authenticated and user.is_office
