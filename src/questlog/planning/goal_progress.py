"""How far goals have come: counted from the tasks whenever somebody asks, stored nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from questlog.core.db import Session
from questlog.planning import goal_queries, goals
from questlog.planning.goal_tree import (
    GoalProgress,
    Parents,
    TaskCount,
    chain,
    children_of,
    progress,
)
from questlog.planning.lists import WireRow


@dataclass(frozen=True)
class ProjectShare:
    """What one project adds to a goal; `project_id` is None for tasks without a project."""

    project_id: UUID | None
    title: str | None
    done: int
    total: int


@dataclass(frozen=True)
class GoalReport:
    """The progress of a goal and where it comes from; the shares add up to the whole."""

    id: UUID
    done: int
    total: int
    ratio: float
    projects: Sequence[ProjectShare]


async def of_chain(
    session: Session, user_id: UUID, goal_id: UUID | None, *, project_id: UUID | None = None
) -> list[GoalProgress]:
    """Return the progress of a goal and of all it hangs under, nearest first, in one statement.

    Without a goal it is the one that the project serves; an empty list when there is none.
    """
    if goal_id is None and project_id is None:
        return []
    family = goal_queries.counted_family_of(user_id, goal_id, project_id=project_id)
    rows = (await session.execute(*family)).all()
    nearest = next((row.id for row in rows if row.is_nearest), None)
    if nearest is None:
        return []
    parents, counts = _parted(rows)
    found = progress(parents, _counted(counts))
    return [found[goal] for goal in chain(parents, nearest)]


async def of_goal(session: Session, user_id: UUID, goal_id: UUID) -> GoalReport:
    """Raises `GoalNotFoundError`, `NotYoursError`."""
    rows = (await session.execute(*goal_queries.counted_family_of(user_id, goal_id))).all()
    parents, counts = _parted(rows)
    if not parents:
        await goals.get(session, user_id, goal_id)
    reaching = [row for row in counts if goal_id in _reached(parents, row)]
    whole = GoalProgress(
        goal_id, sum(row.done for row in reaching), sum(row.total for row in reaching)
    )
    return GoalReport(goal_id, whole.done, whole.total, whole.ratio, _shares(reaching))


async def tree(session: Session, user_id: UUID) -> list[WireRow]:
    """Return the goals at the top, each with its progress and, under `children`, what hangs under it.

    Two statements, however many goals there are.
    """
    rows = (await session.execute(goal_queries.forest_of(user_id))).all()
    parents = {row.id: row.parent_goal_id for row in rows}
    counts = await session.execute(goal_queries.counts_of_all(user_id))
    found = progress(parents, _counted(counts.all()))
    nodes = {row.id: _node(row, found[row.id]) for row in rows}
    children = children_of(parents)
    for goal, node in nodes.items():
        node["children"] = [nodes[child] for child in children[goal]]
    return [nodes[goal] for goal in children[None]]


def _parted(rows: Iterable[Row[Any]]) -> tuple[Parents, list[Row[Any]]]:
    """Tell the goals of a family from the counts of its tasks."""
    parents: dict[UUID, UUID | None] = {}
    counts = []
    for row in rows:
        if row.id is None:
            counts.append(row)
        else:
            parents[row.id] = row.parent_goal_id
    return parents, counts


def _node(row: Row[Any], reached: GoalProgress) -> WireRow:
    return {
        **row._mapping,
        "done": reached.done,
        "total": reached.total,
        "ratio": reached.ratio,
    }


def _counted(rows: Iterable[Row[Any]]) -> list[TaskCount]:
    return [TaskCount(_served(row), row.done, row.total) for row in rows]


def _served(row: Row[Any]) -> frozenset[UUID]:
    return frozenset(goal for goal in (row.goal_id, row.project_goal_id) if goal is not None)


def _reached(parents: Parents, row: Row[Any]) -> set[UUID]:
    return {goal for start in _served(row) for goal in chain(parents, start)}


def _shares(rows: Iterable[Row[Any]]) -> list[ProjectShare]:
    titles: dict[UUID | None, str | None] = {}
    done: defaultdict[UUID | None, int] = defaultdict(int)
    total: defaultdict[UUID | None, int] = defaultdict(int)
    for row in rows:
        titles[row.project_id] = row.project_title
        done[row.project_id] += row.done
        total[row.project_id] += row.total
    order = sorted(titles, key=lambda project: (-total[project], str(project)))
    return [
        ProjectShare(project, titles[project], done[project], total[project]) for project in order
    ]
