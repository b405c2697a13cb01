"""What a client may say to the agent, and how the agent's socket speaks of itself."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, TypeAdapter, ValidationError

from questlog.api import problems
from questlog.core import schemas
from questlog.core.exceptions import QuestlogError, TooManyRequestsError, UnavailableError
from questlog.core.exceptions import ValidationError as InvalidInputError
from questlog.core.schemas import Strict

LARGEST_SEQ = 2**63 - 1
NAMED = ("type", "conversation_id", "run_id", "proposal_id")
LONGEST_NAME = 64
BARE = frozenset({"message", "conversation_id"})
TYPES = ("message", "resume", "decision", "stop", "ping")  # a tuple: what comes may not be hashable


class SayMessage(Strict):
    """Without `conversation_id` it goes on where this socket is; null begins a new conversation."""

    type: Literal["message"]
    message: Annotated[str, schemas.title(20_000)]
    conversation_id: UUID | None = None


class ResumeMessage(Strict):
    """Follow a run, or the newest one of a conversation, from behind the number `since`."""

    type: Literal["resume"]
    run_id: UUID | None = None
    conversation_id: UUID | None = None
    since: Annotated[int, schemas.whole_number(0, LARGEST_SEQ)] = 0


class DecisionMessage(Strict):
    type: Literal["decision"]
    proposal_id: UUID
    accept: StrictBool


class StopMessage(Strict):
    """Without `run_id` it means the run this socket was told of last."""

    type: Literal["stop"]
    run_id: UUID | None = None


class PingMessage(Strict):
    type: Literal["ping"]


type ClientMessage = SayMessage | ResumeMessage | DecisionMessage | StopMessage | PingMessage
UNDERSTOOD: TypeAdapter[ClientMessage] = TypeAdapter(
    Annotated[ClientMessage, Field(discriminator="type")]
)


class UnknownMessageError(InvalidInputError):
    code = "unknown_message"
    default_message = "This socket understands `message`, `resume`, `decision`, `stop` and `ping`."


def read(message: Mapping[str, Any]) -> ClientMessage:
    """Return what was said; a bare `{"message": …}` is something said to the coach.

    Raises `UnknownMessageError`, and `ValidationError` for one that has a fault.
    """
    if "message" in message and message.keys() <= BARE:
        message = {"type": "message", **message}
    if message.get("type") not in TYPES:
        raise UnknownMessageError()
    return UNDERSTOOD.validate_python(message)


def told(type_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message of the socket itself, which belongs to no run."""
    return {"type": type_, "data": dict(data), "run_id": None, "seq": None}


def answer_to(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells a client which of its messages an answer is about."""
    named = {name: message[name] for name in NAMED if isinstance(message.get(name), str)}
    return {name: value for name, value in named.items() if len(value) <= LONGEST_NAME}


def failed(error: QuestlogError, locale: str) -> dict[str, Any]:
    """Return why something could not be done; the socket goes on."""
    about = problems.about(error, locale)
    words = {name: about[name] for name in ("code", "detail", "details")}
    retry = error.headers.get("Retry-After")
    if retry is not None:
        words["retry_after"] = int(retry)
    may_pass = isinstance(error, UnavailableError | TooManyRequestsError)
    return told("error", words | {"retryable": may_pass})


def misunderstood(error: ValidationError) -> dict[str, Any]:
    """Return what is wrong with a message, field by field."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    about = problems.about_faults({**fault, "loc": fault["loc"][1:]} for fault in faults)
    words = {name: about[name] for name in ("code", "detail", "errors")}
    return told("error", words | {"retryable": False})
