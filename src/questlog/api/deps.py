"""What a route may ask for."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator

from questlog.api import lean_query, scopes
from questlog.api.gate.exchange import current
from questlog.api.gate.request_limits import RequestLimits
from questlog.automation import audit
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError, AuthorizationError, QuestlogError
from questlog.core.ids import parse_id
from questlog.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageRequest
from questlog.core.schemas import QueryFlag
from questlog.identity import arrivals, key_text
from questlog.identity.clues import Clues as CallerClues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.key_presence import MistypedApiKeyError
from questlog.identity.principals import Principal

bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An access token, or an API key."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
AUTHORIZATION, API_KEY_HEADER = "Authorization", "X-API-Key"
MAX_SKIP = 1_000_000


class AdminOnlyError(AuthorizationError):
    code = "admin_only"
    default_message = "Only an administrator may do this."


def at_once[Made](kind: type[Made]) -> Callable[..., Awaitable[Made]]:
    """Return a dependency that makes a `kind` of its parameters here and now: for a class itself, FastAPI takes a thread."""

    async def make(**values: Any) -> Made:
        return kind(**values)

    make.__signature__ = inspect.signature(kind)  # type: ignore[attr-defined]
    setattr(make, lean_query.MARK, True)
    return make


async def steps(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def front_desk(request: Request) -> FrontDesk:
    desk: FrontDesk = request.app.state.front_desk
    return desk


async def principal(request: Request, credentials: Credentials) -> Principal:
    """Say who asks, after counting the request.

    Raises AuthenticationError, TooManyRequestsError, and AuthorizationError for a key that does not open this door.
    """
    exchange, desk = current.get(), request.app.state.front_desk
    try:
        found = await arrivals.authenticate(desk, exchange.database, shown(request, credentials))
    except QuestlogError:
        await _count(request)
        raise
    exchange.principal, exchange.locale = found, found.locale
    await _count(request)
    scopes.check(found, request.method, exchange.route)
    return found


def shown(request: Request, credentials: HTTPAuthorizationCredentials | None) -> str:
    """Return what the caller shows: in `Authorization`, or else a key in `X-API-Key`. Never what an address carries.

    Raises AuthenticationError.
    """
    if credentials is not None:
        return credentials.credentials
    key = request.headers.get(API_KEY_HEADER)
    if key is None:
        raise AuthenticationError()
    if not key_text.looks_like_one(key):
        raise MistypedApiKeyError()
    return key


async def anonymous(request: Request) -> None:
    """Count a request that needs no sign-in."""
    await _count(request)


async def at_door(request: Request) -> None:
    """Count a request at a door that proves somebody, or sends mail: fewer pass than elsewhere."""
    await _count(request, at_door=True)


async def _count(request: Request, *, at_door: bool = False) -> None:
    limits: RequestLimits | None = request.app.state.limits
    if limits is not None:
        await limits.count(current.get(), at_door=at_door)


async def user_id(me: Annotated[Principal, Depends(principal)]) -> UUID:
    return me.user_id


async def admin_id(request: Request, me: Annotated[Principal, Depends(principal)]) -> UUID:
    """Let administrators in, and note in the audit log whose data they are about to read. Raises `AdminOnlyError`."""
    if not me.is_admin:
        raise AdminOnlyError()
    if request.method == "GET":
        whose = request.path_params.get("user_id") or request.query_params.get("account_id", "")
        exchange = current.get()
        await audit.record_alone(
            exchange.database,
            "admin.read",
            account_id=parse_id(str(whose)),
            details={"route": exchange.route},
        )
    return me.user_id


async def read_session(database: Annotated[Database, Depends(steps)]) -> AsyncIterator[Session]:
    async with database.unit(writes=False) as session:
        current.get().session = session
        yield session


async def slow_read_session(
    database: Annotated[Database, Depends(steps)],
) -> AsyncIterator[Session]:
    async with database.unit(writes=False) as session:
        session.info["slow"] = True
        current.get().session = session
        yield session


async def write_session(database: Annotated[Database, Depends(steps)]) -> AsyncIterator[Session]:
    async with database.unit(writes=True) as session:
        current.get().session = session
        yield session


async def slow_write_session(
    database: Annotated[Database, Depends(steps)],
) -> AsyncIterator[Session]:
    async with database.unit(writes=True) as session:
        session.info["slow"] = True
        current.get().session = session
        yield session


async def clues(request: Request) -> CallerClues:
    exchange = current.get()
    agent = request.headers.get("user-agent")
    return CallerClues(exchange.address, agent, exchange.locale, exchange.request_id)


async def page_request(
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")
    ] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=1000,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="`next_cursor` of the answer before.",
        ),
    ] = None,
    skip: Annotated[int, Query(ge=0, le=MAX_SKIP, description="How many to leave out first.")] = 0,
    include_total: Annotated[QueryFlag, Query(description="Count them all, too.")] = False,
) -> PageRequest:
    return PageRequest(limit, cursor, skip, include_total)


async def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            max_length=200, description="The `ETag` you read; an object that moved on answers 412."
        ),
    ] = None,
) -> int | None:
    """Read `If-Match` (RFC 9110 § 13.1.1): a version number from one of our tags, or None for absent and `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"').split("-")[0]
    if not number.isdecimal() or not number.isascii() or len(number) > 9:
        return -1  # a tag that was never ours matches nothing
    return int(number)


def _path_id(value: object) -> UUID:
    found = parse_id(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("no such id")
    return found


PathId = Annotated[UUID, Path(), BeforeValidator(_path_id)]
Reader = Annotated[Session, Depends(read_session, scope="function")]
SlowReader = Annotated[Session, Depends(slow_read_session, scope="function")]
# scope="function": the commit comes before the response leaves, so that a 200 is a promise kept.
Writer = Annotated[Session, Depends(write_session, scope="function")]
# For many statements: on SQLite they are stepped through in a thread, so that other people's requests go on.
SlowWriter = Annotated[Session, Depends(slow_write_session, scope="function")]
Steps = Annotated[Database, Depends(steps)]
Desk = Annotated[FrontDesk, Depends(front_desk)]
CurrentUser = Annotated[Principal, Depends(principal)]
UserId = Annotated[UUID, Depends(user_id)]
AdminId = Annotated[UUID, Depends(admin_id)]
Page = Annotated[PageRequest, Depends(page_request)]
ExpectedVersion = Annotated[int | None, Depends(expected_version)]
Clues = Annotated[CallerClues, Depends(clues)]
Counted = Depends(at_door)
CountedLightly = Depends(anonymous)
