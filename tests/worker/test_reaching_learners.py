"""The newer content of a course reaches those who take it by whoever works."""

from sqlalchemy import select

from questlog.automation.jobs import JOBS
from questlog.core.db import Database
from questlog.flows.import_course import import_course
from questlog.flows.reach_learners import REACH
from questlog.learning.course_files import CourseForm
from questlog.worker.house import House
from tests.flows.test_courses import take, tasks_of
from tests.support import school
from tests.support.make import Make
from tests.support.working import do_what_is_due


async def test_whoever_works_brings_newer_content_to_learners(
    make: Make, database: Database, house: House
) -> None:
    learners = [await make.user() for _ in range(2)]
    here = await school.brought(database)
    for user in learners:
        await take(database, user, here)
    newer = CourseForm.model_validate(school.course(weeks=2))

    await database.write(import_course, newer)
    await do_what_is_due(house)

    assert [len(await tasks_of(database, user)) for user in learners] == [14, 14]
    async with database.reader() as session:
        mine = select(JOBS.c.state, JOBS.c.last_error).where(JOBS.c.name == REACH)
        assert [tuple(row) for row in await session.execute(mine)] == [("done", None)]
