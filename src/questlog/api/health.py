"""Is it alive, does its database answer, may traffic come."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from questlog import __version__
from questlog.api.deps import Steps
from questlog.api.documented import refusing
from questlog.api.routing import HouseRouter
from questlog.automation import deliveries, relay
from questlog.core import schema, sqlite
from questlog.core.db import Database, Session
from questlog.core.exceptions import NotFoundError
from questlog.core.schemas import Answer

router = HouseRouter(tags=["health"])

PATIENCE_S = 2.0


class HealthResponse(Answer):
    status: str
    version: str


class DatabaseHealthResponse(Answer):
    status: str
    latency_ms: float


class ReadyResponse(Answer):
    """One line for each part: `ok`, or what is wrong with it."""

    status: str
    version: str
    checks: dict[str, str]


NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": ReadyResponse, "description": "Traffic should not come yet."}
}


@router.get("/health")
async def get_health() -> HealthResponse:
    """Say that the process lives. Needs no sign-in and asks nothing of the database."""
    return HealthResponse(status="ok", version=__version__)


async def _ping(session: Session) -> None:
    await session.execute(text("SELECT 1"))


@router.get("/health/db")
async def get_database_health(database: Steps) -> DatabaseHealthResponse:
    """Ask the database something trivial: 200 with the time it took, or 503."""
    began = time.perf_counter()
    await database.read(_ping)
    return DatabaseHealthResponse(
        status="ok", latency_ms=round((time.perf_counter() - began) * 1000, 2)
    )


@router.get("/ready", response_model=ReadyResponse, responses=NOT_READY)
async def get_readiness(request: Request, database: Steps) -> Response:
    """Say whether traffic may come: 200, or 503 with one line for each part that is not ready."""
    database_line, migrations_line = await asyncio.gather(
        _database_line(database), _migrations_line(database)
    )
    checks = {"database": database_line, "migrations": migrations_line}
    if database.is_sqlite:
        checks["sqlite"] = "sqlite_wal_reset_risk" if sqlite.wal_reset_risk() else "ok"
    checks |= await _optional_lines(request)
    ready = all(
        checks[name] == "ok" for name in ("database", "migrations", "redis") if name in checks
    )
    body = {"status": "ok" if ready else "not_ready", "version": __version__, "checks": checks}
    return JSONResponse(body, 200 if ready else 503, headers={} if ready else {"Retry-After": "5"})


async def _database_line(database: Database) -> str:
    if database.file.was_taken_away:
        return "its file was moved away or replaced: put it back, or restart the server"
    try:
        async with asyncio.timeout(PATIENCE_S):
            await database.read(_ping)
    except Exception as error:
        return f"does not answer ({type(error).__name__})"
    return "ok"


async def _migrations_line(database: Database) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            current = await schema.current_revision(database)
    except Exception as error:
        return f"unknown ({type(error).__name__})"
    return "ok" if current == schema.head_revision() else "pending: run `questlog db upgrade`"


async def _optional_lines(request: Request) -> dict[str, str]:
    checks = request.app.state.readiness
    lines = await asyncio.gather(*(_line(check) for check in checks.values()))
    return dict(zip(checks, lines, strict=True))


async def _line(check: Callable[[], Awaitable[str]]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check()
    except Exception as error:
        return f"unknown ({type(error).__name__})"


class MetricsOffError(NotFoundError):
    default_message = "There is nothing at this address."


@router.get("/metrics", response_class=PlainTextResponse, openapi_extra=refusing(404))
async def get_metrics(request: Request, database: Steps) -> Response:
    """Give Prometheus its numbers. Off in production unless METRICS_ENABLED says otherwise."""
    metrics = request.app.state.metrics
    if metrics is None:
        raise MetricsOffError()
    with suppress(SQLAlchemyError, OSError):  # then these are as old as the last answer
        lag = await database.read(relay.lag)
        waiting = await database.read(deliveries.backlog)
        metrics.observe_webhooks(waiting=waiting, behind=lag.behind, full=lag.full)
    return Response(metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")
