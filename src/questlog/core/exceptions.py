"""The errors the house raises and the doors translate. Anything else is a bug and answers 500."""

from collections.abc import Mapping
from typing import Any, ClassVar


class QuestlogError(Exception):
    """A problem the caller can act on.

    `message` is one English sentence and doubles as the key of its translation; `details` are JSON values that fill
    its placeholders and travel in the answer; `pointer` names the field at fault (RFC 6901, such as `/body/title`).
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    default_message: ClassVar[str] = "The request cannot be carried out."

    def __init__(
        self,
        message: str | None = None,
        details: Mapping[str, Any] | None = None,
        *,
        pointer: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.details: dict[str, Any] = dict(details or {})
        self.pointer = pointer
        self.headers = dict(headers or {})
        super().__init__(self.message)


class BadRequestError(QuestlogError):
    """The request is no well-formed message: broken JSON, a header that is no header."""


class AuthenticationError(QuestlogError):
    status = 401
    code = "not_authenticated"
    default_message = "Sign in to do this."


class AuthorizationError(QuestlogError):
    status = 403
    code = "forbidden"
    default_message = "You may not do this."


class NotFoundError(QuestlogError):
    status = 404
    code = "not_found"
    default_message = "There is no such thing."


class ConflictError(QuestlogError):
    status = 409
    code = "conflict"
    default_message = "This clashes with the present state."


class AlreadyExistsError(ConflictError):
    code = "already_exists"
    default_message = "This exists already."


class PreconditionFailedError(QuestlogError):
    status = 412
    code = "precondition_failed"
    default_message = "This was changed since you read it."


class TooLargeError(QuestlogError):
    status = 413
    code = "too_large"
    default_message = "The request is too large."


class ValidationError(QuestlogError):
    status = 422
    code = "validation_error"
    default_message = "The request has a field that cannot be accepted."


class TooManyRequestsError(QuestlogError):
    """Carries `Retry-After` in whole seconds."""

    status = 429
    code = "too_many_requests"
    default_message = "Too many requests. Wait a little."

    def __init__(self, message: str | None = None, *, retry_after: int, **details: Any) -> None:
        super().__init__(message, details, headers={"Retry-After": str(max(1, retry_after))})


class UnavailableError(QuestlogError):
    """Something this server depends on is down; trying again later may work."""

    status = 503
    code = "unavailable"
    default_message = "A part this server depends on is not available. Try again soon."

    def __init__(
        self,
        message: str | None = None,
        details: Mapping[str, Any] | None = None,
        *,
        retry_after: int = 5,
    ) -> None:
        super().__init__(message, details, headers={"Retry-After": str(retry_after)})


class UnknownReferenceError(ValidationError):
    """An id in a body or query that names nothing of the user's; foreign and missing ids read alike."""

    code = "not_found"
    default_message = "There is nothing of yours with this id."
