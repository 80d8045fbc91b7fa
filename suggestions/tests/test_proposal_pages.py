"""Pages of proposals: in public, at the desk, before the office; what they show to whom and at what cost."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from liaison.models import Term
from notifications.messages import message
from suggestions import workflow
from suggestions.models import Proposal, Suggestion
from suggestions.proposals import standing, timeline
from suggestions.workflow import proposals
from tests.cast import WORDS, make_deputy, person

pytestmark = pytest.mark.django_db


def now_of(row):
    return type(row).objects.get(pk=row.pk)


def desk(proposal, slug=""):
    return f"/desk/proposals/{proposal.pk}/{slug and slug + '/'}"


def offered(client, proposal):
    return [act.slug for act, *_rest in client.get(desk(proposal)).context["acts"]]


@pytest.fixture
def many(city, deputy):
    """``many(n, **fields)``: submitted ones of ``deputy``'s."""

    def make(count, status="in_progress", **fields):
        last, now = Proposal.objects.count(), timezone.now()
        columns = {"deputy": deputy.deputy, "department": city.education, "term": city.term} | fields
        return Proposal.objects.bulk_create([
            Proposal(number=f"榕人代建〔2025〕{last + n}号", title=f"建议{last + n}", status=status, submitted_at=now,
                     due_at=now + timedelta(days=n + 1), category=city.category, **columns)
            for n in range(count)
        ])  # fmt: skip

    return make


def titles(page):
    return {entry["proposal"].title for entry in page.context["entries"]}


# In public.


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_drafts_and_withdrawn_ones_are_not_public(state, client, raised):
    assert client.get(raised(state).get_absolute_url()).status_code == 404
    assert titles(client.get("/proposals/")) == set()


def test_the_public_page_shows_the_whole_paper_and_where_it_stands(client, raised, office, other_deputy, deputy):
    proposal = raised("draft")
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy])
    proposals.sign(proposal, by=other_deputy)
    proposals.submit(proposal, by=deputy)
    proposals.mark_key(proposal, by=office, supervisor="市人大常委会副主任陈某")
    html = client.get(proposal.get_absolute_url()).content.decode()
    for words in (
        proposal.number,
        "代表林静",
        "黄敏",
        "重点督办",
        "市人大常委会副主任陈某",
        WORDS["situation"],
        WORDS["request"],
    ):
        assert words in html
    assert "代表工作机构正在确定承办单位" in html


def test_only_published_suggestions_are_named_and_the_others_counted(client, raised, case, city, neighbour, office):
    published, hidden = case("triaging"), Suggestion.objects.create(
        author=neighbour, title="张三家的孩子", situation="请保密", category=city.category, division=city.street
    )  # fmt: skip
    case("triaging", hidden)
    workflow.publish(published, by=office)
    page = client.get(raised("submitted", published, hidden).get_absolute_url())
    html = page.content.decode()
    assert [s.pk for s in page.context["suggestions"]] == [published.pk]
    assert (f'href="{published.get_absolute_url()}"' in html, "张三" in html, "另有 1 条未公开" in html) == (
        True,
        False,
        True,
    )


def test_the_suggestions_page_leads_to_its_proposal_while_it_is_part_of_it(client, raised, case, office, city):
    suggestion = case("triaging")
    workflow.publish(suggestion, by=office)
    proposal = raised("draft", suggestion)
    link, page = f'href="{proposal.get_absolute_url()}"', suggestion.get_absolute_url()
    assert link not in client.get(page).content.decode()
    proposals.submit(proposal, by=proposal.deputy.user)
    assert link in client.get(page).content.decode()
    workflow.assign(now_of(suggestion), by=office, department=city.traffic)
    assert link not in client.get(page).content.decode()


def test_the_date_is_explained_by_the_law_and_the_reason_for_six_months(client, raised, city, office):
    proposal = raised("submitted")
    proposals.assign(proposal, by=office, department=city.education, months=6, note="涉及全市 400 所学校。")
    how = client.get(proposal.get_absolute_url()).context["standing"].how
    assert len(how) == 3
    assert "6 个月" in how[0] or "6个月" in how[0]
    assert "第五十一条" in how[1]
    assert how[2] == "延长至六个月的理由：涉及全市 400 所学校。"


def test_the_report_and_the_evaluation_are_public_and_the_talk_before_it_is_not(client, raised, deputy):
    proposal = raised("replied")
    proposals.evaluate(proposal, by=deputy, grade=1, note="没有写明时间")
    html = client.get(proposal.get_absolute_url()).content.decode()
    assert "全市学校自下学期起每周公开。" in html
    assert "没有写明时间" in html
    assert "已向代表说明办理思路。" not in html


def test_silence_is_called_silence(client, raised):
    proposal = raised("replied")
    proposals.close_silent(proposal, now=proposal.due_at + timedelta(days=1))
    assert "未在期限内评价，按未评价计。" in client.get(proposal.get_absolute_url()).content.decode()


def test_filters_narrow_by_term_year_theme_department_state_and_key(client, city, many):
    [plain] = many(1)
    [key] = many(1, is_key=True, supervisor="某副主任")
    [done] = many(1, status="closed", department=city.traffic)
    [old] = many(1)
    Proposal.objects.filter(pk=old.pk).update(submitted_at="2022-03-01T00:00Z", category=None)
    names = {p.title for p in (plain, key, done, old)}
    year = timezone.localdate().year
    for query, expected in [
        ("", names), ("?key=on", {key.title}), (f"?department={city.traffic.pk}", {done.title}),
        ("?state=closed", {done.title}), ("?state=handled", names - {done.title}), ("?year=2022", {old.title}),
        (f"?year={year}", names - {old.title}), ("?theme=education", names - {old.title}), ("?term=16", names),
        ("?term=99&state=nonsense&department=x", names), (f"?deputy={plain.deputy_id}", names),
        ("?deputy=999999", set()),
    ]:  # fmt: skip
        assert titles(client.get(f"/proposals/{query}")) == expected, query


def test_what_a_continuing_deputy_left_open_is_found_in_the_new_term_and_what_is_closed_is_not(
    client, city, many, deputy
):
    [still_open] = many(1)
    [closed] = many(1, status="closed")
    term = Term.objects.create(number=17, since=date(2027, 1, 10))
    deputy.deputy.term = term
    deputy.deputy.save()
    page = client.get("/proposals/?term=17")
    assert titles(page) == {still_open.title}
    assert f"自{city.term}延续" in page.content.decode()
    assert titles(client.get("/proposals/?term=16")) == {still_open.title, closed.title}


def test_a_chip_takes_one_filter_off(client, city, many):
    many(1)
    chips = client.get(f"/proposals/?state=handled&department={city.education.pk}").context["chips"]
    assert [(word, url) for _label, word, url in chips] == [
        ("福州市教育局", "?state=handled"), ("办理中", f"?department={city.education.pk}"),
    ]  # fmt: skip


def test_a_deputys_page_lists_what_they_raised_and_what_came_of_it(client, many, deputy):
    [shown] = many(1, status="closed")
    many(1, status="draft")
    page = client.get(deputy.deputy.get_absolute_url())
    assert [p.pk for p, _tone in page.context["proposals"]] == [shown.pk]
    assert shown.get_absolute_url() in page.content.decode()


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("path", "who"), [
    ("/proposals/", None), ("/desk/proposals/?queue=mine", "deputy"), ("/desk/proposals/?queue=led", "handler"),
    ("/admin/suggestions/proposal/", "office"),
])  # fmt: skip
def test_a_list_costs_the_same_with_one_row_and_with_twenty(path, who, client, many, request):
    if who:
        client.force_login(request.getfixturevalue(who), "django.contrib.auth.backends.ModelBackend")
    many(1)
    client.get(path)
    one = queries(client, path)
    many(19)
    assert queries(client, path) == one


# At the desk.


def test_a_deputy_begins_a_draft_once_however_often_the_form_is_sent(client, deputy):
    client.force_login(deputy)
    for _n in range(2):
        answer = client.post("/desk/proposals/new/", {"title": "关于菜单的建议", **WORDS})
    proposal = Proposal.objects.get()
    assert (answer.status_code, answer.url) == (302, desk(proposal))
    assert "至少加入一条群众建议" in client.get(desk(proposal)).content.decode()


def test_an_empty_form_comes_back_with_what_was_typed_and_an_identity_number_is_refused(client, deputy):
    client.force_login(deputy)
    answer = client.post("/desk/proposals/new/", {"title": "关于菜单的建议", "situation": "身份证 11010519491231002X"})
    assert answer.status_code == 422
    assert "关于菜单的建议" in answer.content.decode()
    assert set(answer.context["form"].errors) == {"situation", "request"}
    assert Proposal.objects.count() == 0


def test_from_a_claimed_case_into_a_new_or_an_open_draft(client, case, deputy, city, neighbour):
    first = case("triaging")
    client.force_login(deputy)
    client.post(f"/desk/{first.number}/take-up/", {"proposal": ""})
    proposal = Proposal.objects.get()
    assert (proposal.title, now_of(first).taken_up) == (first.title, proposal)
    second = Suggestion.objects.create(author=neighbour, title="第二条", situation="x", division=city.street)
    case("triaging", second)
    client.post(f"/desk/{second.number}/take-up/", {"proposal": proposal.pk})
    assert set(proposal.bundle()) == {first, second}
    assert desk(proposal) in client.get(f"/desk/{first.number}/").content.decode()


@pytest.mark.parametrize(("state", "who", "expected"), [
    ("draft", "deputy", ["submit", "edit", "bundle", "unbundle", "invite", "withdraw"]),
    ("submitted", "deputy", ["withdraw"]),
    ("assigned", "handler", ["take-on", "return"]),
    ("assigned", "other_handler", ["opinion"]),
    ("in_progress", "handler", ["draft", "contact"]),
    ("talked", "handler", ["draft", "contact"]),
    ("reply_review", "handler", []),
    ("reply_review", "approver", ["release", "send-back"]),
    ("replied", "deputy", ["evaluate"]),
    ("rehandling", "handler", ["draft", "contact"]),
    ("closed", "deputy", []),
])  # fmt: skip
def test_the_page_offers_what_the_rules_let_each_do(state, who, expected, client, raised, request):
    proposal = raised(state)
    client.force_login(request.getfixturevalue(who))
    assert offered(client, proposal) == expected


def test_handing_in_is_offered_once_the_deputy_was_spoken_with(client, raised, handler):
    proposal = raised("in_progress")
    client.force_login(handler)
    assert desk(proposal, "hand-in") not in client.get(desk(proposal)).content.decode()
    client.post(desk(proposal, "contact"), {
        "kind": "phone", "with_whom": "deputy", "on": timezone.localdate().isoformat(), "note": "电话沟通",
    })  # fmt: skip
    assert desk(proposal, "hand-in") in client.get(desk(proposal)).content.decode()
    client.post(desk(proposal, "hand-in"), {"text": "已办理。", "result": "A"})
    assert now_of(proposal).status == "reply_review"


def test_a_draft_reply_is_kept_by_itself_and_no_other_hand_overwrites_it_unread(client, raised, handler, city):
    from suggestions.models import DepartmentMember

    colleague = person("", "刘经办", "colleague@example.com")
    DepartmentMember.objects.create(user=colleague, department=city.education, role="handler")
    proposal = raised("in_progress")
    client.force_login(handler)
    sent = {"text": "第一稿", "result": "", "base": ""}
    answer = client.post(desk(proposal, "draft"), sent, headers={"X-Requested-With": "autosave"})
    assert (answer.status_code, proposal.replies.get().text) == (204, "第一稿")
    client.force_login(colleague)
    answer = client.post(desk(proposal, "draft"), {"text": "另一稿", "result": "", "base": ""})
    assert (answer.status_code, proposal.replies.get().text) == (409, "第一稿")
    assert "另一稿" in answer.content.decode()


def test_a_promise_needs_what_and_when(client, raised, handler):
    proposal = raised("talked")
    client.force_login(handler)
    answer = client.post(desk(proposal, "hand-in"), {"text": "分批办理。", "result": "B", "promise": "全市推行"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"promised_on"})
    assert now_of(proposal).status == "in_progress"


def test_deputies_are_invited_by_name_and_namesakes_told_apart(client, raised, deputy, other_deputy, city):
    from liaison.models import Delegation

    proposal = raised("draft")
    namesake = make_deputy(person("", "黄二", "h2@example.com"), city, "黄敏", "huang min", [city.gulou]).deputy
    namesake.delegation, _made = Delegation.objects.get_or_create(name="鼓楼代表团")
    namesake.save()
    client.force_login(deputy)
    answer = client.post(desk(proposal, "invite"), {"deputies": "黄敏"})
    assert answer.status_code == 422
    assert "黄敏（鼓楼代表团）" in answer.content.decode()
    assert client.post(desk(proposal, "invite"), {"deputies": "无此人"}).status_code == 422
    client.post(desk(proposal, "invite"), {"deputies": "黄敏（鼓楼代表团）"})
    assert [c.deputy for c in proposal.co_signers.all()] == [namesake]


def test_an_invited_deputy_reads_the_draft_but_not_unpublished_suggestions_and_signs(
    client, raised, deputy, other_deputy
):
    proposal = raised("draft")
    client.force_login(other_deputy)
    assert client.get(desk(proposal)).status_code == 404
    proposals.invite(proposal, by=deputy, deputies=[other_deputy.deputy])
    page = client.get(desk(proposal))
    assert offered(client, proposal) == ["sign", "refuse"]
    assert (page.context["suggestions"], "另有 1 条未公开" in page.content.decode()) == ([], True)
    client.post(desk(proposal, "sign"))
    assert proposal.co_signers.get().has_signed is True
    assert client.post(desk(proposal, "sign")).status_code == 409
    assert client.post(desk(proposal, "submit")).status_code == 403


def test_who_is_second_reads_what_happened_meanwhile(client, raised, handler):
    proposal = raised("assigned")
    seen = proposal.changes.last().pk
    proposals.take_on(proposal, by=handler)
    client.force_login(handler)
    answer = client.post(desk(proposal, "return"), {"seen": seen, "reason": "不属于本局职责"})
    assert answer.status_code == 409
    assert answer.context["change_line"].startswith("在此期间：承办单位开始办理")
    assert "不属于本局职责" in answer.content.decode()


def test_a_dissatisfied_evaluation_asks_for_a_reason(client, raised, deputy):
    proposal = raised("replied")
    client.force_login(deputy)
    assert client.post(desk(proposal, "evaluate"), {}).status_code == 422
    assert client.post(desk(proposal, "evaluate"), {"grade": 1}).status_code == 422
    client.post(desk(proposal, "evaluate"), {"grade": 1, "note": "没有写明时间"})
    assert now_of(proposal).status == "rehandling"


def test_the_first_page_of_the_desk_counts_what_waits(client, raised, deputy, handler):
    raised("replied")
    client.force_login(deputy)
    found = {tab.slug: size for tab, size, _url in client.get("/desk/").context["proposal_tabs"]}
    assert found == {"mine": "1", "to-sign": "0", "to-evaluate": "1"}
    client.force_login(handler)
    found = {tab.slug: size for tab, size, _url in client.get("/desk/").context["proposal_tabs"]}
    assert found == {"led": "0", "assisted": "0", "to-release": "0"}


# Before the office.


@pytest.fixture
def admin(client, office):
    client.force_login(office, "django.contrib.auth.backends.ModelBackend")

    def path(proposal, slug="change"):
        return f"/admin/suggestions/proposal/{proposal.pk}/{slug}/"

    return SimpleNamespace(client=client, path=path)


def test_the_office_assigns_with_lead_and_assistants(admin, raised, city):
    proposal = raised("submitted")
    assert [a.slug for a in admin.client.get(admin.path(proposal)).context["acts"]] == ["assign", "send-back", "key"]
    assert admin.client.get(admin.path(proposal, "assign")).status_code == 200
    answer = admin.client.post(admin.path(proposal, "assign"), {"department": city.education.pk, "months": "6"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"note"})
    words = {"department": city.education.pk, "co": [city.traffic.pk], "months": "6", "note": "涉及面广。"}
    assert admin.client.post(admin.path(proposal, "assign"), words).status_code == 302
    proposal = now_of(proposal)
    assert (proposal.status, proposal.due_rule, [p.department for p in proposal.parts.all()]) == (
        "assigned", "6m", [city.traffic],
    )  # fmt: skip


def test_the_office_marks_and_sends_back_and_drafts_are_not_its_own(admin, raised):
    proposal = raised("submitted")
    admin.client.post(admin.path(proposal, "key"), {"supervisor": "某副主任"})
    assert now_of(proposal).supervisor == "某副主任"
    answer = admin.client.post(admin.path(proposal, "send-back"), {"reason": "请补充"})
    assert (answer.status_code, answer.url) == (302, "/admin/suggestions/proposal/")
    assert now_of(proposal).status == "draft"
    assert admin.client.get(admin.path(proposal)).status_code == 404


def test_an_act_that_is_over_shows_the_page_as_it_is(admin, raised):
    proposal = raised("assigned")
    answer = admin.client.post(admin.path(proposal, "assign"), {})
    assert answer.status_code == 409


def test_the_first_page_of_the_admin_counts_what_waits(admin, raised, many):
    raised("submitted")
    many(2, due_since=timezone.now())
    Proposal.objects.filter(title="建议1").update(due_at=timezone.now() - timedelta(days=3))
    html = admin.client.get("/admin/").content.decode()
    from suggestions.admin.proposals import tiles

    assert [(t.number, t.days) for t in tiles()] == [(1, 0), (1, 3), (0, None)]
    assert "待交办代表建议" in html
    assert len(admin.client.get("/admin/suggestions/proposal/?queue=late").context["cl"].result_list) == 1


# Words.


def test_every_piece_of_news_has_words_for_each_of_its_audiences(
    raised, deputy, other_deputy, handler, office, citizen
):
    proposal = raised("closed")
    suggestion = Suggestion.objects.get()
    change, of_case = proposal.changes.last(), suggestion.changes.last()
    events = {m.name: m.tell for m in Proposal.moves() if m.tell} | {e: t for e, t in Proposal.news().items() if t}
    of_cases = {
        "taken_up": ("author", "office"), "proposal_over": ("author", "deputy"),
        "assigned_by_proposal": ("author",), "answered_by_proposal": ("author", "followers"),
        "proposal_answered_again": ("author", "followers"),
    }  # fmt: skip
    with translation.override("zh-hans"):
        for found, told in ((change, events), (of_case, of_cases)):
            for event, audiences in told.items():
                for audience in audiences:
                    found.event, found.by, found.note, found.due_at = event, deputy, "某某", timezone.now()
                    said = message(found, audience)
                    assert said.subject and said.paragraphs, (event, audience)
                    text = said.subject + "".join(said.paragraphs)
                    assert not set("abcdefghijklmnopqrstuvwxyz") & set(said.subject.replace("http", "")), said.subject
                    assert "None" not in text, (event, audience, text)


def test_every_event_has_a_line_in_the_history_and_every_state_its_words():
    events = {m.name for m in Proposal.moves()} | set(Proposal.news())
    assert events == set(timeline.TITLES)
    under_way = set(Proposal.Status.values) - set(Proposal.ENDS)
    assert set(standing.NOW) == set(standing.NEXT) == under_way
