"""What happens to people: an address comes in, a person goes."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import PolicyConsent, User
from notifications.models import Digest, Notification, Preference, QuietHours


class StillInOffice(Exception):
    """Somebody with a role cannot be anonymised: their acts need a name."""


@transaction.atomic
def enter(*, email="", phone="") -> User:
    """The person an e-mail (lower case) or a phone (E.164) belongs to; a new, unverified one when nobody does.

    A first sign-in thus is the same as any other, and nothing tells a known address from an unknown one.
    """
    user = User.objects.owner_of(email=email, phone=phone) or User.objects.create_user(email=email, phone=phone)
    if email:
        # Typing the code marks this row verified.
        has_primary = user.emailaddress_set.filter(primary=True).exists()
        user.emailaddress_set.get_or_create(email=email, defaults={"primary": not has_primary})
    return user


def consent(*, by) -> None:
    """``by`` agreed to the privacy policy as it is now; noted once per version."""
    PolicyConsent.objects.get_or_create(user=by, version=settings.CONSENT_VERSION)


def rename(user, *, nickname, name, by) -> None:
    """What the portal calls ``user``: both may be empty."""
    user.nickname, user.name = nickname, name
    user.save(update_fields=["nickname", "name"])


class NotOneself(Exception):
    """Nobody takes their own second factor away: a second person of the office must know them."""


@transaction.atomic
def reset_second_factor(user, *, by) -> int:
    """Forget a lost second factor and end every session: the next sign-in asks for a new one. How many there were.

    Raises NotOneself.
    """
    if user.pk == by.pk:
        raise NotOneself
    forgotten, _kinds = Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    return forgotten


@transaction.atomic
def anonymise(user, *, by) -> None:
    """Blank everything that tells who ``user`` is and end their account; what they wrote stays as a citizen's.

    Each of ``settings.PRIVACY_ERASURES`` blanks what its app keeps. Raises StillInOffice. Twice is harmless.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.roles:
        raise StillInOffice
    for path in settings.PRIVACY_ERASURES:
        import_string(path)(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    Authenticator.objects.filter(user=user).delete()
    Notification.objects.filter(recipient=user).delete()
    for kept in (Preference, QuietHours, Digest):
        kept.objects.filter(user=user).delete()
    user.emailaddress_set.all().delete()
    user.email = user.phone = user.nickname = user.name = ""
    user.phone_verified = user.is_active = False
    user.set_unusable_password()
    user.save()
