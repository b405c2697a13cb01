"""What a model is told, kept as JSON: so that a run can be gone on with by whoever finds it. Pure."""

from collections.abc import Sequence
from typing import Any

from questlog.clients.language import ModelSaid, ToolAnswered, ToolCall, Turn, UserSaid


def to_json(thread: Sequence[Turn]) -> list[dict[str, Any]]:
    return [_written(turn) for turn in thread]


def from_json(kept: Sequence[dict[str, Any]]) -> list[Turn]:
    return [_read(turn) for turn in kept]


def _written(turn: Turn) -> dict[str, Any]:
    match turn:
        case UserSaid(text):
            return {"user": text}
        case ModelSaid(text, calls):
            made = [
                {"id": call.id, "name": call.name, "arguments": call.arguments} for call in calls
            ]
            return {"model": text, "calls": made}
        case ToolAnswered(call_id, name, content):
            return {"tool": name, "call_id": call_id, "content": content}


def _read(turn: dict[str, Any]) -> Turn:
    if "user" in turn:
        return UserSaid(turn["user"])
    if "model" in turn:
        return ModelSaid(turn["model"], tuple(ToolCall(**call) for call in turn["calls"]))
    return ToolAnswered(turn["call_id"], turn["tool"], turn["content"])


def unanswered(thread: Sequence[Turn]) -> list[ToolCall]:
    """Return the calls of the last answer that no tool has answered yet: where a run that was cut off goes on."""
    answered = {turn.call_id for turn in thread if isinstance(turn, ToolAnswered)}
    last = next((turn for turn in reversed(thread) if isinstance(turn, ModelSaid)), None)
    if last is None or isinstance(thread[-1], UserSaid):
        return []
    return [call for call in last.calls if call.id not in answered]


def said(thread: Sequence[Turn]) -> str:
    """Return what the model said since the user spoke last: over all its rounds."""
    spoken: list[str] = []
    for turn in thread:
        if isinstance(turn, UserSaid):
            spoken.clear()
        elif isinstance(turn, ModelSaid) and turn.text.strip():
            spoken.append(turn.text)
    return "\n\n".join(spoken)


def storable(text: str) -> str:
    """Return a text without what no database keeps: NUL and lone surrogates, which a model may well say."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def storable_json(value: Any) -> Any:
    """Return a JSON value with every text in it storable, the names of members too."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): storable_json(one) for name, one in value.items()}
        case list():
            return [storable_json(one) for one in value]
        case _:
            return value
