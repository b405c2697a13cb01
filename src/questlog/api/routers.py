"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter

from questlog.api import auth, goals, health, items, labels, projects, sessions, stats, users

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    auth.router,
    users.router,
    sessions.router,
    goals.router,
    projects.router,
    labels.router,
    items.router,
    stats.router,
)
