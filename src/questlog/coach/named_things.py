"""What the ids in a call name: titles for the user to read, and the proof that all of it is theirs (S-124)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Base, Session
from questlog.core.exceptions import UnknownReferenceError
from questlog.planning.models import Goal, Project, Task
from questlog.planning.ownership import alive

NAMED: Mapping[str, type[Base]] = {
    "task_id": Task,
    "parent_task_id": Task,
    "project_id": Project,
    "goal_id": Goal,
    "parent_goal_id": Goal,
}


async def titles(session: Session, user_id: UUID, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles by the names of the arguments.

    Raises `UnknownReferenceError`, in the same words for what is missing, in the trash, and somebody else's.
    """
    found: dict[str, str] = {}
    for name, model in NAMED.items():
        if arguments.get(name) is None:
            continue
        columns = model.__table__.c
        mine = (columns.id == UUID(str(arguments[name])), columns.user_id == user_id)
        title = await session.scalar(select(columns.title).where(*mine, *alive(model)))
        if title is None:
            raise UnknownReferenceError(pointer=f"/{name}")
        found[name] = title
    return found
