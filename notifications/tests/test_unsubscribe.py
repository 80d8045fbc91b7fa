"""The way out of e-mail: by the mail program's button or by a page, never by merely opening a link."""

import pytest
from django.test import Client

from notifications import messages, workflow
from notifications.models import Notification, Preference, Unsubscribed
from suggestions import workflow as acts


@pytest.fixture
def mail(case, office):
    """The author's e-mail about a submission, not sent yet."""
    case("submitted")
    workflow.announce()
    return Notification.objects.get(channel="email", audience="author")


@pytest.fixture
def path(mail):
    return messages.unsubscribe_url(mail).removeprefix("http://testserver")


def test_opening_the_link_changes_nothing(client, path):
    for _twice in range(2):
        page = client.get(path)
        assert page.status_code == 200
        assert "确定不再接收我们的邮件吗？" in page.content.decode()
    assert client.head(path).status_code == 200
    assert Preference.objects.count() == 0


def test_a_mail_program_unsubscribes_with_one_post_without_cookies(path, citizen):
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (204, b"")
    assert Preference.objects.values_list("user", "email", "sms").get() == (citizen.pk, False, None)


def test_the_pages_button_does_the_same_and_says_so(path, citizen):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(path, follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert "已不再向您发送邮件" in answer.content.decode()
    assert Preference.objects.get().email is False


def test_what_else_was_chosen_stays(client, path, citizen):
    workflow.choose(by=citizen, email=True, sms=True)
    client.post(path)
    assert Preference.objects.values_list("email", "sms").get() == (False, True)


def test_the_in_app_news_goes_on(client, path, mail, office):
    client.post(path)
    acts.accept(mail.change.subject, by=office)
    workflow.announce()
    told = Notification.objects.filter(event="accepted", audience="author")
    assert list(told.values_list("channel", flat=True)) == ["inbox"]


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
