"""Which tasks wait for which."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id


class TaskDependency(Base):
    """`task_id` waits until `blocker_id` is done."""

    __tablename__ = "task_dependencies"

    task_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    blocker_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))

    __table_args__ = (
        ForeignKeyConstraint(["user_id", "task_id"], ["tasks.user_id", "tasks.id"]),
        ForeignKeyConstraint(["user_id", "blocker_id"], ["tasks.user_id", "tasks.id"]),
        CheckConstraint("blocker_id <> task_id", name="not_its_own_blocker"),
        Index("ix_task_dependencies_task", "user_id", "task_id"),
        Index("ix_task_dependencies_blocker", "user_id", "blocker_id"),
    )
