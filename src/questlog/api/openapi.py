"""The OpenAPI document: what FastAPI cannot know by itself, added once."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from questlog import __version__
from questlog.api.aliases import API
from questlog.api.problems import ErrorResponse
from questlog.identity.schemas import LoginForm, LoginRequest

DESCRIPTION = """Goals, projects, tasks and what was done with them.

Lists answer `{items, next_cursor}`; errors are `application/problem+json` whose `detail` is one sentence and whose
`code` is stable. Single objects carry an `ETag`. Any POST or PATCH may carry an `Idempotency-Key`.
"""
TAGS = {
    "auth": "Signing in and out, and one's own account.",
    "users": "Accounts, and the tasks of one user at document 001's address.",
    "sessions": "Where one is signed in.",
    "tasks": "Things to do.",
    "projects": "What tasks belong to.",
    "goals": "What projects and tasks are for.",
    "labels": "Words across projects.",
    "items": "Quick captures that are no tasks yet.",
    "stats": "What was done, and when.",
    "imports": "Reading in what other systems exported.",
    "health": "For load balancers and people on call.",
}


def first_segments(app: FastAPI) -> set[str]:
    """Return the first segment below the API of every route: the names that are no user's id."""
    paths = (getattr(context, "path", "") or "" for context in iter_route_contexts(app.routes))
    return {
        path.removeprefix(API + "/").split("/")[0] for path in paths if path.startswith(API + "/")
    }


def install(app: FastAPI) -> None:
    app.openapi = lambda: app.openapi_schema or _document(app)  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Questlog",
        version=__version__,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/"}],
        license_info={"name": "MIT", "identifier": "MIT"},
        separate_input_output_schemas=False,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = ErrorResponse.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"ErrorResponse": problem}
    for model in (
        LoginRequest,
        LoginForm,
    ):  # read by hand, because two media types share an address
        schemas[model.__name__] = model.model_json_schema()
    if not app.state.front_desk.shows_codes:
        schemas["SendCodeResponse"]["properties"].pop("dev_code")
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    app.openapi_schema = document
    return document


def _complete(operation: dict[str, Any]) -> None:
    operation.setdefault("description", operation.get("summary", ""))
    if "security" not in operation:
        for status in ("401", "403"):
            operation["responses"].pop(status, None)
