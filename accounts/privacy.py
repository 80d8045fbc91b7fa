"""Everything the portal holds about a person, as plain values that become JSON or a page."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.module_loading import import_string


def held(user) -> dict:
    """One dict: ``account``, ``policy_consents``, ``second_factors``, ``sessions`` and what ``PRIVACY_EXPORTS`` add."""
    data = {
        "account": account(user),
        "policy_consents": list(user.policy_consents.order_by("pk").values("version", "given_at")),
        "second_factors": list(
            Authenticator.objects.filter(user=user).order_by("pk").values("type", "created_at", "last_used_at")
        ),
        "sessions": list(
            UserSession.objects.filter(user=user)
            .order_by("pk")
            .values("ip", "user_agent", "created_at", "last_seen_at")
        ),
    }
    for path in settings.PRIVACY_EXPORTS:
        data |= import_string(path)(user)
    return data


def account(user) -> dict:
    """Who they are to us."""
    return {
        "nickname": user.nickname,
        "name": user.name,
        "phone": user.phone,
        "phone_verified": user.phone_verified,
        "emails": list(user.emailaddress_set.order_by("pk").values("email", "verified")),
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
    }
