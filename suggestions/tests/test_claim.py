"""What a deputy does at the desk: claim, answer, refer, merge, stand aside; and being second."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

from fzportal import workflow as ground
from liaison.models import Deputy
from suggestions import workflow
from suggestions.models import Suggestion
from tests.cast import make_deputy, person


@pytest.fixture
def rival(city):
    """A second deputy of the same division."""
    return make_deputy(person("", "陈代表", "rival@example.com"), city, "陈榕", "chen rong", [city.gulou])


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def fresh(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk)


def acts(client, suggestion):
    """Slugs of the acts the page offers, in order."""
    return [act.slug for act, *_rest in client.get(path(suggestion)).context["acts"]]


def another(draft, title="学校食堂请公开菜单"):
    """A second draft like ``draft``."""
    draft = Suggestion.objects.get(pk=draft.pk)
    draft.pk, draft.number, draft.query_code, draft.title, draft._state.adding = None, None, "ABCDEFGH", title, True
    draft.status, draft.submitted_at, draft.deputy, draft.due_at = "draft", None, None, None
    draft.save()
    return draft


def test_claiming_takes_the_case_and_goes_on_to_the_next_of_the_queue(client, case, draft, deputy):
    first = case("accepted")
    second = case("accepted", another(first))
    client.force_login(deputy)
    answer = client.post(path(first, "claim") + "?queue=pool", follow=True)
    assert answer.redirect_chain == [(path(second) + "?queue=pool", 302)]
    assert fresh(first).deputy == deputy.deputy
    said = [str(m) for m in answer.context["messages"]]
    assert said == [f'已认领：<a href="{path(first)}">{first.number} {first.title}</a>']
    assert said[0] in answer.content.decode()


def test_after_the_last_case_of_a_queue_the_empty_list_says_so(client, case, deputy):
    suggestion = case("accepted")
    client.force_login(deputy)
    answer = client.post(path(suggestion, "claim") + "?queue=pool", follow=True)
    assert answer.redirect_chain == [("/desk/?queue=pool", 302)]
    assert answer.context["rows"] == []
    assert "目前没有待认领" in answer.content.decode()


def test_the_second_to_claim_reads_who_was_faster_and_when(client, case, deputy, rival):
    suggestion = case("triaging")
    client.force_login(rival)
    answer = client.post(path(suggestion, "claim") + "?queue=pool")
    assert answer.status_code == 409
    line = answer.context["change_line"]
    assert line.startswith(f"{suggestion.number}：代表认领") and "林静" in line
    assert line in answer.content.decode()
    assert fresh(suggestion).deputy == deputy.deputy
    assert client.get(path(suggestion)).status_code == 404


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("accepted", ["claim", "recuse"]),
        ("triaging", ["answer", "refer", "take-up", "propose-decline", "merge", "give-back", "recuse", "log-contact"]),
        ("referred", ["merge", "log-contact"]),
        ("assigned", ["log-contact", "urge"]),
        ("in_progress", ["log-contact", "urge"]),
        ("reply_review", ["log-contact", "urge"]),
        ("replied", ["log-contact"]),
        ("rehandling", ["log-contact", "urge"]),
        ("closed", []),
    ],
)
def test_the_deputys_page_offers_what_the_table_lets_them_do(state, offered, client, case, deputy):
    suggestion = case(state)
    client.force_login(deputy)
    assert acts(client, suggestion) == offered


def test_the_office_is_pointed_to_the_administration_for_its_acts(client, case, office):
    suggestion = case("accepted")
    client.force_login(office)
    page = client.get(path(suggestion))
    assert [act.slug for act, _form, _open in page.context["acts"]] == ["log-contact"]
    assert f"/admin/suggestions/suggestion/{suggestion.pk}/change/" in page.content.decode()


def test_answering_directly_releases_the_deputys_own_reply(client, case, deputy):
    suggestion = case("triaging")
    client.force_login(deputy)
    client.post(path(suggestion, "answer") + "?queue=claimed", {"text": "菜单已公开，见学校公告栏。", "result": "A"})
    reply = fresh(suggestion).replies.get()
    assert (reply.text, reply.result, reply.deputy, reply.released_by) == (
        "菜单已公开，见学校公告栏。", "A", deputy.deputy, deputy,
    )  # fmt: skip
    assert fresh(suggestion).status == "replied"


def test_an_answer_without_a_class_comes_back_with_its_words(client, case, deputy):
    suggestion = case("triaging")
    client.force_login(deputy)
    answer = client.post(path(suggestion, "answer") + "?queue=claimed", {"text": "写了很久的话"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "<title>错误：" in html
    assert "写了很久的话</textarea>" in html
    assert "请选择答复类别。" in html
    assert fresh(suggestion).status == "triaging"


def test_referring_keeps_opinion_and_proposed_department(client, case, city, deputy):
    suggestion = case("triaging")
    client.force_login(deputy)
    client.post(path(suggestion, "refer"), {"opinion": "请教育局研究。", "department": city.education.pk})
    now = fresh(suggestion)
    assert (now.status, now.proposed_lead) == ("referred", city.education)
    assert (now.changes.last().event, now.changes.last().note) == ("referred", "请教育局研究。")


def test_proposing_to_decline_tells_the_office_and_keeps_the_case(client, case, deputy):
    suggestion = case("triaging")
    client.force_login(deputy)
    client.post(path(suggestion, "propose-decline"), {"note": "属于诉讼事项"})
    last = fresh(suggestion).changes.last()
    assert (last.event, last.note, fresh(suggestion).status) == ("decline_proposed", "属于诉讼事项", "triaging")


def test_giving_back_returns_the_case_to_the_pool(client, case, deputy, rival):
    suggestion = case("triaging")
    client.force_login(deputy)
    client.post(path(suggestion, "give-back") + "?queue=claimed", {"note": ""})
    assert (fresh(suggestion).status, fresh(suggestion).deputy) == ("accepted", None)
    client.force_login(rival)
    assert client.get(path(suggestion)).status_code == 200


@pytest.mark.parametrize("state", ["accepted", "triaging"])
def test_standing_aside_takes_the_case_out_of_sight_and_leaves_it_to_the_others(state, client, case, deputy, rival):
    suggestion = case(state)
    client.force_login(deputy)
    answer = client.post(path(suggestion, "recuse") + "?queue=pool", {"reason": "亲属经营该食堂"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/desk/?queue=pool"
    assert suggestion.recusals.get().reason == "亲属经营该食堂"
    assert (fresh(suggestion).status, fresh(suggestion).deputy) == ("accepted", None)
    assert client.get(path(suggestion)).status_code == 404
    assert client.post(path(suggestion, "claim")).status_code == 404
    client.force_login(rival)
    assert acts(client, suggestion) == ["claim", "recuse"]


def test_standing_aside_needs_a_reason(client, case, deputy):
    suggestion = case("accepted")
    client.force_login(deputy)
    assert client.post(path(suggestion, "recuse"), {"reason": " \u200b "}).status_code == 422
    assert suggestion.recusals.count() == 0


def test_the_other_suggestion_is_shown_before_two_become_one(client, case, draft, deputy):
    into = case("accepted")
    ours = case("triaging", another(into))
    client.force_login(deputy)
    page = client.get(path(ours, "merge"), {"into": into.number, "queue": "claimed"})
    assert page.status_code == 200
    assert into.title in page.content.decode() and ours.title in page.content.decode()
    assert fresh(ours).status == "triaging"
    seen = page.context["form"]["seen"].value()
    client.post(path(ours, "merge") + "?queue=claimed", {"into": into.number, "seen": seen})
    assert (fresh(ours).status, fresh(ours).merged_into) == ("merged", into)


@pytest.mark.parametrize("number", ["", "2026-999999", "itself", "closed"])
def test_a_number_that_cannot_take_it_in_is_refused_with_the_number_kept(number, client, case, draft, deputy):
    ended = case("closed")
    ours = case("triaging", another(ended))
    typed = {"itself": ours.number, "closed": ended.number}.get(number, number)
    client.force_login(deputy)
    answer = client.get(path(ours, "merge"), {"into": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert client.post(path(ours, "merge"), {"into": typed}).status_code == 422
    assert fresh(ours).status == "triaging"


def test_an_act_on_a_page_that_grew_old_keeps_the_words_and_says_what_changed(client, case, deputy, office):
    suggestion = case("triaging")
    client.force_login(deputy)
    seen = client.get(path(suggestion)).context["acts"][0][1]["seen"].value()
    workflow.release(suggestion, by=office)
    answer = client.post(path(suggestion, "refer"), {"seen": seen, "opinion": "我的意见写好了"})
    assert answer.status_code == 409
    assert answer.context["change_line"].startswith(f"{suggestion.number}：退回")
    assert "我的意见写好了" in answer.content.decode()
    assert fresh(suggestion).status == "accepted"


def test_words_on_a_case_that_came_back_meanwhile_stay_in_their_form(client, case, deputy, office):
    suggestion = case("triaging")
    client.force_login(deputy)
    seen = client.get(path(suggestion)).context["acts"][0][1]["seen"].value()
    workflow.release(suggestion, by=office)
    workflow.claim(suggestion, by=deputy)
    answer = client.post(path(suggestion, "refer"), {"seen": seen, "opinion": "还是这些话"})
    assert answer.status_code == 409
    form = next(form for act, form, _open in answer.context["acts"] if act.slug == "refer")
    assert form["opinion"].value() == "还是这些话"
    again = client.post(path(suggestion, "refer"), {"seen": form["seen"].value(), "opinion": form["opinion"].value()})
    assert again.status_code == 302
    assert fresh(suggestion).status == "referred"


def test_an_act_that_is_not_ones_to_do_is_forbidden(client, case, handler, approver, deputy, office):
    suggestion = case("in_progress")
    for who, act in [(deputy, "hand-in"), (approver, "hand-in"), (handler, "send-back"), (office, "claim")]:
        client.force_login(who)
        assert client.post(path(suggestion, act), {"text": "x", "result": "A", "reason": "x"}).status_code in (403, 409)
    client.force_login(approver)
    assert client.post(path(suggestion, "hand-in"), {"text": "代笔", "result": "A"}).status_code == 403
    client.force_login(deputy)
    assert client.post(path(suggestion, "draft"), {"text": "代笔"}).status_code == 403
    assert fresh(suggestion).replies.count() == 0


def test_an_unknown_act_is_not_there_and_a_link_never_acts(client, case, deputy):
    suggestion = case("accepted")
    client.force_login(deputy)
    assert client.post(path(suggestion, "nonsense")).status_code == 404
    assert client.get(path(suggestion, "claim")).status_code == 405
    assert fresh(suggestion).status == "accepted"


def test_a_deputys_unsatisfying_answer_comes_back_to_that_deputy(client, case, citizen, deputy, rival):
    suggestion = case("triaging")
    workflow.answer_directly(suggestion, by=deputy, text="请问学校。", result="D")
    workflow.rate(suggestion, by=citizen, attitude=2, result=1, reason="等于没答")
    client.force_login(deputy)
    assert acts(client, suggestion) == ["answer", "refer", "log-contact"]
    assert "等于没答" in client.get(path(suggestion)).content.decode()
    client.post(path(suggestion, "answer"), {"text": "已与学校核实：每周一公布。", "result": "A"})
    assert [r.text for r in suggestion.replies.released()] == ["请问学校。", "已与学校核实：每周一公布。"]


# --- 200 at once -----------------------------------------------------------------------------------------------------

CLAIMANTS = 200


def session_of(user):
    """A signed-in session's key, as the login view makes it."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return session.session_key


def claimants(city, count):
    """Sessions of ``count`` deputies of the same division."""
    users = get_user_model().objects.bulk_create(
        [get_user_model()(email=f"deputy{n}@example.com", name=f"代表{n}") for n in range(count)]
    )
    deputies = Deputy.objects.bulk_create([Deputy(user=u, name=u.name, term=city.term) for u in users])
    through = Deputy.divisions.through
    through.objects.bulk_create([through(deputy=d, division=city.gulou) for d in deputies])
    return [session_of(u) for u in users]


def post(live, url, session):
    """The status of one POST, as a browser sends it."""
    token = "c" * 32
    connection = HTTPConnection(urlsplit(live).netloc, timeout=60)
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", url, urlencode({"csrfmiddlewaretoken": token}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def claim_at_once(live, url, sessions):
    """The statuses of all claims, started together, twenty at a time."""
    start = threading.Event()

    def one(session):
        start.wait()
        return post(live, url, session)

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(one, session) for session in sessions]
        start.set()
        return [answer.result() for answer in answers]


@pytest.mark.fault
def test_of_200_deputies_who_claim_at_once_one_wins_and_199_read_that_they_were_second(live, case, city):
    suggestion = case("accepted")
    statuses = claim_at_once(live, path(suggestion, "claim"), claimants(city, CLAIMANTS))
    assert sorted(statuses) == [302] + [409] * (CLAIMANTS - 1)
    won = fresh(suggestion)
    change = won.changes.get(event="triaging")
    assert (won.status, won.deputy.user) == ("triaging", change.by)


@pytest.mark.fault
def test_without_the_row_lock_several_would_win(live, case, city, monkeypatch):
    suggestion = case("accepted")
    together = threading.Barrier(4)

    def only_look(obj):
        obj.refresh_from_db()
        if obj.status == "accepted":
            together.wait(timeout=20)
        return obj

    monkeypatch.setattr(ground, "lock", only_look)
    statuses = claim_at_once(live, path(suggestion, "claim"), claimants(city, 4))
    assert statuses.count(302) > 1
    assert suggestion.changes.filter(event="triaging").count() > 1


def test_a_deputy_reads_no_unscreened_words_by_typing_a_number_to_merge_into(client, case, draft, deputy):
    claimed = case("triaging")
    unscreened = case("submitted", another(claimed, "举报某某"))
    client.force_login(deputy)
    page = client.get(path(claimed, "merge"), {"into": unscreened.number})
    assert (page.status_code, "举报某某" in page.content.decode()) == (422, False)
    client.post(path(claimed, "merge"), {"into": unscreened.number})
    assert fresh(claimed).status == "triaging"


def test_the_merge_page_shows_a_published_one_of_elsewhere_in_its_public_words(client, case, city, deputy, office):
    claimed = case("triaging")
    there = case("accepted", another(claimed, "张三家门口的路灯"))
    there.consents.get_or_create(kind="publish", withdrawn_at=None)
    workflow.redact(there, by=office, title="某户门口的路灯", situation="不亮。")
    workflow.publish(there, by=office)
    Suggestion.objects.filter(pk=there.pk).update(division=city.cangshan, category=None)
    client.force_login(deputy)
    page = client.get(path(claimed, "merge"), {"into": there.number}).content.decode()
    assert ("张三" in page, "某户门口的路灯" in page) == (False, True)
