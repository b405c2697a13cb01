"""A course of the real product, taken, left and learned by the flows that the doors call."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Session
from questlog.flows.enroll import enroll
from questlog.flows.leave_course import leave_course
from questlog.flows.task_changes import TaskChange
from questlog.planning.task_rows import TASKS
from tests.game.played import Played
from tests.support import school

WEEKS, DAYS = 2, 7


@dataclass(frozen=True)
class Learner:
    """`lessons` are their ids in the order of the course."""

    player: Played
    course_id: UUID
    lessons: list[UUID]

    async def enroll(self) -> None:
        player = self.player
        await player.database.write(enroll, player.id, self.course_id, timezone=player.zone)

    async def leave(self) -> None:
        player = self.player
        await player.database.write(leave_course, player.id, self.course_id, timezone=player.zone)

    async def complete(self, number: int) -> TaskChange:
        return await self.player.complete(await self._task(number, is_done=False))

    async def reopen(self, number: int) -> TaskChange:
        return await self.player.reopen(await self._task(number, is_done=True))

    async def _task(self, number: int, *, is_done: bool) -> UUID:
        return await self.player.database.read(self._found, self.lessons[number], is_done)

    async def _found(self, session: Session, lesson_id: UUID, is_done: bool) -> UUID:
        completed = TASKS.c.completed_at.is_not(None)
        found = await session.scalars(
            select(TASKS.c.id)
            .where(TASKS.c.user_id == self.player.id, TASKS.c.lesson_id == lesson_id)
            .where(TASKS.c.deleted_at.is_(None), completed if is_done else ~completed)
        )
        task_id: UUID = found.one()
        return task_id


async def course_of(player: Played) -> Learner:
    """Return the course of the school with a boss in each week, which is brought in unless it is there."""
    written = school.course(weeks=WEEKS)
    for week in written["weeks"]:
        week["boss"] = {"name": f"Boss {week['number']}", "story": "It guards the gate."}
    course_id = (await school.bring(player.database, written)).course_id
    ids = await school.lessons_of(player.database, course_id)
    in_order = [f"w{week}-d{day}" for week in range(1, WEEKS + 1) for day in range(1, DAYS + 1)]
    return Learner(player, course_id, [ids[code] for code in in_order])
