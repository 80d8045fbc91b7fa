"""From a change to its notifications: whom, by which channel, once."""

import threading

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction

from fzportal.workflow import record
from notifications import workflow
from notifications.models import Notification, Preference, Unsubscribed
from suggestions import workflow as acts
from suggestions.models import Follow, SuggestionChange


def told(**about):
    """{(recipient's name or address, channel, audience)} of the notifications written."""
    rows = Notification.objects.filter(**about).select_related("recipient")
    return sorted((n.recipient.name if n.recipient else n.address, n.channel, n.audience) for n in rows)


def tell():
    return workflow.announce()


def test_a_submission_is_told_to_its_author_and_to_the_office(case, office):
    case("submitted")
    assert tell() == 1
    assert told() == [
        ("办公室", "email", "office"), ("办公室", "inbox", "office"),
        ("林晓榕", "email", "author"), ("林晓榕", "inbox", "author"),
    ]  # fmt: skip
    assert SuggestionChange.objects.get().told_at is not None


def test_in_app_news_is_delivered_by_being_written(case, office):
    case("submitted")
    tell()
    states = {(n.channel, n.state, n.sent_at is None) for n in Notification.objects.all()}
    assert states == {("inbox", "sent", False), ("email", "waiting", True)}


def test_a_second_announcement_tells_nothing(case, office):
    case("submitted")
    assert (tell(), tell()) == (1, 0)
    assert Notification.objects.count() == 4


def test_a_change_told_again_after_a_crash_writes_nothing_twice(case, office):
    case("submitted")
    tell()
    SuggestionChange.objects.update(told_at=None)
    assert tell() == 1
    assert Notification.objects.count() == 4


def test_the_actor_is_not_told_as_one_of_a_group_but_the_author_always_is(case, office, deputy, other_deputy):
    suggestion = case("triaging")
    tell()
    Notification.objects.all().delete()
    acts.release(suggestion, by=deputy)
    tell()
    assert told() == []
    other_deputy.deputy.divisions.set(deputy.deputy.divisions.all())
    acts.claim(suggestion, by=other_deputy)
    acts.release(suggestion, by=other_deputy)
    tell()
    assert told(event="given_back", channel="inbox") == [("林代表", "inbox", "pool")]


def test_somebody_in_two_audiences_hears_once(case, citizen, office, deputy):
    suggestion = case("triaging")
    # The deputy follows what they triage.
    Follow.objects.create(suggestion=suggestion, user=deputy)
    tell()
    Notification.objects.all().delete()
    SuggestionChange.objects.create(
        subject=suggestion, before="reply_review", after="replied", event="replied", role="department"
    )
    tell()
    assert told(channel="inbox") == [("林代表", "inbox", "followers"), ("林晓榕", "inbox", "author")]


@pytest.mark.parametrize(
    ("phone_verified", "email", "chosen", "channels"),
    [
        (False, True, None, {"inbox", "email"}),
        (True, True, None, {"inbox", "email"}),
        (True, False, None, {"inbox", "sms"}),
        (True, True, {"sms": True}, {"inbox", "email", "sms"}),
        (True, True, {"email": "off", "sms": True}, {"inbox", "sms"}),
        (True, True, {"email": "off"}, {"inbox"}),
        (True, False, {"sms": False}, {"inbox"}),
        (False, True, {"email": "off", "sms": True}, {"inbox"}),
        (False, False, None, {"inbox"}),
    ],
)
def test_channels_follow_verified_addresses_and_the_persons_choice(
    draft, citizen, phone_verified, email, chosen, channels
):
    citizen.emailaddress_set.update(verified=email)
    citizen.phone, citizen.phone_verified = "+8613800000001", phone_verified
    citizen.save()
    if chosen:
        Preference.objects.create(user=citizen, kind="own", **chosen)
    SuggestionChange.objects.create(subject=draft, before="draft", after="submitted", event="submitted", role="author")
    tell()
    assert set(Notification.objects.values_list("channel", flat=True)) == channels


def test_an_author_without_an_account_is_told_at_the_address_they_left(case, office):
    suggestion = case("submitted")
    suggestion.contact.email = "old.lin@example.com"
    suggestion.contact.save()
    suggestion.author = None
    suggestion.save()
    tell()
    assert ("old.lin@example.com", "email", "author") in told()
    Unsubscribed.objects.create(address="old.lin@example.com")
    acts.accept(suggestion, by=office)
    tell()
    assert told(event="accepted") == []


def test_people_who_may_not_sign_in_any_more_hear_nothing(case, office, citizen):
    case("submitted")
    citizen.is_active = False
    citizen.save()
    tell()
    assert told(audience="author") == []


def test_a_call_to_act_that_came_too_late_is_kept_but_not_shown(case, office):
    suggestion = case("submitted")
    acts.accept(suggestion, by=office)
    tell()
    rows = Notification.objects.filter(event="submitted", audience="office")
    assert set(rows.values_list("channel", "state")) == {("inbox", "outdated"), ("email", "outdated")}
    assert Notification.objects.in_inbox_of(office).count() == 0


def test_a_reminder_reaches_the_author_where_the_next_step_is_theirs(case, citizen):
    suggestion = case("needs_info")
    suggestion.changes.update(told_at=suggestion.created_at)
    record(suggestion, "due_soon", by=None, role="clock")
    tell()
    assert told(channel="inbox") == [("林晓榕", "inbox", "holder")]
    assert suggestion.url_for("holder") == f"/suggestions/{suggestion.number}/"


def test_ten_thousand_followers_take_as_many_statements_as_ten(
    draft, office, follow_by, answered, django_assert_num_queries, django_assert_max_num_queries
):
    follow_by(draft, 10)
    answered(draft)
    with django_assert_max_num_queries(32) as few:
        tell()
    follow_by(draft, 9_990)
    answered(draft)
    with django_assert_num_queries(len(few)):
        tell()
    assert Notification.objects.filter(audience="followers").count() == 20 + 20_000


def test_one_change_that_cannot_be_told_holds_up_no_other(case, office, monkeypatch):
    suggestion = case("accepted")
    honest = SuggestionChange.is_true_for

    def break_on_submitted(change, audience):
        if change.event == "submitted":
            raise ValueError("broken")
        return honest(change, audience)

    monkeypatch.setattr(SuggestionChange, "is_true_for", break_on_submitted)
    assert tell() == 1
    assert list(suggestion.changes.filter(told_at=None).values_list("event", flat=True)) == ["submitted"]
    monkeypatch.setattr(SuggestionChange, "is_true_for", honest)
    assert tell() == 1


@pytest.mark.parametrize(
    ("error", "told_now"), [(DataError, 1), (IntegrityError, 1), (OperationalError, None), (InterfaceError, None)]
)
def test_a_change_the_database_refuses_holds_up_no_other_but_a_database_away_ends_the_run(
    case, office, monkeypatch, error, told_now
):
    suggestion = case("accepted")
    honest = SuggestionChange.is_true_for

    def refuse_submitted(change, audience):
        if change.event == "submitted":
            raise error("refused")
        return honest(change, audience)

    monkeypatch.setattr(SuggestionChange, "is_true_for", refuse_submitted)
    if told_now is None:
        with pytest.raises(error):
            tell()
        assert suggestion.changes.filter(told_at=None).count() == 2
    else:
        assert tell() == told_now
        assert list(suggestion.changes.filter(told_at=None).values_list("event", flat=True)) == ["submitted"]


@pytest.mark.django_db(transaction=True)
def test_a_change_in_another_announcers_hands_is_left_to_it(case, office):
    case("accepted")
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            SuggestionChange.objects.select_for_update(no_key=True).get(event="submitted")
            held.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    assert tell() == 1
    done.set()
    thread.join()
    assert tell() == 1


@pytest.mark.django_db(transaction=True)
def test_four_announcers_at_once_tell_each_change_once(draft, office, follow_by, answered):
    follow_by(draft, 50)
    for _n in range(20):
        answered(draft)
    counts, together = [], threading.Barrier(4)

    def run():
        together.wait()
        counts.append(workflow.announce(seconds=60))
        connection.close()

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20
    assert Notification.objects.count() == 20 * (50 + 1) * 2


def test_a_deputy_hears_that_the_office_took_the_case_away_even_when_another_has_it_by_then(
    case, office, deputy, other_deputy
):
    other_deputy.deputy.divisions.set(deputy.deputy.divisions.all())
    suggestion = case("triaging")
    tell()
    acts.release(suggestion, by=office)
    acts.claim(suggestion, by=other_deputy)
    tell()
    assert told(event="given_back", channel="inbox", state="sent") == [("林代表", "inbox", "former")]
