"""What the agent needs of its tools: what there is, and calling one."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from questlog.clients.language import Tool, ToolCall

type Outcome = Literal["done", "proposed", "refused"]


@dataclass(frozen=True, slots=True)
class Who:
    """For whom the coach acts, and from where a call comes: nothing a model says changes it."""

    user_id: UUID
    locale: str
    timezone: str
    conversation_id: UUID | None = None
    run_id: UUID | None = None


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
