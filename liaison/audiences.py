"""Who is meant when the tables say "visitor", "deputy", "officers" or "office": audience -> users, as querysets."""

from django.contrib.auth import get_user_model

from accounts.models import OfficeMember

from .models import StationMember
from .permissions import session_of


def visitor(appointment):
    """Whose appointment it is, when they have an account."""
    return get_user_model().objects.filter(pk=appointment.user_id)


def deputy(duty):
    """The deputy on duty, when they have an account and are a deputy today."""
    current = type(duty.deputy).objects.current().filter(pk=duty.deputy_id, user__isnull=False)
    return get_user_model().objects.filter(pk__in=current.values("user"))


def officers(obj):
    """Head and officers of the session's station today."""
    members = StationMember.objects.current().filter(station=session_of(obj).station_id)
    return get_user_model().objects.filter(pk__in=members.values("user"))


def office(obj=None):
    """Everybody who works for the congress office today."""
    return get_user_model().objects.filter(pk__in=OfficeMember.objects.current().values("user"))


OF_SESSION = {"officers": officers, "office": office}
OF_DUTY = {"deputy": deputy, "officers": officers}
OF_APPOINTMENT = {"visitor": visitor, "officers": officers}
