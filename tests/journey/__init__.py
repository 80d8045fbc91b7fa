"""Everybody a suggestion meets on its way, at browsers of their own; see tests/test_journey.py."""

import pytest

pytest.register_assert_rewrite("tests.journey.eyes", "tests.journey.post")
