"""The event log over HTTP: a user's activity, and undoing what is a day old at most."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from questlog.api.day_spans import FirstDay, LastDay, moments
from questlog.api.deps import CurrentUser, Page, PathId, Reader, SlowReader, SlowWriter, UserId
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.automation.event_filters import EventFilter
from questlog.automation.event_schemas import EventPage, EventResponse, UndoResponse
from questlog.flows import activity
from questlog.flows.undo import undo
from questlog.planning.search.schemas import SearchedWords

router = HouseRouter(prefix="/events", tags=["events"])
TYPE = r"[a-z_]+\.([a-z_]+|\*)"
KINDS_OF_ACTORS = ("agent", "key", "user")
"""Those of which there are several; `system` is one."""
MOST_WORDS = 10

Types = Annotated[
    str | None,
    Query(
        alias="type",
        max_length=1000,
        pattern=rf"^{TYPE}(,{TYPE})*$",
        description="A type such as `task.completed`, or all of a noun: `task.*`. Several with commas between them.",
    ),
]
SubjectType = Annotated[
    str | None,
    Query(
        max_length=32,
        pattern=r"^[a-z_]+$",
        description="Only what happened to this kind of thing, such as `goal`.",
    ),
]
Actor = Annotated[
    str | None,
    Query(
        max_length=80,
        pattern=r"^[a-z]+(:[0-9a-f-]{36})?$",
        description="Who did it: `user`, `key` or `system`, or a single key as `key:<id>`.",
    ),
]


def event_filter(
    *,
    me: CurrentUser,
    type_: Types = None,
    subject_type: SubjectType = None,
    subject_id: Annotated[UUID | None, Query(description="Only what happened to this.")] = None,
    actor: Actor = None,
    first: FirstDay = None,
    last: LastDay = None,
    q: Annotated[
        SearchedWords | None,
        Query(description="Words that are all in the title or name of what it happened to."),
    ] = None,
) -> EventFilter:
    begin, end = moments(first, last, me.timezone)
    kind_only = actor is not None and actor in KINDS_OF_ACTORS
    return EventFilter(
        types=tuple(type_.split(",")) if type_ is not None else (),
        subject_type=subject_type,
        subject_id=subject_id,
        actor=f"{actor}:" if kind_only else actor,
        first=begin,
        last=end,
        words=tuple(q.split()[:MOST_WORDS]) if q is not None else (),
    )


@router.get("", response_model=EventPage)
async def list_events(
    request: Request,
    wanted: Annotated[EventFilter, Depends(event_filter)],
    page: Page,
    user_id: UserId,
    session: SlowReader,
) -> Response:
    """List what happened in your account, newest first, and until when each change can be undone."""
    found = await activity.page(session, user_id, wanted, page)
    return page_answer(request, found, found.items)


@router.get("/{event_id}", response_model=EventResponse)
async def get_event(event_id: PathId, user_id: UserId, session: Reader) -> dict[str, Any]:
    """Give one event."""
    return await activity.get(session, user_id, event_id)


@router.post("/{event_id}/undo", response_model=UndoResponse)
async def undo_event(event_id: PathId, me: CurrentUser, session: SlowWriter) -> dict[str, Any]:
    """Take back a change of the last 24 hours: a single one, a whole batch or a whole import.

    What was there before comes back; what was made goes to the trash, labels, items, filters and what an import brought
    for good. When something later depends on the change nothing happens: 409 `cannot_undo`, and `details` has a `reason` and the
    `objects` in the way. An undo is a change as well and can be undone by its own event.
    """
    done = await undo(session, me.user_id, event_id, timezone=me.timezone)
    return {
        "event_id": done.event_id,
        "undone": {"id": done.change.id, "type": done.change.type},
        "objects": [
            {"type": kind, "id": id_, "version": version} for kind, id_, version in done.touched
        ],
    }
