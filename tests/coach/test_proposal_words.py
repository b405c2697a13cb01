"""What a proposal says of itself."""

from typing import Any

import pytest

from questlog.coach.proposal_words import summary


@pytest.mark.parametrize(
    ("locale", "tool", "arguments", "said"),
    [
        (
            "ru",
            "create_goal",
            {"title": "Итальянский", "goal_type": "quarterly", "period": "2026-Q4"},
            "Добавить цель «Итальянский» (вид: на квартал; период: 2026-Q4)",
        ),
        (
            "ru",
            "create_task",
            {"title": "Плавать", "difficulty": "hard", "priority": 4, "recurrence": "every day"},
            "Добавить задачу «Плавать» (повтор: каждый день; приоритет: срочный; сложность: трудная)",
        ),
        (
            "en",
            "create_task",
            {"title": "Swim", "priority": 1, "recurrence": "FREQ=WEEKLY;BYDAY=MO"},
            "Add the task “Swim” (repeats: every week on Monday; priority: low)",
        ),
        (
            "en",
            "create_task",
            {"title": "Swim", "recurrence": "every day until friday"},
            "Add the task “Swim” (repeats: every day until friday)",
        ),
        (
            "en",
            "update_task",
            {"title": "Swim\u200b far\u202e", "due_date": None, "labels": []},
            "Change the task “Swim” (title: Swim far; due: none; labels: none)",
        ),
    ],
    ids=str,
)
def test_a_summary_is_words(locale: str, tool: str, arguments: dict[str, Any], said: str) -> None:
    named = {"task_id": "Sw\u200b\u2060\u00adim"} if tool == "update_task" else {}

    told = summary(tool, arguments, named, locale)

    assert told == said
