"""Settings in, application out: what is made at the start, handed round, and closed at the end."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI

from questlog import __version__, tables
from questlog.api import mcp_door, openapi, problems, routers, well_known
from questlog.api.agent_talk import Talks
from questlog.api.aliases import API, Aliases
from questlog.api.denials import Denials
from questlog.api.gate.body_limit import BodyLimit
from questlog.api.gate.connections import CROWD
from questlog.api.gate.crowding import Crowding
from questlog.api.gate.edge import Edge, Walls
from questlog.api.gate.hosts import Hosts
from questlog.api.gate.origins import Origins
from questlog.api.gate.proxies import Proxies
from questlog.api.gate.request_limits import RequestLimits
from questlog.api.metrics import Metrics
from questlog.api.sockets.room import Seating
from questlog.automation.live import Tail
from questlog.clients import language_models
from questlog.coach.asking import Mind
from questlog.core import logging, loop_watch, redis_client, schema, sqlite
from questlog.core.config import Settings, load_settings
from questlog.core.crowd import Crowd
from questlog.core.db import Database
from questlog.core.rate_limit import RequestLimiter
from questlog.flows import first_sight
from questlog.identity.front_desk import FrontDesk
from questlog.web import pages
from questlog.worker import (
    hands,
    home,
    housekeeping,
    mailing,
    relaying,
    spreading,
    thinking,
    waking,
    working,
)
from questlog.worker.home import open_database
from questlog.worker.house import House

__all__ = ["create_app", "open_database", "tables"]

log = structlog.get_logger(__name__)
LOOPS_END_WITHIN_S = 5.0


def create_app(
    settings: Settings, database: Database | None = None, desk: FrontDesk | None = None
) -> FastAPI:
    """Build the application.

    A given `database` stays its giver's: it is neither migrated nor closed here. A given `desk` may hash at another cost
    or set other limits on sign-in, for tests and benchmarks.
    """
    app = FastAPI(
        title="Questlog",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.app.docs_enabled else None,
        separate_input_output_schemas=False,
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.owns_database = database is None
    app.state.database = database or open_database(settings)
    app.state.front_desk = desk = desk or FrontDesk(settings)
    app.state.keyring = desk.keyring
    desk.issuers.welcome = partial(first_sight.welcome, desk)
    app.state.metrics = Metrics() if settings.app.metrics_enabled else None
    app.state.denials = Denials()
    app.state.crowd, app.state.seating = Crowd(), Seating()
    app.state.talks = Talks()
    app.state.tail = Tail(app.state.database)
    app.state.language_model = language_models.connect(settings.llm)
    app.state.thinker = thinking.thinker_of(app.state.database, _mind(app, settings))
    app.state.redis = _redis(settings)
    app.state.limits = _limits(app, settings)
    app.state.readiness = _readiness(app, settings)
    routers.install(app)
    app.include_router(well_known.router)
    app.include_router(mcp_door.router)
    app.router.routes.append(mcp_door.route(settings))
    app.include_router(pages.router)
    if settings.app.docs_enabled:
        pages.install_docs(app)
    problems.install(app)
    openapi.install(app)
    _add_layers(app, settings)
    return app


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """Put the gate in front: the layer added last is the first a request meets."""
    imports = {f"{API}/imports": settings.http.max_import_bytes}
    app.add_middleware(BodyLimit, limit=settings.http.max_body_bytes, larger=imports)
    app.add_middleware(Aliases, resources=openapi.first_segments(app))
    app.add_middleware(Crowding, crowd=app.state.crowd)
    http = settings.http
    walls = Walls(
        Proxies([str(network) for network in http.trusted_proxies]),
        Hosts(http.allowed_hosts),
        Origins(http.cors_origins),
    )
    app.add_middleware(Edge, state=app.state, walls=walls, metrics=app.state.metrics)


def _mind(app: FastAPI, settings: Settings) -> Mind | None:
    model = app.state.language_model
    return None if model is None else Mind(model, settings.llm)


def _redis(settings: Settings) -> Any:
    """Return a client that is closed at the end, or None without a Redis."""
    url = settings.redis.url
    if url is None:
        return None
    return redis_client.connect(url.get_secret_value(), timeout_s=redis_client.REQUEST_TIMEOUT_S)


def _limits(app: FastAPI, settings: Settings) -> RequestLimits | None:
    http = settings.http
    if not http.rate_limit_enabled:
        return None
    processes = int(os.environ.get("QUESTLOG_PROCESSES", "1"))
    return RequestLimits(
        RequestLimiter(http.rate_limit_period, redis=app.state.redis, processes=processes),
        quota=http.rate_limit_requests,
        sign_in=http.rate_limit_sign_in_requests,
        metrics=app.state.metrics,
    )


def _readiness(app: FastAPI, settings: Settings) -> dict[str, Callable[[], Awaitable[str]]]:
    database: Database = app.state.database
    lines: dict[str, Callable[[], Awaitable[str]]] = {
        "webhooks": partial(relaying.readiness, database),
        "jobs": partial(hands.readiness, database),
    }
    if settings.mail.enabled:
        lines["mail"] = partial(mailing.readiness, database)
    if app.state.redis is not None:
        lines["redis"] = partial(_redis_line, app.state.redis)
    if app.state.limits is not None:
        lines["rate_limits"] = app.state.limits.line
    return lines


async def _redis_line(redis: Any) -> str:
    if await redis_client.answers(redis):
        return "ok"
    return "does not answer; sign-in is limited per process and other requests pass meanwhile"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    settings: Settings = app.state.settings
    database: Database = app.state.database
    if app.state.owns_database:
        await schema.bring_up(database)
    if database.is_sqlite and sqlite.wal_reset_risk():
        log.warning("sqlite_wal_reset_risk", version=sqlite.LIBRARY_VERSION)
    home.move_in(database)
    stop = asyncio.Event()
    loops = [asyncio.create_task(loop) for loop in _background(app, settings, stop)]
    try:
        yield {CROWD: app.state.crowd}
    finally:
        stop.set()
        await _finish(loops)
        await app.state.thinker.close()
        home.move_out(database)
        app.state.front_desk.close()
        if app.state.language_model is not None:
            await app.state.language_model.close()
        if app.state.redis is not None:
            await app.state.redis.aclose()
        if app.state.owns_database:
            await database.close()


def _background(app: FastAPI, settings: Settings, stop: asyncio.Event) -> list[Any]:
    database: Database = app.state.database
    desk, metrics, redis = app.state.front_desk, app.state.metrics, app.state.redis
    house = House(database, settings, thinker=app.state.thinker)
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "uses": lambda: housekeeping.write_uses_forever(database, desk, stop),
        "work": lambda: working.stand_by(house, stop),
        "tail": lambda: app.state.tail.run_forever(stop),
    }
    if metrics is not None:
        loops["lag"] = lambda: loop_watch.run_forever(metrics.observe_lag, stop)
    if redis is not None:
        loops["waking"] = lambda: waking.run_forever(redis, stop)
        loops["spreading"] = lambda: spreading.tell_forever(redis, stop)
    return [working.keep_on(name, begin, stop) for name, begin in loops.items()]


async def _finish(loops: list[asyncio.Task[None]]) -> None:
    """Let the loops end what they are at, for a while."""
    await asyncio.wait(loops, timeout=LOOPS_END_WITHIN_S)
    for task in loops:
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


def _from_environment() -> FastAPI:
    settings = load_settings()
    logging.configure(settings.app.log_level, as_json=settings.app.log_format == "json")
    for warning in settings.warnings:
        log.warning("settings", warning=warning)
    return create_app(settings)


def __getattr__(name: str) -> Any:
    """Build `app` when a server asks for it, so that importing this module reads no settings."""
    if name == "app":
        globals()["app"] = found = _from_environment()
        gc.freeze()  # as `loading` does
        return found
    raise AttributeError(name)
