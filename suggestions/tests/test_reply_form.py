"""The reply form at the desk: points, promises, contact; nothing typed is lost, with or without JavaScript."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions import workflow
from suggestions.models import Commitment, DepartmentMember, Reply, Suggestion
from tests.cast import person

POINTS = [("菜单没有公开", "每周一公布。"), ("食材来源看不到", "按月公示供货单位。")]
# What the page posts for two points and one promise.
WHOLE = {
    "text": "已会同学校办理。", "result": "B", "contact": "后勤处，0591-00000009",
    "point_0": POINTS[0][0], "answer_0": POINTS[0][1], "point_1": POINTS[1][0], "answer_1": POINTS[1][1],
    "promise_0": "全市推开菜单公示", "by_0": "",
}  # fmt: skip


@pytest.fixture
def colleague(city):
    """A second handler of the same department."""
    user = person("", "刘经办", "colleague@example.com")
    DepartmentMember.objects.create(user=user, department=city.education, role="handler")
    return user


@pytest.fixture
def begun(case, client, handler):
    """A case in progress, with its handler signed in."""
    suggestion = case("in_progress")
    client.force_login(handler)
    return suggestion


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def whole(**changes):
    return WHOLE | {"by_0": in_days(40).isoformat()} | changes


def path(suggestion, act=""):
    return f"/desk/{suggestion.number}/{act and act + '/'}"


def form_of(page):
    return next(form for act, form, _open in page.context["acts"] if act.slug in ("hand-in", "draft"))


def stored(suggestion):
    """(text, class, contact, points, promises) of the newest reply."""
    reply = Reply.objects.filter(suggestion=suggestion).last()
    points = [(p.point, p.answer) for p in reply.points.all()]
    promises = [(c.what, c.due_on) for c in reply.commitments.order_by("pk")]
    return reply.text, reply.result, reply.contact, points, promises


def rows(form):
    """What stands in the rows of points and of promises."""
    return [[f.value() or "" for f in row] for row in form.points], [
        [f.value() or "" for f in row] for row in form.promises
    ]


def test_the_whole_reply_is_handed_in_point_by_point_with_its_promise(client, begun):
    answer = client.post(path(begun, "hand-in"), whole())
    assert answer.status_code == 302
    expected = ("已会同学校办理。", "B", "后勤处，0591-00000009", POINTS, [("全市推开菜单公示", in_days(40))])
    assert stored(begun) == expected
    assert Suggestion.objects.get(pk=begun.pk).status == "reply_review"
    assert [c.status for c in Commitment.objects.all()] == ["drafted"]


def test_a_draft_keeps_every_field_and_comes_back_with_an_empty_row_of_each(client, begun):
    client.post(path(begun, "draft"), whole(point_2="只写了诉求", by_0=""))
    form = form_of(client.get(path(begun)))
    points, promises = rows(form)
    assert points == [*map(list, POINTS), ["只写了诉求", ""], ["", ""]]
    assert promises == [["全市推开菜单公示", ""], ["", ""]]
    assert (form["text"].value(), form["contact"].value()) == ("已会同学校办理。", "后勤处，0591-00000009")


def test_the_contact_begins_as_the_units_own_and_is_never_missing(client, begun, city):
    line = f"{city.education.name}，{city.education.phone}"
    assert form_of(client.get(path(begun)))["contact"].value() == line
    client.post(path(begun, "hand-in"), whole(contact=""))
    assert stored(begun)[2] == line


@pytest.mark.parametrize(("name", "place"), [("point", "point_2"), ("promise", "promise_1")])
def test_without_javascript_a_button_adds_a_row_and_loses_nothing(name, place, client, begun):
    answer = client.post(path(begun, "draft") + "?queue=in-progress", whole(add=name))
    assert answer.url == f"{path(begun)}?queue=in-progress#id_hand-in_{place}"
    assert stored(begun)[3:] == (POINTS, [("全市推开菜单公示", in_days(40))])
    page = client.get(answer.url)
    assert f'id="id_hand-in_{place}"' in page.content.decode()


def test_a_row_too_long_is_refused_with_everything_kept_and_a_row_to_go_on(client, begun):
    answer = client.post(path(begun, "draft"), whole(add="point", point_2="长" * 301, answer_2="答"))
    assert (answer.status_code, Reply.objects.count()) == (422, 0)
    points, _promises = rows(form_of(answer))
    assert points == [*map(list, POINTS), ["长" * 301, "答"], ["", ""]]


def test_rows_end_at_thirty_points_and_ten_promises(client, begun):
    many = {f"point_{n}": f"诉求{n}" for n in range(40)} | {f"promise_{n}": f"承诺{n}" for n in range(12)}
    client.post(path(begun, "draft"), many)
    _text, _result, _contact, points, promises = stored(begun)
    assert (len(points), len(promises)) == (30, 10)
    html = client.get(path(begun)).content.decode()
    assert 'name="add"' not in html


def test_rows_left_empty_in_between_close_up(client, begun):
    client.post(path(begun, "hand-in"), whole(result="A", promise_0="", by_0="", point_0="", answer_0=""))
    assert stored(begun)[3:] == ([POINTS[1]], [])


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"answer_1": ""}, "answer_1", "请答复这一条。"),
        ({"point_1": ""}, "point_1", "请写明这是答复群众的哪一条诉求。"),
        ({"by_0": ""}, "by_0", "请写明完成日期。"),
        ({"promise_0": ""}, "promise_0", "请写明要做什么。"),
        ({"by_0": "2020-01-01"}, "by_0", "请选择今天之后的日期。"),
        ({"by_0": "9999-01-01"}, "by_0", "请选择 5 年以内的日期。"),
        ({"promise_0": "", "by_0": ""}, "promise_0", "B 类答复至少要写明一件事和完成日期。"),
        ({"result": "A"}, "result", "只有 B 类答复才写承诺事项：请选择 B 类，或清空承诺。"),
        ({"text": ""}, "text", "请填写或选择这一项。"),
        ({"result": ""}, "result", "请选择答复类别。"),
    ],
)
def test_what_is_wanting_is_said_at_its_field_and_nothing_is_handed_in(changes, field, said, client, begun):
    answer = client.post(path(begun, "hand-in"), whole(**changes))
    assert answer.status_code == 422
    assert form_of(answer).errors == {field: [said]}
    assert f'href="#id_hand-in_{field}' in answer.content.decode()
    assert (Suggestion.objects.get(pk=begun.pk).status, Reply.objects.count()) == ("in_progress", 0)


def test_today_is_no_day_for_a_promise_and_tomorrow_is(client, begun):
    assert client.post(path(begun, "hand-in"), whole(by_0=in_days(0).isoformat())).status_code == 422
    assert client.post(path(begun, "hand-in"), whole(by_0=in_days(1).isoformat())).status_code == 302


def test_a_date_that_is_none_is_refused_once(client, begun):
    answer = client.post(path(begun, "hand-in"), whole(by_0="下个月"))
    assert (answer.status_code, list(form_of(answer).errors)) == (422, ["by_0"])


def test_the_page_saves_all_of_it_by_itself(client, begun):
    html = client.get(path(begun)).content.decode()
    assert f'data-autosave="{reverse("desk_draft", args=[begun.number])}"' in html
    answer = client.post(path(begun, "draft"), whole(by_0=""), headers={"X-Requested-With": "autosave"})
    assert (answer.status_code, stored(begun)[3:]) == (204, (POINTS, [("全市推开菜单公示", None)]))


def test_a_point_changed_by_a_colleague_is_not_overwritten_unread(client, begun, handler, colleague):
    workflow.save_reply(begun, by=handler, text="第一稿", points=POINTS)
    form = form_of(client.get(path(begun)))
    mine = {"text": "第一稿", "point_0": "我的", "base": form["base"].value(), "seen": form["seen"].value()}
    workflow.save_reply(begun, by=colleague, text="第一稿", points=[("同事改的", "同事答的")])
    answer = client.post(path(begun, "draft"), mine)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "同事改的" in html and "我的</textarea>" in html
    assert stored(begun)[3] == [("同事改的", "同事答的")]
    again = client.post(path(begun, "draft"), mine | {"base": form_of(answer)["base"].value()})
    assert (again.status_code, stored(begun)[3]) == (302, [("我的", "")])


def test_the_same_words_saved_by_a_colleague_are_no_rival(client, begun, handler, colleague):
    form = form_of(client.get(path(begun)))
    promises = [("全市推开菜单公示", in_days(40))]
    values = {"text": WHOLE["text"], "result": "B", "contact": WHOLE["contact"], "points": POINTS}
    workflow.save_reply(begun, by=colleague, promises=promises, **values)
    assert client.post(path(begun, "draft"), whole(base=form["base"].value())).status_code == 302


def test_a_reply_of_twenty_thousand_characters_is_handed_in_and_one_more_is_not(client, begun):
    assert client.post(path(begun, "hand-in"), whole(text="字" * 20_001)).status_code == 422
    many = {f"point_{n}": "点" * 300 for n in range(30)} | {f"answer_{n}": "答" * 5000 for n in range(10, 30)}
    many |= {f"answer_{n}": "答" for n in range(10)}
    assert client.post(path(begun, "hand-in"), whole(text="字" * 20_000, **many)).status_code == 302
    assert (len(stored(begun)[0]), len(stored(begun)[3])) == (20_000, 30)


def test_what_a_handler_types_is_text_on_every_page(client, begun, handler, approver, citizen):
    evil = '"><script>alert(1)</script>'
    client.post(path(begun, "hand-in"), whole(point_0=evil, answer_0=evil, promise_0=evil, contact=evil, text=evil))
    pages = []
    client.force_login(approver)
    pages.append(client.get(path(begun)).content.decode())
    workflow.release_reply(begun, by=approver)
    client.force_login(citizen)
    pages.append(client.get(begun.get_absolute_url()).content.decode())
    for html in pages:
        assert "<script>alert" not in html and html.count("&lt;script&gt;alert(1)") >= 5


def test_while_opinions_are_awaited_the_draft_is_written_and_kept(client, case, city, handler, office):
    suggestion = case("referred")
    workflow.assign(suggestion, by=office, department=city.education, co=[city.traffic])
    workflow.take_on(suggestion, by=handler)
    client.force_login(handler)
    html = client.get(path(suggestion)).content.decode()
    assert f'action="{path(suggestion, "draft")}"' in html
    assert client.post(path(suggestion, "draft"), whole()).status_code == 302
    assert stored(suggestion)[3] == POINTS
    answer = client.post(path(suggestion, "hand-in"), whole())
    assert (answer.status_code, stored(suggestion)[3]) == (409, POINTS)
    assert city.traffic.name in answer.context["change_line"]


def test_the_promise_of_a_released_reply_is_in_force_from_then(client, begun, approver):
    client.post(path(begun, "hand-in"), whole())
    workflow.release_reply(begun, by=approver)
    [commitment] = Commitment.objects.all()
    assert (commitment.status, commitment.due_on) == ("promised", in_days(40))
    assert timezone.localdate(commitment.due_at) == in_days(40)


def test_a_promise_drafted_without_its_day_is_never_given(begun, handler, approver):
    workflow.hand_in(begun, by=handler, text="答复", result="B", promises=[("某事", None)])
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="promises_given_say_what_and_when"), transaction.atomic():
        workflow.release_reply(begun, by=approver)


def test_thirty_points_cost_the_page_as_many_queries_as_one(client, begun, handler, django_assert_num_queries):
    def page(points):
        promises = [(f"承诺{n}", date(2099, 1, 1)) for n in range(min(points, 9))]
        drafted = [(f"诉求{n}", "答") for n in range(points)]
        workflow.save_reply(begun, by=handler, text="答复", points=drafted, promises=promises)
        with django_assert_num_queries(queries) if queries else capture() as found:
            assert client.get(path(begun)).status_code == 200
        return len(found)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def capture():
        return CaptureQueriesContext(connection)

    queries = 0
    page(1)
    queries = page(1)
    assert page(29) == queries
