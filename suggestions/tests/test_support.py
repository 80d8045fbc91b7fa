"""Supporting and following from the page, with plain forms."""

import pytest
from django.urls import reverse

from suggestions import workflow
from suggestions.models import Suggestion


@pytest.fixture
def published(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    return suggestion


def at(name, suggestion):
    return reverse(f"suggestion_{name}", args=[suggestion.number])


def supporters(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk).supporters


def test_a_verified_citizen_supports_once_and_takes_it_back(published, neighbour, client):
    client.force_login(neighbour)
    home = published.get_absolute_url()
    for _twice in range(2):
        assert client.post(at("support", published)).url == home
    assert supporters(published) == 1
    assert "已附议，取消" in client.get(home).content.decode()
    client.post(at("support", published), {"do": "off"})
    assert supporters(published) == 0


def test_a_verified_citizen_follows_and_stops(published, neighbour, client):
    client.force_login(neighbour)
    client.post(at("follow", published))
    assert list(published.follows.values_list("user", flat=True)) == [neighbour.pk]
    assert "已关注，取消" in client.get(published.get_absolute_url()).content.decode()
    client.post(at("follow", published), {"do": "off"})
    assert published.follows.count() == 0


@pytest.mark.parametrize("name", ["support", "follow"])
def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(published, client, name):
    response = client.post(at(name, published))
    assert response.url == f"{reverse('account_login')}?next={published.get_absolute_url()}"
    assert (published.supports.count(), published.follows.count()) == (0, 0)


@pytest.mark.parametrize("name", ["support", "follow"])
def test_who_has_verified_nothing_is_led_there(published, stranger, client, name):
    client.force_login(stranger)
    assert client.post(at(name, published)).url == reverse("account_email")
    assert (published.supports.count(), published.follows.count()) == (0, 0)


@pytest.mark.parametrize("name", ["support", "follow"])
def test_the_author_has_no_second_voice(published, citizen, client, name):
    client.force_login(citizen)
    assert client.post(at(name, published)).status_code == 403
    page = client.get(published.get_absolute_url()).content.decode()
    assert at(name, published) not in page


def test_an_unpublished_one_can_be_neither_supported_nor_found(case, neighbour, office, client):
    suggestion = case("accepted")
    client.force_login(neighbour)
    assert client.post(at("support", suggestion)).status_code == 404
    client.force_login(office)
    assert client.post(at("support", suggestion)).status_code == 403


def test_a_get_supports_nothing(published, neighbour, client):
    client.force_login(neighbour)
    assert client.get(at("support", published)).status_code == 405
