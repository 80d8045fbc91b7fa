"""Deputies in public: found by place, field, name however typed; their page says what the law says is public."""

import pytest

from liaison import pinyin
from liaison.models import Deputy


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("林静", True), ("林", True), ("静", True), ("lin jing", True), ("LinJing", True), ("linj", True), ("jing", True),
        ("lj", True), ("L J", True), ("l", True), ("ＬＪ", True), ("lín jìng", True), ("ing", False), ("jl", False), ("静林", False), ("%", False),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(city, deputy, other_deputy, typed, found):
    assert list(Deputy.objects.called(typed)) == ([deputy.deputy] if found else [])
