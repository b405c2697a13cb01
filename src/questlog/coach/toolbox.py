"""What the agent needs of its tools: what there is, and calling one."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from questlog.clients.language import Tool, ToolCall
from questlog.core import caller
from questlog.core.db import Session
from questlog.identity.scopes import Scope

type Outcome = Literal["done", "proposed", "refused"]


@dataclass(frozen=True, slots=True)
class Who:
    """For whom the coach acts, and from where a call comes: nothing a model says changes it.

    `scopes` bounds what may be called for somebody who came with a key; None is everything. `came_as` is who events
    name: the run of the agent, or without one the user.
    """

    user_id: UUID
    locale: str
    timezone: str
    conversation_id: UUID | None = None
    run_id: UUID | None = None
    origin: str = "agent"
    scopes: frozenset[str] | None = None
    came_as: str | None = None

    @property
    def actor(self) -> str:
        if self.came_as is not None:
            return self.came_as
        return f"user:{self.user_id}" if self.run_id is None else f"agent:{self.run_id}"

    @property
    def has_standing_yes(self) -> bool:
        """Whether they came with a key that may act: its owner said yes when they gave it that scope."""
        return self.scopes is not None and Scope.AGENT_ACT in self.scopes

    def sign(self, session: Session) -> None:
        """Let the events of this transaction name who did it, and its flows know for whom they are."""
        request_id = caller.current().request_id
        if request_id is not None:
            session.info["request_id"] = request_id
        session.info.update(
            user_id=self.user_id, actor=self.actor, locale=self.locale, timezone=self.timezone
        )


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`content` is what the model is told; `shown` what a client is; `proposal` what waits for a yes, as it is shown."""

    outcome: Outcome
    content: str
    shown: dict[str, Any]
    proposal: dict[str, Any] | None = None


class Toolbox(Protocol):
    def offered(self, locale: str) -> list[Tool]: ...

    async def call(self, who: Who, call: ToolCall) -> ToolResult:
        """Run a call as the user, or propose it. What is wrong with it is a result, not an exception."""
        ...
