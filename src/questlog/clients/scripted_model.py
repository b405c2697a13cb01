"""A model that plays a conversation from a file: for demonstrations and tests, without a key (`LLM_MODEL=script/<file>`).

The file is YAML: a list of turns. A turn may have `when` (words of which one stands in what the user said last, in any
case) or `after` (the tool whose answer it follows), `say` (the text) and `call` (tools with their arguments). Turns
are taken in their order where they fit, each once in a conversation, those with `again: true` as often as they fit.
When none is left, the model says so. `script/demo` and `script/demo.ru` come with the program.

Plans, reviews and first questions are asked without tools: there only turns with `told` fit (words of which one stands
in what the model is told to be), and where none does the model steps aside, so that the rules answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from questlog.clients import language
from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Piece,
    TextDelta,
    ToolAnswered,
    ToolCall,
    Turn,
    UserSaid,
)

BUNDLED = Path(__file__).parent.parent / "coach" / "scripts"
PIECE = 24  # characters sent at once
NOTHING_LEFT = "My script ends here. Set LLM_MODEL to a real model to go on talking."


class ScriptedCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tool: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")


class ScriptedTurn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    when: list[str] = Field(default_factory=list)
    after: str | None = None
    """The tool whose answer this turn follows."""
    told: list[str] = Field(default_factory=list)
    say: str = ""
    call: list[ScriptedCall] = Field(default_factory=list)
    again: bool = False
    pause_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    """Before each piece: what a slow model looks like."""


TURNS = TypeAdapter(list[ScriptedTurn])


class ScriptError(ValueError):
    """The file is no script. The message names the file and the place in it."""


def read(path: Path) -> list[ScriptedTurn]:
    """Read a script; raises `ScriptError`."""
    try:
        return TURNS.validate_python(yaml.safe_load(path.read_text("utf-8")))
    except OSError as error:
        raise ScriptError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path} is no text in UTF-8.") from error
    except yaml.YAMLError as error:
        raise ScriptError(f"{path} is no YAML: {' '.join(str(error).split())}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ScriptError(f"{path}, {place or 'the whole'}: {first['msg']}.") from error


def file_of(name: str) -> Path:
    """Return the file that is meant: one of this machine, or else one that comes with the program."""
    own, bundled = Path(name), BUNDLED / f"{name}.yaml"
    return bundled if not own.exists() and "/" not in name and bundled.exists() else own


class ScriptedModel:
    """One script serves every conversation: what was said so far tells which turns are behind it."""

    def __init__(self, path: Path) -> None:
        self.name = f"script/{path.name}"
        self._turns = read(path)

    async def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        turn = chosen(self._turns, asked)
        if turn is None:
            if not asked.tools:
                raise ModelError("refused", "the script has nothing for this")
            turn = ScriptedTurn(say=NOTHING_LEFT)
        calls = tuple(
            ToolCall(f"call-{len(asked.thread)}-{place}", call.tool, language.as_json(call.with_))
            for place, call in enumerate(turn.call)
        )
        for start in range(0, len(turn.say), PIECE):
            await asyncio.sleep(turn.pause_ms / 1000)
            yield TextDelta(turn.say[start : start + PIECE])
        for place, call in enumerate(calls):
            await asyncio.sleep(turn.pause_ms / 1000)
            yield CallDelta(place + 1, call.id, call.name, call.arguments)
        words = sum(len(_text(one).split()) for one in asked.thread)
        yield Answered(ModelSaid(turn.say, calls), words, len(turn.say.split()))

    async def close(self) -> None:
        return


def chosen(turns: Sequence[ScriptedTurn], asked: Asked) -> ScriptedTurn | None:
    """Return the turn that comes next in a conversation: those it has used up are found by what they said. Pure."""
    spoken = [
        (one.text, tuple(call.name for call in one.calls))
        for one in asked.thread
        if isinstance(one, ModelSaid)
    ]
    for turn in turns:
        mark = (turn.say, tuple(call.tool for call in turn.call))
        if not turn.again and mark in spoken:
            spoken.remove(mark)
        elif _is_for(turn, asked) and _fits(turn, asked.thread[-1]):
            return turn
    return None


def _is_for(turn: ScriptedTurn, asked: Asked) -> bool:
    if not turn.told:
        return bool(asked.tools)
    return any(words in asked.system for words in turn.told)


def _fits(turn: ScriptedTurn, last: Turn) -> bool:
    if isinstance(last, ToolAnswered):
        return turn.after == last.name
    if turn.after is not None or not isinstance(last, UserSaid):
        return False
    said = last.text.casefold()
    return not turn.when or any(word.casefold() in said for word in turn.when)


def _text(turn: Turn) -> str:
    return turn.content if isinstance(turn, ToolAnswered) else turn.text
