"""How much a task calls for being done next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning.urgency import POINT, Facts, Part, Present, parts_of, total
from questlog.planning.urgency_words import words

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
PRESENT = Present(NOW, TODAY)
NEW = Facts(created_at=NOW)


def urgency(facts: Facts, present: Present = PRESENT) -> float:
    return total(parts_of(facts, present)) / POINT


@pytest.mark.parametrize(
    ("days", "expected"),
    [(60, 2.4), (14, 2.4), (7, 5.6), (1, 8.34), (0, 8.8), (-1, 9.25), (-7, 12.0), (-400, 12.0)],
)
def test_a_due_date_counts_as_in_taskwarrior(days: int, expected: float) -> None:
    """0.2 until 14 days before, 1.0 from 7 days after, a straight line between; weight 12."""
    facts = replace(NEW, due_on=TODAY + timedelta(days=days))

    assert urgency(facts) == pytest.approx(expected, abs=0.011)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEW, 0),
        (replace(NEW, deadline_on=TODAY), 10),
        (replace(NEW, deadline_on=TODAY + timedelta(days=30)), 2),
        (replace(NEW, priority=1), 1.8),
        (replace(NEW, priority=2), 3.9),
        (replace(NEW, priority=4), 6),
        (replace(NEW, waiting=3), 8),
        (replace(NEW, started=True), 4),
        (replace(NEW, has_goal=True, has_project=True), 2),
        (replace(NEW, created_at=NOW - timedelta(days=365)), 2),
        (replace(NEW, created_at=NOW - timedelta(days=4000)), 2),
        (replace(NEW, created_at=NOW - timedelta(days=183)), 1),
        (replace(NEW, duration=30), 0),
    ],
)
def test_each_part_has_its_weight(facts: Facts, expected: float) -> None:
    assert urgency(facts) == expected


@pytest.mark.parametrize(("duration", "expected"), [(30, 5), (15, 3), (1, 1.13), (31, -5)])
def test_what_fits_the_time_comes_first_and_what_does_not_last(
    duration: int, expected: float
) -> None:
    half_an_hour = Present(NOW, TODAY, minutes=30)

    assert urgency(replace(NEW, duration=duration), half_an_hour) == expected


def test_the_parts_add_up_and_the_heaviest_stands_first() -> None:
    facts = replace(NEW, due_on=TODAY, priority=1, waiting=1, has_goal=True)

    parts = parts_of(facts, PRESENT)

    assert [part.name for part in parts] == ["due", "blocking", "priority", "goal"]
    assert sum(part.points for part in parts) == 1960
    assert all(
        part.contribution == pytest.approx(part.value * part.weight, abs=0.01) for part in parts
    )


@pytest.mark.parametrize(
    ("part", "english", "russian"),
    [
        (Part("due", 1, 0), "due today", "срок сегодня"),
        (Part("due", 1, -1), "due in 1 day", "срок через 1 день"),
        (Part("due", 1, -22), "due in 22 days", "срок через 22 дня"),
        (Part("due", 1, 11), "11 days overdue", "просрочена на 11 дней"),
        (Part("deadline", 1, 0), "the deadline is today", "крайний срок сегодня"),
        (Part("deadline", 1, -5), "the deadline is in 5 days", "крайний срок через 5 дней"),
        (
            Part("deadline", 1, 1),
            "the deadline passed 1 day ago",
            "крайний срок прошёл 1 день назад",
        ),
        (Part("blocking", 1, 1), "1 task waits for it", "её ждёт 1 задача"),
        (Part("blocking", 1, 3), "3 tasks wait for it", "её ждут 3 задачи"),
        (Part("priority", 1, 4), "priority urgent", "важность срочная"),
        (Part("started", 1), "in progress", "уже начата"),
        (Part("fits", 1, 1), "takes 1 minute", "займёт 1 минуту"),
        (
            Part("fits", -1, 90),
            "takes 90 minutes, too long for now",
            "займёт 90 минут, сейчас не успеть",
        ),
        (Part("age", 1, 21), "written down 21 days ago", "записана 21 день назад"),
        (Part("goal", 1), "serves a goal", "служит цели"),
        (Part("project", 1), "belongs to a project", "относится к проекту"),
    ],
)
def test_a_part_is_told_in_words(part: Part, english: str, russian: str) -> None:
    assert (words(part, "en"), words(part, "ru-RU")) == (english, russian)


DAYS = st.integers(-500, 500).map(lambda days: TODAY + timedelta(days=days))


@given(due=DAYS, days=st.integers(0, 400), priority=st.integers(0, 4))
def test_nothing_calls_less_when_its_day_comes_closer(due: date, days: int, priority: int) -> None:
    sooner = replace(NEW, due_on=due, priority=priority)

    assert urgency(sooner) >= urgency(replace(sooner, due_on=due + timedelta(days=days)))
