"""What the author of a merged suggestion reads and hears of where it goes on; and who sees a contact at the end."""

import pytest

from suggestions import workflow
from suggestions.models import Suggestion
from suggestions.permissions import may_see_contact
from tests.cast import BOTH, reason

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(case, city, draft, neighbour, office):
    """neighbour's suggestion, merged into citizen's, which is submitted."""
    case("submitted")
    mine = Suggestion.objects.create(
        author=neighbour, title="公开菜单", situation="看不到。", category=city.category, division=city.street
    )
    workflow.submit(mine, by=neighbour, consents=BOTH)
    workflow.merge(mine, by=office, into=draft)
    return mine


@pytest.fixture
def answered(merged, draft, office, deputy):
    """citizen's suggestion, answered by a deputy and never published, rated with a reason."""
    workflow.accept(draft, by=office)
    workflow.claim(draft, by=deputy)
    workflow.answer_directly(draft, by=deputy, text="已在全市推行。", result="A")
    workflow.rate(draft, by=draft.author, attitude=3, result=1, reason="我家孩子说没有看到")
    return draft


def test_the_merged_author_reads_the_answer_at_their_own_number_but_not_the_other_words(
    client, merged, answered, neighbour
):
    client.force_login(neighbour)
    answer = client.get(answered.get_absolute_url())
    assert (answer.status_code, answer.url) == (302, merged.get_absolute_url())
    seen = client.get(merged.get_absolute_url()).content.decode()
    assert "已在全市推行。" in seen
    assert answered.situation not in seen
    assert "我家孩子说没有看到" not in seen


def test_nobody_else_is_led_from_the_one_they_may_not_read(client, answered, stranger):
    assert client.get(answered.get_absolute_url()).status_code == 404
    client.force_login(stranger)
    assert client.get(answered.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
def test_the_merged_author_is_told_when_the_other_one_ends_without_an_answer(merged, draft, neighbour, office, ending):
    if ending == "declined":
        workflow.decline(draft, by=office, reason=reason("hotline"))
    else:
        workflow.withdraw(draft, by=draft.author)
    last = merged.changes.last()
    assert (last.event, last.role, last.audiences) == ("together_ended", "clock", ("author",))
    assert list(merged.audience("author")) == [neighbour]


def test_the_message_names_the_other_one_and_what_became_of_it(mailoutbox, merged, draft, neighbour, office):
    from notifications.tasks import announce, deliver

    workflow.decline(draft, by=office, reason=reason("hotline"))
    announce()
    deliver()
    [told] = [m for m in mailoutbox if m.to == [neighbour.email] and "并入" in m.subject and "结束" in m.subject]
    assert (draft.number in told.body, "不予受理" in told.body) == (True, True)


@pytest.mark.parametrize(
    ("status", "expected"), [("in_progress", [True, True, True]), ("closed", [False, False, True])]
)
def test_once_the_case_has_ended_only_the_office_sees_the_contact(case, deputy, handler, office, status, expected):
    suggestion = case(status)
    assert [may_see_contact(who, suggestion) for who in (deputy, handler, office)] == expected
