"""What administrators see of work for later: where jobs stand, why they fail, and who is there to do them."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import AdminId, Page, PathId, Reader, Writer
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.automation import job_log
from questlog.automation.job_log import JobFilter
from questlog.automation.job_schemas import JobPage, JobResponse, ProcessList
from questlog.core.schemas import text

router = HouseRouter(prefix="/admin", tags=["admin"])

type State = Literal["waiting", "done", "dead"]


def job_filter(
    *,
    state: Annotated[State | None, Query(description="Only jobs in this state.")] = None,
    name: Annotated[
        Annotated[str, text(1, 120)] | None, Query(description="Only jobs of this name.")
    ] = None,
) -> JobFilter:
    return JobFilter(state, name)


@router.get("/jobs", response_model=JobPage)
async def list_jobs(
    *,
    request: Request,
    wanted: Annotated[JobFilter, Depends(job_filter)],
    page: Page,
    _admin: AdminId,
    session: Reader,
) -> Response:
    """List work for later, the newest first, without what it was given. For administrators."""
    found = await job_log.page(session, wanted, page)
    return page_answer(request, found, found.items)


@router.get("/jobs/{job_id}", response_model=JobResponse)
async def get_job(job_id: PathId, _admin: AdminId, session: Reader) -> dict[str, Any]:
    """Give one job. For administrators."""
    return await job_log.get(session, job_id)


@router.post("/jobs/{job_id}/retry", response_model=JobResponse, openapi_extra=refusing(409))
async def retry_job(job_id: PathId, _admin: AdminId, session: Writer) -> dict[str, Any]:
    """Begin a job anew that was given up, with all its attempts. For administrators."""
    return await job_log.begin_anew(session, job_id)


@router.get("/processes", response_model=ProcessList)
async def list_processes(_admin: AdminId, session: Reader) -> dict[str, Any]:
    """List the workers and schedulers that were seen within half a minute. For administrators.

    A server that does the work itself is not among them.
    """
    return {"items": await job_log.processes(session)}
