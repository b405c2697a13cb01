"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter

from questlog.api import health

ROUTERS: tuple[APIRouter, ...] = (health.router,)
