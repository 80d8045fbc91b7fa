"""People in the office's admin: a citizen's particulars are masked, whoever holds a role is looked after."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LIST = "/admin/accounts/user/"
PRIVATE = ("林晓榕", "citizen@example.com", "+8613812345678", "13812345678")


@pytest.fixture
def desk(client, office, citizen):
    """The office, signed in, and a citizen who left a phone number too."""
    citizen.phone, citizen.phone_verified = "+8613812345678", True
    citizen.save()
    client.force_login(office)
    return client


def found(desk, words):
    return {user.pk for user in desk.get(LIST, {"q": words}).context["cl"].result_list}


def test_the_list_masks_a_citizen_and_names_who_holds_a_role(desk, citizen, deputy):
    page = desk.get(LIST).content.decode()
    assert [words for words in PRIVATE if words in page] == []
    for words in ("林**", "ci***@example.com", "+86138****5678", "林代表", "deputy@example.com"):
        assert words in page


def test_the_page_of_a_citizen_masks_them_and_takes_no_other_particulars(desk, citizen):
    address = f"{LIST}{citizen.pk}/change/"
    response = desk.get(address)
    page = response.content.decode()
    assert [words for words in PRIVATE if words in page] == []
    assert "林**" in page and "ci***@example.com" in page
    assert sorted(response.context["adminform"].form.fields) == ["is_active", "nickname"]


def test_somebody_with_a_role_stays_editable(desk, deputy):
    response = desk.get(f"{LIST}{deputy.pk}/change/")
    assert response.context["adminform"].form.initial["name"] == "林代表"
    assert "deputy@example.com" in response.content.decode()


@pytest.mark.parametrize("words", ["林晓榕", "晓榕", "citizen", "citizen@example", "榕树下", "1381234567", "+86138"])
def test_a_citizen_is_not_found_by_a_part(desk, citizen, words):
    assert citizen.pk not in found(desk, words)


@pytest.mark.parametrize("words", ["citizen@example.com", "Citizen@Example.com", "13812345678", "+8613812345678"])
def test_a_citizen_is_found_by_a_whole_address(desk, citizen, words):
    assert found(desk, words) == {citizen.pk}


def test_somebody_with_a_role_is_found_by_name(desk, deputy, handler):
    assert found(desk, "林代") == {deputy.pk}


@pytest.mark.parametrize("query", ["name__startswith=林", "email__startswith=ci", "phone__contains=138", "email=a"])
def test_no_filter_in_the_address_spells_out_what_is_masked(desk, query):
    assert desk.get(f"{LIST}?{query}").status_code == 400


def test_the_list_takes_as_many_queries_for_twenty_people_as_for_few(desk):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            desk.get(LIST)
        return len(taken)

    desk.get(LIST)
    few = queries()
    User = get_user_model()
    User.objects.bulk_create([User(email=f"one{n}@example.com", name="林一") for n in range(20)])
    assert queries() == few


def reset(desk, user):
    values = {"action": "reset_second_factor", "_selected_action": [user.pk]}
    return desk.post(LIST, values, follow=True).content.decode()


def test_the_office_resets_a_lost_second_factor_and_the_owner_is_told(desk, deputy, mailoutbox):
    Authenticator.objects.create(user=deputy, type="totp", data={"secret": "x"})
    deputys = Client()
    deputys.force_login(deputy)
    UserSession.objects.create(user=deputy, ip="127.0.0.1", session_key=deputys.session.session_key)
    assert deputys.get("/my/").status_code == 200
    assert "重置两步验证" in reset(desk, deputy)
    assert not Authenticator.objects.filter(user=deputy).exists()
    assert deputys.get("/my/").status_code == 302
    assert [m.to for m in mailoutbox] == [["deputy@example.com"]]
    assert LogEntry.objects.filter(object_id=str(deputy.pk)).count() == 1


def test_nobody_resets_their_own_second_factor(desk, office):
    Authenticator.objects.create(user=office, type="totp", data={"secret": "x"})
    desk.force_login(office)
    reset(desk, office)
    assert Authenticator.objects.filter(user=office).count() == 1


@pytest.mark.parametrize("query", ["?is_active__exact=%00", "?q=a%00b"])
def test_a_nul_in_the_admins_address_is_refused_in_our_words(desk, query):
    response = desk.get(LIST + query)
    assert response.status_code == 400
    assert "榕声" in response.content.decode()
