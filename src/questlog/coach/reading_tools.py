"""What the coach may look at, at once and without asking: the user's own plans, days and courses."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from questlog.coach.tool_arguments import (
    ListTasks,
    NoArguments,
    ReviewCards,
    SearchTasks,
    Statistics,
    TodaysPlan,
)
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.pagination import PageRequest
from questlog.flows.find_tasks import find_tasks
from questlog.flows.learning_progress import learning_progress
from questlog.learning import cards
from questlog.planning import goals, next_tasks, projects, tasks
from questlog.planning.goal_queries import GoalFilter
from questlog.planning.project_queries import ProjectFilter
from questlog.planning.queries import TaskFilter
from questlog.planning.search.find import Scope, find
from questlog.planning.task_answers import answer
from questlog.planning.urgency import POINT, Present
from questlog.planning.urgency_words import words
from questlog.stats import overview, productivity

MANY = 100
MOST_DAYS = 60
TOLD_OF_A_TASK = (
    "id",
    "title",
    "due_date",
    "deadline",
    "priority_label",
    "status",
    "duration",
    "recurrence",
    "labels",
    "project_id",
    "goal_id",
)
TOLD_OF_A_GOAL = ("id", "title", "goal_type", "period", "parent_goal_id", "completed_at")
LONGEST_DESCRIPTION = 300
VIEWS = {
    "overdue": TaskFilter(overdue=True),
    "due_today": TaskFilter(due_today=True),
    "upcoming": TaskFilter(upcoming=True),
    "inbox": TaskFilter(inbox=True),
}


async def list_tasks(session: Session, who: Who, asked: ListTasks) -> dict[str, Any]:
    is_open = None if asked.filter is not None else False
    wanted = VIEWS[asked.view] if asked.view is not None else TaskFilter(completed=is_open)
    page = PageRequest(asked.limit)
    found = await find_tasks(
        session, who.user_id, wanted, page, timezone=who.timezone, query=asked.filter
    )
    more = found.next_cursor is not None
    return {
        "tasks": [_task(answer(row, who.locale)) for row in found.items],
        "there_are_more": more,
    }


async def search(session: Session, who: Who, asked: SearchTasks) -> dict[str, Any]:
    found = await find(
        session, who.user_id, asked.words, Scope(None, None, False), PageRequest(asked.limit)
    )
    return {"found": [_plain(one) for one in found.items]}


async def todays_plan(session: Session, who: Who, asked: TodaysPlan) -> dict[str, Any]:
    """What is overdue and due today, and what would be next, with the reasons."""
    today = clock.today(who.timezone)
    present = Present(clock.now(), today, asked.minutes)
    urgent = await next_tasks.most_urgent(session, who.user_id, present, limit=5)
    told: dict[str, Any] = {"today": today.isoformat()}
    for view in ("overdue", "due_today"):
        page = await tasks.page(session, who.user_id, VIEWS[view], PageRequest(20), today=today)
        told[view] = [_task(answer(row, who.locale)) for row in page.items]
    late = {task["id"] for task in told["overdue"]}
    told["due_today"] = [task for task in told["due_today"] if task["id"] not in late]
    told["next"] = [
        {
            **_task(answer(one.task, who.locale)),
            "urgency": round(one.urgency / POINT, 2),
            "because": [words(part, who.locale) for part in one.parts],
        }
        for one in urgent
    ]
    return told


async def list_goals(session: Session, who: Who, asked: NoArguments) -> dict[str, Any]:
    found = await goals.page(session, who.user_id, GoalFilter(), PageRequest(MANY))
    return {
        "goals": [_goal(row) for row in found.items],
        "there_are_more": found.next_cursor is not None,
    }


async def list_projects(session: Session, who: Who, asked: NoArguments) -> dict[str, Any]:
    found = await projects.page(session, who.user_id, ProjectFilter(), PageRequest(MANY))
    counts = await projects.task_counts(session, who.user_id)
    return {
        "projects": [
            {
                "id": str(row["id"]),
                "title": row["title"],
                "goal_id": _value(row["goal_id"]),
                "open_tasks": counts.get(UUID(str(row["id"])), 0),
            }
            for row in found.items
        ],
        "there_are_more": found.next_cursor is not None,
    }


async def statistics(session: Session, who: Who, asked: Statistics) -> dict[str, Any]:
    """Newest day first; of a long stretch only its sum and its last days."""
    today = clock.today(who.timezone)
    days = await productivity.of_days(session, who.user_id, asked.days, today=today)
    whole = await overview.of_all(session, who.user_id, today=today)
    told = [{"date": day.date.isoformat(), "done": day.count, "xp": day.xp} for day in days]
    return {
        "days": told[: -MOST_DAYS - 1 : -1],
        "done_in_these_days": sum(day.count for day in days),
        "overall": _plain(asdict(whole)),
    }


async def course_progress(session: Session, who: Who, asked: NoArguments) -> dict[str, Any]:
    found = await learning_progress(session, who.user_id, timezone=who.timezone)
    return _plain(asdict(found))


async def review_cards(session: Session, who: Who, asked: ReviewCards) -> dict[str, Any]:
    """The cards that are due, by their questions; answers stay where they are practised."""
    due = await cards.due(session, who.user_id, most=asked.limit)
    whole = len(due) if len(due) < asked.limit else await cards.count_due(session, who.user_id)
    return {"due": whole, "questions": [card["stem"] for card in due]}


def _task(shown: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        name: _value(shown[name]) for name in TOLD_OF_A_TASK if shown.get(name) not in (None, [])
    }
    return {**told, **_described(shown)}


def _goal(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(row[name]) for name in TOLD_OF_A_GOAL} | _described(row)


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    words = row.get("description")
    return {"description": words[:LONGEST_DESCRIPTION]} if words else {}


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in found.items()}


def _value(value: Any) -> Any:
    match value:
        case UUID() | date() | datetime():
            return str(value) if isinstance(value, UUID) else value.isoformat()
        case Mapping():
            return _plain(value)
        case list() | tuple():
            return [_value(one) for one in value]
    return value
