"""What a person types on the way to a suggestion, page by page."""

from django.urls import reverse

from suggestions.models import Suggestion

START = "/suggestions/new/"


def page(name, draft):
    return reverse(f"suggestion_new_{name}", args=[draft.pk])


def begin(client):
    """Answer the first page; the draft it made."""
    answer = client.post(START, {"topic": "suggestion"})
    draft = Suggestion.objects.drafts().order_by("-pk").first()
    assert answer.url == page("words", draft)
    return draft


def words(**changed):
    return {"title": "食堂菜单请公开", "situation": "家长看不到食材来源。", "proposal": "每周公布。"} | changed


def where(city, **changed):
    return {"category": city.category.pk, "division": city.street.pk, "place": "温泉小学"} | changed


def who(**changed):
    return {
        "shown_as": "masked", "nickname": "", "name": "林晓榕", "phone": "138 0013 8000", "email": "", "publish": "on"
    } | changed  # fmt: skip


def shown(response):
    return response.content.decode()
