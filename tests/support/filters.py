"""The frozen tables of filters, and the world they are asked in."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.planning import moments
from questlog.planning.dependency_models import TaskDependency
from questlog.planning.filters.canonical import period_text
from questlog.planning.filters.tree import (
    Both,
    Difficulty,
    Duration,
    Either,
    Leaf,
    Lists,
    Name,
    Node,
    Not,
    Priority,
    Search,
    When,
    Within,
    Word,
)
from questlog.planning.labels import fold
from questlog.planning.models import Goal, Label, Occurrence, Project, Task, TaskLabel, title_key
from questlog.planning.search import index
from tests.support.make import Person

TABLES = Path(__file__).parents[1] / "data" / "filters"
RELATIONS = {"on": "=", "before": "<", "after": ">"}
NAMES = {"label": "@", "project": "#", "branch": "##", "goal": "goal:", "course": "course:"}


def table(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((TABLES / name).read_text("utf-8"))["cases"]
    return cases


def compact(node: Node) -> str:
    """Write a tree the way the tables do."""
    match node:
        case Not(of):
            return f"(not {compact(of)})"
        case Both(parts) | Either(parts) | Lists(parts):
            word = {Both: "and", Either: "or", Lists: "list"}[type(node)]
            return f"({word} {' '.join(map(compact, parts))})"
        case _:
            return _leaf(node)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Word(name):
            return name.replace(" ", "-")
        case Name(field, parts):
            return NAMES[field] + "*".join(parts)
        case When(field, relation, phrase):
            return f"{field}{RELATIONS[relation]}{phrase}"
        case Within(field, period):
            return f"{field}~{period_text(period).replace(' ', '-')}"
        case _:
            return _value(leaf)


def _value(leaf: Duration | Search | Difficulty | Priority) -> str:
    match leaf:
        case Duration(comparison, minutes):
            return f"duration{comparison}{minutes}"
        case Search(words):
            return f"search:{words}"
        case Difficulty(name):
            return f"difficulty={name}"
        case Priority(level):
            return f"priority={level}"


@dataclass(frozen=True)
class FilterWorld:
    """What `world.json` tells, for one user."""

    told: dict[str, Any]

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.told["now"])

    @property
    def timezone(self) -> str:
        zone: str = self.told["timezone"]
        return zone

    async def fill(self, database: Database, user: Person) -> None:
        await database.write(_Filling(self, user.id).fill)


def world() -> FilterWorld:
    return FilterWorld(json.loads((TABLES / "world.json").read_text("utf-8")))


class _Filling:
    def __init__(self, world: FilterWorld, user_id: UUID) -> None:
        self._world = world
        self._user_id = user_id
        self._ids: dict[tuple[str, str], UUID] = {}
        self._position = 0.0
        self._stamp = datetime.fromisoformat(world.told["created"])

    async def fill(self, session: Session) -> None:
        told = self._world.told
        goals = [self._goal(one) for one in told["goals"]]
        await session.execute(insert(Goal), goals)
        await session.execute(insert(Project), [self._project(one) for one in told["projects"]])
        await session.execute(insert(Label), [self._label(one) for one in told["labels"]])
        rows = [self._task(one) for one in told["tasks"]]
        await session.execute(insert(Task), rows)
        await index.add(session, "task", rows)
        worn = [
            {
                "user_id": self._user_id,
                "task_id": self._id("task", one["title"]),
                "label_id": self._id("label", label),
            }
            for one in told["tasks"]
            for label in one.get("labels", ())
        ]
        await session.execute(insert(TaskLabel), worn)
        waiting = [
            {
                "user_id": self._user_id,
                "task_id": self._id("task", one["title"]),
                "blocker_id": self._id("task", other),
            }
            for one in told["tasks"]
            for other in one.get("blockers", ())
        ]
        await session.execute(insert(TaskDependency), waiting)
        done = [row for one in told["tasks"] for row in self._occurrences(one)]
        await session.execute(insert(Occurrence), done)

    def _id(self, kind: str, name: str | None) -> UUID | None:
        return None if name is None else self._ids.setdefault((kind, name), new_id())

    def _common(self, kind: str, name: str) -> dict[str, Any]:
        self._position += 1
        return {
            "id": self._id(kind, name),
            "user_id": self._user_id,
            "created_at": self._stamp,
            "updated_at": self._stamp,
            "position": self._position,
            "version": 1,
        }

    def _goal(self, one: dict[str, Any]) -> dict[str, Any]:
        return self._common("goal", one["title"]) | {
            "title": one["title"],
            "color": "#6366f1",
            "goal_type": "yearly",
            "parent_goal_id": self._id("goal", one.get("parent")),
        }

    def _project(self, one: dict[str, Any]) -> dict[str, Any]:
        return self._common("project", one["title"]) | {
            "title": one["title"],
            "color": "#8b5cf6",
            "goal_id": self._id("goal", one.get("goal")),
        }

    def _label(self, name: str) -> dict[str, Any]:
        row = self._common("label", name) | {"name": name, "folded": fold(name), "color": "#6b7280"}
        del row["position"]
        return row

    def _task(self, one: dict[str, Any]) -> dict[str, Any]:
        due = _day(one.get("due"))
        at = None
        if due is not None and "time" in one:
            clock_time = time.fromisoformat(one["time"])
            at = moments.moment(due, clock_time, clock.zone(self._world.timezone))
        created = datetime.fromisoformat(one.get("created", self._world.told["created"]))
        return self._common("task", one["title"]) | {
            "title": one["title"],
            "title_key": title_key(one["title"]),
            "description": None,
            "priority": one.get("priority", 0),
            "state": one.get("state", "pending"),
            "due_on": due,
            "due_at": at,
            "due_time": one.get("time"),
            "start_on": _day(one.get("start")),
            "deadline_on": _day(one.get("deadline")),
            "duration_minutes": one.get("duration"),
            "project_id": self._id("project", one.get("project")),
            "goal_id": self._id("goal", one.get("goal")),
            "parent_task_id": self._id("task", one.get("parent")),
            "depth": 2 if "parent" in one else 1,
            "difficulty": one.get("difficulty", "normal"),
            "rule": one.get("rule"),
            "rhythm_from": due if "rule" in one else None,
            "lesson_id": new_id() if one.get("lesson") else None,
            "completed_at": _moment(one.get("completed")),
            "deleted_at": self._stamp if one.get("deleted") else None,
            "deletion_id": new_id() if one.get("deleted") else None,
            "created_at": created,
            "updated_at": _moment(one.get("updated")) or created,
        }

    def _occurrences(self, one: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": new_id(),
                "user_id": self._user_id,
                "task_id": self._id("task", one["title"]),
                "key": day,
                "scheduled_on": _day(day),
                "outcome": outcome,
                "done_at": datetime.fromisoformat(f"{day}T09:00:00Z"),
                "done_on": _day(day),
                "before": {},
                "receipt": {},
                "title": one["title"],
                "reopened_at": self._stamp + timedelta(days=8) if rest else None,
            }
            for outcome, day, *rest in one.get("done", ())
        ]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
