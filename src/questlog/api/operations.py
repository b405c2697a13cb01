"""One operation of the OpenAPI document, completed from what its route depends on."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from questlog.api import deps, scopes
from questlog.api.documented import HOMES, Home, name_of_problem

DATABASE_DOORS = {
    deps.steps,
    deps.read_session,
    deps.slow_read_session,
    deps.write_session,
    deps.slow_write_session,
    deps.principal,
}
FOUND, NOT_MODIFIED = 302, 304
WITH_ETAG = ("OwnAccountResponse", "AccountResponse", "WebhookSecretResponse", "ConversationDetail")


class Operation:
    """`described` is the operation as the document has it; `complete` changes it in place."""

    def __init__(
        self,
        route: APIRoute,
        described: dict[str, Any],
        schemas: dict[str, Any],
        problems: Iterable[int],
    ) -> None:
        self.described, self.schemas = described, schemas
        self.responses: dict[str, Any] = described["responses"]
        self.calls = set(_calls(route.dependant))
        self.has_path = bool(route.dependant.path_params)
        methods = route.methods or set()
        self.writes = not methods & {"GET", "HEAD"}
        self.takes_key = bool(methods & {"POST", "PATCH"})
        self.has_body = "requestBody" in described
        method = next(iter(methods))
        self.scopes = scopes.needed(method, route.path_format) if self.is_signed_in else None
        self.model = getattr(route.response_model, "__name__", "")
        self.problems = set(problems) | set(self._problems())

    @property
    def is_signed_in(self) -> bool:
        return deps.principal in self.calls

    @property
    def has_version(self) -> bool:
        properties = self.schemas.get(self.model, {}).get("properties", {})
        return self.model in WITH_ETAG or (
            "version" in properties
            and self.model.removesuffix("Response") + "Create" in self.schemas
        )

    def complete(self) -> None:
        name = self.described["operationId"]
        self.described["summary"] = name.replace("_", " ").capitalize()
        self._security()
        self._parameters()
        self._responses()

    def _security(self) -> None:
        ways_in = self.described.setdefault("security", [])
        if self.scopes is not None:
            ways_in.append({"api_key": []})
            self.described["x-scopes"] = sorted(self.scopes)

    def _problems(self) -> Iterator[int]:
        rules = {
            (400, 408, 413): self.takes_key or self.has_body,
            (401,): self.is_signed_in,
            (403,): self.is_signed_in,
            (404,): self.has_path,
            (409,): self.writes and self.is_signed_in,
            (412,): deps.expected_version in self.calls,
            (415,): self.has_body,
            (422,): True,
            (429,): self.is_signed_in or bool(self.calls & {deps.anonymous, deps.at_door}),
            (503,): bool(self.calls & DATABASE_DOORS),
        }
        for statuses, holds in rules.items():
            if holds:
                yield from statuses

    def _parameters(self) -> None:
        for parameter in self.described.get("parameters", []):
            if "schema" in parameter:
                parameter["schema"] = _without_null(parameter["schema"])
        if self.takes_key and self.is_signed_in:
            self._take("IdempotencyKey")
        if not self.writes and self.has_version:
            self._take("IfNoneMatch")
            self.responses["304"] = {"description": "You hold this version already."}

    def _take(self, name: str) -> None:
        reference = {"$ref": f"#/components/parameters/{name}"}
        self.described.setdefault("parameters", []).append(reference)

    def _responses(self) -> None:
        self.responses.pop("422", None)  # FastAPI's own form of it
        for status, response in self.responses.items():
            headers = sorted(self._headers(int(status)))
            response["headers"] = {
                header: {"$ref": f"#/components/headers/{header}"} for header in headers
            }
            self._content(status, response)
        for problem in self.problems:
            reference = {"$ref": f"#/components/responses/{name_of_problem(problem)}"}
            self.responses.setdefault(str(problem), reference)
        self.described["responses"] = dict(sorted(self.responses.items()))

    def _content(self, status: str, response: dict[str, Any]) -> None:
        if response["description"] == "Successful Response":
            response["description"] = GOOD[status]
        for content in response.get("content", {}).values():
            schema = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            name = schema or self.described["operationId"]
            content["examples"] = {name: {"$ref": f"#/components/examples/{name}"}}
        home = HOMES.get(self.model)
        if status == "201" and home is not None and home.operations:
            response["links"] = {
                name: {"operationId": name, "parameters": _where_it_is(home)}
                for name in home.operations
            }

    def _headers(self, status: int) -> Iterator[str]:
        yield "X-Request-ID"
        if 429 in self.problems and status != NOT_MODIFIED:
            yield from ("RateLimit", "RateLimit-Policy")
        if status == FOUND:
            yield "Location"
        if status == NOT_MODIFIED:
            yield "ETag"
        if status < 300:
            yield from self._headers_of_success(status)

    def _headers_of_success(self, status: int) -> Iterator[str]:
        if self.has_version and status != 204:
            yield "ETag"
        if self.writes and self.is_signed_in:
            yield "Event-Id"
        if self.takes_key and self.is_signed_in:
            yield "Idempotent-Replayed"
        if deps.page_request in self.calls:
            yield "Link"
        if status == 201 and self.model in HOMES:
            yield "Location"


GOOD = {
    "200": "Done; this is the answer.",
    "201": "Made.",
    "202": "Taken on; what comes of it shows later.",
    "204": "Done; there is nothing to say.",
}


def _where_it_is(home: Home) -> dict[str, str]:
    named = {name: f"$response.body#/{name}" for name in home.also}
    return {home.parameter: "$response.body#/id", **named}


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for child in dependant.dependencies:
        yield from _calls(child)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; nothing in an address or a header is null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == len(schema.get("anyOf", [])):
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return rest | kinds[0] if len(kinds) == 1 else rest | {"anyOf": kinds}
