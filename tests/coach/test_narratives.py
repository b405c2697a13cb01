"""What the rules say: the same in both languages, with numbers that the facts have, and words that fit them."""

import re
from datetime import UTC, date, datetime
from string import Formatter
from typing import Any

import pytest

from questlog.coach import narratives, review_english, review_russian, weekly_goals
from questlog.coach.facts import week_facts
from questlog.coach.number_check import checked
from questlog.coach.plurals import Count
from questlog.coach.review_words import Say
from questlog.core.db import Database
from tests.support.make import Make
from tests.support.moving_clock import MovingClock

FACTS: dict[str, Any] = {
    "first_day": "2026-11-16",
    "last_day": "2026-11-22",
    "days": 7,
    "done": 21,
    "xp": 340,
    "active_days": 3,
    "best_weekday": {"number": 2, "done": 11},
    "best_hour": {"number": 9, "done": 4},
    "planned": 12,
    "on_time": 5,
    "on_time_percent": 42,
    "by_project": [{"title": "Home", "done": 13}, {"title": None, "done": 8}],
    "skipped": 1,
    "postponed": 5,
    "postponed_most": [{"title": "Call 911", "times": 4}],
    "finished": ["Read 20 pages", "Run 5 km"],
    "open_now": 30,
    "overdue_now": 8,
    "overdue_longest": [
        {"task_id": "019a9c3e-7a40-7000-8000-000000000001", "title": "Pay", "due": "2026-10-01"}
    ],
    "overdue_at_end": 3,
    "due_not_done": 2,
    "streak": 6,
    "best_streak": 31,
    "level": 4,
    "weeks_before": [{"first_day": "2026-11-09", "done": 40, "active_days": 6}],
    "done_in_four_weeks_before": 120,
    "per_week": 21.0,
    "per_week_before": 30.0,
    "change_percent": -30,
}
NOTHING = FACTS | {
    "done": 0,
    "xp": 0,
    "active_days": 0,
    "best_weekday": None,
    "best_hour": None,
    "planned": 0,
    "on_time": 0,
    "on_time_percent": None,
    "by_project": [],
    "skipped": 0,
    "postponed": 0,
    "postponed_most": [],
    "finished": [],
    "overdue_now": 0,
    "overdue_longest": [],
    "overdue_at_end": 0,
    "due_not_done": 0,
    "streak": 0,
    "weeks_before": [{"first_day": "2026-11-09", "done": 0, "active_days": 0}],
    "done_in_four_weeks_before": 0,
    "per_week": 0.0,
    "per_week_before": 0.0,
    "change_percent": None,
}
SET = [
    weekly_goals.goal("Finish at least 21 tasks.", met=True),
    weekly_goals.goal("Rest on Sunday.", met=False),
    weekly_goals.goal("Be kind.", met=None),
]


def test_both_languages_have_the_same_sentences_with_the_same_places() -> None:
    english, russian = review_english.SENTENCES, review_russian.SENTENCES

    assert english.keys() == russian.keys()
    assert len(review_english.WEEKDAYS) == len(review_russian.WEEKDAYS) == 7
    for name, sentence in english.items():
        assert _places(sentence) == _places(russian[name]), name


def _places(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("facts", [FACTS, NOTHING], ids=["much", "nothing"])
def test_rules_say_no_number_that_the_facts_do_not_have(facts: dict[str, Any], locale: str) -> None:
    sections = narratives.retrospective(facts, [], locale)
    said = [
        narratives.analysis(facts, locale),
        *sections["achievements"],
        *sections["difficulties"],
        *sections["improvements"],
        *(one["text"] for one in sections["weekly_goals"]),
    ]

    assert [checked(text, facts).removed for text in said] == [[] for _ in said]
    assert not any(re.search(r"[{}]|None", text) for text in said)


def test_a_week_is_told_with_what_became_of_its_goals() -> None:
    found = narratives.retrospective(FACTS, SET, "en")

    assert found["achievements"] == [
        "21 tasks done on 3 days, worth 340 XP.",
        "Finished, among others: “Read 20 pages”, “Run 5 km”.",
        "Met what you had set yourself: Finish at least 21 tasks.",
    ]
    assert found["difficulties"][-1] == "Not met: Rest on Sunday."
    assert "30 % less" in found["difficulties"][0]
    assert "“Pay” has waited longest, since 1 October" in found["difficulties"][1]
    assert found["improvements"][0].startswith("“Call 911” was put off 4 times")
    assert [one["measure"] for one in found["weekly_goals"]] == [
        {"fact": "done", "at_least": 30},
        {"fact": "active_days", "at_least": 6},
        {"task_id": FACTS["overdue_longest"][0]["task_id"]},
    ]


def test_an_empty_week_is_told_in_russian_without_blame() -> None:
    found = narratives.retrospective(NOTHING, [], "ru")

    assert found["achievements"] == []
    assert found["difficulties"] == ["За ту неделю ничего не завершено."]
    assert found["weekly_goals"][0] == {
        "text": "Завершить одно дело.",
        "measure": {"fact": "done", "at_least": 1},
        "met": None,
    }


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0, "0 tasks", "0 задач"),
        (1, "1 task", "1 задача"),
        (2, "2 tasks", "2 задачи"),
        (11, "11 tasks", "11 задач"),
        (14, "14 tasks", "14 задач"),
        (21, "21 tasks", "21 задача"),
        (104, "104 tasks", "104 задачи"),
    ],
)
def test_nouns_follow_their_numbers(number: int, english: str, russian: str) -> None:
    count = Count(number)

    assert f"{count:task|tasks}" == english
    assert f"{count:задача|задачи|задач}" == russian
    assert f"{count}" == str(number)


def test_what_was_done_in_time_is_told_of_what_was_finished_and_praised_when_nothing_is_left() -> (
    None
):
    punctual = FACTS | {"planned": 5, "on_time": 5, "on_time_percent": 100}

    praised = narratives.retrospective(punctual | {"due_not_done": 0}, [], "en")["achievements"]
    left = narratives.retrospective(punctual | {"due_not_done": 10}, [], "en")["achievements"]
    russian = narratives.retrospective(punctual | {"due_not_done": 0}, [], "ru")["achievements"]

    assert "Of what you finished with a date, 100 % came in time." in praised
    assert "Из завершённого со сроком 100 % сделано вовремя." in russian
    assert not any("100 %" in line for line in left)


def test_todays_streak_is_no_achievement_of_a_week_that_is_over() -> None:
    found = narratives.retrospective(FACTS | {"streak": 29}, [], "en")

    assert not any("streak" in line or "29" in line for line in found["achievements"])


def test_goals_in_russian_count_what_they_name() -> None:
    goals = [one["text"] for one in narratives.retrospective(FACTS, [], "ru")["weekly_goals"]]

    assert goals[:2] == [
        "Завершить не меньше 30 задач.",
        "Завершать что-нибудь хотя бы 6 дней.",
    ]
    assert Say("ru")("aim_done", count=21) == "Завершить не меньше 21 задачи."
    assert Say("ru")("aim_days", count=2) == "Завершать что-нибудь хотя бы 2 дня."


def test_a_day_of_another_year_is_said_with_its_year() -> None:
    overdue = [{**FACTS["overdue_longest"][0], "due": "2024-03-03"}]
    year = FACTS | {"first_day": "2025-11-23", "days": 365, "overdue_longest": overdue}

    english, russian = (narratives.analysis(year, locale) for locale in ("en", "ru"))

    assert english.startswith("In the 365 days from 23 November 2025 to 22 November:")
    assert "since 3 March 2024." in english
    assert russian.startswith("С 23 ноября 2025 года по 22 ноября (365 дней):")
    assert "с 3 марта 2024 года." in russian
    assert checked(english, year).removed == checked(russian, year).removed == []


def test_what_is_due_is_said_by_its_day() -> None:
    assert Say("ru").day("2026-10-01") == Say("ru", 2026).day("2026-10-01") == "1 октября"
    assert Say("en").hour(9) == "9:00"


async def test_goals_are_judged_by_facts_and_by_what_became_of_a_task(
    database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    late = await make.task(user, title="Late", due_on=date(2026, 11, 1))
    moved = await make.task(user, title="Moved", due_on=date(2026, 12, 1))
    theirs = await make.task(other, title="Theirs", due_on=date(2026, 11, 1))
    goals = [
        weekly_goals.goal("At least 21", {"fact": "done", "at_least": 21}),
        weekly_goals.goal("At least 22", {"fact": "done", "at_least": 22}),
        weekly_goals.goal("None late", {"fact": "overdue_now", "at_most": 0}),
        weekly_goals.goal("Late", {"task_id": str(late.id)}),
        weekly_goals.goal("Moved", {"task_id": str(moved.id)}),
        weekly_goals.goal("Theirs", {"task_id": str(theirs.id)}),
        weekly_goals.goal("Be kind"),
        weekly_goals.goal("I say so", {"fact": "done", "at_least": 99}, True),
    ]

    found = await database.read(weekly_goals.judged, user.id, goals, FACTS)

    assert [one["met"] for one in found] == [True, False, False, False, True, None, None, True]


async def test_goals_are_judged_as_of_the_end_of_their_week(database: Database, make: Make) -> None:
    user = await make.user()
    due, monday = date(2026, 11, 20), datetime(2026, 11, 23, 9, tzinfo=UTC)
    in_time = await make.task(user, title="In time", due_on=due, completed_at=monday)
    too_late = await make.task(user, title="On Monday", due_on=due, completed_at=monday)
    deleted = await make.task(user, title="Deleted", due_on=due, deleted_at=monday)
    cancelled = await make.task(user, title="Cancelled", due_on=due, state="cancelled")
    done_and_deleted = await make.task(user, title="Both", due_on=due, deleted_at=monday)
    for task, day in ((in_time, 22), (too_late, 23), (done_and_deleted, 19)):
        at = datetime(2026, 11, day, 9, tzinfo=UTC)
        await make.occurrence(user, task, done_at=at, done_on=at.date(), scheduled_on=due)
    of_tasks = [in_time, too_late, deleted, cancelled, done_and_deleted]
    goals = [weekly_goals.goal(one.title, {"task_id": str(one.id)}) for one in of_tasks]

    found = await database.read(weekly_goals.judged, user.id, goals, FACTS)

    assert [one["met"] for one in found] == [True, False, None, None, True]


async def test_nothing_overdue_by_the_end_of_the_week_is_told_of_that_end(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 12, 3, 12, tzinfo=UTC))
    user = await make.user()
    await make.task(user, title="Due on Tuesday after", due_on=date(2026, 11, 24))
    goal = weekly_goals.goal("None late", {"fact": "overdue_now", "at_most": 0})

    week = await database.read(week_facts, user.id, date(2026, 11, 16), timezone="UTC")
    found = await database.read(weekly_goals.judged, user.id, [goal], week)

    assert (week["overdue_now"], week["overdue_at_end"], week["due_not_done"]) == (1, 0, 0)
    assert [one["met"] for one in found] == [True]
