"""A task that moves everything: a lesson, in a project that serves a goal, under way to three objectives and a boss."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from questlog.core.db import Database, Session
from questlog.flows.add_task import add_task
from questlog.flows.join_challenge import join_challenge
from questlog.planning import goals, projects
from questlog.planning.models import Task
from questlog.planning.task_schemas import TaskCreate
from tests.support import school

CHALLENGES = ("a-shelf-of-lessons", "brisk-week")
"""Besides the standing one and the first quest: a lesson brings all of them nearer."""


@dataclass(frozen=True)
class Home:
    """Where such tasks are made for one user."""

    database: Database
    user_id: UUID
    project_id: UUID
    lessons: list[UUID]

    async def task(self, *, is_lesson: bool = True) -> UUID:
        """Add one more; as many as the course has lessons."""
        wanted = TaskCreate(title="Where Oslo lies", project_id=self.project_id)
        added = await self.database.write(add_task, self.user_id, wanted, timezone="UTC")
        task_id: UUID = added.task["id"]
        if is_lesson:
            await self.database.write(_teach, task_id, self.lessons.pop(0))
        return task_id


async def home(database: Database, user_id: UUID) -> Home:
    """Give a user a project with a goal, a course they take, and challenges they are on."""
    goal = await database.write(goals.create, user_id, "Know the towns")
    project = await database.write(projects.create, user_id, "Towns", goal_id=goal.id)
    found = await school.brought(database, weeks=2)
    await school.enrolled(database, user_id, found.course_id)
    for code in CHALLENGES:
        await database.write(join_challenge, user_id, code, timezone="UTC", locale="en")
    lessons = [id_ for _, id_ in sorted(found.lessons.items())]
    return Home(database, user_id, project.id, lessons)


async def _teach(session: Session, task_id: UUID, lesson_id: UUID) -> None:
    await session.execute(update(Task).where(Task.id == task_id).values(lesson_id=lesson_id))
