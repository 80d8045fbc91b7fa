"""Questions and replies lived through again at their own times: the board counts what the file says."""

import json

import pytest

from bench import from_file, replay
from suggestions.models import Suggestion

# Invented. Over New Year and the Spring Festival, in time and late, answered at once; and three that say no times.
ROWS = [
    ("2019-12-25T10:00:00", "2020-01-15T17:30:00"),
    ("2019-12-25T10:00:00", "2020-01-16T09:00:00"),
    ("2019-12-02T00:10:00", "2019-12-02T23:59:59"),
    ("2019-12-31T23:59:59", "2020-01-02T00:00:01"),
    ("2020-01-20T08:00:00", "2020-02-20"),
    ("2017-09-29T12:00:00", "2017-10-20T12:00:00"),
    ("2017-09-29T12:00:00", "2019-03-04T12:00:00"),
    ("2019-05-05T12:00:00", "2019-05-04T12:00:00"),
    ("2019-05-05T12:00:00", ""),
    ("2019-05-05T12:00:00", "昨天"),
]


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "replies.jsonl"
    rows = [
        {"id": f"{n}", "subject": f"路灯不亮之{n}", "body": "请修。", "created_at": asked, "reply_at": answered}
        for n, (asked, answered) in enumerate(ROWS)
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return file


def test_the_board_of_a_replayed_file_equals_what_is_counted_from_the_file_alone(db, path):
    found = replay.compare(path)
    assert found["board"] == found["file"]
    assert (found["answered"], found["left_out"]) == (7, {"rejected": 0, "no_times": 3})
    # Counted on the calendar by hand.
    assert found["file"] == {
        2017: {"answered": 1, "median": 11, "p90": 11, "promised": 1, "on_time": 1},
        2019: {"answered": 2, "median": 0, "p90": 352, "promised": 2, "on_time": 1},
        2020: {"answered": 4, "median": 14, "p90": 17, "promised": 4, "on_time": 3},
    }
    assert not Suggestion.objects.filter(source="replay").exists()


def test_a_span_of_fifteen_working_days_is_in_time_and_one_more_is_late():
    assert [from_file.summary([days])["on_time"] for days in (0, 15, 16)] == [1, 1, 0]
