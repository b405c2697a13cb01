"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter

from questlog.api import (
    auth,
    goals,
    health,
    items,
    labels,
    occurrences,
    projects,
    sessions,
    stats,
    tasks,
    user_tasks,
    users,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    auth.router,
    users.router,
    sessions.router,
    tasks.router,
    user_tasks.router,
    occurrences.router,
    goals.router,
    projects.router,
    labels.router,
    items.router,
    stats.router,
)
