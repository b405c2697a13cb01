"""Search over HTTP."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import SlowReader, UserId
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.pagination import MAX_LIMIT, PageRequest
from questlog.core.schemas import QueryFlag
from questlog.planning.search.find import Scope, find
from questlog.planning.search.schemas import SearchedWords, SearchPage
from questlog.planning.search.tables import Kind

router = HouseRouter(prefix="/search", tags=["search"])
FINDS_AT_ONCE = 20


async def scope(
    kind: Annotated[Kind | None, Query(description="Tasks only, or items only.")] = None,
    completed: Annotated[
        QueryFlag | None,
        Query(
            description="`false` finds open tasks and active items, `true` completed tasks and items put away."
        ),
    ] = None,
    trash: Annotated[
        QueryFlag, Query(description="Search the tasks in the trash, and nothing else.")
    ] = False,
) -> Scope:
    return Scope(kind, completed, trash)


async def page(
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")
    ] = FINDS_AT_ONCE,
    cursor: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=1000,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="`next_cursor` of the answer before.",
        ),
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


@router.get("", response_model=SearchPage)
async def search_tasks_and_items(
    *,
    request: Request,
    q: Annotated[
        SearchedWords,
        Query(
            description='Words that must all be there; the last may be unfinished. `"a phrase"`, `begin*`, `-without`.'
        ),
    ],
    scope: Annotated[Scope, Depends(scope)],
    page: Annotated[PageRequest, Depends(page)],
    user_id: UserId,
    session: SlowReader,
) -> Response:
    """Find tasks and items by their words, best first: what stands in the title before what stands in the description.

    Words are compared by their English or Russian stem. Of many finds the newest five hundred are ranked.
    """
    found = await find(session, user_id, q, scope, page)
    return page_answer(request, found, found.items)
