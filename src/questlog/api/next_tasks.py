"""What next, over HTTP."""

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic_core import to_json

from questlog.api.deps import CurrentUser, SlowReader
from questlog.api.routing import HouseRouter
from questlog.core import clock
from questlog.planning import next_tasks
from questlog.planning.next_schemas import NextTasksResponse
from questlog.planning.next_tasks import NextTask
from questlog.planning.task_answers import answer
from questlog.planning.urgency import POINT, Present
from questlog.planning.urgency_words import words

router = HouseRouter(prefix="/tasks", tags=["tasks"])

MOST = 100
LONGEST = 525_600


@router.get("/next", response_model=NextTasksResponse)
async def list_next_tasks(
    me: CurrentUser,
    session: SlowReader,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 10,
    minutes: Annotated[
        int | None, Query(ge=1, le=LONGEST, description="How much time there is, in minutes.")
    ] = None,
) -> Response:
    """Say what to do next: the most urgent tasks that have begun and wait for nothing, with the reasons."""
    present = Present(clock.now(), clock.today(me.timezone), minutes)
    found = await next_tasks.most_urgent(session, me.user_id, present, limit=limit)
    body = {"items": [_told(one, me.locale) for one in found]}
    return Response(to_json(body), media_type="application/json")


def _told(one: NextTask, locale: str) -> dict[str, Any]:
    parts = [
        {
            "name": part.name,
            "value": part.value,
            "weight": part.weight,
            "contribution": part.contribution,
            "words": words(part, locale),
        }
        for part in one.parts
    ]
    return {"task": answer(one.task, locale), "urgency": one.urgency / POINT, "parts": parts}
