from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import workflow
from accounts.models import OfficeMember, User
from accounts.tasks import purge_unverified
from suggestions.models import Suggestion


@pytest.fixture
def unfinished(db):
    """A sign-up of three days ago whose code was never typed."""
    user = workflow.enter(email="gone@example.com")
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(days=3))
    return user


def test_a_sign_up_never_finished_is_deleted_after_two_days(unfinished):
    assert purge_unverified() == 1
    assert not User.objects.exists()


def test_running_twice_is_harmless(unfinished):
    assert [purge_unverified(), purge_unverified()] == [1, 0]


def test_a_sign_up_of_yesterday_is_kept(db):
    user = workflow.enter(phone="+8613800138000")
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(hours=47))
    assert purge_unverified() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.emailaddress_set.update(verified=True),
        lambda user: User.objects.filter(pk=user.pk).update(phone="+8613800138000", phone_verified=True),
        lambda user: User.objects.filter(pk=user.pk).update(last_login=timezone.now()),
        lambda user: User.objects.filter(pk=user.pk).update(is_demo=True),
        lambda user: OfficeMember.objects.create(user=user, until=timezone.localdate() - timedelta(days=9)),
        lambda user: Suggestion.objects.create(author=user),
    ],
    ids=["e-mail proved", "phone proved", "signed in once", "persona", "former office member", "author"],
)
def test_whoever_is_somebody_is_kept(unfinished, change):
    change(unfinished)
    assert purge_unverified() == 0
    assert User.objects.filter(pk=unfinished.pk).exists()
