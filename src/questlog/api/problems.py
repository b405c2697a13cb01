"""Errors on the wire: RFC 9457 problem details that also satisfy clients which only read `detail`."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import Field
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from questlog.api.gate.exchange import current
from questlog.api.gate.json_body import HostileBodyError
from questlog.core.db import DatabaseDownError, translate
from questlog.core.exceptions import QuestlogError, UnavailableError
from questlog.core.schemas import Answer
from questlog.core.translations import translated

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class FieldError(Answer):
    pointer: str = Field(
        description="Where the fault is: RFC 6901, such as /body/title or /query/limit."
    )
    detail: str
    code: str


class ErrorResponse(Answer):
    """What went wrong, in one sentence (`detail`) and as a stable word (`code`)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    details: dict[str, Any]
    errors: list[FieldError]
    request_id: str


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    details: Mapping[str, Any] | None = None,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    current.get().error_code = code
    body = _body(status, code, detail, details=details, errors=errors)
    return Response(to_json(body), status, headers, MEDIA_TYPE)


def _body(
    status: int,
    code: str,
    detail: str,
    *,
    details: Mapping[str, Any] | None = None,
    errors: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "details": dict(details or {}),
        "errors": list(errors),
        "request_id": current.get().request_id,
    }


def about(error: QuestlogError, locale: str) -> dict[str, Any]:
    """Return the problem that an error is, for an answer that tells of several."""
    detail = translated(error.message, locale, error.details)
    return _body(
        error.status,
        error.code,
        detail,
        details=error.details,
        errors=_at_field(error, detail),
    )


def about_faults(faults: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the problem that faults of a body are, as Pydantic tells them."""
    errors = [_field_error(fault) for fault in faults]
    return _body(422, "validation_error", _summary(errors), errors=errors)


def _at_field(error: QuestlogError, detail: str) -> list[dict[str, str]]:
    if not error.pointer:
        return []
    return [{"pointer": error.pointer, "detail": detail, "code": error.code}]


def _summary(errors: Sequence[Mapping[str, str]]) -> str:
    first = errors[0]
    place = first["pointer"].removeprefix("/body/").lstrip("/") or "body"
    return f"{place}: {first['detail']}"


def install(app: FastAPI) -> None:
    app.add_exception_handler(QuestlogError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(HostileBodyError, _on_hostile_body)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeoutError, _on_pool)
    app.add_exception_handler(MemoryError, _on_shortage)
    app.add_exception_handler(RuntimeError, _on_shortage)
    app.add_exception_handler(ClientDisconnect, _on_gone)


async def _on_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, QuestlogError)  # noqa: S101 - narrows the type for the checker
    await request.app.state.denials.tell(current.get(), error)
    detail = translated(error.message, current.get().locale, error.details)
    headers = dict(error.headers)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return problem(
        error.status,
        error.code,
        detail,
        details=error.details,
        errors=_at_field(error, detail),
        headers=headers,
    )


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the type for the checker
    found = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in found):
        return problem(
            404, "not_found", translated("There is no such thing.", current.get().locale)
        )
    if any(fault["type"] == "json_invalid" for fault in found):
        reason = next(
            (f.get("ctx", {}).get("error", "") for f in found if f["type"] == "json_invalid"), ""
        )
        return problem(
            400, "malformed_json", f"The body is not valid JSON: {reason}.".replace(": .", ".")
        )
    errors = [_field_error(fault) for fault in found]
    return problem(422, "validation_error", _summary(errors), errors=errors)


def _field_error(fault: Mapping[str, Any]) -> dict[str, str]:
    pointer = "/" + "/".join(
        str(part).replace("~", "~0").replace("/", "~1") for part in fault["loc"]
    )
    detail = str(fault["msg"]).removeprefix("Value error, ")
    return {
        "pointer": pointer.encode("utf-8", "replace").decode(),
        "detail": detail[:1].upper() + detail[1:],
        "code": str(fault["type"]),
    }


async def _on_hostile_body(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HostileBodyError)  # noqa: S101 - narrows the type for the checker
    detail = translated(str(error.detail), current.get().locale)
    fault = {"pointer": error.pointer, "detail": detail, "code": error.code}
    return problem(422, "validation_error", detail, errors=[fault])


async def _on_gone(_request: Request, _error: Exception) -> Response:
    """For the log alone: nobody is there to read it."""
    return problem(400, "client_gone", "The client went away before its request was complete.")


CODES = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not understand this method.",
    413: "The request is too large.",
}


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type for the checker
    if isinstance(error.__cause__, MemoryError):  # to FastAPI a body that cannot be parsed
        return await _on_shortage(request, error.__cause__)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request)) or headers.get("allow", "GET")
    detail = translated(SENTENCES.get(error.status_code, str(error.detail)), current.get().locale)
    return problem(
        error.status_code, CODES.get(error.status_code, "bad_request"), detail, headers=headers
    )


def allowed_methods(request: Request) -> list[str]:
    """Return every method the address understands: each route only knows its own."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        regex = getattr(context, "path_regex", None)
        methods = getattr(context, "methods", None)
        if regex is not None and methods and regex.match(request.scope["path"]):
            found |= methods
    return sorted(found)


async def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101 - narrows the type for the checker
    meaning = translate(error)
    if isinstance(meaning, QuestlogError):
        log.warning("database_trouble", error=type(error.orig).__name__)
        return await _on_known(request, meaning)
    raise error


async def _on_shortage(request: Request, error: Exception) -> Response:
    """Turn people away while the machine has no memory or no thread to give (F-32)."""
    if isinstance(error, MemoryError) or "start new thread" in str(error):
        log.warning("machine_short", error=type(error).__name__)
        return await _on_known(request, UnavailableError())
    raise error


async def _on_pool(request: Request, _error: Exception) -> Response:
    return await _on_known(request, DatabaseDownError())
