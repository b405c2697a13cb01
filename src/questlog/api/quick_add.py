"""Quick add over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import Response

from questlog.api import scopes
from questlog.api.deps import Clues, CurrentUser, Steps
from questlog.api.routing import HouseRouter
from questlog.flows.quick_add import quick_add
from questlog.identity.scopes import Scope
from questlog.planning.quick_add_schemas import QuickAddRequest, QuickAddResponse
from questlog.planning.task_answers import answer

router = HouseRouter(prefix="/tasks", tags=["tasks"])
DRY_RUN: dict[int | str, dict[str, Any]] = {
    200: {"model": QuickAddResponse, "description": "A dry run: nothing was added."}
}


@router.post(
    "/quick",
    status_code=201,
    response_model=QuickAddResponse,
    response_model_exclude_unset=True,
    responses=DRY_RUN,
)
async def quick_add_tasks(
    body: QuickAddRequest, me: CurrentUser, clues: Clues, database: Steps, response: Response
) -> Mapping[str, Any]:
    """Add tasks as people write them down, one a line: `Call Mum friday 17:00 every week #Home @phone p1 ~20m // ask`.

    Dates and recurrences are understood in English and Russian. `#project`, `@label`, `$goal`, `p1` to `p4`,
    `!deadline`, `>start`, `~duration`, `%difficulty` and `// description` may stand anywhere; quoted words and those
    behind a backslash are left alone. Indented lines are subtasks. The spans say what was understood. All lines are
    added or none; in a dry run the ids stand for nothing that exists. A key that asks for missing projects to be made
    needs `projects:write` as well; labels are made along with tasks.
    """
    if body.create_missing:
        scopes.require(me, Scope.PROJECTS_WRITE)
    added = await quick_add(
        database,
        me.user_id,
        body.text,
        timezone=me.timezone,
        create_missing=body.create_missing,
        dry_run=body.dry_run,
        request_id=clues.request_id,
        locale=me.locale,
    )
    if body.dry_run:
        response.status_code = 200
    if added.event_id is not None:
        response.headers["Event-Id"] = str(added.event_id)
    items = [
        {"task": answer(one.task, me.locale), "spans": [asdict(span) for span in one.spans]}
        for one in added.items
    ]
    return {"id": added.items[0].task["id"], "items": items}  # the id is for `Location` alone
