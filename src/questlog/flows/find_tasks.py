"""Lists of tasks by filters in words, typed or kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice
from questlog.planning import saved_filters, tasks
from questlog.planning.filters import FilterSyntaxError, Matching, parse, paths
from questlog.planning.filters.fields import FIELDS, Field
from questlog.planning.filters.tree import Both, Node
from questlog.planning.queries import TaskFilter
from questlog.planning.task_rows import TaskRow

# Where another flat has something to say of tasks, its fields come in here.
ALL_FIELDS: Mapping[str, Field] = FIELDS


async def find_tasks(
    session: Session,
    user_id: UUID,
    wanted: TaskFilter,
    request: PageRequest,
    *,
    timezone: str,
    query: str | None = None,
    filter_id: UUID | None = None,
    sort: str = "position",
    descending: bool = False,
) -> Slice[TaskRow]:
    """Return one page of the tasks that `wanted`, the expression `query` and a kept filter ask for together.

    Raises `FilterSyntaxError`, and `UnknownReferenceError` for ids that are not the user's.
    """
    nodes: list[Node] = []
    if query is not None:
        nodes.append(parsed(query, pointer="/query/filter"))
    if filter_id is not None:
        kept = await saved_filters.query_of(session, user_id, filter_id, pointer="/query/filter_id")
        nodes.append(parsed(kept, pointer="/query/filter_id"))
    now = clock.now().astimezone(clock.zone(timezone))
    if nodes:
        matching = _matching(nodes, now)
        if wanted.q is None:  # what is searched for is walked already
            in_order = sort == "position" and _is_plain(wanted)
            matching = await paths.chosen(session, user_id, matching, in_order=in_order)
        wanted = replace(wanted, matching=matching)
    return await tasks.page(
        session, user_id, wanted, request, today=now.date(), sort=sort, descending=descending
    )


def parsed(query: str, *, pointer: str) -> Node:
    """Raises `FilterSyntaxError` that points to where the filter came from."""
    try:
        return parse(query)
    except FilterSyntaxError as error:
        raise FilterSyntaxError(error.message, error.details, pointer=pointer) from error


def _is_plain(wanted: TaskFilter) -> bool:
    """True where nothing but the filter says which tasks are listed, so that they are open ones in their order."""
    return wanted == TaskFilter(include_subtasks=wanted.include_subtasks)


def _matching(nodes: list[Node], now: datetime) -> Matching:
    node = nodes[0] if len(nodes) == 1 else Both(tuple(nodes))
    return Matching.of(node, now, ALL_FIELDS)
