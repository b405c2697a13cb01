"""What is known about the request under way: filled in by the doors, read by the gate and the route class."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from questlog.core.caller import Caller
from questlog.core.db import Database, Session
from questlog.identity.principals import Principal


@dataclass
class Exchange:
    request_id: str
    address: str
    method: str
    path: str
    database: Database
    user_agent: str | None = None
    locale: str = "en"
    principal: Principal | None = None
    session: Session | None = None
    event_id: UUID | None = None
    version: int | None = None
    edition: str | None = None
    """What tells two answers of one version apart."""
    answered_id: UUID | str | None = None
    route: str | None = None
    error_code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Headers for the answer, such as those of the rate limit."""
    idempotency: Any = None

    def caller(self) -> Caller:
        """Return whom logs name as the one behind all this."""
        actor = None if self.principal is None else self.principal.actor
        return Caller(actor, self.address, self.user_agent, self.request_id)


current: ContextVar[Exchange] = ContextVar("exchange")
