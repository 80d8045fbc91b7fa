"""Preferences by kind of news and channel, and the longer night."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fzportal.workflow import Movable, record
from notifications import workflow
from notifications.models import Channel, Kind, Notification, Preference, QuietHours
from notifications.workflow import Choice, NoWayLeft
from suggestions.models import Follow, SuggestionChange

PAGE = "/my/preferences/"


def chosen(user):
    return {p.kind: (p.email, p.sms) for p in Preference.objects.filter(user=user)}


def with_phone(user):
    user.phone, user.phone_verified = "+8613800000001", True
    user.save()
    return user


def without_email(user):
    user.emailaddress_set.update(verified=False)
    return user


@pytest.fixture
def mine(client, citizen):
    client.force_login(citizen)
    return client


def fields(client):
    return {name: field.initial for name, field in client.get(PAGE).context["form"].fields.items()}


def test_a_citizen_with_an_e_mail_address_chooses_its_pace_for_three_kinds(mine):
    assert fields(mine) == {"email_own": "now", "email_followed": "now", "email_visits": "now"}


def test_who_works_here_chooses_for_work_too(client, handler):
    client.force_login(handler)
    assert "email_work" in fields(client)


def test_with_a_phone_sms_and_quiet_hours_are_offered(mine, citizen):
    with_phone(citizen)
    assert fields(mine) == {
        "email_own": "now", "email_followed": "now", "email_visits": "now",
        "sms_own": "no", "sms_followed": "no", "sms_visits": "no", "begins": 21, "ends": 8,
    }  # fmt: skip


def test_with_a_phone_alone_sms_come_and_those_of_ones_own_cases_stay(mine, citizen):
    without_email(with_phone(citizen))
    assert fields(mine) == {"sms_followed": "yes", "sms_visits": "yes", "begins": 21, "ends": 8}
    assert "它通过短信发送" in mine.get(PAGE).content.decode()


def test_without_any_address_there_is_nothing_to_choose(client, stranger):
    client.force_login(stranger)
    page = client.get(PAGE)
    assert "还没有验证过的邮箱和手机号" in page.content.decode()
    assert list(page.context["form"].fields) == []


def test_the_choice_is_kept_and_what_was_never_chosen_stays_unchosen(mine, citizen):
    with_phone(citizen)
    values = {"email_own": "now", "sms_own": "no", "email_followed": "daily", "sms_followed": "no",
              "email_visits": "off", "sms_visits": "yes", "begins": "20", "ends": "9"}  # fmt: skip
    assert mine.post(PAGE, values)["Location"] == PAGE
    assert chosen(citizen) == {"own": ("now", None), "followed": ("daily", None), "visits": ("off", True)}
    assert QuietHours.objects.values_list("user", "begins", "ends").get() == (citizen.pk, 20, 9)
    assert {name: str(value) for name, value in fields(mine).items()} == values
    mine.post(PAGE, values | {"begins": "21", "ends": "8"})
    assert QuietHours.objects.count() == 0


def test_news_of_ones_own_cases_has_to_reach_one_somehow(mine, citizen):
    values = {"email_own": "off", "email_followed": "off", "email_visits": "off"}
    answer = mine.post(PAGE, values)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email_own"])
    with_phone(citizen)
    values |= {"sms_followed": "no", "sms_visits": "no", "begins": "21", "ends": "8"}
    answer = mine.post(PAGE, values | {"sms_own": "no"})
    assert answer.status_code == 422
    assert "请选择邮件或短信" in answer.content.decode()
    assert "<title>错误：" in answer.content.decode()
    assert Preference.objects.count() == 0
    assert mine.post(PAGE, values | {"sms_own": "yes"}).status_code == 302
    assert chosen(citizen) == {"own": ("off", True), "followed": ("off", None), "visits": ("off", None)}


def test_the_verb_itself_refuses_to_leave_no_way(citizen):
    with pytest.raises(NoWayLeft):
        workflow.choose(by=citizen, choices={"own": Choice("off")})
    with pytest.raises(NoWayLeft):
        workflow.choose(by=citizen, choices={"followed": Choice("off"), "own": Choice("off", True)})
    assert Preference.objects.count() == 0


@pytest.mark.parametrize("values", [{"begins": "12"}, {"ends": "13"}, {"begins": "x"}, {"sms_own": "pigeon"}])
def test_a_choice_that_is_none_is_an_error_beside_its_field(mine, citizen, values):
    with_phone(citizen)
    good = {name: str(value) for name, value in fields(mine).items()}
    answer = mine.post(PAGE, good | values)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, list(values))
    assert Preference.objects.count() == 0


def test_each_kind_goes_its_own_way(draft, citizen, neighbour, office, answered):
    """The author turned off what they follow, the follower their own; each hears of this one."""
    with_phone(neighbour)
    workflow.choose(by=citizen, choices={"followed": Choice("off"), "visits": Choice("off")})
    workflow.choose(by=neighbour, choices={"own": Choice("off", True), "followed": Choice("now", True)})
    Follow.objects.create(suggestion=draft, user=neighbour)
    answered(draft)
    workflow.announce()
    told = Notification.objects.exclude(channel="inbox").values_list("recipient", "kind", "channel")
    assert sorted(told) == sorted([
        (citizen.pk, "own", "email"), (neighbour.pk, "followed", "email"), (neighbour.pk, "followed", "sms"),
    ])  # fmt: skip


def test_a_reminder_to_an_author_who_is_asked_is_news_of_their_own(case, office, citizen):
    suggestion = case("needs_info")
    record(suggestion, "due_soon", by=None, role="clock")
    workflow.announce()
    told = Notification.objects.filter(event="due_soon", channel="inbox")
    assert list(told.values_list("recipient", "kind")) == [(citizen.pk, "own")]


def test_every_audience_of_every_table_hears_news_of_some_kind():
    kinds = {kind for movable in Movable.__subclasses__() for kind in movable.kinds.values()}
    assert kinds == {Kind.OWN, Kind.FOLLOWED, Kind.VISITS}
    told = {name for kind in Movable.__subclasses__() for m in kind.moves() for name in m.tell}
    assert {"author", "followers", "visitor"} <= told


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "sent_at"),
    [
        (19, 20, 10, 19), (20, 20, 10, 34), (7, 20, 10, 10), (8, 20, 10, 10), (9, 20, 10, 10), (10, 20, 10, 10),
        (22, 20, 8, 32), (13, 13, 8, 32), (12, 13, 12, 12), (11, 13, 12, 12),
    ],
)  # fmt: skip
def test_nobodys_telephone_rings_in_their_longer_night(draft, citizen, answered, hour, begins, ends, sent_at):
    day = timezone.make_aware(timezone.datetime(2026, 11, 23))
    with_phone(citizen)
    workflow.choose(by=citizen, choices={"own": Choice("off", True)})
    workflow.keep_silent(by=citizen, begins=begins, ends=ends)
    answered(draft)
    workflow.announce(day + timedelta(hours=hour))
    sms = Notification.objects.filter(channel=Channel.SMS)
    for n in range(hour, 37):
        workflow.deliver(day + timedelta(hours=n))
        if sms.get().sent_at:
            break
    assert sms.get().sent_at == day + timedelta(hours=sent_at)


def test_one_persons_long_night_is_nobody_elses(draft, citizen, neighbour, answered):
    for user, kind in ((citizen, "own"), (neighbour, "followed")):
        user.phone, user.phone_verified = f"+861380000000{user.pk % 10}", True
        user.save()
        workflow.choose(by=user, choices={kind: Choice("off", True)})
    workflow.keep_silent(by=citizen, begins=18, ends=12)
    Follow.objects.create(suggestion=draft, user=neighbour)
    answered(draft)
    assert SuggestionChange.objects.count() == 1
    evening = timezone.make_aware(timezone.datetime(2026, 11, 23, 19))
    workflow.announce(evening)
    workflow.deliver(evening)
    sent = Notification.objects.filter(channel="sms", state="sent")
    assert list(sent.values_list("recipient", flat=True)) == [neighbour.pk]
