"""What a client can keep a copy of: each kind of thing with what its list shows of it.

A copy holds what the lists hold. What lies in the trash, and what was taken back, is gone for a copy. A reminder goes
and comes back with its task.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, exists, select

from questlog.core.db import Session
from questlog.core.pagination import PageRequest, SortKey, slice_of
from questlog.planning import (
    goal_queries,
    items,
    labels,
    occurrences,
    project_queries,
    reminders,
    saved_filters,
    task_answers,
)
from questlog.planning.filter_models import SavedFilter
from questlog.planning.models import Goal, Item, Label, Occurrence, Project, Task
from questlog.planning.reminder_models import Reminder
from questlog.planning.reminders import OF_A_TASK, REMINDERS

type Shown = dict[str, Any]


def _as_it_is(row: Mapping[str, Any], locale: str) -> Shown:
    return dict(row)


@dataclass(frozen=True)
class Kind:
    """`name` is what events call it, `plural` what its list is called; `alive` says which rows the list has."""

    name: str
    plural: str
    table: Table
    columns: tuple[Any, ...]
    alive: tuple[ColumnElement[bool], ...] = ()
    order: tuple[SortKey, ...] = ()
    shown: Callable[[Mapping[str, Any], str], Shown] = _as_it_is

    @property
    def keys(self) -> tuple[SortKey, ...]:
        """An order that an index of the user's rows gives, and that no change of a row changes."""
        return self.order or (SortKey(self.table.c.id),)

    def of(self, user_id: UUID) -> Select[Any]:
        return select(*self.columns).where(self.table.c.user_id == user_id, *self.alive)


def _kind(name: str, model: Any, columns: Sequence[Any], **more: Any) -> Kind:
    return Kind(name, f"{name}s", cast(Table, model.__table__), tuple(columns), **more)


# What others refer to stands before what refers to it.
KINDS: tuple[Kind, ...] = (
    _kind("goal", Goal, goal_queries.WIRE, alive=(Goal.deleted_at.is_(None),)),
    _kind("project", Project, project_queries.WIRE, alive=(Project.deleted_at.is_(None),)),
    _kind("label", Label, labels.WIRE),
    _kind("filter", SavedFilter, saved_filters.WIRE),
    _kind(
        "task",
        Task,
        task_answers.STORED_COLUMNS,
        alive=(Task.deleted_at.is_(None),),
        shown=task_answers.answer,
    ),
    _kind(
        "reminder",
        Reminder,
        reminders.WIRE,
        alive=(exists().where(OF_A_TASK, Task.deleted_at.is_(None)),),
    ),
    _kind("item", Item, items.WIRE),
    _kind(
        "occurrence",
        Occurrence,
        occurrences.SHOWN,
        alive=(Occurrence.reopened_at.is_(None),),
        order=tuple(occurrences.NEWEST_FIRST),
    ),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


async def some(
    session: Session, user_id: UUID, kind: Kind, ids: Sequence[UUID], *, locale: str
) -> dict[UUID, Shown]:
    """Return those of the user's things that the list of their kind has, by their ids."""
    found = await session.execute(kind.of(user_id).where(kind.table.c.id.in_(ids)))
    shown = (kind.shown(row, locale) for row in found.mappings())
    return {_id(one["id"]): one for one in shown}


async def reminders_of(session: Session, user_id: UUID, task_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return what reminds of these tasks: a task that comes back from the trash brings it along."""
    mine = (REMINDERS.c.user_id == user_id, REMINDERS.c.task_id.in_(task_ids))
    return (await session.scalars(select(REMINDERS.c.id).where(*mine))).all()


async def page(
    session: Session, user_id: UUID, kind: Kind, limit: int, cursor: str | None, *, locale: str
) -> tuple[list[Shown], str | None]:
    """Return the next of all things of a kind, and the cursor of what is behind them. Raises `BadCursorError`."""
    request = PageRequest(limit, cursor)
    found = await slice_of(session, kind.of(user_id), kind.keys, request)
    names = [column.key for column in kind.columns]
    rows = (dict(zip(names, row, strict=False)) for row in found.items)
    return [kind.shown(row, locale) for row in rows], found.next_cursor


def _id(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)
