"""The courses that come with Questlog, brought in as any other."""

from questlog.core.db import Database, Session
from questlog.flows.import_course import import_course
from questlog.learning import bundled, courses
from questlog.learning.course_imports import CourseImported


async def load(database: Database) -> list[CourseImported]:
    """Bring them in, each in its own transaction; one that is there in this very form stays as it is."""
    return [await database.write(import_course, file.course) for file in bundled.courses()]


async def load_at_first(database: Database) -> None:
    """Bring them in where there is no course at all: on the first start of an embedded database."""
    if not await database.read(_has_one):
        await load(database)


async def _has_one(session: Session) -> bool:
    return await courses.exist(session)
