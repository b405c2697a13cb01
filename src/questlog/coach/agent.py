"""One turn of the agent: the model speaks, its tools are called, it speaks again, until it has answered.

The thread is kept after every answer and every tool, so that whoever takes a run over goes on from there; only the
request to the model that was under way is made again. No transaction is open while a model is waited for.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Patient,
    TextDelta,
    ToolAnswered,
    ToolCall,
)
from questlog.coach import threads
from questlog.coach.runs import Held
from questlog.coach.toolbox import Toolbox, ToolResult, Who

MOST_ROUNDS = 8
MOST_CALLS = 20
MOST_SAME_CALLS = 3

type Send = Callable[[str, dict[str, Any]], None]
type Keep = Callable[[], Awaitable[None]]
type Spend = Callable[[int, int], Awaitable[None]]


class StoppedError(Exception):
    """Somebody asked the run to stop."""


class Turn:
    """One run being thought. `send` sends a part, `keep` stores what was sent and the thread, `spend` counts tokens.

    `keep` raises `StoppedError`; `spend` what says that the day's budget is used up.
    """

    def __init__(
        self,
        held: Held,
        model: Patient,
        toolbox: Toolbox,
        *,
        system: str,
        send: Send,
        keep: Keep,
        spend: Spend,
    ) -> None:
        self.held = held
        self.said = ""
        """What the user was told so far, over all rounds."""
        self.tokens_in = self.tokens_out = 0
        self.calls_made: list[dict[str, Any]] = []
        self._model, self._toolbox, self._system = model, toolbox, system
        self._send, self._keep, self._spend = send, keep, spend
        self._who = Who(held.user_id, held.locale, held.timezone, held.conversation_id, held.id)

    async def think(self) -> None:
        """Go on until the model has answered. Raises `ModelError`, `StoppedError`, `LostRunError`, and what `spend` does."""
        await self._call(threads.unanswered(self.held.thread))
        while self.held.rounds < MOST_ROUNDS and self.held.calls < MOST_CALLS:
            answer = await self._ask()
            if not answer.calls:
                return
            await self._call(answer.calls)
        raise ModelError("too_long", "the turn has no end")

    async def _ask(self) -> ModelSaid:
        held = self.held
        self._send("model_request_start", {"round": held.rounds + 1, "model": held.model})
        asked = Asked(self._system, tuple(held.thread), self._toolbox.offered(held.locale))
        answered = await self._listen(asked)
        held.rounds += 1
        held.thread.append(answered.said)
        self.said += ("\n\n" if self.said and answered.said.text else "") + answered.said.text
        self.tokens_in += answered.tokens_in
        self.tokens_out += answered.tokens_out
        await self._keep()
        await self._spend(answered.tokens_in, answered.tokens_out)
        return answered.said

    async def _listen(self, asked: Asked) -> Answered:
        begun: set[int] = set()
        async with aclosing(self._model.stream(asked)) as pieces:
            async for piece in pieces:
                match piece:
                    case TextDelta(text):
                        if -1 not in begun:
                            begun.add(-1)
                            self._send("part_start", {"kind": "text"})
                        self._send("text_delta", {"text": text})
                    case CallDelta():
                        self._tell_call(piece, begun)
                    case Answered():
                        return piece
        raise ModelError("unreachable", "it broke off")

    def _tell_call(self, piece: CallDelta, begun: set[int]) -> None:
        if piece.index not in begun:
            begun.add(piece.index)
            self._send(
                "part_start", {"kind": "tool_call", "index": piece.index, "name": piece.name}
            )
        self._send("tool_call_delta", {"index": piece.index, "arguments": piece.arguments})

    async def _call(self, calls: list[ToolCall] | tuple[ToolCall, ...]) -> None:
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
        self._send("tool_result", {**told, "result": result.shown})
        if result.proposal is not None:
            self._send("proposal", result.proposal)
        self.calls_made.append({**told, "arguments": call.arguments, "result": result.shown})
        held.thread.append(ToolAnswered(call.id, call.name, result.content))
        await self._keep()

    async def _result_of(self, call: ToolCall) -> ToolResult:
        if self.held.calls > MOST_CALLS:
            return _refused("Too many calls in one turn. Answer the user now.")
        same = sum(
            (made["name"], made["arguments"]) == (call.name, call.arguments)
            for made in self.calls_made
        )
        if same >= MOST_SAME_CALLS:
            return _refused("This very call was made several times already. Answer the user now.")
        return await self._toolbox.call(self._who, call)


def _refused(why: str) -> ToolResult:
    return ToolResult("refused", why, {"error": why})
