"""Drafts that go: thrown away by their writer, or purged because nobody came back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions import tasks, uploads, workflow
from suggestions.models import Suggestion

from .made import picture, upload


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


def test_a_draft_is_deleted_after_a_question_with_its_files(
    signed_in, draft, citizen, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    workflow.attach(draft, by=citizen, found=uploads.examine(upload(picture())))
    assert signed_in.get(reverse("suggestion_new_discard", args=[draft.pk])).status_code == 200
    assert Suggestion.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(reverse("suggestion_new_discard", args=[draft.pk]))
    assert (Suggestion.objects.count(), [p for p in tmp_path.rglob("*") if p.is_file()]) == (0, [])


def test_drafts_nobody_came_back_to_are_purged_and_nothing_else(draft, citizen, case, settings):
    settings.DRAFT_KEPT_DAYS = 30
    day = timedelta(days=1)
    now = timezone.now()
    kept = Suggestion.objects.create(title="前天写的", edited_at=now - 29 * day, created_at=now - 90 * day)
    Suggestion.objects.create(title="上月写的", edited_at=now - 31 * day)
    Suggestion.objects.create(title="上月写的，有作者", author=citizen, edited_at=now - 31 * day)
    case("submitted")
    Suggestion.objects.filter(pk=draft.pk).update(edited_at=now - 400 * day)
    tasks.purge_drafts()
    tasks.purge_drafts()
    assert set(Suggestion.objects.values_list("pk", flat=True)) == {kept.pk, draft.pk}


def test_writing_makes_a_draft_young_again(draft):
    Suggestion.objects.update(edited_at=timezone.now() - timedelta(days=400))
    workflow.write(draft, by=draft.author, place="新地点")
    tasks.purge_drafts()
    assert Suggestion.objects.get().place == "新地点"
