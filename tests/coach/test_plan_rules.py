"""A day planned by rules."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.coach import plan_rules
from questlog.coach.plan_rules import MOST_PLANNED, Candidate
from questlog.core.ids import new_id

TODAY = date(2026, 11, 24)


def candidate(title: str = "Read", **more: Any) -> Candidate:
    values = {"due_on": None, "minutes": None, "recurs": False, "why": (), **more}
    return Candidate(new_id(), title, **values)


def titles(found: Any) -> list[str]:
    return [one.title for one in found]


def test_what_fits_is_taken_in_its_order_and_what_is_too_long_passed_over() -> None:
    candidates = [
        candidate("Long", minutes=90, due_on=TODAY),
        candidate("Short", minutes=20),
        candidate("Unknown"),
        candidate("Later", minutes=60, due_on=TODAY + timedelta(days=1)),
    ]

    plan = plan_rules.plan(candidates, TODAY, 60)

    assert (titles(plan.chosen), titles(plan.left), plan.planned) == (
        ["Short", "Unknown"],
        ["Long"],
        50,
    )


def test_without_a_measure_of_time_seven_are_enough() -> None:
    plan = plan_rules.plan([candidate(minutes=500) for _ in range(10)], TODAY, None)

    assert len(plan.chosen) == MOST_PLANNED


def test_a_focus_comes_first_in_any_inflection() -> None:
    found = plan_rules.focused(
        [candidate("Write a letter"), candidate("Сходить за итальянской книгой")], "итальянский"
    )

    assert titles(found) == ["Сходить за итальянской книгой", "Write a letter"]


def test_numbers_of_nothing_and_doubles_are_passed_over() -> None:
    candidates = [candidate(title) for title in "abc"]

    assert titles(plan_rules.ordered(candidates, [3, 99, 3, 0, -1])) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en",
            "For today: 1 task, about 20 minutes; there are 60. Begin with “Tea {x}”: due today.",
        ),
        (
            "ru",
            "На сегодня: 1 дело, примерно 20 минут; всего минут: 60. Начните с «Tea {x}»: due today.",
        ),
        (
            "tlh",
            "For today: 1 task, about 20 minutes; there are 60. Begin with “Tea {x}”: due today.",
        ),
    ],
)
def test_a_plan_is_said_in_the_language_of_its_user(locale: str, said: str) -> None:
    plan = plan_rules.plan([candidate("Tea {x}", minutes=20, why=("due today",))], TODAY, 60)

    assert plan_rules.told(plan, locale) == said


@pytest.mark.parametrize(
    ("due", "english", "russian"),
    [
        (8, "1 more task due", "Ещё 1 дело со сроком на сегодня или раньше не поместится;"),
        (9, "2 more tasks due", "Ещё 2 дела со сроком на сегодня или раньше не поместятся;"),
        (50, "43 more tasks due", "Ещё 43 дела со сроком на сегодня или раньше не поместятся;"),
        (52, "45 more tasks due", "Ещё 45 дел со сроком на сегодня или раньше не поместится;"),
    ],
)
def test_all_that_does_not_fit_is_counted(due: int, english: str, russian: str) -> None:
    candidates = [candidate(due_on=TODAY) for _ in range(8)]

    plan = plan_rules.plan(candidates, TODAY, None, due=due)

    assert english in plan_rules.told(plan, "en")
    assert russian in plan_rules.told(plan, "ru")
    assert plan.facts["left"] == due - MOST_PLANNED


@pytest.mark.parametrize(
    ("lengths", "said"), [([90], "Nothing fits into 30 minutes."), ([], "Nothing is open")]
)
def test_what_does_not_fit_is_not_nothing(lengths: list[int], said: str) -> None:
    plan = plan_rules.plan([candidate(minutes=one) for one in lengths], TODAY, 30)

    assert plan_rules.told(plan, "en").startswith(said)


@given(
    lengths=st.lists(st.none() | st.integers(1, 600), max_size=20),
    minutes=st.none() | st.integers(5, 1440),
)
def test_a_plan_never_takes_more_time_than_there_is(
    lengths: list[int | None], minutes: int | None
) -> None:
    candidates = [candidate(minutes=one, due_on=TODAY) for one in lengths]

    plan = plan_rules.plan(candidates, TODAY, minutes)

    assert minutes is None or plan.planned <= minutes
    assert len(plan.chosen) + len(plan.left) == len(candidates)
