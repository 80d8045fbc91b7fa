"""One suggestion's page: who may see it, and what each reader finds there."""

import pytest
from django.urls import reverse

from suggestions import workflow
from suggestions.models import Suggestion

STATES = [
    "submitted", "needs_info", "accepted", "triaging", "referred", "assigned", "in_progress", "reply_review",
    "replied", "rehandling", "closed", "declined", "withdrawn",
]  # fmt: skip


def url(suggestion):
    return reverse("suggestion_detail", args=[suggestion.number])


@pytest.fixture
def read(client):
    """``read(suggestion, user)``: status and text of its page."""

    def get(suggestion, user=None):
        client.logout()
        if user:
            client.force_login(user)
        response = client.get(url(suggestion))
        return response.status_code, response.content.decode()

    return get


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_that_names_it(state, case, office, citizen, read):
    suggestion = case(state)
    workflow.publish(suggestion, by=office)
    for user in (None, citizen, office):
        status, page = read(suggestion, user)
        assert status == 200
        assert str(suggestion.get_status_display()) in page
