"""Thinking runs, and following them while they are thought, here or in another process.

What a run sends goes to the followers of this process at once, and to the database in batches; followers elsewhere read
it there. A follower that is too slow is cut off, and comes back with the number it has; the run goes on.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import bells
from questlog.clients.language import ModelError
from questlog.coach import conversations, runs
from questlog.coach.agent import StoppedError, Turn
from questlog.coach.conversations import Said
from questlog.coach.runs import Held, LostRunError, Part
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError

BATCH_S = 0.1
RENEW_S = 10.0
POLL_S = 0.2
MOST_PENDING = 2_000
ENDED = frozenset({"complete", "error"})

log = structlog.get_logger(__name__)

type MakeTurn = Callable[
    [Held, Callable[..., None], Callable[[], Awaitable[None]]], Awaitable[Turn]
]


class TooSlowError(Exception):
    """A follower did not keep up; it may come back with the last number it has."""


@dataclass(eq=False, slots=True)
class _Listener:
    queue: asyncio.Queue[Part | None] = field(default_factory=lambda: asyncio.Queue(MOST_PENDING))
    is_cut: bool = False

    def hear(self, part: Part | None) -> None:
        try:
            self.queue.put_nowait(part)
        except asyncio.QueueFull:
            self.is_cut = True


@dataclass(eq=False, slots=True)
class _Thought:
    """A run under way in this process."""

    held: Held
    task: asyncio.Task[None] | None = None
    unsaved: list[Part] = field(default_factory=list)
    listeners: set[_Listener] = field(default_factory=set)
    saved_at: float = field(default_factory=time.monotonic)
    stopping: bool = False
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def overheard(self) -> Iterator[tuple[list[Part], _Listener]]:
        """Lend what is not stored yet, and a listener that hears everything after it."""
        listener = _Listener()
        self.listeners.add(listener)
        try:
            yield list(self.unsaved), listener
        finally:
            self.listeners.discard(listener)

    def send(self, type_: str, data: dict[str, Any]) -> None:
        self.held.last_seq += 1
        part = Part(self.held.last_seq, type_, data)
        self.unsaved.append(part)
        for listener in self.listeners:
            listener.hear(part)


class Thinker:
    """All runs this process thinks. `make_turn` builds the turn of a run: model, tools and what it is told to be."""

    def __init__(self, database: Database, make_turn: MakeTurn) -> None:
        self._database = database
        self._make_turn = make_turn
        self._thoughts: dict[UUID, _Thought] = {}

    def start(self, held: Held) -> None:
        """Think a run in a task of its own; who wants to see it follows it."""
        thought = _Thought(held)
        self._thoughts[held.id] = thought
        thought.task = asyncio.create_task(self._think(thought))

    async def take_orphans(self) -> int:
        """Go on with runs whose process is gone; return how many."""
        count = 0
        while (held := await self._database.write(runs.take_orphan)) is not None:
            self.start(held)
            count += 1
        return count

    async def stop(self, user_id: UUID, run_id: UUID) -> None:
        """End a run soon, wherever it is thought. Raises `RunNotFoundError`, `NotYourRunError`."""
        await self._database.write(runs.ask_to_stop, user_id, run_id)
        thought = self._thoughts.get(run_id)
        if thought is not None and thought.task is not None and not thought.stopping:
            thought.stopping = True
            thought.task.cancel()

    async def close(self) -> None:
        """Leave what is under way to whoever comes next: it is stored, and its lease given back."""
        for thought in tuple(self._thoughts.values()):
            if thought.task is not None:
                thought.task.cancel()
                with suppress(asyncio.CancelledError):
                    await thought.task

    async def _think(self, thought: _Thought) -> None:
        keeper = asyncio.create_task(self._keep_going(thought))
        try:
            await self._turn(thought)
        except LostRunError:
            log.info("run_taken_over", run=str(thought.held.id))
        except SQLAlchemyError as error:  # its lease runs out, and somebody goes on
            log.warning("run_waits_for_the_database", run=str(thought.held.id), error=str(error))
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            del self._thoughts[thought.held.id]
            for listener in thought.listeners:
                listener.hear(None)

    async def _turn(self, thought: _Thought) -> None:
        held = thought.held
        if held.is_taken_over:
            thought.send("part_reset", {"round": held.rounds + 1})
        turn = await self._make_turn(held, thought.send, lambda: self._keep(thought))
        try:
            await turn.think()
        except (StoppedError, asyncio.CancelledError):
            if not thought.stopping:
                await asyncio.shield(self._leave(thought))
                raise
            await asyncio.shield(self._end(thought, turn, "interrupted"))
        except ModelError as error:
            problem = {"code": f"model_{error.trouble}", "retryable": error.may_pass}
            log.warning("model_failed", run=str(held.id), trouble=error.trouble, said=error.said)
            await self._end(thought, turn, "failed", problem)
        except QuestlogError as error:
            problem = {"code": error.code, "detail": str(error), "retryable": False}
            await self._end(thought, turn, "failed", problem)
        else:
            await self._end(thought, turn, "complete")

    async def _end(
        self, thought: _Thought, turn: Turn, state: str, problem: dict[str, Any] | None = None
    ) -> None:
        """Keep what was said as a message, exactly once, and tell that it is over."""
        async with thought.storing:
            ending = await self._database.write(
                _store_the_end, thought.held, turn, list(thought.unsaved), state, problem
            )
            thought.unsaved.clear()
        for part in ending:
            thought.held.last_seq = part.seq
            for listener in thought.listeners:
                listener.hear(part)

    async def _leave(self, thought: _Thought) -> None:
        with suppress(SQLAlchemyError, LostRunError):
            async with thought.storing:
                await self._database.write(runs.release, thought.held, list(thought.unsaved))

    async def _keep(self, thought: _Thought) -> None:
        """Store what was sent since the last time, one batch after the other. Raises `StoppedError`, `LostRunError`."""
        async with thought.storing:
            batch = list(thought.unsaved)
            is_to_stop = await self._database.write(runs.write, thought.held, batch)
            del thought.unsaved[: len(batch)]
            thought.saved_at = time.monotonic()
        if is_to_stop:
            thought.stopping = True
            raise StoppedError()

    async def _keep_going(self, thought: _Thought) -> None:
        """Store deltas in batches, hold the lease, and hear of a stop that somebody asked for elsewhere."""
        while True:
            await asyncio.sleep(BATCH_S)
            if not thought.unsaved and time.monotonic() - thought.saved_at < RENEW_S:
                continue
            try:
                await self._keep(thought)
            except (StoppedError, LostRunError):
                if thought.task is not None:
                    thought.task.cancel()
                return
            except SQLAlchemyError as error:
                log.warning("run_is_kept_later", run=str(thought.held.id), error=str(error))

    async def follow(self, user_id: UUID, run_id: UUID, since: int = 0) -> AsyncGenerator[Part]:
        """Yield what a run sent after a number and what it still sends, in order, each once, to its end.

        Raises `RunNotFoundError`, `NotYourRunError`, and `TooSlowError` for a follower that does not keep up.
        """
        await self._database.read(runs.progress, user_id, run_id)
        last = since
        async for part in self._all_of(user_id, run_id, since):
            if part.seq > last:
                last = part.seq
                yield part

    async def _all_of(self, user_id: UUID, run_id: UUID, since: int) -> AsyncGenerator[Part]:
        """Yield what is stored, then what is said here, then what others store; some of it may come twice."""
        thought = self._thoughts.get(run_id)
        if thought is not None:
            with thought.overheard() as (unsaved, listener):
                async for part in self._stored(user_id, run_id, since):
                    yield part
                for part in unsaved:
                    yield part
                async for part in _heard(listener):
                    since = part.seq
                    yield part
        async for part in self._polled(user_id, run_id, since):
            yield part

    async def _stored(self, user_id: UUID, run_id: UUID, since: int) -> AsyncGenerator[Part]:
        while found := await self._database.read(runs.parts_since, user_id, run_id, since):
            for part in found:
                yield part
            since = found[-1].seq

    async def _polled(self, user_id: UUID, run_id: UUID, since: int) -> AsyncGenerator[Part]:
        with bells.listen() as bell:
            while True:
                seen = await self._database.read(runs.progress, user_id, run_id)
                async for part in self._stored(user_id, run_id, since):
                    since = part.seq
                    yield part
                if seen.state != "running":
                    return
                await bell.wait(POLL_S)
                bell.users()


async def _heard(listener: _Listener) -> AsyncGenerator[Part]:
    while (part := await listener.queue.get()) is not None:
        if listener.is_cut:
            raise TooSlowError()
        yield part


async def _store_the_end(
    session: Session,
    held: Held,
    turn: Turn,
    unsaved: list[Part],
    state: str,
    problem: dict[str, Any] | None,
) -> list[Part]:
    said = Said(
        model=held.model,
        tokens_in=turn.tokens_in,
        tokens_out=turn.tokens_out,
        tool_calls=turn.calls_made,
        run_id=held.id,
        state="complete" if state == "complete" else "interrupted",
    )
    text = turn.said
    message_id = None
    if text or turn.calls_made:
        message_id = await conversations.add_message(
            session, held.user_id, held.conversation_id, role="assistant", content=text, said=said
        )
    told: list[tuple[str, dict[str, Any]]] = []
    if state == "complete":
        told += [("final_result_start", {}), ("final_result", {"text": text})]
    if message_id is not None:
        told.append(("message_saved", {"message_id": str(message_id), "state": said.state}))
    if problem is not None:
        told.append(("error", problem))
    else:
        told.append(("complete", {"state": state}))
    first = held.last_seq + 1
    ending = [Part(seq, type_, data) for seq, (type_, data) in enumerate(told, start=first)]
    await runs.finish(
        session,
        held,
        [*unsaved, *ending],
        state=state,
        error=None if problem is None else problem["code"],
    )
    return ending
