"""One suggestion's page: who may see it, and what each reader finds there."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Attachment, Suggestion
from suggestions.permissions import CodeHolder
from suggestions.timeline import history, timeline
from tests.cast import reason

STATES = [
    "submitted", "needs_info", "accepted", "triaging", "referred", "assigned", "in_progress", "reply_review",
    "replied", "rehandling", "closed", "declined", "withdrawn",
]  # fmt: skip
HOSTILE = "<script>alert(1)</script><b onclick=x>粗</b>\"'&amp;{{ 7 }}"


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


PEOPLE = ["citizen", "neighbour", "deputy", "other_deputy", "officer", "handler", "approver", "other_handler", "office"]
# Written by hand from the design: who reads an unpublished suggestion, by state.
READERS = {
    "submitted": {"citizen", "office"},
    "accepted": {"citizen", "office", "deputy"},
    "triaging": {"citizen", "office", "deputy"},
    "in_progress": {"citizen", "office", "deputy", "handler", "approver"},
    "declined": {"citizen", "office"},
}


@pytest.mark.parametrize("state", READERS)
def test_an_unpublished_suggestion_is_seen_by_its_author_and_those_who_work_on_it(state, case, request, read):
    suggestion = case(state)
    people = {name: request.getfixturevalue(name) for name in PEOPLE}
    statuses = {name: read(suggestion, user)[0] for name, user in people.items()} | {"anonymous": read(suggestion)[0]}
    assert {name for name, status in statuses.items() if status == 200} == READERS[state]
    assert {status for name, status in statuses.items() if name not in READERS[state]} == {404}


def test_a_draft_and_a_missing_number_are_404_even_for_the_office(draft, office, client):
    client.force_login(office)
    assert [client.get(f"/suggestions/{n}/").status_code for n in ("2026-999999", "None", "x")] == [404, 404, 404]


def test_everybody_reads_the_redacted_words_and_only_author_and_staff_the_first_ones(
    case, office, citizen, neighbour, read
):
    suggestion = case("accepted")
    workflow.redact(suggestion, by=office, title="公开的标题", situation="公开的情况", proposal="公开的建议")
    workflow.publish(suggestion, by=office)
    for user in (None, neighbour):
        page = read(suggestion, user)[1]
        assert "公开的情况" in page
        assert suggestion.situation not in page
    for user in (citizen, office):
        assert suggestion.situation in read(suggestion, user)[1]


def test_a_note_is_read_by_those_it_is_for_and_by_nobody_else(case, office, citizen, neighbour, handler):
    suggestion = case("needs_info")  # the question: for the author
    workflow.answer(suggestion, by=citizen, text="温泉小学")  # for the author and staff
    workflow.accept(suggestion, by=office, note="内部说明")  # staff only
    notes = {}
    for name, reader in {"public": None, "neighbour": neighbour, "author": citizen, "office": office,
                         "code": CodeHolder(suggestion)}.items():  # fmt: skip
        notes[name] = [i.note for i in timeline(suggestion, reader or _anonymous(), history(suggestion)) if i.note]
    assert notes == {
        "public": [],
        "neighbour": [],
        "author": ["是哪一所学校？", "温泉小学"],
        "code": ["是哪一所学校？", "温泉小学"],
        "office": ["是哪一所学校？", "温泉小学", "内部说明"],
    }


def _anonymous():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def test_a_deputys_opinion_is_public_and_the_talk_among_staff_is_not(case, office, deputy, read):
    suggestion = case("triaging")
    workflow.propose_decline(suggestion, by=deputy, note="属于个案")
    workflow.refer(suggestion, by=deputy, opinion="请主管部门研究公开办法。")
    workflow.publish(suggestion, by=office)
    page = read(suggestion)[1]
    assert "请主管部门研究公开办法。" in page
    assert "属于个案" not in page
    assert "属于个案" in read(suggestion, office)[1]


def test_clerks_are_not_named_and_the_deputy_is(case, office, handler, read):
    suggestion = case("replied")
    workflow.publish(suggestion, by=office)
    page = read(suggestion)[1]
    assert "林静" in page
    assert "福州市教育局" in page
    assert not [
        name
        for name in ("王经办", "周审核", "办公室", "王**", "林晓榕", "citizen@example.com", "13800000000")
        if name in page
    ]


@pytest.mark.parametrize(("shown_as", "name"), [("nickname", "榕树下"), ("masked", "林**"), ("citizen", "市民")])
def test_the_author_is_shown_as_they_chose(shown_as, name, case, draft, office, read):
    draft.shown_as = shown_as
    draft.save()
    suggestion = case("submitted")
    workflow.publish(suggestion, by=office)
    page = read(suggestion)[1]
    assert name in page.partition("</header>")[2].partition('<div class="split">')[0]
    assert not [other for other in ("榕树下", "林**", "林晓榕") if other != name and other in page]


def test_holder_due_date_and_its_derivation_are_on_the_page(case, office, read):
    suggestion = case("assigned")
    workflow.publish(suggestion, by=office)
    begin = timezone.make_aware(timezone.datetime(2026, 9, 28, 10))
    due = timezone.make_aware(timezone.datetime(2026, 10, 23, 23, 59, 59))
    Suggestion.objects.filter(pk=suggestion.pk).update(due_since=begin, due_at=due)
    suggestion.changes.filter(event="assigned").update(at=begin)
    page = read(suggestion)[1]
    assert "现在由福州市教育局主办" in page
    assert "应于2026年10月23日（星期五）前答复" in page
    assert "自2026年9月28日（星期一）的次日起 15 个工作日" in page
    assert "国庆节（5 天）" in page
    assert "依据：平台服务承诺（法律未规定统一期限）" in page


def test_an_overdue_case_says_so_to_everybody(case, office, read):
    suggestion = case("assigned")
    workflow.publish(suggestion, by=office)
    assert "逾期" not in read(suggestion)[1]
    Suggestion.objects.filter(pk=suggestion.pk).update(due_at=timezone.now() - timedelta(days=8))
    page = read(suggestion)[1]
    assert "已交办 · 已逾期" in page
    assert 'class="now now-late"' in page


def test_the_authors_own_time_running_out_is_nobodys_broken_promise(case, office, read):
    suggestion = case("replied")
    workflow.publish(suggestion, by=office)
    Suggestion.objects.filter(pk=suggestion.pk).update(due_at=timezone.now() - timedelta(days=8))
    assert "now-late" not in read(suggestion)[1]


def test_a_declined_one_names_who_is_responsible_and_how_to_reach_them(case, citizen, read):
    suggestion = case("declined")
    page = read(suggestion, citizen)[1]
    chosen = reason("hotline")
    assert chosen.explanation in page
    assert chosen.responsible in page
    assert 'href="tel:12345"' in page


def test_a_merged_one_leads_to_where_it_goes_on(case, draft, office, citizen, neighbour, city, read):
    into = Suggestion.objects.create(
        author=neighbour, title="另一条食堂建议", situation="同样", category=city.category, division=city.street
    )
    case("accepted", into)
    suggestion = case("accepted")
    workflow.merge(suggestion, by=office, into=into)
    page = read(suggestion, citizen)[1]
    assert into.number in page
    assert url(into) not in page  # not published, so not for this reader
    workflow.publish(into, by=office)
    assert f'href="{url(into)}"' in read(suggestion, citizen)[1]


def test_the_reply_stands_there_with_giver_class_and_rating(case, office, citizen, read):
    suggestion = case("rehandling")
    workflow.publish(suggestion, by=office)
    for user, sees_reason in ((None, False), (citizen, True), (office, True)):
        page = read(suggestion, user)[1]
        assert "福州市教育局的答复" in page
        assert "已在全市推行。" in page
        assert "基本满意" in page
        assert "不满意" in page
        assert ("<p>不够</p>" in page.partition('class="rating"')[2].partition("</section>")[0]) == sees_reason


def test_an_unreleased_reply_is_on_no_public_page(case, office, citizen, read):
    suggestion = case("reply_review")
    workflow.publish(suggestion, by=office)
    assert not [user for user in (None, citizen, office) if "已在全市推行。" in read(suggestion, user)[1]]


def test_attachments_are_listed_for_those_who_may_open_them(case, office, citizen, read):
    suggestion = case("accepted")
    for name in ("公开.jpg", "不公开.jpg"):
        Attachment.objects.create(
            suggestion=suggestion, name=name, content_type="image/jpeg", size=10, file=ContentFile(b"x", name)
        )
    workflow.publish(suggestion, by=office, attachments=[suggestion.attachments.get(name="公开.jpg")])
    assert [n for n in (">公开.jpg<", ">不公开.jpg<") if n in read(suggestion)[1]] == [">公开.jpg<"]
    assert [n for n in (">公开.jpg<", ">不公开.jpg<") if n in read(suggestion, citizen)[1]] == [
        ">公开.jpg<",
        ">不公开.jpg<",
    ]


def test_the_author_sees_who_looked_at_the_contact_and_why_and_no_one_else_does(case, office, citizen, neighbour, read):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    workflow.view_contact(suggestion, by=office, reason="核对小区名称")
    assert "核对小区名称" in read(suggestion, citizen)[1]
    assert not [user for user in (None, neighbour) if "核对小区名称" in read(suggestion, user)[1]]


def test_staff_find_the_way_to_the_desk_and_citizens_do_not(case, office, deputy, citizen, read):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    desk = reverse("desk_case", args=[suggestion.number])
    assert [desk in read(suggestion, user)[1] for user in (office, deputy, citizen, None)] == [True, True, False, False]


def test_html_in_every_field_is_text(case, draft, office, deputy, handler, approver, citizen, read):
    citizen.nickname = HOSTILE[:20]
    citizen.save()
    draft.title = draft.situation = draft.proposal = HOSTILE
    draft.place = HOSTILE
    draft.shown_as = "nickname"
    draft.save()
    suggestion = case("submitted")
    workflow.ask(suggestion, by=office, question=HOSTILE)
    workflow.answer(suggestion, by=citizen, text=HOSTILE)
    workflow.accept(suggestion, by=office)
    workflow.claim(suggestion, by=deputy)
    workflow.answer_directly(suggestion, by=deputy, text=HOSTILE, result="A")
    workflow.view_contact(suggestion, by=office, reason=HOSTILE)
    workflow.rate(suggestion, by=citizen, attitude=1, result=1, reason=HOSTILE)
    workflow.redact(suggestion, by=office, title=HOSTILE, situation=HOSTILE, proposal="改过", place=HOSTILE)
    workflow.publish(suggestion, by=office)
    Attachment.objects.create(
        suggestion=suggestion, name=HOSTILE, content_type="image/jpeg", size=1, file=ContentFile(b"x", "a")
    )
    for user in (None, citizen, office):
        page = read(suggestion, user)[1]
        assert "<script>alert" not in page
        assert "<b onclick" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_withdrawn_consent_takes_the_text_off_at_once(case, office, citizen, neighbour, client, read):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    address = reverse("suggestion_consent", args=[suggestion.number])
    client.force_login(neighbour)
    assert client.post(address, {"kind": "publish"}).status_code == 403
    client.force_login(citizen)
    assert client.post(address, {"kind": "nonsense"}).status_code == 404
    assert client.get(address).status_code == 405
    assert client.post(address, {"kind": "publish"}).url == url(suggestion)
    assert read(suggestion)[0] == 404
    assert list(suggestion.consents.filter(withdrawn_at=None).values_list("kind", flat=True)) == ["pass_contact"]
    assert read(suggestion, citizen)[0] == 200


def test_a_page_costs_the_same_however_long_its_history(case, office, deputy, client, django_assert_max_num_queries):
    suggestion = case("triaging")
    workflow.publish(suggestion, by=office)
    for _n in range(20):
        workflow.release(suggestion, by=deputy)
        workflow.claim(suggestion, by=deputy)
    with django_assert_max_num_queries(15):
        client.get(url(suggestion))
