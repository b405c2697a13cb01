"""One turn of the agent: the model speaks, its tools are called, it speaks again, until it has answered.

The thread is kept after every answer and every tool, so that whoever takes a run over goes on from there; only the
request to the model that was under way is made again. No transaction is open while a model is waited for.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from questlog.clients import language
from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Piece,
    Sign,
    TextDelta,
    Tool,
    ToolAnswered,
    ToolCall,
)
from questlog.coach import threads
from questlog.coach.calling import refused
from questlog.coach.runs import Held
from questlog.coach.threads import storable, storable_json
from questlog.coach.toolbox import Toolbox, ToolResult, Who

MOST_ROUNDS = 8
MOST_CALLS = 20
MOST_SAME_CALLS = 2
MOST_ARGUMENT_BYTES = 16 * 1024
CHARACTERS_A_TOKEN = 3
CUT = "…"
"""Stands where a provider cut an answer that became too long."""
PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ODD_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")

type Send = Callable[[str, dict[str, Any]], None]
type Keep = Callable[[], Awaitable[None]]


class Purse(Protocol):
    """What may be asked of the model today."""

    async def claim(self) -> str:
        """Count a request that is about to be made, and return what the model is told to be. Raises `AiQuotaError`."""
        ...


class Speaker(Protocol):
    """What a turn needs of a model."""

    @property
    def name(self) -> str: ...

    def stream(self, asked: Asked) -> AsyncGenerator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Brief:
    """What a turn is thought with. `enough` is said when it finds no end by itself."""

    model: Speaker
    toolbox: Toolbox
    purse: Purse
    enough: str


class Turn:
    """One run being thought. `send` sends a part; `keep` stores what was sent and how far the thinking is."""

    def __init__(self, held: Held, brief: Brief, *, send: Send, keep: Keep) -> None:
        self.held = held
        self._brief, self._send, self._keep = brief, send, keep
        self._partial, self._thought = "", 0
        self._who = Who(held.user_id, held.locale, held.timezone, held.conversation_id, held.id)

    @property
    def said(self) -> str:
        """What the user was told so far, with the unfinished words of an answer under way."""
        whole = (self.held.said, self._partial)
        return "\n\n".join(text for text in whole if text.strip())

    async def think(self) -> None:
        """Go on until the model has answered. Raises `ModelError`, `LostRunError`, `AiQuotaError`."""
        self.held.model = self._brief.model.name[:200]
        await self._call(threads.unanswered(self.held.thread))
        while not self._is_answered:
            if self.held.rounds >= MOST_ROUNDS or self._is_out_of_hand:
                await self._say_enough()
                break
            answer = await self._ask()
            await self._call(answer.calls)

    @property
    def _is_answered(self) -> bool:
        last = self.held.thread[-1]
        return isinstance(last, ModelSaid) and not last.calls

    @property
    def _is_out_of_hand(self) -> bool:
        """Whether the model was told once what is wrong with its calls, and went on with others no better (S-126)."""
        refusals = {made["round"] for made in self.held.made if made["status"] == "refused"}
        return {self.held.rounds, self.held.rounds - 1} <= refusals

    async def _say_enough(self) -> None:
        """End a turn that has no end: politely, and with what was said so far."""
        text = self._brief.enough
        self._send("part_start", {"kind": "text"})
        self._send("text_delta", {"text": f"\n\n{text}" if self.held.said else text})
        self.held.thread.append(ModelSaid(text))
        await self._keep()

    async def _ask(self) -> ModelSaid:
        held = self.held
        system = await self._brief.purse.claim()
        self._send("model_request_start", {"round": held.rounds + 1, "model": held.model})
        asked = Asked(system, tuple(held.thread), self._offered())
        try:
            answered = await self._listen(asked)
        except (asyncio.CancelledError, ModelError) as error:
            self._owe(asked, error)
            raise
        said = _tidied(answered.said, held)
        if answered.is_cut and said.text:
            self._send("text_delta", {"text": CUT})
            said = replace(said, text=said.text + CUT)
        self._check_something_is_said(said)
        self._partial = ""
        held.rounds += 1
        held.thread.append(said)
        held.tokens_in += answered.tokens_in
        held.tokens_out += answered.tokens_out
        held.unpaid = (answered.tokens_in, answered.tokens_out)
        if said.calls:  # without any the turn is over, and is kept as a whole
            await self._keep()
        return said

    def _check_something_is_said(self, said: ModelSaid) -> None:
        """Raise `ModelError` for a turn that would end without a word and without a deed."""
        if not (said.text.strip() or said.calls or self.held.said or self.held.made):
            raise ModelError("nonsense", "an empty answer")

    def _owe(self, asked: Asked, error: BaseException) -> None:
        """Count what an answer that was stopped or broke off has cost (S-128).

        A provider tells only of whole ones; the others are estimated by their length. What failed before its first word
        or thought is not known to have cost anything.
        """
        cost = error.tokens if isinstance(error, ModelError) else (0, 0)
        heard = len(self._partial) + self._thought
        if not any(cost) and (heard or isinstance(error, asyncio.CancelledError)):
            told = len(asked.system) + len(language.as_json(threads.to_json(asked.thread)))
            cost = (told // CHARACTERS_A_TOKEN, heard // CHARACTERS_A_TOKEN)
        self.held.unpaid = cost
        self.held.tokens_in += cost[0]
        self.held.tokens_out += cost[1]

    def _offered(self) -> Sequence[Tool]:
        return self._brief.toolbox.offered(self.held.locale)

    async def _listen(self, asked: Asked) -> Answered:
        begun: set[int] = set()
        self._thought = 0
        async with aclosing(self._brief.model.stream(asked)) as pieces:
            async for piece in pieces:
                match piece:
                    case TextDelta(text):
                        self._tell_text(storable(text), begun)
                    case CallDelta():
                        self._tell_call(piece, begun)
                    case Answered():
                        return piece
                    case Sign(length):
                        self._thought += length
        raise ModelError("unreachable", "it broke off")

    def _tell_text(self, text: str, begun: set[int]) -> None:
        if -1 not in begun:
            begun.add(-1)
            self._send("part_start", {"kind": "text"})
            self._partial = ""
        is_first = not self._partial and self.held.said
        self._partial += text
        self._send("text_delta", {"text": f"\n\n{text}" if is_first else text})

    def _tell_call(self, piece: CallDelta, begun: set[int]) -> None:
        if piece.index not in begun:
            begun.add(piece.index)
            name = _plain_name(piece.name)
            self._send("part_start", {"kind": "tool_call", "index": piece.index, "name": name})
        arguments = storable(piece.arguments)
        self._send("tool_call_delta", {"index": piece.index, "arguments": arguments})

    async def _call(self, calls: Sequence[ToolCall]) -> None:
        if not calls:
            return
        self._send("call_tools_start", {"count": len(calls)})
        for call in calls:
            await self._call_one(call)

    async def _call_one(self, call: ToolCall) -> None:
        held = self.held
        held.calls += 1
        self._send("tool_call", {"id": call.id, "name": call.name, "arguments": call.arguments})
        began = time.monotonic()
        result = await self._result_of(call)
        spent = round((time.monotonic() - began) * 1000)
        told = {"id": call.id, "name": call.name, "status": result.outcome, "duration_ms": spent}
        shown = storable_json(result.shown)
        self._send("tool_result", {**told, "result": shown})
        if result.proposal is not None:
            self._send("proposal", result.proposal)
        kept = {**told, "arguments": call.arguments, "result": shown}
        held.made.append({**kept, "round": held.rounds})
        held.thread.append(ToolAnswered(call.id, call.name, storable(result.content)))
        await self._keep()

    async def _result_of(self, call: ToolCall) -> ToolResult:
        if self.held.calls > MOST_CALLS:
            return refused("too_many_calls", "Too many calls in one turn. Answer the user now.")
        same = sum(
            (made["name"], made["arguments"]) == (call.name, call.arguments)
            for made in self.held.made
        )
        if same >= MOST_SAME_CALLS:
            return refused("same_call", "This very call was made already. Answer the user now.")
        return await self._brief.toolbox.call(self._who, call)


def _tidied(said: ModelSaid, held: Held) -> ModelSaid:
    """Return an answer as it can be kept: each call under an id of its own in this run, of plain characters."""
    taken = {turn.call_id for turn in held.thread if isinstance(turn, ToolAnswered)}
    calls: list[ToolCall] = []
    room = max(
        MOST_CALLS + 1 - held.calls, 1
    )  # one more than allowed, which is told why it was refused
    for place, call in enumerate(said.calls[:room]):
        is_fit = PLAIN_ID.fullmatch(call.id) is not None and call.id not in taken
        id_ = call.id if is_fit else f"call_{held.rounds + 1}_{place}"
        taken.add(id_)
        calls.append(_bounded(replace(call, id=id_)))
    return ModelSaid(storable(said.text), tuple(calls))


def _bounded(call: ToolCall) -> ToolCall:
    """Return a call with a name and arguments that can be kept; too long ones become unreadable, and are refused."""
    arguments = storable(call.arguments)
    if len(arguments.encode()) > MOST_ARGUMENT_BYTES:
        arguments = f"{arguments[:200]}… (too long)"
    return replace(call, name=_plain_name(call.name), arguments=arguments)


def _plain_name(name: str) -> str:
    return ODD_IN_NAMES.sub("_", name)[:64] or "_"
