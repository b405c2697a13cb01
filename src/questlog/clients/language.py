"""Talking to a language model: what it is told, what comes back piece by piece, and what can go wrong.

Nothing here knows a provider: `language_models.py` opens the one of the settings, and whoever has a model closes it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

FIRST_PIECE_S = 20.0
NEXT_PIECE_S = 20.0
WHOLE_ANSWER_S = 120.0
LONGEST_ANSWER = 200_000
BREAKS_AFTER = 5
STAYS_BROKEN_S = 30.0

type Trouble = Literal[
    "timeout", "unreachable", "rate_limited", "refused", "unavailable", "nonsense", "too_long"
]
PASSING: frozenset[str] = frozenset({"timeout", "unreachable", "rate_limited", "unavailable"})


class ModelError(Exception):
    """There is no whole answer. `trouble` is safe to show; what the provider said is for nobody but the log.

    `tokens` in and out are what it has cost all the same, where the provider said so.
    """

    def __init__(
        self, trouble: Trouble, said: str = "", *, tokens: tuple[int, int] = (0, 0)
    ) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble
        self.said = said
        self.tokens = tokens

    @property
    def may_pass(self) -> bool:
        return self.trouble in PASSING


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is the JSON text as the model wrote it, well-formed or not."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class UserSaid:
    text: str


@dataclass(frozen=True, slots=True)
class ModelSaid:
    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    call_id: str
    name: str
    content: str


type Turn = UserSaid | ModelSaid | ToolAnswered


@dataclass(frozen=True, slots=True, eq=False)
class Tool:
    """`parameters` is a JSON Schema of an object. A tool equals itself alone: it is offered again and again."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who the model is to be, what was said so far, and what it may call."""

    system: str
    thread: Sequence[Turn]
    tools: Sequence[Tool] = ()
    most_tokens: int = 2_000


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """More of the call at place `index`; `name` comes with the first piece of it."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Sign:
    """The model is at work and says nothing yet: `length` characters that are for nobody, such as its thoughts."""

    length: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """The last piece: all of it. Tokens are the provider's count, 0 where it gives none."""

    said: ModelSaid
    tokens_in: int = 0
    tokens_out: int = 0
    is_cut: bool = False
    """Whether it ran out of tokens before it had said all."""


type Piece = TextDelta | CallDelta | Sign | Answered


class LanguageModel(Protocol):
    name: str

    def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        """Yield the answer as it comes, ending with `Answered`. Raises `ModelError`.

        Who listens may go away before the end, and goes away at `Answered`.
        """
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Breaker:
    """Stops asking a model that failed five times on end; one try each half minute finds out whether it is back."""

    failures: int = 0
    opened_at: float | None = field(default=None)

    @property
    def is_open(self) -> bool:
        """Whether the model is given a rest just now."""
        return self.opened_at is not None and time.monotonic() - self.opened_at < STAYS_BROKEN_S

    def check(self) -> None:
        if self.is_open:
            raise ModelError("unavailable", "it failed too often just now")
        if self.opened_at is not None:
            self.opened_at = time.monotonic()  # this one may try; the others wait on

    def answered(self) -> None:
        """Take note that the provider is there, even if all it does is refuse."""
        self.failures, self.opened_at = 0, None

    def failed(self) -> None:
        self.failures += 1
        if self.failures >= BREAKS_AFTER:
            self.opened_at = time.monotonic()


@dataclass(slots=True)
class Patient:
    """A model that is waited for no longer than a person would: for the first piece, the next one, and all of it."""

    model: LanguageModel
    breaker: Breaker = field(default_factory=Breaker)
    first_piece_s: float = FIRST_PIECE_S
    next_piece_s: float = NEXT_PIECE_S
    whole_answer_s: float = WHOLE_ANSWER_S

    @property
    def name(self) -> str:
        return self.model.name

    async def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        self.breaker.check()
        try:
            async with aclosing(self._watched(asked)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Answered):
                        self.breaker.answered()  # before it is yielded: nobody listens after it
                    yield piece
        except ModelError as error:
            if error.may_pass:
                self.breaker.failed()
            else:
                self.breaker.answered()
            raise

    async def _watched(self, asked: Asked) -> AsyncGenerator[Piece]:
        ends = time.monotonic() + self.whole_answer_s
        patience, length, is_whole = self.first_piece_s, 0, False
        async with aclosing(self.model.stream(asked)) as pieces:
            while not is_whole:
                piece = await _next(pieces, min(patience, ends - time.monotonic()))
                if piece is None:
                    raise ModelError("unreachable", "it broke off")
                patience = self.next_piece_s
                length += _length(piece)
                if length > LONGEST_ANSWER:
                    raise ModelError("too_long")
                if isinstance(piece, Answered):
                    _check(piece, asked)
                    is_whole = True
                yield piece

    async def close(self) -> None:
        await self.model.close()


def _check(answered: Answered, asked: Asked) -> None:
    cost = (answered.tokens_in, answered.tokens_out)
    if answered.said.calls and not asked.tools:
        raise ModelError("nonsense", "it called a tool and was offered none", tokens=cost)
    if answered.is_cut and not (answered.said.text.strip() or answered.said.calls):
        raise ModelError("too_long", "its tokens were spent before it said anything", tokens=cost)


async def _next(pieces: AsyncIterator[Piece], patience: float) -> Piece | None:
    try:
        async with asyncio.timeout(max(patience, 0)):
            return await anext(pieces, None)
    except TimeoutError as error:
        raise ModelError("timeout") from error


def as_json(arguments: Any) -> str:
    """Return arguments as a model would write them."""
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))


def _length(piece: Piece) -> int:
    match piece:
        case TextDelta(text):
            return len(text)
        case CallDelta(_, id_, name, arguments):
            return len(id_) + len(name) + len(arguments)
        case Sign(length):
            return length
        case Answered():
            return 0
