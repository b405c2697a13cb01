"""The coach over a WebSocket: what it thinks is told as it goes, and waits for whoever comes back."""

from typing import Any, Final

from fastapi import WebSocket

from questlog.api import agent_messages
from questlog.api.agent_talk import Talk
from questlog.api.routing import HouseRouter
from questlog.api.sockets import room
from questlog.api.sockets.room import Rules, Visitor

router = HouseRouter(prefix="/ws", tags=["coach"])

MOST_A_MINUTE = 60
WITHOUT_MODEL = "rules"


def _as_error(words: Any) -> dict[str, Any]:
    return agent_messages.told("error", {"retryable": False, **words})


RULES: Final = Rules("agent", "/ws/agent", MOST_A_MINUTE, {}, _as_error)


@router.websocket("/agent")
async def talk_with_agent(websocket: WebSocket) -> None:
    await room.receive(websocket, RULES, _talk)


async def _talk(visitor: Visitor) -> None:
    model = visitor.line.websocket.app.state.language_model
    await Talk(visitor, WITHOUT_MODEL if model is None else model.name).go_on()
