"""Keeping a copy up to date over HTTP."""

from typing import Annotated

from fastapi import Query, Response
from pydantic_core import to_json

from questlog.api.deps import CurrentUser, SlowReader
from questlog.api.routing import HouseRouter
from questlog.flows import sync_tokens
from questlog.flows.sync import sync
from questlog.planning.sync_schemas import SyncResponse

MOST = 500
router = HouseRouter(prefix="/sync", tags=["events"])


@router.get("", response_model=SyncResponse)
async def get_changes(
    me: CurrentUser,
    session: SlowReader,
    since: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=sync_tokens.LONGEST,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="`next` of the answer before; without it, everything is told.",
        ),
    ] = None,
    limit: Annotated[
        int,
        Query(
            ge=1,
            le=MOST,
            description="How many things at most, gone ones included; reminders of the tasks among them come on top.",
        ),
    ] = MOST,
) -> Response:
    """Tell what changed of your goals, projects, labels, filters, tasks, reminders, items and occurrences.

    Whoever applies one answer after the other holds what the lists hold. Put `changes` into your copy by their ids, take
    `tombstones` out of it (a task with its reminders), keep `next`, and go on while `has_more` is true. The first answer is `full`, and so is one
    whose `since` is too old or belongs to another past, after a backup was restored. With `If-None-Match` an answer
    without news is a 304.
    """
    done = await sync(session, me.user_id, since, limit=limit, locale=me.locale)
    body = {
        "full": done.is_full,
        "changes": done.changes,
        "tombstones": [{"type": kind, "id": id_} for kind, id_ in done.tombstones],
        "elsewhere": done.elsewhere,
        "next": done.next,
        "has_more": done.has_more,
    }
    return Response(
        to_json(body), headers={"ETag": f'"{done.next}"'}, media_type="application/json"
    )
