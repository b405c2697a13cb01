"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter, FastAPI

from questlog.api import (
    auth,
    exports,
    goals,
    health,
    imports,
    items,
    labels,
    occurrences,
    projects,
    search,
    sessions,
    stats,
    tasks,
    user_tasks,
    users,
)

# What is asked most stands first: the router looks from the top.
ROUTERS: tuple[APIRouter, ...] = (
    tasks.router,
    user_tasks.router,
    health.router,
    auth.router,
    exports.router,
    users.router,
    sessions.router,
    occurrences.router,
    goals.router,
    projects.router,
    labels.router,
    items.router,
    imports.router,
    search.router,
    stats.router,
)


def install(app: FastAPI) -> None:
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
