"""Who causes what is done right now, for logs that tell it. A door says so once; verbs need not pass it on."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """`actor` is `user:<id>`, `key:<id>` or `cli`, or None where nobody is known."""

    actor: str | None = None
    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


asked_by: ContextVar[Callable[[], Caller]] = ContextVar("asked_by", default=Caller)
"""Asked when something is to be told, because a request learns late who sent it."""


def current() -> Caller:
    return asked_by.get()()
