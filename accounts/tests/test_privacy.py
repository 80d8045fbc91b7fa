import json

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import workflow
from accounts.models import User
from notifications.models import Notification, Preference
from suggestions import workflow as suggestions
from suggestions.models import Contact, Suggestion


@pytest.fixture
def published(case, draft, office):
    """A suggestion of ``citizen``'s somebody has looked up the contact of."""
    case("submitted")
    suggestions.view_contact(draft, by=office, reason="电话核实地点")
    return draft


def test_the_export_holds_the_account_and_the_suggestions_and_nobody_elses(client, citizen, neighbour, published):
    client.force_login(citizen)
    answer = client.get("/my/privacy/export/")
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    data = json.loads(answer.content)
    assert data["account"]["nickname"] == "榕树下"
    assert data["account"]["emails"] == [{"email": "citizen@example.com", "verified": True}]
    assert [s["number"] for s in data["suggestions"]] == [published.number]
    assert [(v["role"], v["reason"]) for v in data["contact_views"]] == [("office", "电话核实地点")]
    assert [c["phone"] for c in data["contacts"]] == ["+8613800000000"]
    assert sorted(c["kind"] for c in data["consents"]) == ["pass_contact", "publish"]
    client.force_login(neighbour)
    others = json.loads(client.get("/my/privacy/export/").content)
    assert (others["suggestions"], others["contact_views"], others["contacts"]) == ([], [], [])


def test_the_page_says_who_looked_and_why(client, citizen, published):
    client.force_login(citizen)
    page = client.get("/my/privacy/").content.decode()
    assert "电话核实地点" in page
    assert "citizen@example.com" in page


@pytest.mark.parametrize("path", ["/my/privacy/", "/my/privacy/export/", "/my/privacy/delete/", "/my/profile/"])
def test_ones_data_is_shown_to_oneself_only(client, db, path):
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_deleting_takes_a_tick(client, citizen):
    client.force_login(citizen)
    assert client.post("/my/privacy/delete/").status_code == 422
    citizen.refresh_from_db()
    assert citizen.name == "林晓榕"


def test_deleting_blanks_the_person_and_keeps_the_words(client, citizen, published):
    citizen.set_password("a-long-password-of-mine")
    citizen.phone, citizen.phone_verified = "+8613800138000", True
    citizen.save()
    TOTP.activate(citizen, "JBSWY3DPEHPK3PXP")
    Preference.objects.create(user=citizen)
    Notification.objects.create(
        recipient=citizen, topic="suggestions.suggestionchange", change_id=1, event="accepted", audience="author",
        channel="inbox",
    )  # fmt: skip
    draft = Suggestion.objects.create(author=citizen, title="没写完")
    client.force_login(citizen)
    client.get("/my/privacy/")
    client.post("/my/privacy/delete/", {"sure": "on"})

    user = User.objects.get(pk=citizen.pk)
    assert (user.email, user.phone, user.nickname, user.name) == ("", "", "", "")
    assert (user.phone_verified, user.is_active, user.has_usable_password()) == (False, False, False)
    assert not user.emailaddress_set.exists()
    assert not user.authenticator_set.exists()
    assert not UserSession.objects.filter(user=user).exists()
    assert not Notification.objects.filter(recipient=user).exists()
    assert not Preference.objects.filter(user=user).exists()
    assert not Suggestion.objects.filter(pk=draft.pk).exists()
    kept = Suggestion.objects.get(pk=published.pk)
    assert (kept.title, kept.author_id) == (published.title, user.pk)
    assert str(kept.author_name) in ("一位市民", "市民", "A citizen")
    contact = Contact.objects.get(suggestion=kept)
    assert (contact.name, contact.phone, contact.email) == ("", "", "")
    assert contact.anonymised_at is not None


def test_deleting_signs_out_every_device(client, citizen):
    elsewhere = Client()
    for device in (client, elsewhere):
        device.force_login(citizen)
        device.get("/my/profile/")
    client.post("/my/privacy/delete/", {"sure": "on"})
    for device in (client, elsewhere):
        assert device.get("/my/profile/").status_code == 302


def test_twice_is_harmless(citizen):
    workflow.anonymise(citizen, by=citizen)
    workflow.anonymise(citizen, by=citizen)
    assert User.objects.get(pk=citizen.pk).is_active is False


def test_the_address_of_somebody_gone_begins_anew(citizen):
    workflow.anonymise(citizen, by=citizen)
    assert workflow.enter(email="citizen@example.com").pk != citizen.pk


def test_whoever_holds_an_office_is_asked_to_end_it_first(client, handler):
    client.force_login(handler)
    assert client.post("/my/privacy/delete/", {"sure": "on"}).status_code == 403
    assert User.objects.get(pk=handler.pk).name == "王经办"
