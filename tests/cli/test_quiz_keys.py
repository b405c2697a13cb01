"""Answers whose result got lost keep their key, whatever else is handed in meanwhile."""

from pathlib import Path

import pytest

from questlog.cli import quiz_keys
from questlog.cli.account import Account

ANSWERS = [{"question_id": "1", "answer": 1}]
MINE = Account(
    "http://here", "me@example.org", "UTC", access_token="t", refresh_token="", expires_at=1e12
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("questlog.cli.account.home", lambda: tmp_path)
    return tmp_path


def test_another_quiz_in_between_does_not_lose_the_key() -> None:
    lost = quiz_keys.key_of(MINE, "one", ANSWERS)
    other = quiz_keys.key_of(MINE, "two", ANSWERS)
    quiz_keys.forget(other)

    again = quiz_keys.key_of(MINE, "one", ANSWERS)
    after = quiz_keys.key_of(MINE, "two", ANSWERS)

    assert again == lost
    assert after not in (lost, other)


def test_nothing_is_left_when_all_are_answered(home: Path) -> None:
    quiz_keys.forget(quiz_keys.key_of(MINE, "one", ANSWERS))

    assert not (home / quiz_keys.NAME).exists()


def test_a_key_is_kept_for_a_day_and_only_a_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    first = quiz_keys.key_of(MINE, "first", ANSWERS)
    keys = [quiz_keys.key_of(MINE, str(number), ANSWERS) for number in range(quiz_keys.MOST_KEPT)]

    kept = [quiz_keys.key_of(MINE, "5", ANSWERS), quiz_keys.key_of(MINE, "first", ANSWERS)]
    monkeypatch.setattr(quiz_keys, "KEPT_S", 0)
    too_old = quiz_keys.key_of(MINE, "5", ANSWERS)

    assert kept[0] == keys[5]
    assert kept[1] != first
    assert too_old != keys[5]


def test_a_file_that_nobody_understands_is_as_none(home: Path) -> None:
    (home / quiz_keys.NAME).write_text('{"of": "digest", "key": "as it was before"}')

    key = quiz_keys.key_of(MINE, "one", ANSWERS)

    assert quiz_keys.key_of(MINE, "one", ANSWERS) == key
