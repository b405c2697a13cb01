"""What somebody sets themselves for a week, and whether it was met: held against facts, never against an opinion.

A goal's `measure` is a fact with a bound (`{"fact": "done", "at_least": 12}`), or a task that is overdue no more
(`{"task_id": …}`); without one only the user can say. The numbers set are numbers there were, so that they can be
confirmed like any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.coach.facts import Facts
from questlog.coach.review_words import Say
from questlog.core.db import Session
from questlog.planning.readiness import open_and_alive
from questlog.planning.task_rows import TASKS

type Goal = dict[str, Any]

MOST_DAYS = 5
FEW_OVERDUE = 5


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
    session: Session, user_id: UUID, goals: Iterable[Goal], facts: Facts, *, today: date
) -> list[Goal]:
    """Return the goals with whether they were met, as far as it can be told; what the user said of one stays."""
    waiting = list(goals)
    late = await _still_late(session, user_id, _tasks_of(waiting), today=today)
    return [
        one if one["met"] is not None else {**one, "met": _is_met(one["measure"], facts, late)}
        for one in waiting
    ]


def _is_met(measure: Mapping[str, Any] | None, facts: Facts, late: set[str]) -> bool | None:
    if measure is None:
        return None
    if "task_id" in measure:
        return measure["task_id"] not in late
    found = facts[measure["fact"]]
    return bool(measure.get("at_least", 0) <= found <= measure.get("at_most", found))


def _tasks_of(goals: Sequence[Goal]) -> list[UUID]:
    measures = (one["measure"] or {} for one in goals if one["met"] is None)
    return [UUID(measure["task_id"]) for measure in measures if "task_id" in measure]


async def _still_late(
    session: Session, user_id: UUID, task_ids: Sequence[UUID], *, today: date
) -> set[str]:
    if not task_ids:
        return set()
    mine = (TASKS.c.user_id == user_id, TASKS.c.id.in_(task_ids), TASKS.c.due_on < today)
    found = await session.scalars(select(TASKS.c.id).where(*mine, *open_and_alive(TASKS)))
    return {str(id_) for id_ in found}
