"""Reading lists in, over HTTP."""

from typing import Any

from fastapi import Request, Response

from questlog.api.deps import Clues, CurrentUser, Page, PathId, Reader, Steps, UserId
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows.import_tasks import Wish, import_tasks
from questlog.planning import imports
from questlog.planning.import_schemas import ImportPage, ImportRequest, ImportResponse
from questlog.planning.imports import Report

router = HouseRouter(prefix="/imports", tags=["imports"])
DRY_RUN: dict[int | str, dict[str, Any]] = {
    200: {"model": ImportResponse, "description": "A dry run: nothing was changed."}
}


@router.post("", status_code=201, response_model=ImportResponse, responses=DRY_RUN)
async def create_import(
    body: ImportRequest, me: CurrentUser, clues: Clues, database: Steps, response: Response
) -> Report:
    """Read in a list that another program exported, or what Questlog exported itself.

    A dry run shows what would come of it, thing by thing: what is new, what is changed and how, and what is refused,
    with its line. Then the same request without `dry_run`, and with the `plan` it has shown, carries that out: all of
    it in one transaction, or nothing. `Event-Id` names the event that undoes it.

    Importing the same file again changes nothing; a later export of the same list changes what changed there. What
    is completed there is completed here on its day, without a reward. A file that is damaged is refused as a whole,
    and `details.line` says where; so is one with a line that cannot come, unless `skip_refused` leaves that out.
    """
    wish = Wish(
        format=body.format,
        name=body.name,
        columns=body.columns,
        dry_run=body.dry_run,
        skip_refused=body.skip_refused,
        plan=body.plan,
    )
    report = await import_tasks(
        database,
        me.user_id,
        body.file,
        wish,
        timezone=me.timezone,
        request_id=clues.request_id,
    )
    if report.dry_run:
        response.status_code = 200
    if report.event_id is not None:
        response.headers["Event-Id"] = str(report.event_id)
    return imports.worded(report, me.locale)


@router.get("", response_model=ImportPage)
async def list_imports(request: Request, page: Page, user_id: UserId, session: Reader) -> Response:
    """List what was read in, newest first."""
    found = await imports.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.get("/{import_id}", response_model=ImportResponse)
async def get_import(import_id: PathId, me: CurrentUser, session: Reader) -> Report:
    """Say what became of an import."""
    return imports.worded(await imports.get(session, me.user_id, import_id), me.locale)
