"""The office's acts in the admin: one by one, many at once, and when somebody was faster."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from fzportal import workdays
from suggestions import workflow
from suggestions.models import Attachment, DeclineReason, Suggestion

LIST = "admin:suggestions_suggestion_changelist"


def page(suggestion, slug):
    return reverse("admin:suggestions_suggestion_act", args=[suggestion.pk, slug])


def home(suggestion):
    return reverse("admin:suggestions_suggestion_change", args=[suggestion.pk])


@pytest.fixture
def desk(client, office):
    """The office, signed in."""
    client.force_login(office)
    return client


@pytest.fixture
def another(citizen, city):
    """A second submitted suggestion."""

    def make(title="学校食堂的菜单能不能公开"):
        new = Suggestion.objects.create(author=citizen, title=title, situation="希望公开。", category=city.category)
        return workflow.submit(new, by=citizen, consents=["publish"], contact={"phone": "+8613800000001"})

    return make


def act(desk, suggestion, slug, **words):
    """Open the act's page, fill it in and press the button."""
    form = desk.get(page(suggestion, slug)).context["form"]
    hidden = {name: form[name].value() for name in ("seen", "base") if form[name].value() is not None}
    return desk.post(page(suggestion, slug), hidden | words)


def state(suggestion):
    return Suggestion.objects.get(pk=suggestion.pk).status


def offered(desk, suggestion):
    return [a.slug for a in desk.get(home(suggestion)).context["acts"]]


ALWAYS = ["classify", "redact"]


@pytest.mark.parametrize(
    ("status", "acts"),
    [
        ("submitted", ["accept", "ask", "decline", "merge", *ALWAYS, "contact"]),
        ("needs_info", ["decline", *ALWAYS, "contact"]),
        ("accepted", ["decline", "merge", "assign", *ALWAYS, "publish", "contact"]),
        ("triaging", ["decline", "merge", "urge", "give-back", *ALWAYS, "publish", "contact"]),
        ("referred", ["merge", "assign", *ALWAYS, "publish", "contact"]),
        ("assigned", ["involve", "urge", *ALWAYS, "publish", "contact"]),
        ("reply_review", ["urge", "send-back", *ALWAYS, "publish", "contact"]),
        ("declined", ["redact", "contact"]),
        ("closed", ["redact", "publish", "contact"]),
    ],
)
def test_each_state_offers_the_acts_of_the_table_and_no_others(desk, case, deputy, handler, approver, status, acts):
    assert offered(desk, case(status)) == acts


def test_accepting_keeps_the_note_for_colleagues(desk, case):
    suggestion = case("submitted")
    answer = act(desk, suggestion, "accept", note="同类较多")
    assert answer.url == home(suggestion) and state(suggestion) == "accepted"
    change = suggestion.changes.last()
    assert (change.note, change.role, change.read) == ("同类较多", "office", "staff")


def test_declining_names_the_reason_and_tells_the_author_why(desk, case):
    suggestion = case("submitted")
    reason = DeclineReason.objects.get(code="hotline")
    act(desk, suggestion, "decline", reason=reason.pk, note="请拨打热线。")
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.decline_reason) == ("declined", reason)
    assert suggestion.changes.last().read == "author"


def test_asking_for_more_sends_the_question(desk, case):
    suggestion = case("submitted")
    act(desk, suggestion, "ask", question="是哪一所学校？")
    assert state(suggestion) == "needs_info" and suggestion.changes.last().note == "是哪一所学校？"


def test_merging_shows_the_other_one_before_and_goes_on_with_it(desk, case, another):
    suggestion, other = case("submitted"), another()
    shown = desk.get(page(suggestion, "merge") + f"?into={other.number}")
    assert shown.context["into"] == other and other.title in shown.content.decode()
    assert other in desk.get(page(suggestion, "merge")).context["similar"]
    act(desk, suggestion, "merge", into=other.number)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.merged_into) == ("merged", other)


@pytest.mark.parametrize("number", ["2026-999999", "", "itself"])
def test_merging_into_nothing_or_itself_is_refused_beside_the_field(desk, case, number):
    suggestion = case("submitted")
    answer = act(desk, suggestion, "merge", into=suggestion.number if number == "itself" else number, note="同一件事")
    assert answer.status_code == 422 and "同一件事" in answer.content.decode() and state(suggestion) == "submitted"


def test_assigning_proposes_the_deputys_unit_and_shows_the_promised_day(desk, case, deputy, city):
    suggestion = case("triaging")
    workflow.refer(suggestion, by=deputy, opinion="请教育局研究。", department=city.education)
    form = desk.get(page(suggestion, "assign")).context["form"]
    promised = workdays.add(timezone.localdate(), 15)
    assert (
        form["department"].value() == city.education.pk
        and f"{promised.month}月{promised.day}日" in form["due_at"].help_text
    )
    act(desk, suggestion, "assign", department=city.education.pk)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.due_at, suggestion.due_rule) == (
        "assigned",
        workdays.close_of(promised),
        "15d",
    )


def test_merging_into_an_answered_case_is_an_error_beside_the_field(desk, case, another):
    answered, other = case("replied"), another()
    answer = act(desk, other, "merge", into=answered.number)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["into"])
    assert state(other) == "submitted"


def test_a_due_date_set_by_hand_wins_and_is_a_working_day_to_come(desk, case, city):
    suggestion = case("accepted")
    today = timezone.localdate()
    sunday = today + timedelta(days=7 - today.weekday() + 20 * 7 - 1)
    for wrong in (today, sunday):
        assert act(desk, suggestion, "assign", department=city.traffic.pk, due_at=wrong.isoformat()).status_code == 422
    later = workdays.add(today, 30)
    act(desk, suggestion, "assign", department=city.traffic.pk, due_at=later.isoformat())
    suggestion.refresh_from_db()
    assert (suggestion.department, suggestion.due_at, suggestion.due_rule) == (
        city.traffic,
        workdays.close_of(later),
        f"={later}",
    )


def test_giving_back_frees_the_case_for_other_deputies(desk, case, deputy):
    suggestion = case("triaging")
    act(desk, suggestion, "give-back", note="代表出差")
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.deputy) == ("accepted", None)


def test_sending_back_needs_a_reason(desk, case, deputy, handler):
    suggestion = case("reply_review")
    assert act(desk, suggestion, "send-back", reason=" ").status_code == 422
    act(desk, suggestion, "send-back", reason="没有回答进货来源。")
    assert state(suggestion) == "in_progress" and suggestion.changes.last().event == "sent_back"


def test_classifying_sets_category_and_place_and_leaves_a_line(desk, case, city):
    suggestion = case("submitted")
    other = Suggestion._meta.get_field("category").related_model.objects.get(slug="food")
    act(desk, suggestion, "classify", category=other.pk, division=city.cangshan.pk)
    suggestion.refresh_from_db()
    assert (suggestion.category, suggestion.division, suggestion.status) == (other, city.cangshan, "submitted")
    assert suggestion.changes.last().event == "classified"


def test_redaction_makes_a_version_and_leaves_the_authors_words(desk, case):
    suggestion = case("accepted")
    words = suggestion.situation
    shown = desk.get(page(suggestion, "redact")).context["form"]
    assert shown["situation"].value() == words
    act(desk, suggestion, "redact", title="学校食堂公开", situation="某校食堂。", proposal="", place="")
    suggestion.refresh_from_db()
    assert (suggestion.situation, suggestion.public.situation, suggestion.published_at) == (words, "某校食堂。", None)


def test_publishing_shows_only_the_files_that_were_ticked(desk, case):
    suggestion = case("accepted")
    one, two = (
        Attachment.objects.create(
            suggestion=suggestion,
            file=ContentFile(b"x", f"{n}.jpg"),
            name=f"{n}.jpg",
            content_type="image/jpeg",
            size=1,
        )
        for n in (1, 2)
    )
    act(desk, suggestion, "publish", attachments=[two.pk])
    suggestion.refresh_from_db()
    assert suggestion.published_at is not None
    assert list(suggestion.attachments.filter(is_public=True)) == [two]
    assert one.is_public is False
    act(desk, suggestion, "unpublish", reason="含有他人信息")
    suggestion.refresh_from_db()
    assert suggestion.published_at is None and suggestion.changes.last().note == "含有他人信息"


def test_without_consent_the_page_says_so_and_the_act_is_forbidden(desk, case, citizen):
    suggestion = case("accepted")
    workflow.withdraw_consent(suggestion, by=citizen, kind="publish")
    shown = desk.get(page(suggestion, "publish")).content.decode()
    assert "提出人没有同意公开" in shown and '<button class="button primary"' not in shown
    assert desk.post(page(suggestion, "publish"), {}).status_code == 403
    assert Suggestion.objects.get().published_at is None


def test_a_contact_is_shown_for_a_reason_only_and_the_reason_is_kept(desk, case):
    suggestion = case("submitted")
    assert "+8613800000000" not in desk.get(home(suggestion)).content.decode()
    assert "+8613800000000" not in desk.get(page(suggestion, "contact")).content.decode()
    assert act(desk, suggestion, "contact", reason="").status_code == 422
    assert not suggestion.contact.views.exists()
    assert "+8613800000000" in act(desk, suggestion, "contact", reason="核实地点").content.decode()
    assert suggestion.contact.views.get().reason == "核实地点"


def test_who_comes_too_late_gets_the_case_as_it_is_who_changed_it_and_their_words(desk, case, office):
    suggestion = case("submitted")
    form = desk.get(page(suggestion, "ask")).context["form"]
    workflow.accept(suggestion, by=office)
    answer = desk.post(page(suggestion, "ask"), {"seen": form["seen"].value(), "question": "是哪一所学校呢？"})
    text = answer.content.decode()
    assert answer.status_code == 409 and state(suggestion) == "accepted"
    assert f"{office}已于" in text and "已受理" in text and "是哪一所学校呢？" in text


def test_a_page_drawn_before_a_question_and_its_answer_is_out_of_date(desk, case, office, citizen):
    suggestion = case("submitted")
    form = desk.get(page(suggestion, "accept")).context["form"]
    workflow.ask(suggestion, by=office, question="哪一所？")
    workflow.answer(suggestion, by=citizen, text="温泉小学")
    sent = {"seen": form["seen"].value(), "note": "同意"}
    late = desk.post(page(suggestion, "accept"), sent)
    assert late.status_code == 409 and state(suggestion) == "submitted" and "同意" in late.content.decode()
    again = late.context["form"]
    desk.post(page(suggestion, "accept"), sent | {"seen": again["seen"].value()})
    assert state(suggestion) == "accepted"


def test_two_who_redact_at_once_do_not_overwrite_each_other(desk, case, office):
    suggestion = case("accepted")
    form = desk.get(page(suggestion, "redact")).context["form"]
    workflow.redact(suggestion, by=office, title="甲的版本", situation="甲")
    sent = {"seen": form["seen"].value(), "base": "", "title": "乙的版本", "situation": "乙"}
    answer = desk.post(page(suggestion, "redact"), sent)
    assert answer.status_code == 409 and "乙的版本" in answer.content.decode()
    assert Suggestion.objects.get().public.title == "甲的版本"


def test_a_form_that_is_not_filled_in_keeps_what_was_typed(desk, case):
    suggestion = case("submitted")
    answer = act(desk, suggestion, "decline", reason="", note="这一段不能丢")
    assert answer.status_code == 422 and "这一段不能丢" in answer.content.decode()
    assert "<title>错误：" in answer.content.decode()


@pytest.mark.parametrize("who", ["citizen", "deputy", "officer", "handler", "approver", "stranger"])
@pytest.mark.parametrize("slug", ["accept", "decline", "contact", "redact", "publish"])
def test_nobody_but_the_office_acts_here(client, case, request, who, slug):
    suggestion = case("submitted")
    client.force_login(request.getfixturevalue(who))
    for answer in (client.get(page(suggestion, slug)), client.post(page(suggestion, slug), {"reason": "看看"})):
        assert answer.status_code in (302, 403) and "+86138" not in answer.content.decode()
    assert state(suggestion) == "submitted" and not suggestion.contact.views.exists()


def test_a_draft_is_nobodys_business(desk, draft):
    assert desk.get(home(draft)).status_code == 404 and desk.get(page(draft, "accept")).status_code == 404


def bulk(desk, action, suggestions, **words):
    return desk.post(
        reverse(LIST) + "?queue=all", {"action": action, "_selected_action": [s.pk for s in suggestions], **words}
    )


def test_many_are_accepted_at_once_with_a_result_for_each(desk, case, another, office):
    first, second = case("submitted"), another()
    taken = another("路灯不亮")
    workflow.accept(taken, by=office)
    asked = bulk(desk, "accept", [first, second, taken])
    assert asked.status_code == 200 and len(asked.context["suggestions"]) == 3 and state(first) == "submitted"
    answer = bulk(desk, "accept", [first, second, taken], apply="1", note="")
    results = {s.pk: (done, text) for s, done, text in answer.context["results"]}
    assert results[first.pk] == results[second.pk] == (True, "已受理。")
    done, text = results[taken.pk]
    assert not done and "已受理" in text and str(office) in text
    assert (answer.context["done"], state(first), state(second)) == (2, "accepted", "accepted")


def test_many_are_declined_for_one_reason(desk, case, another):
    both = [case("submitted"), another()]
    assert bulk(desk, "decline", both, apply="1", note="说明不能丢").status_code == 422
    reason = DeclineReason.objects.get(code="hotline")
    bulk(desk, "decline", both, apply="1", reason=reason.pk, note="请拨打热线。")
    assert [(s.status, s.decline_reason) for s in Suggestion.objects.all()] == [("declined", reason)] * 2


def test_many_are_classified_at_once(desk, another, city):
    both = [another(), another("食堂")]
    bulk(desk, "classify", both, apply="1", category=city.category.pk, division=city.gulou.pk)
    assert set(Suggestion.objects.values_list("category", "division")) == {(city.category.pk, city.gulou.pk)}


def test_more_than_two_hundred_at_once_are_refused_and_nothing_changes(desk, another, monkeypatch):
    from suggestions.admin import bulk as room

    monkeypatch.setattr(room, "AT_ONCE", 1)
    both = [another(), another("食堂")]
    assert bulk(desk, "accept", both, apply="1").status_code == 422
    assert {state(s) for s in both} == {"submitted"}
