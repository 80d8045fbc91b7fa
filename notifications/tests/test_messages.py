"""Every message read as its receiver reads it: what changed, who, what to do, by when, and where."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils import timezone, translation

from fzportal.templatetags.ui import day
from fzportal.workflow import Movable
from notifications import messages
from notifications.models import Notification
from suggestions import workflow
from suggestions.models import SuggestionChange
from suggestions.workflow import MOVES, NEWS
from tests.cast import reason

# Every (event, audience) the design tells, and where from. Written by hand.
TOLD = {
    "submitted": ("author", "office"), "accepted": ("author", "pool"), "needs_info": ("author",),
    "answered": ("office",), "declined": ("author",), "merged": ("author",),
    "withdrawn": ("holder", "office", "deputy"),
    "triaging": ("author",), "given_back": ("former", "pool"), "replied": ("author", "followers", "deputy"),
    "referred": ("office",), "assigned": ("lead", "author", "deputy"), "in_progress": ("author",),
    "reply_review": ("approver",),
    "sent_back": ("handler",), "rated": ("department", "deputy"), "silent": ("department",),
    "rehandling": ("lead", "office", "deputy"), "due_soon": ("holder",), "due_today": ("holder", "head"),
    "overdue": ("holder", "head", "office"), "urged": ("holder", "head"), "returned": ("office",),
    "extension_asked": ("office",), "extension_granted": ("author", "lead"), "extension_refused": ("lead",),
    "progress": ("author", "followers"), "taken_up": ("author", "office"), "proposal_over": ("author", "deputy"),
    "assigned_by_proposal": ("author",), "answered_by_proposal": ("author", "followers"),
    "proposal_answered_again": ("author", "followers"),
    "published": ("author",), "decline_proposed": ("office",), "consent_withdrawn": ("office",),
    "recorded": ("author", "office"), "claimed_at_station": ("author", "office"), "together_ended": ("author",),
}  # fmt: skip
# Told of ratings and supervision: suggestions/tests/test_verdict_messages.py reads them.
OF_VERDICTS = {
    "supervised", "lowered", "raised", "rating_changed", "reopened", "promise_refused", "ordered_again", "closed_over",
    "supervisor_named", "closing_proposed", "closing_refused",
}  # fmt: skip
EVERY = [(event, audience) for event, audiences in TOLD.items() for audience in audiences]
NOTE = "人大代表工作机构的说明。"
# Where the receiver must act, the message says by when.
ACTS = {
    ("submitted", "office"), ("recorded", "office"), ("accepted", "pool"), ("needs_info", "author"),
    ("answered", "office"), ("given_back", "pool"), ("replied", "author"), ("referred", "office"), ("assigned", "lead"),
    ("reply_review", "approver"), ("sent_back", "handler"), ("rehandling", "lead"), ("due_soon", "holder"),
    ("overdue", "holder"), ("overdue", "office"), ("decline_proposed", "office"),
}  # fmt: skip


def test_this_list_is_the_tables():
    found = {m.name: set() for m in MOVES if m.tell} | {event: set() for event, tell in NEWS.items() if tell}
    for move in MOVES:
        if move.tell:
            found[move.name] |= set(move.tell)
    for event, tell in NEWS.items():
        if tell:
            found[event] |= set(tell)
    assert {event: audiences for event, audiences in found.items() if event not in OF_VERDICTS} == {
        event: set(audiences) for event, audiences in TOLD.items()
    }


@pytest.fixture
def said(case, city, deputy, draft):
    """``said(event, audience)``: the message about a suggestion that has everything a message may name."""
    case("submitted")
    draft.deputy, draft.department, draft.proposed_lead = deputy.deputy, city.education, city.education
    draft.decline_reason, draft.merged_into, draft.station = reason("hotline"), draft, city.station
    draft.save()
    draft.extensions.create(department=city.education, days=5, reason=NOTE, asked_by=deputy, due_before=timezone.now())

    def say(event, audience, after="assigned", role="office"):
        now = timezone.now()
        draft.extensions.update(asked_at=now)
        change = SuggestionChange.objects.create(
            subject=draft, before="x", after=after, event=event, by=deputy, role=role, note=NOTE, due_at=now, at=now
        )
        row = Notification(topic=change._meta.label_lower, change_id=change.pk)
        [change] = messages.changes_of([row]).values()
        return messages.message(change, audience)

    return say


@pytest.mark.parametrize(("event", "audience"), EVERY)
def test_a_message_names_the_case_and_leads_to_it_and_its_subject_names_nobody(said, draft, event, audience):
    message = said(event, audience)
    assert draft.number in message.subject
    for private in (draft.title, "林", "榕树下", "教育局", NOTE, draft.query_code):
        assert private not in message.subject
    assert len(message.subject) <= 30
    body = "\n".join(message.paragraphs)
    assert draft.title in message.paragraphs[0] or audience == "followers"
    page = draft.url_for(audience)
    assert f"http://testserver{page}" in body or (audience == "followers" and "http://testserver/my/" in body)
    assert page.startswith("/suggestions/" if audience in ("author", "followers") else "/desk/")


@pytest.mark.parametrize(("event", "audience"), EVERY)
def test_a_message_is_chinese_and_whole(said, event, audience):
    message = said(event, audience)
    words = re.sub(
        r"https?://\S+|20\d\d-\d{6}|[A-Z2-9]{8}|12345", "", "\n".join([message.subject, *message.paragraphs])
    )
    assert re.findall(r"[A-Za-z{}%&]+", words) == []
    assert "None" not in words
    # Every sentence ends: with a full stop, or a colon before what follows on its own line.
    for paragraph in message.paragraphs:
        lines = paragraph.splitlines()
        assert all(re.search(r"[。：？！]$", line) or "：" in line or "http" in line for line in lines), paragraph


@pytest.mark.parametrize(("event", "audience"), sorted(ACTS))
def test_who_must_act_reads_by_when(said, event, audience):
    assert day(timezone.now()) in "\n".join(said(event, audience).paragraphs)


@pytest.mark.parametrize("event", ["due_soon", "overdue"])
@pytest.mark.parametrize(("after", "asked"), [("needs_info", "补充"), ("replied", "评价"), ("assigned", "处理")])
def test_a_reminder_asks_for_what_the_holder_can_do(said, event, after, asked):
    assert asked in "\n".join(said(event, "holder", after).paragraphs)


@pytest.mark.parametrize("event", ["submitted", "recorded"])
def test_the_receipt_carries_number_and_query_code(said, draft, event):
    body = "\n".join(said(event, "author").paragraphs)
    assert f"编号：{draft.number}" in body
    assert f"查询码：{draft.query_code}" in body


@pytest.mark.parametrize("audience", ["office", "deputy", "pool", "lead", "followers", "holder", "approver"])
def test_nobody_but_the_author_is_told_the_query_code(said, draft, audience):
    for event, audiences in TOLD.items():
        if audience in audiences:
            assert draft.query_code not in "\n".join(said(event, audience).paragraphs)


def test_an_author_without_an_account_gets_the_code_with_every_link(said, draft):
    draft.author = None
    draft.save()
    body = "\n".join(said("accepted", "author").paragraphs)
    assert f"查询码 {draft.query_code}" in body
    assert f"http://testserver/track/?number={draft.number}" in body


def test_a_declined_author_reads_who_is_responsible_and_how_to_reach_them(said):
    body = "\n".join(said("declined", "author").paragraphs)
    chosen = reason("hotline")
    for words in (chosen.name, chosen.explanation, chosen.responsible, chosen.contact, NOTE):
        assert words in body


@pytest.mark.parametrize(
    ("event", "audience"),
    [("needs_info", "author"), ("declined", "author"), ("merged", "author"), ("assigned", "lead"),
     ("sent_back", "handler"), ("referred", "office"), ("decline_proposed", "office")],
)  # fmt: skip
def test_notes_meant_for_the_receiver_are_in_the_message(said, event, audience):
    assert NOTE in "\n".join(said(event, audience).paragraphs)


@pytest.mark.parametrize(
    ("event", "audience"),
    [("accepted", "author"), ("replied", "author"), ("replied", "followers"), ("assigned", "author")],
)
def test_notes_among_staff_stay_there(said, event, audience):
    assert NOTE not in "\n".join(said(event, audience).paragraphs)


def test_a_follower_reads_the_public_title_never_the_authors(said, draft, office):
    assert draft.title not in "\n".join(said("replied", "followers").paragraphs)
    workflow.redact(draft, by=office, title="学校食堂信息公开", situation="略")
    workflow.publish(draft, by=office)
    body = "\n".join(said("replied", "followers").paragraphs)
    assert "《学校食堂信息公开》" in body
    assert draft.title not in body


@pytest.mark.parametrize(
    ("event", "audience"),
    [("triaging", "author"), ("decline_proposed", "office"), ("replied", "author"), ("replied", "followers")],
)
def test_a_late_message_names_the_deputy_who_acted_not_who_has_the_case_by_then(
    said, draft, other_deputy, event, audience
):
    draft.deputy = other_deputy.deputy
    draft.save()
    words = said(event, audience, role="deputy").paragraphs[0]
    assert "人大代表林静" in words
    assert "黄敏" not in words and "教育局" not in words


def test_messages_speak_english_to_those_who_read_the_page_in_english(said, draft):
    with translation.override("en"):
        message = said("accepted", "author")
    assert message.subject == f"Suggestion {draft.number} has been accepted"


def test_every_message_file_is_used():
    folder = Path(get_template("messages/base.txt").origin.name).parent
    files = {path.name for path in folder.glob("suggestions/*.txt") if not path.name.startswith("_")}
    kinds = [kind for kind in Movable.__subclasses__() if kind._meta.app_label == "suggestions"]
    told = {(m.name, audience) for kind in kinds for m in kind.moves() for audience in m.tell}
    told |= {(event, audience) for kind in kinds for event, tell in kind.news().items() for audience in tell}
    expected = {f"{event}.txt" for event, _audience in told}
    assert files - expected <= {f"{event}.{audience}.txt" for event, audience in told}
    assert expected <= files


def test_html_and_text_say_the_same(said):
    message = said("declined", "author")
    parts = messages.mail_parts(message, "http://testserver/unsubscribe/x/")
    plain = re.sub(r"<style.*?</style>|<title>.*?</title>|<[^>]+>", "", parts["html"], flags=re.S)
    for paragraph in message.paragraphs:
        for line in paragraph.splitlines():
            assert line in parts["text"]
            assert line in plain
