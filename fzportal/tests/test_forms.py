"""What people type is cleaned of what cannot be seen and of nothing else; errors stand where they are needed."""

import re

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from fzportal.forms import CodeField, LineField, ParagraphField, PhoneField


class Letter(forms.Form):
    title = LineField(label="标题", max_length=10, help_text="一句话")
    words = ParagraphField(label="情况", max_length=20)
    phone = PhoneField(label="手机号", required=False)
    kind = forms.ChoiceField(label="类别", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])
    consent = forms.BooleanField(label="同意公开")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  菜单\u3000\t公开 \n", "菜单 公开"),
        ("菜\u200b单\ufeff公\x00开\u202e", "菜单公开"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("𠮷野家 㐂", "𠮷野家 㐂"),
        ("<b>粗</b> & 细", "<b>粗</b> & 细"),
        ("\ud800坏", "坏"),
    ],
)
def test_a_line_loses_only_what_cannot_be_seen(typed, kept):
    assert LineField().clean(typed) == kept


def test_a_line_of_invisible_characters_counts_as_empty():
    with pytest.raises(ValidationError):
        LineField().clean("\u200b\x00 \u3000")


@given(st.text())
def test_a_cleaned_line_is_one_line_and_cleaning_it_again_changes_nothing(typed):
    once = LineField(required=False).clean(typed)
    assert len(once.splitlines()) <= 1
    assert LineField(required=False).clean(once) == once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一\r\n二\r三", "一\n二\n三"),
        ("\r\n \r\n　　首行缩进\n\n后一段  \n", "　　首行缩进\n\n后一段"),
        ("甲\x00乙\x07丙\t丁", "甲乙丙\t丁"),
        ("正\u202e反", "正反"),
        ("👨‍👩‍👧 一家", "👨‍👩‍👧 一家"),
    ],
)
def test_paragraphs_keep_their_lines_and_lose_control_characters(typed, kept):
    assert ParagraphField().clean(typed) == kept


def test_a_line_end_counts_as_one_character_as_in_the_browser():
    assert ParagraphField(max_length=5).clean("一二\r\n三四") == "一二\n三四"
    with pytest.raises(ValidationError):
        ParagraphField(max_length=4).clean("一二\r\n三四")


def test_twelve_thousand_rare_characters_are_accepted_and_one_more_is_not():
    field = ParagraphField(max_length=12_000)
    assert field.clean("𠮷" * 12_000) == "𠮷" * 12_000
    with pytest.raises(ValidationError):
        field.clean("𠮷" * 12_001)


@given(st.text())
def test_cleaned_paragraphs_can_be_stored_and_cleaning_them_again_changes_nothing(typed):
    once = ParagraphField(required=False).clean(typed)
    assert "\x00" not in once
    assert "\r" not in once
    assert ParagraphField(required=False).clean(once) == once
    once.encode()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "+8613800138000"),
        (" 138 0013-8000 ", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 138–0013–8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("0591-83330000", "+8659183330000"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_a_phone_number_is_understood_as_people_write_it(typed, number):
    assert PhoneField().clean(typed) == number


@pytest.mark.parametrize("typed", ["123", "1380013800", "138001380000000", "手机", "1-800-FLOWERS", "1380013800a"])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)


@pytest.mark.parametrize("typed", ["１２３ ４５６", "123-456", " 123456\u200b", "123–456"])
def test_a_code_forgives_blanks_dashes_and_full_width_digits(typed):
    assert CodeField(numeric=True).clean(typed) == "123456"


def test_a_query_code_is_read_in_capitals():
    assert CodeField().clean("ab3-k9x") == "AB3K9X"


def test_the_browser_never_cuts_what_is_pasted():
    assert "maxlength" not in str(Letter()["words"])
    assert 'data-count="20"' in str(Letter()["words"])


def test_a_field_names_its_hint_and_its_error_for_a_screen_reader():
    field = Letter({"title": "标题写得太长了一共超过十个字"})["title"].as_field_group()
    assert 'aria-describedby="id_title_helptext id_title_error"' in field
    assert 'aria-invalid="true"' in field
    assert (
        field.index("<label")
        < field.index('id="id_title_helptext"')
        < field.index('id="id_title_error"')
        < field.index("<input")
    )


def test_only_optional_fields_say_so(rf):
    drawn = str(Letter())
    assert re.findall(r"（选填）|\(optional\)", drawn) != []
    assert len(re.findall(r'class="optional"', drawn)) == 1
    assert 'class="optional"' in Letter()["phone"].as_field_group()


def test_a_group_of_choices_has_a_legend():
    assert re.search(r"<fieldset[^>]*>\s*<legend>类别", Letter()["kind"].as_field_group())


def test_the_error_summary_links_to_every_wrong_field_and_takes_the_focus():
    drawn = str(Letter({"phone": "手机"}))
    summary = drawn[: drawn.index("</ul>")]
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_title", "id_words", "id_phone", "id_kind_0", "id_consent"]
    assert 'tabindex="-1"' in summary
    assert all(f'id="{target}"' in drawn for target in ("id_title", "id_words", "id_phone", "id_kind_0", "id_consent"))


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in str(Letter())


def test_what_was_typed_stays_in_the_form():
    drawn = str(Letter({"title": "菜单", "words": "很长" * 20}))
    assert 'value="菜单"' in drawn
    assert "很长" * 20 in drawn
