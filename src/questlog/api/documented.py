"""What operations have in common in the OpenAPI document: their errors, headers, and where their objects live."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from questlog.api.examples import of_problem

MEANINGS = {
    400: ("malformed_json", "The request is malformed."),
    401: ("not_authenticated", "Not signed in, or no longer."),
    403: ("forbidden", "Not yours, not for your role, or not among the scopes of your key."),
    404: ("not_found", "There is no such thing."),
    408: ("too_slow", "The body did not arrive in time."),
    409: (
        "conflict",
        "This clashes with the present state, or the same request is still running.",
    ),
    412: ("precondition_failed", "The object changed since you read it."),
    413: ("too_large", "The body is too large."),
    415: (
        "unsupported_media_type",
        "The body is of a media type that is not understood.",
    ),
    422: ("validation_error", "A field cannot be accepted; `errors` says which."),
    429: (
        "too_many_requests",
        "Too many requests; `Retry-After` says how long to wait.",
    ),
    503: (
        "unavailable",
        "Something this server depends on does not answer.",
    ),
}


def public(*problems: int) -> dict[str, Any]:
    """Return what a route for everybody says of itself: no sign-in, and what it refuses besides the usual."""
    return {"security": [], **refusing(*problems)}


def refusing(*problems: int) -> dict[str, Any]:
    """Return the `openapi_extra` of a route with problems that its parameters do not tell."""
    return {PROBLEMS: list(problems)}


PROBLEMS = "x-problems"  # taken out again before the document is shown


@dataclass(frozen=True)
class Home:
    """Where an object of a response model lives, and which operations go on from it."""

    address: str
    parameter: str = ""
    operations: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further parameters of those operations, which are fields of the object."""


HOMES = {
    "TaskResponse": Home(
        "/tasks/{id}", "task_id", ("get_task", "update_task", "complete_task", "delete_task")
    ),
    "GoalResponse": Home("/goals/{id}", "goal_id", ("get_goal", "update_goal", "delete_goal")),
    "ProjectResponse": Home(
        "/projects/{id}", "project_id", ("get_project", "update_project", "delete_project")
    ),
    "ConversationResponse": Home(
        "/conversations/{id}",
        "conversation_id",
        ("get_conversation", "update_conversation", "delete_conversation"),
    ),
    "SaidResponse": Home("/conversations/{conversation_id}/messages"),
    "LabelResponse": Home(
        "/labels/{id}", "label_id", ("get_label", "update_label", "delete_label")
    ),
    "FilterResponse": Home(
        "/filters/{id}", "filter_id", ("get_filter", "update_filter", "delete_filter")
    ),
    "ItemResponse": Home(
        "/items/{id}", "item_id", ("get_item", "update_item", "convert_item", "delete_item")
    ),
    "ApiKeyCreatedResponse": Home("/api-keys/{id}", "key_id", ("get_api_key", "revoke_api_key")),
    "ImportResponse": Home("/imports/{id}", "import_id", ("get_import",)),
    "QuickAddResponse": Home("/tasks/{id}"),
    "IdentityResponse": Home("/identities"),
    "PasskeyCreatedResponse": Home("/me/passkeys"),
    "SocketTicketResponse": Home("/ws/events"),
    "NewCalendarLinkResponse": Home("/calendar/token"),
    "TokenResponse": Home("/users/me"),
    "QuestionResponse": Home(
        "/quizzes/{lesson_id}/questions/{id}",
        "question_id",
        ("get_question", "update_question", "delete_question"),
        also=("lesson_id",),
    ),
    "CourseImportResponse": Home("/courses"),
    "EnrolmentResponse": Home("/courses/{course_id}"),
    "QuestionImportResponse": Home("/quizzes/{lesson_id}/questions"),
    "ReflectionResponse": Home("/reflections"),
    "ReminderResponse": Home(
        "/tasks/{task_id}/reminders/{id}",
        "reminder_id",
        ("get_reminder", "update_reminder", "delete_reminder"),
        also=("task_id",),
    ),
    "StatementResponse": Home(
        "/ai/profile/statements/{id}",
        "statement_id",
        ("get_statement", "update_statement", "delete_statement"),
    ),
    "WebhookSecretResponse": Home(
        "/webhooks/{id}",
        "webhook_id",
        ("get_webhook", "update_webhook", "test_webhook", "delete_webhook"),
    ),
    "AccountResponse": Home("/users/{id}", "user_id", ("get_user", "update_user")),
}


def _header(description: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"description": description, "schema": schema, "example": example}


TEXT = {"type": "string"}
HEADERS = {
    "X-Request-ID": _header(
        "Names this request in the server's log; yours, if you sent one.",
        TEXT,
        "019a9c3e-7a40-7000-8000-0000000000aa",
    ),
    "ETag": _header("The version, for `If-Match` and `If-None-Match`.", TEXT, '"3-en"'),
    "Event-Id": _header(
        "The event this change was recorded as.",
        {"type": "string", "format": "uuid"},
        "019a9c3e-7a40-7000-8000-0000000000ee",
    ),
    "Link": _header(
        'The next page, as `rel="next"` (RFC 8288).',
        TEXT,
        '</api/v1/tasks?limit=50&cursor=WzEuMF0>; rel="next"',
    ),
    "Location": _header(
        "Where the new object lives.", TEXT, "/api/v1/tasks/019a9c3e-7a40-7000-8000-000000000001"
    ),
    "RateLimit-Policy": _header(
        "How many requests a window of how many seconds allows.", TEXT, '"default";q=100;w=60'
    ),
    "RateLimit": _header(
        "How many requests remain, and the seconds until the window ends.",
        TEXT,
        '"default";r=73;t=21',
    ),
    "Retry-After": _header("Seconds to wait.", {"type": "integer", "minimum": 1}, 5),
    "WWW-Authenticate": _header("How to sign in.", TEXT, "Bearer"),
    "Idempotent-Replayed": _header(
        "The answer given to the first request with this `Idempotency-Key`.",
        {"type": "string", "enum": ["true"]},
        "true",
    ),
}
PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A text of your own for this very request. Sent again within 24 hours, it gets the same answer.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~](?:[ -~]*[!-~])?$",
        },
        "example": "7d0a1a3e-3b7c-4a35-9e1f-0a5a34c1c9b1",
    },
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of the sentences in the answer, where nobody is signed in: `en` or `ru`.",
        "schema": {"type": "string"},
        "example": "ru",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` you hold; if the object is still the same, the answer is 304 without a body.",
        "schema": {"type": "string"},
        "example": '"3-en"',
    },
}


SECURITY_SCHEMES = {
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key. `x-scopes` of an operation says what it must be allowed.",
    }
}


def name_of_problem(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")


def _problem(status: int, code: str, meaning: str) -> dict[str, Any]:
    names = ["X-Request-ID", "RateLimit", "RateLimit-Policy"]
    names += {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    content = {
        "schema": {"$ref": "#/components/schemas/ErrorResponse"},
        "example": of_problem(status, code, meaning),
    }
    return {
        "description": meaning,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/problem+json": content},
    }


RESPONSES = {
    name_of_problem(status): _problem(status, code, meaning)
    for status, (code, meaning) in MEANINGS.items()
}
