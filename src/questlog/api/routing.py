"""The route class of the house: what every operation does besides what its function says.

It reads bodies strictly, runs the function as one unit of work, answers `ETag`, `Event-Id` and 304, remembers answers to
an `Idempotency-Key`, and documents the errors every operation may answer.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from questlog.api import deps, idempotency, lean_query
from questlog.api.aliases import API
from questlog.api.documented import HOMES
from questlog.api.gate.exchange import Exchange, current
from questlog.api.gate.json_body import StrictRequest
from questlog.api.reading_ahead import read_ahead
from questlog.automation import events

CREATED = 201
SHAPES = {UUID: "[0-9A-Fa-f-]{36}", date: "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
Endpoint = Callable[..., Coroutine[Any, Any, Any]]


class HouseRoute(APIRoute):
    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        whole = endpoint if hasattr(endpoint, "is_unit") else _as_unit(endpoint)
        super().__init__(path, whole, **options)
        self._query_names = {field.alias for field in _query_fields(self.dependant)}
        self._knows_its_user = deps.principal in set(_calls(self.dependant))
        shapes = {field.alias: _shape(field) for field in self.dependant.path_params}
        self.path_regex = _whole(_only_shaped(self.path_regex, shapes))

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        inner = self._understanding_handler()
        takes_json = self.body_field is not None
        home = HOMES.get(getattr(self.response_model, "__name__", ""))
        is_stranger = self._is_stranger
        lenient_query = bool((self.openapi_extra or {}).get("x-lenient-query"))

        async def handle(request: Request) -> Response:
            exchange = current.get()
            exchange.route = self.path_format
            if request.scope["query_string"] and not lenient_query and not is_stranger(request):
                _refuse_odd_query(request, self._query_names)
            strict = StrictRequest(request.scope, request.receive)
            if takes_json:
                await _refuse_other_media(strict)
                await read_ahead(strict)
            exchange.idempotency = await idempotency.asked_by(strict)
            try:
                response = await inner(strict)
            except idempotency.Replayed as earlier:
                return earlier.response
            except BaseException:
                await idempotency.give_up(strict, exchange)
                raise
            _add_facts(response, exchange)
            if home is not None and response.status_code == CREATED:
                response.headers["Location"] = API + home.address.format(
                    id=exchange.answered_id, **strict.path_params
                )
            await idempotency.remember(strict, exchange, response)
            return _not_modified(strict, response)

        return handle

    def _is_stranger(self, request: Request) -> bool:
        """Return whether somebody shows nothing where they must: their query is not looked at (S-077)."""
        shown = deps.AUTHORIZATION in request.headers or deps.API_KEY_HEADER in request.headers
        return self._knows_its_user and not shown

    def _understanding_handler(self) -> lean_query.Handler:
        full = super().get_route_handler()
        names = lean_query.names_of(self.dependant)
        if not names:
            return full
        whole, self.dependant = self.dependant, lean_query.lean(self.dependant)
        quick = super().get_route_handler()
        self.dependant = whole
        return lean_query.choosing(full, quick, names)


class HouseRouter(APIRouter):
    """A router whose operations are all house routes, below the API's prefix.

    Its routes go into the application as they are (`routers.install`): including a router builds each of them anew.
    """

    def __init__(self, *, prefix: str = "", **options: Any) -> None:
        options.setdefault("route_class", HouseRoute)
        options["generate_unique_id_function"] = lambda route: route.name
        super().__init__(prefix=API + prefix, **options)


def _shape(field: Any) -> str:
    """Return what a part of a path looks like: of its type, or as its declaration says."""
    declared = (getattr(one, "pattern", None) for one in field.field_info.metadata)
    pattern = next((pattern for pattern in declared if pattern), "[^/]+")
    return SHAPES.get(field.field_info.annotation, pattern.removeprefix("^").removesuffix("$"))


def _only_shaped(path: re.Pattern[str], shapes: Mapping[str, str]) -> re.Pattern[str]:
    """Return `path` matching nothing else there: `PUT /tasks/counts` is a 405 of that address, no task's 404."""
    pattern = path.pattern
    for name, shape in shapes.items():
        pattern = pattern.replace(f"(?P<{name}>[^/]+)", f"(?P<{name}>{shape})")
    return re.compile(pattern)


def _whole(path: re.Pattern[str]) -> re.Pattern[str]:
    """Return `path` up to its very end: `$` would take `/tasks%0a` for `/tasks`, and a proxy's rules would not."""
    return re.compile(path.pattern.removesuffix("$") + r"\Z")


def _query_fields(dependant: Any) -> list[Any]:
    fields = list(dependant.query_params)
    for child in dependant.dependencies:
        fields += _query_fields(child)
    return fields


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for child in dependant.dependencies:
        yield from _calls(child)


def _refuse_odd_query(request: Request, known: set[str]) -> None:
    seen: set[str] = set()
    for name, _value in request.query_params.multi_items():
        if name not in known or name in seen:
            what = (
                ("repeated", "is given twice")
                if name in seen
                else ("unknown", "is no parameter of this address")
            )
            fault = {
                "type": what[0],
                "loc": ("query", name),
                "msg": f"`{name}` {what[1]}.",
                "input": None,
            }
            raise RequestValidationError([fault])
        seen.add(name)


async def _refuse_other_media(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    if not is_json and await request.body():
        raise HTTPException(415, "The body must be JSON: send `Content-Type: application/json`.")


def _as_unit(endpoint: Endpoint) -> Endpoint:
    """Return `endpoint` run as one unit of work on the session it was given, if it was given one."""

    @wraps(endpoint)
    async def run(**arguments: Any) -> Any:
        exchange = current.get()
        session = exchange.session
        await idempotency.claim(exchange)
        if session is None:
            result = await endpoint(**arguments)
        else:
            session.info["request_id"] = exchange.request_id
            session.info["locale"] = exchange.locale
            if exchange.principal is not None:
                session.info["user_id"] = exchange.principal.user_id
                session.info["actor"] = exchange.principal.actor
                session.info["timezone"] = exchange.principal.timezone
            result = await exchange.database.run(session, endpoint(**arguments))
            exchange.event_id = events.last_recorded(session)
        exchange.version = _version_of(result)
        exchange.edition = _fact(result, "edition")
        exchange.answered_id = _fact(result, "id")
        return result

    run.is_unit = True  # type: ignore[attr-defined]
    return run


def _version_of(result: Any) -> int | None:
    found = _fact(result, "version")
    return found if isinstance(found, int) else None


def _fact(result: Any, name: str) -> Any:
    return result.get(name) if isinstance(result, dict) else getattr(result, name, None)


def _add_facts(response: Response, exchange: Exchange) -> None:
    if exchange.event_id is not None:
        response.headers["Event-Id"] = str(exchange.event_id)
    if exchange.version is not None:
        parts = (str(exchange.version), exchange.locale, exchange.edition)
        response.headers["ETag"] = f'"{"-".join(part for part in parts if part)}"'


def _not_modified(request: Request, response: Response) -> Response:
    """Answer 304 when the caller holds this very version (RFC 9110 § 13.1.2)."""
    held = request.headers.get("if-none-match")
    tag = response.headers.get("etag")
    if held is None or tag is None or request.method != "GET":
        return response
    tags = {part.strip().removeprefix("W/") for part in held.split(",")}
    return Response(status_code=304, headers={"ETag": tag}) if tags & {tag, "*"} else response
