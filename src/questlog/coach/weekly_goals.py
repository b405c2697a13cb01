"""What somebody sets themselves for a week, and whether it was met: held against facts, never against an opinion.

A goal's `measure` is a fact with a bound (`{"fact": "done", "at_least": 12}`), or a task that is overdue no more
(`{"task_id": …}`); without one only the user can say. All are judged as of the end of the week they were set for: what is
overdue is what was overdue then, and of a task that is gone by now nothing can be told unless it was done. The numbers set are numbers there were, so that they can be
confirmed like any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.coach.facts import Facts, was_late
from questlog.coach.review_words import Say
from questlog.core.db import Session
from questlog.planning import queries
from questlog.planning.queries import OCCURRENCES
from questlog.planning.task_rows import TASKS

type Goal = dict[str, Any]

MOST_DAYS = 5
FEW_OVERDUE = 5
# What is overdue is told as of today, and judged as of the end of the week.
AT_END = {"overdue_now": "overdue_at_end"}


def proposed(facts: Facts, say: Say) -> list[Goal]:
    """Return two or three goals for the week after, each with its measure."""
    return [_finishing(facts, say), *_being_steady(facts, say), *_catching_up(facts, say)]


def _finishing(facts: Facts, say: Say) -> Goal:
    usual = round(facts["per_week_before"])
    count = max(facts["done"], usual)
    text = say("aim_done", count=count) if count > 1 else say("aim_first")
    return goal(text, {"fact": "done", "at_least": max(count, 1)})


def _being_steady(facts: Facts, say: Say) -> list[Goal]:
    best = max([facts["active_days"], *(week["active_days"] for week in facts["weeks_before"])])
    if not 1 < best < 7 or facts["active_days"] >= MOST_DAYS:
        return []
    return [goal(say("aim_days", count=best), {"fact": "active_days", "at_least": best})]


def _catching_up(facts: Facts, say: Say) -> list[Goal]:
    overdue = facts["overdue_now"]
    if not overdue:
        return []
    if overdue <= FEW_OVERDUE:
        return [goal(say("aim_none_overdue"), {"fact": "overdue_now", "at_most": 0})]
    oldest = facts["overdue_longest"][0]
    text = say("aim_task", title=say.quoted(oldest["title"]))
    return [goal(text, {"task_id": oldest["task_id"]})]


def goal(text: str, measure: Mapping[str, Any] | None = None, met: bool | None = None) -> Goal:
    return {"text": text, "measure": None if measure is None else dict(measure), "met": met}


def edited(goals: Iterable[Goal], wanted: Iterable[Mapping[str, Any]]) -> list[Goal]:
    """Return the goals as somebody wants them: a text that stays keeps its measure, and what is not said of it."""
    known = {one["text"]: one for one in goals}
    return [goal(one["text"]) | known.get(one["text"], {}) | dict(one) for one in wanted]


async def judged(
    session: Session, user_id: UUID, goals: Iterable[Goal], facts: Facts
) -> list[Goal]:
    """Return the goals with whether the week of the facts met them, if that can be told; what the user said stays."""
    waiting = list(goals)
    caught_up = await _caught_up(session, user_id, _tasks_of(waiting), facts)
    return [
        one if one["met"] is not None else {**one, "met": _is_met(one["measure"], facts, caught_up)}
        for one in waiting
    ]


def _is_met(
    measure: Mapping[str, Any] | None, facts: Facts, caught_up: Mapping[str, bool]
) -> bool | None:
    if measure is None:
        return None
    if "task_id" in measure:
        return caught_up.get(measure["task_id"])
    found = facts[AT_END.get(measure["fact"], measure["fact"])]
    return bool(measure.get("at_least", 0) <= found <= measure.get("at_most", found))


def _tasks_of(goals: Sequence[Goal]) -> list[UUID]:
    measures = (one["measure"] or {} for one in goals if one["met"] is None)
    return [UUID(measure["task_id"]) for measure in measures if "task_id" in measure]


async def _caught_up(
    session: Session, user_id: UUID, task_ids: Sequence[UUID], facts: Facts
) -> dict[str, bool]:
    """Tell of each task whether it was done or no more due when the week ended; what is gone undone is left out."""
    if not task_ids:
        return {}
    first, last = (date.fromisoformat(facts[day]) for day in ("first_day", "last_day"))
    done = queries.completed_of(user_id, OCCURRENCES.c.task_id).where(
        OCCURRENCES.c.task_id.in_(task_ids), OCCURRENCES.c.done_on.between(first, last)
    )
    there = select(TASKS.c.id, was_late(user_id, last).label("late")).where(
        TASKS.c.user_id == user_id,
        TASKS.c.id.in_(task_ids),
        TASKS.c.deleted_at.is_(None),
        TASKS.c.state != "cancelled",
    )
    standing = {str(row.id): not row.late for row in await session.execute(there)}
    return standing | {str(id_): True for id_ in await session.scalars(done)}
