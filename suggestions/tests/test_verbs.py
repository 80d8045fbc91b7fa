"""The verbs: what each writes, and the safeties that hold when things happen twice or at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from fzportal.workflow import MoveNotAllowed, Stale
from suggestions import workflow
from suggestions.models import Assignment, Rating, Reply, Suggestion, Support
from suggestions.permissions import CodeHolder
from tests.cast import reason


def test_submitting_gives_a_number_a_due_date_and_the_consents(draft, citizen):
    workflow.submit(draft, by=citizen, consents=["publish"], contact={"phone": "+8613800000000", "name": "林晓榕"})
    assert draft.number == f"{timezone.localdate().year}-000001"
    assert draft.due_rule == "3d"
    assert list(draft.consents.values_list("kind", flat=True)) == ["publish"]
    assert draft.contact.phone == "+8613800000000"


def test_submitting_twice_gives_one_number_and_one_line_of_history(draft, citizen):
    workflow.submit(draft, by=citizen)
    number = draft.number
    workflow.submit(draft, by=citizen)
    assert (draft.number, draft.changes.count()) == (number, 1)


def test_an_unverified_author_cannot_submit_and_the_draft_stays(draft, stranger):
    draft.author = stranger
    draft.save()
    with pytest.raises(MoveNotAllowed):
        workflow.submit(draft, by=stranger)
    assert Suggestion.objects.get(pk=draft.pk).status == "draft"


def test_asking_stops_the_clock_and_the_answer_resumes_what_was_left(case, office, citizen):
    suggestion = case("submitted")
    before = suggestion.due_at
    workflow.ask(suggestion, by=office, question="哪一所学校？")
    assert suggestion.due_rule == "15d"
    workflow.answer(suggestion, by=citizen, text="温泉小学。")
    assert (suggestion.status, suggestion.due_at.date()) == ("submitted", before.date())
    assert suggestion.situation == "孩子在校吃午餐，家长看不到食材从哪里来。"


def test_declining_names_the_reason(case):
    suggestion = case("declined")
    assert (suggestion.decline_reason.code, suggestion.due_at) == ("hotline", None)


def test_merging_moves_supporters_and_the_author_follows_the_other(case, office, citizen, neighbour, city):
    kept = case("accepted")
    other = Suggestion.objects.create(
        author=neighbour, title="同一件事", situation="也想知道菜单。", category=city.category, division=city.street
    )
    workflow.submit(other, by=neighbour, consents=["publish"])
    Support.objects.create(suggestion=other, user=citizen)
    workflow.merge(other, by=office, into=kept)
    kept.refresh_from_db()
    assert (other.status, other.merged_into, kept.supporters) == ("merged", kept, 0)  # its author cannot support it
    assert list(kept.follows.values_list("user", flat=True)) == [neighbour.pk]


def test_merging_into_itself_or_into_a_closed_one_is_refused(case, office):
    suggestion = case("closed")
    with pytest.raises(MoveNotAllowed):
        workflow.merge(suggestion, by=office, into=suggestion)


def test_assigning_again_is_impossible_and_one_lead_is_kept(case, office, city):
    suggestion = case("assigned")
    with pytest.raises(Stale):
        workflow.assign(suggestion, by=office, department=city.traffic)
    suggestion.refresh_from_db()
    assert suggestion.department == city.education
    assert Assignment.objects.active().count() == 1


def test_a_due_date_set_by_hand_wins_and_is_called_so(case, office, city):
    suggestion = case("referred")
    due = timezone.now() + timedelta(days=5)
    workflow.assign(suggestion, by=office, department=city.education, due_at=due)
    assert (suggestion.due_at, suggestion.due_rule) == (due, f"={timezone.localdate(due)}")


def test_taking_on_and_handing_in_keep_the_running_promise(case, handler):
    suggestion = case("assigned")
    due = suggestion.due_at
    workflow.take_on(suggestion, by=handler)
    workflow.hand_in(suggestion, by=handler, text="已办。", result="A")
    assert (suggestion.due_at, suggestion.due_rule) == (due, "15d")


def test_publishing_needs_consent(case, office, citizen):
    suggestion = case("accepted")
    suggestion.consents.all().delete()
    with pytest.raises(MoveNotAllowed):
        workflow.publish(suggestion, by=office)
    assert suggestion.published_at is None


def test_redacting_makes_a_new_version_and_keeps_the_words(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    workflow.redact(suggestion, by=office, title="食堂菜单公开", situation="（已隐去学校名）")
    suggestion.refresh_from_db()
    assert [v.title for v in suggestion.versions.all()] == ["学校食堂每周菜单和进货来源请公开", "食堂菜单公开"]
    assert (suggestion.public.title, suggestion.title) == ("食堂菜单公开", "学校食堂每周菜单和进货来源请公开")


def test_taking_the_consent_back_takes_the_page_down_at_once(case, office, citizen):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    workflow.withdraw_consent(suggestion, by=citizen, kind="publish")
    assert not Suggestion.objects.published().filter(pk=suggestion.pk).exists()


def test_looking_at_a_contact_without_consent_is_refused_to_the_department(case, handler):
    suggestion = case("in_progress")
    suggestion.consents.filter(kind="pass_contact").delete()
    with pytest.raises(MoveNotAllowed):
        workflow.view_contact(suggestion, by=handler, reason="联系核实地点")
    assert suggestion.contact.views.count() == 0


def test_looking_at_a_contact_is_kept_with_its_reason(case, handler):
    suggestion = case("in_progress")
    workflow.view_contact(suggestion, by=handler, reason="联系核实地点")
    assert list(suggestion.contact.views.values_list("reason", "role")) == [("联系核实地点", "department")]


def test_a_dissatisfied_result_is_handled_again_beside_the_old_reply(case, handler, approver, citizen):
    suggestion = case("rehandling")
    assert suggestion.due_rule == "1m"
    workflow.hand_in(suggestion, by=handler, text="补充：进货来源已公布。", result="A")
    workflow.release_reply(suggestion, by=approver)
    workflow.rate(suggestion, by=citizen, attitude=3, result=3)
    assert [r.text for r in suggestion.replies.all()] == ["已在全市推行。", "补充：进货来源已公布。"]
    assert Rating.objects.count() == 2
    assert suggestion.status == "closed"


def test_a_rating_by_query_code_closes_the_case(case):
    suggestion = case("replied")
    change = workflow.rate(suggestion, by=CodeHolder(suggestion), attitude=2, result=2)
    assert (suggestion.status, change.by, change.role) == ("closed", None, "author")


def test_silence_closes_only_after_the_promise_has_run_out(case):
    suggestion = case("replied")
    assert workflow.close_silent(suggestion) is False
    assert workflow.close_silent(suggestion, now=suggestion.due_at + timedelta(seconds=1)) is True
    assert (suggestion.status, Rating.objects.count()) == ("closed", 0)


def test_a_deputys_own_answer_met_with_dissatisfaction_comes_back_to_the_deputy(case, deputy, citizen):
    suggestion = case("triaging")
    workflow.answer_directly(suggestion, by=deputy, text="已协调。", result="D")
    workflow.rate(suggestion, by=citizen, attitude=3, result=1, reason="没有解决。")
    assert {m.target for m in suggestion.moves_for(deputy)} == {"replied", "referred"}


def test_a_recused_deputy_sees_the_case_no_more(case, deputy):
    suggestion = case("triaging")
    workflow.recuse(suggestion, by=deputy, reason="当事人是亲属")
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.deputy) == ("accepted", None)
    assert not Suggestion.objects.in_pool_of([deputy.deputy]).filter(pk=suggestion.pk).exists()


def test_a_suggestion_of_the_whole_city_reaches_every_deputy(case, other_deputy, city):
    suggestion = case("accepted")
    assert not Suggestion.objects.in_pool_of([other_deputy.deputy]).exists()
    Suggestion.objects.filter(pk=suggestion.pk).update(division=city.whole)
    assert Suggestion.objects.in_pool_of([other_deputy.deputy]).exists()


def test_supporting_twice_counts_once_and_ones_own_not_at_all(case, office, citizen, neighbour, stranger):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    assert (workflow.support(suggestion, by=neighbour), workflow.support(suggestion, by=neighbour)) == (True, False)
    suggestion.refresh_from_db()
    assert suggestion.supporters == 1
    for nobody in (citizen, stranger):
        with pytest.raises(MoveNotAllowed):
            workflow.support(suggestion, by=nobody)


def test_the_database_itself_refuses_a_reply_released_by_its_author(case, handler):
    suggestion = case("reply_review")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(suggestion=suggestion).update(released_by=handler, released_at=timezone.now())


def test_the_database_itself_refuses_a_submitted_row_without_a_number(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=draft.pk).update(status="submitted")


def test_a_reminder_is_written_once_per_due_date(case):
    suggestion = case("accepted")
    assert [workflow.remind(suggestion, event="due_soon") for _n in range(2)] == [True, False]


def test_the_office_assigns_a_dissatisfied_case_whose_deputy_is_one_no_more(
    case, office, deputy, citizen, handler, city
):
    suggestion = case("triaging")
    workflow.answer_directly(suggestion, by=deputy, text="已反映。", result="A")
    workflow.rate(suggestion, by=citizen, attitude=2, result=1, reason="没有解决")
    deputy.deputy.until = timezone.localdate() - timedelta(days=1)
    deputy.deputy.save()
    change = workflow.assign(suggestion, by=office, department=city.education)
    assert (suggestion.status, change.role, change.audiences) == ("assigned", "office", ("lead", "author"))
    assert [m.target for m in suggestion.moves_for(handler)] == ["referred", "in_progress"]
    assert list(suggestion.assignments.values_list("department", "part")) == [(city.education.pk, "lead")]


def test_a_deputy_neither_hears_of_nor_claims_what_they_wrote_themselves(draft, office, deputy, city):
    draft.author = deputy
    draft.save()
    workflow.submit(draft, by=deputy)
    workflow.accept(draft, by=office)
    assert list(draft.audience("pool")) == []
    assert list(Suggestion.objects.in_pool_of([deputy.deputy])) == []
    with pytest.raises(MoveNotAllowed):
        workflow.claim(draft, by=deputy)


def test_a_suggestion_without_an_account_behind_it_reaches_the_pool(case, deputy):
    suggestion = case("accepted")
    suggestion.author = None
    suggestion.save()
    assert list(suggestion.audience("pool")) == [deputy]
    assert list(Suggestion.objects.in_pool_of([deputy.deputy])) == [suggestion]


def test_a_matter_that_is_never_public_leaves_the_public_pages_when_declined(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    workflow.decline(suggestion, by=office, reason=reason("petition"))
    assert Suggestion.objects.get(pk=suggestion.pk).published_at is None
    with pytest.raises(MoveNotAllowed):
        workflow.publish(suggestion, by=office)


def test_another_declined_matter_stays_public(case, office):
    suggestion = case("accepted")
    workflow.publish(suggestion, by=office)
    workflow.decline(suggestion, by=office, reason=reason("hotline"))
    assert Suggestion.objects.get(pk=suggestion.pk).published_at is not None


def test_nothing_is_merged_into_what_is_answered_already(case, office, neighbour, city):
    kept = case("replied")
    other = Suggestion.objects.create(
        author=neighbour, title="同一件事", situation="也想知道菜单。", category=city.category, division=city.street
    )
    workflow.submit(other, by=neighbour)
    with pytest.raises(MoveNotAllowed):
        workflow.merge(other, by=office, into=kept)


def test_a_withdrawal_after_the_referral_is_told_to_the_office_and_the_deputy(case, citizen, office, deputy):
    suggestion = case("referred")
    change = workflow.withdraw(suggestion, by=citizen)
    assert [list(suggestion.audience(name)) for name in change.audiences] == [[office], [deputy]]
