"""Courses over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Body, Request, Response

from questlog.api.deps import AdminId, CurrentUser, Page, PathId, Reader, SlowWriter, UserId, Writer
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows.enroll import enroll
from questlog.flows.import_course import import_course
from questlog.flows.leave_course import leave_course
from questlog.learning import course_files, courses
from questlog.learning.course_imports import CourseImported
from questlog.learning.schemas import (
    CourseImportRequest,
    CourseImportResponse,
    CoursePage,
    CourseResponse,
    EnrolmentRequest,
    EnrolmentResponse,
)

router = HouseRouter(prefix="/courses", tags=["learning"])
KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": CourseImportResponse, "description": "The course was here already."}
}


@router.get("", response_model=CoursePage)
async def list_courses(request: Request, page: Page, user_id: UserId, session: Reader) -> Response:
    """List the courses there are, the longest here first, and say which of them one takes."""
    found = await courses.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.post(
    "/import",
    status_code=201,
    response_model=CourseImportResponse,
    responses=KNOWN,
    openapi_extra=refusing(409),
)
async def import_course_file(
    body: CourseImportRequest, admin_id: AdminId, session: SlowWriter, response: Response
) -> CourseImported:
    """Bring a course in, or its newer content. For administrators.

    It is checked whole and stored whole or not at all; `details.problems` names file, line and remedy of everything
    that is wrong. The same content again changes nothing. Nobody's progress is touched: lessons and questions are known
    by their codes. Who takes the course finds new lessons behind those that are planned, soon after this answer.
    """
    imported = await import_course(session, course_files.read_text(body.file, body.name).course)
    if imported.change != "new":
        response.status_code = 200
    return imported


@router.get("/{course_id}", response_model=CourseResponse)
async def get_course(course_id: PathId, user_id: UserId, session: Reader) -> Mapping[str, Any]:
    """Give one course with its weeks and lessons, without their texts."""
    return await courses.get(session, course_id)


@router.post(
    "/{course_id}/enroll",
    status_code=201,
    response_model=EnrolmentResponse,
    openapi_extra=refusing(409),
)
async def enroll_in_course(
    course_id: PathId,
    me: CurrentUser,
    session: Writer,
    body: Annotated[EnrolmentRequest | None, Body()] = None,
) -> Mapping[str, Any]:
    """Take a course: this makes a project named after it with a task for each lesson, one a day.

    Ticking such a task completes the lesson, and so does passing its quiz. Who left the course before goes on where
    they stopped.
    """
    wish = body or EnrolmentRequest()
    enrolled = await enroll(
        session,
        me.user_id,
        course_id,
        timezone=me.timezone,
        starts_on=wish.starts_on,
        skip_weekdays=frozenset(wish.skip_weekdays),
    )
    return {**enrolled.enrolment, "planned": enrolled.planned}


@router.delete("/{course_id}/enrolment", status_code=204)
async def delete_enrolment(course_id: PathId, me: CurrentUser, session: Writer) -> None:
    """Leave a course. Its open tasks go to the trash; what was done of it stays done."""
    await leave_course(session, me.user_id, course_id, timezone=me.timezone)
