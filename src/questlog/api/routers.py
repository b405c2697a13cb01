"""Every resource of the API, one line each: a new one adds its module here."""

from fastapi import APIRouter, FastAPI

from questlog.api import (
    admin,
    api_keys,
    audit,
    auth,
    batch,
    dependencies,
    events,
    exports,
    filters,
    game_state,
    goals,
    health,
    identities,
    imports,
    items,
    labels,
    ledger,
    next_tasks,
    oauth,
    occurrences,
    passkeys,
    projects,
    pursuits,
    quick_add,
    search,
    second_factor,
    sessions,
    shop,
    stats,
    tasks,
    user_tasks,
    users,
)

# What is asked most stands first: the router looks from the top.
ROUTERS: tuple[APIRouter, ...] = (
    tasks.router,
    batch.router,
    dependencies.router,
    next_tasks.router,
    quick_add.router,
    user_tasks.router,
    health.router,
    auth.router,
    exports.router,
    users.router,
    sessions.router,
    oauth.router,
    identities.router,
    second_factor.router,
    passkeys.router,
    api_keys.router,
    occurrences.router,
    goals.router,
    projects.router,
    labels.router,
    filters.router,
    items.router,
    imports.router,
    search.router,
    events.router,
    stats.router,
    game_state.router,
    shop.router,
    ledger.router,
    pursuits.router,
    audit.router,
    admin.router,
)


def install(app: FastAPI) -> None:
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
