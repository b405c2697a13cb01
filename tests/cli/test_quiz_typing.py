"""What may be typed at a quiz, and how its moments are told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from questlog.cli import quiz_asking, quiz_times
from questlog.core import clock


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        ({"minutes": -5}, "now"),
        ({"seconds": 20}, "in 1 minute"),
        ({"minutes": 8}, "in 8 minutes"),
        ({"hours": 3}, "today 15:00"),
        ({"hours": 24}, "tomorrow 12:00"),
        ({"hours": 36}, "Tuesday"),
        ({"days": 3}, "Wednesday 12:00"),
        ({"days": 30, "hours": 12}, "on 2026-12-23"),
    ],
)
def test_moments_in_words(
    monkeypatch: pytest.MonkeyPatch, ahead: Mapping[str, float], words: str
) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)

    said = quiz_times.in_words((noon + timedelta(**ahead)).isoformat(), "UTC")

    assert said == words


@pytest.mark.parametrize(
    ("typed", "right"),
    [("b a", "21"), ("ba", "21"), ("1b 2a", "21"), ("2a, 1-b", "21"), ("B, B", "22")],
)
def test_letters_may_be_typed_in_several_ways(typed: str, right: str) -> None:
    question = {"left": ["x", "y"], "right": ["1", "2"]}

    read = quiz_asking.KINDS["matching"].read(question, typed)

    assert [one["right"] for one in read] == list(right)


@pytest.mark.parametrize("typed", ["1", "a", "a b a", "1a 1b", "a 2b", "3a 1b", "a ж", "?"])
def test_letters_that_are_no_pairs_are_refused(typed: str) -> None:
    question = {"left": ["x", "y"], "right": ["1", "2"]}

    with pytest.raises(quiz_asking.UnreadableError, match="2 letters, a to b, please"):
        quiz_asking.KINDS["matching"].read(question, typed)


@pytest.mark.parametrize(
    ("typed", "chosen"), [("1 3", ["a", "c"]), ("31", ["a", "c"]), ("2,", ["b"]), ("1;1", ["a"])]
)
def test_numbers_may_be_typed_in_several_ways(typed: str, chosen: list[str]) -> None:
    read = quiz_asking.KINDS["multi"].read({"choices": ["a", "b", "c"]}, typed)

    assert read == chosen
