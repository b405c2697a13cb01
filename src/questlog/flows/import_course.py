"""Bringing a course in. What changes for those who take it is written down with it, and reaches them afterwards."""

from dataclasses import replace

from questlog.core.db import Session
from questlog.flows import reach_learners
from questlog.learning import course_imports, enrolments
from questlog.learning.course_files import CourseForm
from questlog.learning.course_imports import CourseImported

CHANGED = "changed"


async def import_course(session: Session, course: CourseForm) -> CourseImported:
    """Store a course whole or not at all. Raises `CodeTakenError`.

    Nobody's progress is touched. The job that tells the `learners` of a newer content is a part of the same commit.
    """
    imported = await course_imports.import_course(session, course)
    if imported.change != CHANGED:
        return imported
    learners = await enrolments.count_taking(session, imported.course_id)
    if not learners:
        return imported
    job_id = await reach_learners.begin(session, imported)
    return replace(imported, learners=learners, job_id=job_id)
