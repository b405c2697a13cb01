"""What people plan: goals, projects, tasks and their occurrences, labels, items.

Ownership is a constraint: every reference between two owned rows is a composite key that includes `user_id`. They are
NO ACTION on purpose, because SQLite's SET NULL would null `user_id` too; verbs detach children themselves.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment

TITLE_KEY_LENGTH = 200
_TITLE_KEY = String(TITLE_KEY_LENGTH).with_variant(
    String(TITLE_KEY_LENGTH, collation="C"), "postgresql"
)
LIVE = "deleted_at IS NULL"
OPEN = f"{LIVE} AND completed_at IS NULL"
_FILTERED = ("due_on", "project_id", "priority", "state", "parent_task_id")
_COUNTED = ("completed_at", "state", "deleted_at", "rule")


def _owner() -> Mapped[UUID]:
    return mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))


def _where(name: str, condition: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def title_key(title: str) -> str:
    """Return what a title sorts by: without regard to case, by code point."""
    return title.casefold()[:TITLE_KEY_LENGTH]


def _title_key(context: Any) -> str:
    return title_key(context.get_current_parameters()["title"])


class Goal(Base):
    __tablename__ = "goals"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str] = mapped_column(String(500))
    title_key: Mapped[str] = mapped_column(_TITLE_KEY, default=_title_key, server_default="")
    color: Mapped[str] = mapped_column(String(7))
    goal_type: Mapped[str] = mapped_column(String(16))
    period: Mapped[str | None] = mapped_column(String(16))
    parent_goal_id: Mapped[UUID | None] = mapped_column(Id)
    description: Mapped[str | None] = mapped_column(Text)
    position: Mapped[float] = mapped_column(Float(53))
    completed_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    deletion_id: Mapped[UUID | None] = mapped_column(Id)
    """Names the deletion that took this row, so that a restore brings back just what it took."""
    detached_from: Mapped[UUID | None] = mapped_column(Id)
    """The deleted goal this one hung under; a restore hangs it back."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        ForeignKeyConstraint(["user_id", "parent_goal_id"], ["goals.user_id", "goals.id"]),
        CheckConstraint("goal_type IN ('quarterly', 'yearly')", name="goal_type_known"),
        CheckConstraint("parent_goal_id <> id", name="not_its_own_parent"),
        _where("ix_goals_order", LIVE, "user_id", "position", "id"),
        Index("ix_goals_parent", "user_id", "parent_goal_id"),
    )


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str] = mapped_column(String(500))
    title_key: Mapped[str] = mapped_column(_TITLE_KEY, default=_title_key, server_default="")
    color: Mapped[str] = mapped_column(String(7))
    goal_id: Mapped[UUID | None] = mapped_column(Id)
    position: Mapped[float] = mapped_column(Float(53))
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    deletion_id: Mapped[UUID | None] = mapped_column(Id)
    detached_from: Mapped[UUID | None] = mapped_column(Id)
    """The deleted goal this project served."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        ForeignKeyConstraint(["user_id", "goal_id"], ["goals.user_id", "goals.id"]),
        _where("ix_projects_order", LIVE, "user_id", "position", "id"),
        Index("ix_projects_goal", "user_id", "goal_id"),
    )

    @property
    def archived(self) -> bool:
        return self.archived_at is not None


class Task(Base):
    """Something to do. A recurring task is one row that moves from date to date; `occurrences` keep what was done.

    `due_on` is the local day it is planned for, `due_at` the instant if it has a time of day; a timed series keeps its
    wall clock in `due_time`. `dated_at` is when it got another date than its first. `rule` is an RFC 5545 rule,
    `rhythm_from` the date that started it, `dates_used` how many scheduled dates are behind it (for COUNT).
    """

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str] = mapped_column(String(1000))
    title_key: Mapped[str] = mapped_column(_TITLE_KEY, default=_title_key)
    """What sorts by title, alike on both engines."""
    description: Mapped[str | None] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(String(16), server_default="pending")
    """`pending`, `in_progress` or `cancelled`; done is told by `completed_at` alone."""
    due_on: Mapped[date | None] = mapped_column(Date)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_time: Mapped[str | None] = mapped_column(String(8))
    dated_at: Mapped[datetime | None] = mapped_column(Moment)
    start_on: Mapped[date | None] = mapped_column(Date)
    deadline_on: Mapped[date | None] = mapped_column(Date)
    duration_minutes: Mapped[int | None]
    project_id: Mapped[UUID | None] = mapped_column(Id)
    goal_id: Mapped[UUID | None] = mapped_column(Id)
    parent_task_id: Mapped[UUID | None] = mapped_column(Id)
    depth: Mapped[int] = mapped_column(server_default=text("1"))
    difficulty: Mapped[str] = mapped_column(String(16), server_default="normal")
    difficulty_changes: Mapped[list[Any] | None] = mapped_column(Json)
    """What it was before, within the last hour: `[[moment, difficulty], …]`, the oldest first (case G-18)."""
    rule: Mapped[str | None] = mapped_column(String(500))
    rule_words: Mapped[str | None] = mapped_column(String(500))
    """The words the rule came from, as they were typed."""
    rule_from_completion: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """"every!": the next date counts from the day it was done."""
    rhythm_from: Mapped[date | None] = mapped_column(Date)
    rhythm_on: Mapped[date | None] = mapped_column(Date)
    """The date of the rhythm that the present one was moved ahead of; null where it was not."""
    dates_used: Mapped[int] = mapped_column(server_default=text("0"))
    position: Mapped[float] = mapped_column(Float(53))
    lesson_id: Mapped[UUID | None] = mapped_column(Id)
    completed_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    deletion_id: Mapped[UUID | None] = mapped_column(Id)
    detached_project_id: Mapped[UUID | None] = mapped_column(Id)
    """The deleted project this task fell out of; a restore puts it back."""
    detached_goal_id: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        ForeignKeyConstraint(["user_id", "project_id"], ["projects.user_id", "projects.id"]),
        ForeignKeyConstraint(["user_id", "goal_id"], ["goals.user_id", "goals.id"]),
        ForeignKeyConstraint(["user_id", "parent_task_id"], ["tasks.user_id", "tasks.id"]),
        CheckConstraint("priority BETWEEN 0 AND 4", name="priority_known"),
        CheckConstraint("state IN ('pending', 'in_progress', 'cancelled')", name="state_known"),
        CheckConstraint(
            "difficulty IN ('trivial', 'normal', 'hard', 'boss')", name="difficulty_known"
        ),
        CheckConstraint("parent_task_id <> id", name="not_its_own_parent"),
        _where("ix_tasks_order", LIVE, "user_id", "position", "id"),
        # What filters ask for most is read from the index: most tasks a filter walks past are never looked up.
        _where("ix_tasks_open", OPEN, "user_id", "position", "id", *_FILTERED),
        _where("ix_tasks_due", OPEN, "user_id", "due_on", "position", "id"),
        _where("ix_tasks_completed", "completed_at IS NOT NULL", "user_id", "completed_at", "id"),
        Index("ix_tasks_project", "user_id", "project_id", "position", "id"),
        # These two answer by themselves how far a goal or project has come.
        Index("ix_tasks_goal", "user_id", "goal_id", "project_id", *_COUNTED),
        Index("ix_tasks_project_counts", "user_id", "project_id", "goal_id", *_COUNTED),
        Index("ix_tasks_parent", "user_id", "parent_task_id", "position", "id"),
        _where("ix_tasks_deletion", "deletion_id IS NOT NULL", "user_id", "deletion_id"),
        _where("ix_tasks_lesson", "lesson_id IS NOT NULL", "user_id", "lesson_id"),
    )


class Occurrence(Base):
    """What became of a task on one of its dates. It survives the task, so that statistics never shrink.

    `round` counts how often this date was completed anew after a reopening; `reopened_at` marks one taken back.
    """

    __tablename__ = "occurrences"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    task_id: Mapped[UUID] = mapped_column(Id)
    key: Mapped[str] = mapped_column(String(10))
    """The scheduled date, or `once` for a task that has none."""
    scheduled_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(String(16))
    done_at: Mapped[datetime] = mapped_column(Moment)
    done_on: Mapped[date] = mapped_column(Date)
    """The user's local day at that moment."""
    done_hour: Mapped[int | None]
    """The hour on the user's clock at that moment, 0 to 23; null where only the day is known."""
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    """The task's dates before, for the reopening."""
    receipt: Mapped[dict[str, Any]] = mapped_column(Json)
    title: Mapped[str] = mapped_column(String(1000))
    project_id: Mapped[UUID | None] = mapped_column(Id)
    goal_id: Mapped[UUID | None] = mapped_column(Id)
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    xp: Mapped[int] = mapped_column(server_default=text("0"))
    reopened_at: Mapped[datetime | None] = mapped_column(Moment)
    round: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("outcome IN ('completed', 'skipped', 'postponed')", name="outcome_known"),
        Index(
            "uq_occurrences_standing",
            "task_id",
            "key",
            unique=True,
            sqlite_where=text("reopened_at IS NULL AND outcome = 'completed'"),
            postgresql_where=text("reopened_at IS NULL AND outcome = 'completed'"),
        ),
        Index("ix_occurrences_day", "user_id", "done_on", "done_at", "id"),
        Index("ix_occurrences_task", "user_id", "task_id", "done_at"),
    )


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    name: Mapped[str] = mapped_column(String(100))
    folded: Mapped[str] = mapped_column(
        String(200).with_variant(String(200, collation="C"), "postgresql")
    )
    """The name without regard to case (NFKC, casefold): what makes it unique."""
    color: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (UniqueConstraint("user_id", "id"), UniqueConstraint("user_id", "folded"))


class TaskLabel(Base):
    __tablename__ = "task_labels"

    task_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    label_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()

    __table_args__ = (
        ForeignKeyConstraint(["user_id", "task_id"], ["tasks.user_id", "tasks.id"]),
        ForeignKeyConstraint(["user_id", "label_id"], ["labels.user_id", "labels.id"]),
        Index("ix_task_labels_label", "user_id", "label_id"),
    )


class Item(Base):
    """A quick capture that is not a task yet."""

    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(String(2048))
    search_text: Mapped[str] = mapped_column(Text)
    """Title and description without regard to case, as a search compares them."""
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    task_id: Mapped[UUID | None] = mapped_column(Id)
    """The task it became."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        ForeignKeyConstraint(["user_id", "task_id"], ["tasks.user_id", "tasks.id"]),
        Index("ix_items_order", "user_id", "created_at", "id"),
    )
