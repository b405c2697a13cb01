"""Filters nobody asked for are not looked for.

A list understands some twenty query parameters, and FastAPI looks at each of them on every request, which costs as much
as the list. Where an address names none of a bundle's parameters, its defaults are right as they stand.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant

type Handler = Callable[[Request], Coroutine[Any, Any, Response]]
MARK = "is_bundle_of_options"


def names_of(dependant: Dependant) -> set[str]:
    """Return the parameters of all bundles below `dependant`."""
    own = {field.alias for field in dependant.query_params} if _is_bundle(dependant) else set()
    return own.union(*(names_of(child) for child in dependant.dependencies))


def lean(dependant: Dependant) -> Dependant:
    """Return `dependant` with bundles that look for nothing, and so make their defaults."""
    children = [lean(child) for child in dependant.dependencies]
    if _is_bundle(dependant):
        return replace(dependant, query_params=[], dependencies=children)
    return replace(dependant, dependencies=children)


def choosing(full: Handler, quick: Handler, names: set[str]) -> Handler:
    """Return a handler that takes the quick way unless the address names one of `names`."""

    async def handle(request: Request) -> Response:
        query: bytes = request.scope["query_string"]
        asked = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
        return await (quick if names.isdisjoint(asked) else full)(request)

    return handle


def _is_bundle(dependant: Dependant) -> bool:
    return hasattr(dependant.call, MARK)
