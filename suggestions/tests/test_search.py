"""Any fragment of two characters or more finds its text, whatever it is written in; the exact ones come first."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suggestions import search
from suggestions.models import PublicVersion, Suggestion

TEXTS = [
    "五四路口右转灯时间太短，放学时行人等不到绿灯",
    "老旧小区加装电梯，希望公布每个单元排到第几批；双减之后社区食堂也要办",
    "𠮷野家门口的㙍头村，䶮姓老人说：〇七年起路灯就坏了，人人々々知道",
    "5G基站太少，iPhone在B1层没信号，坐15号线K301路到2楼，网址fuzhou.gov.cn不好找",
    "ＡＢＣ幼儿园２０２６年招生公告看不到，Café也没有ｗｉｆｉ",
    "一",
    "井盖 井盖，井盖！",
    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0长编号",
]


def publish(text, title="标题"):
    """A published row as cheaply as it goes."""
    number = f"2026-{Suggestion.objects.count() + 1:06}"
    suggestion = Suggestion.objects.create(
        number=number, status="accepted", title=title, situation=text, submitted_at="2026-11-01T00:00Z"
    )
    suggestion.public = PublicVersion.objects.create(suggestion=suggestion, title=title, situation=text)
    suggestion.published_at = "2026-11-02T00:00Z"
    suggestion.save()
    search.index(suggestion)
    return suggestion


def found(text):
    return set(search.narrow(Suggestion.objects.published(), text).rows.values_list("pk", flat=True))


@pytest.fixture
def shelf(db):
    return [publish(text) for text in TEXTS]


def fragments(text):
    """Every piece of two characters or more that has something to look for (not mere punctuation)."""
    pieces = {text[i:j] for i in range(len(text)) for j in range(i + 2, len(text) + 1)}
    return sorted(piece for piece in pieces if search.runs(piece))


def matches(text, fragment):
    """What the database says to the vector of a text and the query of a fragment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [search.vector("", text), search.query(fragment)])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("text", TEXTS)
def test_every_fragment_of_a_text_finds_it(db, text):
    pieces = fragments(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT piece FROM unnest(%s::text[], %s::text[]) AS asked(piece, query)"
            " WHERE NOT %s::tsvector @@ query::tsquery",
            [pieces, [search.query(piece) for piece in pieces], search.vector("", text)],
        )
        assert [row[0] for row in cursor.fetchall()] == []


LETTERS = st.sampled_from("的一路灯电梯小区食堂学校𠮷䶮〇々龘abcXYZ019ＡＢ１２ é·，。！ \n'\\&|:*()<>")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(LETTERS, min_size=2, max_size=40), data=st.data())
def test_a_fragment_of_any_mixed_text_finds_it(db, text, data):
    i = data.draw(st.integers(0, len(text) - 2))
    fragment = text[i : data.draw(st.integers(i + 2, len(text)))]
    if search.runs(fragment):
        assert matches(text, fragment)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=60))
def test_nothing_anybody_types_breaks_the_search(shelf, asked):
    asked = asked.replace("\0", "")
    found(asked)


def test_fragments_find_their_own_text_and_not_the_others(shelf):
    for n, fragment in enumerate(["右转灯时间", "单元排到第几", "𠮷野", "K301路到2楼", "ABC幼儿园2026年"]):
        assert found(fragment) == {shelf[n].pk}, fragment


@pytest.mark.parametrize("asked", ["灯", "䶮", "〇", "梯", "々"])
def test_one_character_finds_every_text_that_has_it(shelf, asked):
    assert found(asked) == {s.pk for s, text in zip(shelf, TEXTS, strict=True) if asked in text}


def test_capitals_and_full_width_forms_do_not_matter(shelf):
    for asked in ("iphone", "IPHONE", "ｉｐｈｏｎｅ", "5g", "b1层"):
        assert found(asked) == {shelf[3].pk}, asked
    for asked in ("abc幼儿园", "ＡＢＣ", "2026年", "wifi", "café"):
        assert shelf[4].pk in found(asked), asked


def test_part_of_a_number_or_a_word_finds_it(shelf):
    for asked in ("5号线", "15号", "301", "uzhou", "fuz", "hone在"):
        assert shelf[3].pk in found(asked), asked


def test_several_words_must_all_be_there(shelf):
    assert found("电梯 食堂") == {shelf[1].pk}
    assert found("电梯 绿灯") == set()


@pytest.mark.parametrize("asked", ["", "   ", "，。！", "()&|", "'"])
def test_a_question_without_words_finds_nothing(shelf, asked):
    assert found(asked) == set()


def test_the_exact_fragment_in_the_title_comes_first_then_in_the_text_then_its_pieces(db):
    pieces = publish("红绿灯坏了；绿灯时间也短；灯时常不亮；右转红绿", title="甲")
    inside = publish("这里的红绿灯时间太短", title="乙")
    title = publish("每天如此", title="红绿灯时间太短")
    hits = search.narrow(Suggestion.objects.published(), "红绿灯时")
    assert hits.are_few
    assert list(hits.rows.order_by("-closeness").values_list("pk", "closeness")) == [
        (title.pk, 2), (inside.pk, 1), (pieces.pk, 0),
    ]  # fmt: skip


def test_unpublished_words_are_not_found(shelf):
    Suggestion.objects.filter(pk=shelf[0].pk).update(published_at=None)
    assert found("右转灯") == set()


def test_only_the_public_version_is_found_not_the_words_it_replaced(case, office):
    from suggestions import workflow

    suggestion = case("accepted")
    workflow.redact(suggestion, by=office, title="食堂菜单请公开", situation="隐去了校名。")
    workflow.publish(suggestion, by=office)
    assert found("隐去了校名") == {suggestion.pk}
    assert found("家长看不到") == set()


def test_many_hits_are_walked_in_the_lists_order_and_few_are_sorted(db, monkeypatch):
    for n in range(6):
        publish("井盖响", title=f"第{n}处")
    assert search.narrow(Suggestion.objects.published(), "井盖").are_few
    monkeypatch.setattr(search, "FEW", 5)
    hits = search.narrow(Suggestion.objects.published(), "井盖")
    assert not hits.are_few
    with search.walking():
        assert hits.rows.count() == 6


def test_similar_titles_are_offered_the_closest_first(db):
    near = publish("x", title="学校食堂菜单请公开")
    far = publish("x", title="学校食堂排队太久")
    publish("x", title="学校门口请加装路灯")  # one word in common is not alike
    rows = list(search.similar(Suggestion.objects.published(), "希望公开学校食堂的菜单"))
    assert [s.pk for s in rows] == [near.pk, far.pk]
