"""Followers by the thousand, and servers to send to."""

import pytest
from django.contrib.auth import get_user_model

from notifications.tests.sink import SmsGateway, SmtpSink, running
from suggestions.models import Follow, SuggestionChange


@pytest.fixture
def smtp(settings):
    """A real SMTP server that the portal sends to."""
    with running(SmtpSink()) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 1
        yield sink


@pytest.fixture
def gateway(settings, monkeypatch):
    """A real SMS gateway that the portal sends to."""
    monkeypatch.setenv("no_proxy", "*")
    with running(SmsGateway()) as server:
        settings.SMS_BACKEND = "notifications.channels.HttpGatewaySms"
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, "secret"
        yield server


@pytest.fixture
def follow_by():
    """``follow_by(suggestion, 500)``: so many people with a verified e-mail follow it from now on."""

    def make(suggestion, count):
        User = get_user_model()
        first = User.objects.count()
        users = [User(email=f"follower{first + n}@example.com", password="!") for n in range(count)]
        users = User.objects.bulk_create(users)
        addresses = User._meta.get_field("emailaddress").related_model
        addresses.objects.bulk_create([addresses(user=u, email=u.email, verified=True, primary=True) for u in users])
        Follow.objects.bulk_create([Follow(suggestion=suggestion, user=u) for u in users])
        return users

    return make


@pytest.fixture
def answered():
    """``answered(suggestion)``: the change that tells author, followers and deputy of an answer, not told yet."""

    def make(suggestion):
        return SuggestionChange.objects.create(
            subject=suggestion, before="triaging", after="replied", event="replied", role="deputy"
        )

    return make
