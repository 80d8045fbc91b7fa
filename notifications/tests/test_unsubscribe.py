"""The way out of e-mail: by the mail program's button or by a page, never by merely opening a link."""

import pytest
from django.core import signing
from django.test import Client

from notifications import messages, workflow
from notifications.models import Notification, Preference, Unsubscribed
from suggestions import workflow as acts
from suggestions.models import Follow


@pytest.fixture
def mail(case, office):
    """The author's e-mail about a submission, not sent yet."""
    case("submitted")
    workflow.announce()
    return Notification.objects.get(channel="email", audience="author", event="submitted")


@pytest.fixture
def path(mail):
    return messages.unsubscribe_url(mail).removeprefix("http://testserver")


def chosen(user):
    """{kind: (e-mail, SMS)} of what ``user`` has chosen."""
    return {p.kind: (p.email, p.sms) for p in Preference.objects.filter(user=user)}


def with_phone(user):
    user.phone, user.phone_verified = "+8613800000001", True
    user.save()


@pytest.fixture
def followed(draft, neighbour, answered):
    """The way out of an e-mail to somebody who follows ``draft``."""
    Follow.objects.create(suggestion=draft, user=neighbour)
    answered(draft)
    workflow.announce()
    mail = Notification.objects.get(channel="email", recipient=neighbour)
    return messages.unsubscribe_url(mail).removeprefix("http://testserver")


def test_opening_the_link_changes_nothing(client, path, followed):
    for link in (path, followed):
        for _twice in range(2):
            assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert Preference.objects.count() == 0


def test_a_mail_program_turns_off_the_kind_of_mail_it_was_with_one_post_without_cookies(followed, neighbour):
    program = Client(enforce_csrf_checks=True)
    answer = program.post(followed, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (204, b"")
    assert chosen(neighbour) == {"followed": ("off", None)}


def test_the_pages_button_does_the_same_and_says_so(followed, neighbour):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(followed, follow=True)
    assert answer.redirect_chain == [(followed, 302)]
    assert "今后不再就此向您发送邮件。" in answer.content.decode()
    assert chosen(neighbour) == {"followed": ("off", None)}


def test_news_of_ones_own_case_cannot_be_turned_off_but_comes_once_a_week(client, path, citizen):
    page = client.get(path).content.decode()
    assert "您自己的建议的消息不能关闭" in page
    assert "每周最多一封邮件" in page
    client.post(path)
    assert chosen(citizen) == {"own": ("weekly", None)}
    assert "您自己的建议的消息今后每周汇总成一封邮件发送。" in client.get(path).content.decode()


def test_with_a_phone_it_comes_by_sms_instead(client, path, citizen):
    with_phone(citizen)
    assert "改用短信，不再发邮件" in client.get(path).content.decode()
    client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert chosen(citizen) == {"own": ("off", True)}


def test_one_chooses_a_digest_by_the_link_without_signing_in(client, followed, path, citizen, neighbour):
    assert client.post(followed, {"choose": "1", "email_followed": "daily"})["Location"] == followed
    assert chosen(neighbour) == {"followed": ("daily", None)}
    client.post(path, {"choose": "1", "email_own": "weekly"})
    assert chosen(citizen) == {"own": ("weekly", None)}


@pytest.mark.parametrize("value", ["off", "pigeon", ""])
def test_what_is_not_offered_by_the_link_is_an_error(client, path, value):
    answer = client.post(path, {"choose": "1", "email_own": value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email_own"])
    assert Preference.objects.count() == 0


def test_a_link_changes_no_other_kind(client, followed):
    client.post(followed, {"choose": "1", "email_followed": "daily", "email_own": "daily", "email_work": "off"})
    assert list(Preference.objects.values_list("kind", flat=True)) == ["followed"]


def test_what_else_was_chosen_stays(client, followed, neighbour):
    with_phone(neighbour)
    workflow.choose(by=neighbour, choices={"followed": workflow.Choice("now", True), "own": workflow.Choice()})
    client.post(followed)
    assert chosen(neighbour) == {"followed": ("off", True), "own": ("now", None)}


def test_links_sent_before_there_were_digests_work_still(client, mail, citizen):
    token = signing.Signer(salt=messages.SALT).sign(str(mail.pk))
    assert client.post(f"/unsubscribe/{token}/", "List-Unsubscribe=One-Click",
                       content_type="application/x-www-form-urlencoded").status_code == 204  # fmt: skip
    assert chosen(citizen) == {"own": ("weekly", None)}


def test_the_in_app_news_goes_on(client, path, mail, office):
    client.post(path)
    acts.accept(mail.change.subject, by=office)
    workflow.announce()
    told = Notification.objects.filter(event="accepted", audience="author")
    assert sorted(told.values_list("channel", "state")) == [("email", "held"), ("inbox", "sent")]


def test_an_address_without_an_account_is_not_written_to_again(client, mail, path, office):
    suggestion = mail.change.subject
    suggestion.contact.email = "old.lin@example.com"
    suggestion.contact.save()
    suggestion.author = None
    suggestion.save()
    Notification.objects.filter(pk=mail.pk).update(recipient=None, address="old.lin@example.com")
    client.post(path)
    client.post(path)
    assert list(Unsubscribed.objects.values_list("address", flat=True)) == ["old.lin@example.com"]
    assert "已不再向您发送邮件" in client.get(path).content.decode()
    acts.accept(suggestion, by=office)
    workflow.announce()
    assert Notification.objects.filter(event="accepted", audience="author").count() == 0
    # What was waiting already does not go out either.
    workflow.deliver()
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("outdated", "unwanted")


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "1" + t, lambda t: t.replace(":", ""), lambda t: "x:y"])
def test_a_forged_link_is_not_found(client, path, change):
    token = path.split("/")[2]
    assert client.get(f"/unsubscribe/{change(token)}/").status_code == 404
    assert client.post(f"/unsubscribe/{change(token)}/").status_code == 404
    assert Preference.objects.count() == 0


def test_the_link_names_no_address(path, citizen):
    assert "example" not in path
    assert citizen.email not in path
