"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter

from questlog.api import goals, health, items, labels, projects

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    goals.router,
    projects.router,
    labels.router,
    items.router,
)
