"""The OpenAPI document: what FastAPI cannot know by itself, added once."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from questlog import __version__
from questlog.api.aliases import API
from questlog.api.documented import HEADERS, PARAMETERS, PROBLEMS, RESPONSES, SECURITY_SCHEMES
from questlog.api.examples import BODIES_WITH_NULL, EXAMPLES
from questlog.api.operations import Operation
from questlog.api.problems import ErrorResponse
from questlog.identity.schemas import LoginForm, LoginRequest

DESCRIPTION = """Goals, projects, tasks and what was done with them.

Lists answer `{items, next_cursor}`; errors are `application/problem+json` whose `detail` is one sentence and whose
`code` is stable. Single objects carry an `ETag`. Any POST or PATCH may carry an `Idempotency-Key`.
"""
TAGS = {
    "auth": "Signing in and out, and one's own account.",
    "users": "Accounts, and the tasks of one user at document 001's address.",
    "oauth": "Signing in with other providers, and who one is there.",
    "sessions": "Where one is signed in.",
    "second factors": "An authenticator app, recovery codes and passkeys.",
    "api-keys": "Keys for programs, each with what it may do.",
    "tasks": "Things to do.",
    "projects": "What tasks belong to.",
    "goals": "What projects and tasks are for.",
    "labels": "Words across projects.",
    "filters": "Questions about tasks that are asked again and again.",
    "items": "Quick captures that are no tasks yet.",
    "search": "Tasks and items by their words.",
    "events": "What happened, and taking it back.",
    "webhooks": "Telling other programs what happens.",
    "calendar": "What is planned, for calendar programs.",
    "reminders": "When to be told of a task.",
    "notifications": "How to be told, and the way out of a mail.",
    "stats": "What was done, and when.",
    "game": "Levels, gold, hearts, bosses, quests, challenges and badges.",
    "learning": "Courses and their lessons, quizzes and reviews.",
    "ai": "The coach: talking, what it proposes, what it knows of you, and its reviews.",
    "conversations": "Talks with the coach, and what was said in them.",
    "imports": "Reading in what other systems exported.",
    "audit-log": "What was done that matters for safety, and by whom.",
    "admin": "Accounts and their sessions, for administrators.",
    "health": "For load balancers and people on call.",
}
REF = "#/components/schemas/{model}"


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
        servers=[{"url": "/", "description": "This server."}],
        contact={"name": "Whoever runs this server; see /.well-known/security.txt"},
        license_info={"name": "MIT", "identifier": "MIT"},
        separate_input_output_schemas=False,
    )
    schemas = _complete_schemas(document.setdefault("components", {}).setdefault("schemas", {}))
    if not app.state.front_desk.shows_codes:
        schemas["SendCodeResponse"]["properties"].pop("dev_code")
        schemas["PasswordForgotResponse"]["properties"].pop("dev_token")
    document["components"] |= {
        "securitySchemes": document["components"]["securitySchemes"] | SECURITY_SCHEMES,
        "headers": HEADERS,
        "parameters": PARAMETERS,
        "responses": RESPONSES,
        "examples": {name: {"value": example} for name, example in EXAMPLES.items()},
    }
    for route, described in _operations(app, document):
        problems = described.pop(PROBLEMS, [])
        Operation(route, described, schemas, problems).complete()
    app.openapi_schema = document
    return document


def _complete_schemas(schemas: dict[str, Any]) -> dict[str, Any]:
    # The bodies of the sign-in are read by hand, because two media types share an address.
    for model in (ErrorResponse, LoginRequest, LoginForm):
        schema = model.model_json_schema(ref_template=REF)
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    for name, example in BODIES_WITH_NULL.items():
        schemas[name]["examples"] = [example]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return schemas


def _operations(
    app: FastAPI, document: dict[str, Any]
) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for context in iter_route_contexts(app.routes):
        route = getattr(context, "original_route", context)
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                yield route, document["paths"][route.path_format][method.lower()]
