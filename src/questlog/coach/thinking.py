"""Thinking runs, and following them while they are thought, here or in another process.

What a run sends goes to the followers of this process at once, and to the database in batches; followers elsewhere read
it there. A follower that is too slow is cut off, and comes back with the number it has; the run goes on.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing, suppress
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.clients.language import ModelSaid
from questlog.coach import endings, run_parts, runs, taking, threads, troubles
from questlog.coach.agent import Turn
from questlog.coach.endings import Ending
from questlog.coach.following import Follower
from questlog.coach.runs import Held, LostRunError, Part
from questlog.coach.speaking import Opening
from questlog.coach.thoughts import Thought, TooSlowError
from questlog.core.db import Database
from questlog.core.exceptions import NotFoundError
from questlog.core.outages import is_away

__all__ = ["Thinker", "TooSlowError"]

BATCH_S = 0.1
LOOK_S = 1.0
RENEW_S = 10.0
DOWN = (SQLAlchemyError, OSError)
ENDS_WITHIN_S = 3.0

log = structlog.get_logger(__name__)

type Send = Callable[[str, dict[str, Any]], None]
type Keep = Callable[[], Awaitable[None]]
type MakeTurn = Callable[[Held, Send, Keep], Awaitable[Turn]]


class Thinker:
    """All runs this process thinks. `make_turn` builds the turn of a run: model, tools and what it is told to be.

    `opening` is what can be done for it in the transaction that begins it.
    """

    def __init__(
        self, database: Database, make_turn: MakeTurn, opening: Opening | None = None
    ) -> None:
        self.opening = opening
        self._database = database
        self._make_turn = make_turn
        self._thoughts: dict[UUID, Thought] = {}
        self._storing = asyncio.Lock()
        self._scribe: asyncio.Task[None] | None = None
        self._looked_at = self._renewed_at = 0.0

    def start(self, held: Held) -> None:
        """Think a run in a task of its own; who wants to see it follows it."""
        thought = Thought(held)
        thought.recent.extend(held.first)
        self._thoughts[held.id] = thought
        thought.task = asyncio.create_task(self._think(thought))
        if self._scribe is None or self._scribe.done():
            self._looked_at = self._renewed_at = time.monotonic()
            self._scribe = asyncio.create_task(self._write_on())

    async def take_orphans(self) -> int:
        """Go on with runs whose process is gone; return how many."""
        count = 0
        while (held := await self._database.write(taking.take_orphan)) is not None:
            log.info("run_taken_over", run=str(held.id), times=held.taken_over)
            await self._let_go(held.id)
            self.start(held)
            count += 1
        return count

    async def _let_go(self, run_id: UUID) -> None:
        """End a run's thinking here after its lease ran out, as when the machine slept: the new one begins alone."""
        thought = self._thoughts.get(run_id)
        if thought is not None and thought.task is not None:
            thought.call_off("lost")
            await asyncio.wait([thought.task])

    async def stop(self, user_id: UUID, run_id: UUID) -> None:
        """End a run soon, wherever it is thought. Raises `RunNotFoundError`, `NotYourRunError`."""
        self._call_off(
            user_id, run_id
        )  # here at once: a short answer is over before the row is written
        await self._database.write(run_parts.ask_to_stop, user_id, run_id)
        self._call_off(user_id, run_id)

    def _call_off(self, user_id: UUID, run_id: UUID) -> None:
        thought = self._thoughts.get(run_id)
        if thought is not None and thought.held.user_id == user_id:
            thought.call_off("stopped")

    async def close(self) -> None:
        """Leave what is under way to whoever comes next: it is stored, and its lease given back."""
        thoughts = tuple(self._thoughts.values())
        for thought in thoughts:
            thought.call_off("left")
        tasks = [thought.task for thought in thoughts if thought.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=ENDS_WITHIN_S)
        if self._scribe is not None:
            self._scribe.cancel()
            with suppress(asyncio.CancelledError):
                await self._scribe

    async def follow(self, user_id: UUID, run_id: UUID, since: int = 0) -> AsyncGenerator[Part]:
        """Yield what a run sent after a number and what it still sends, in order, each once, to its end.

        Raises `RunNotFoundError`, `NotYourRunError`, and `TooSlowError` for a follower that does not keep up.
        """
        thought = self._thoughts.get(run_id)
        if thought is None or thought.held.user_id != user_id:
            await self._database.read(run_parts.progress, user_id, run_id)
            thought = self._thoughts.get(run_id)
        follower = Follower(self._database, user_id, run_id, since)
        if thought is not None:
            async with aclosing(follower.overhear(thought)) as heard:
                async for part in heard:
                    yield part
        async with aclosing(follower.poll()) as polled:
            async for part in polled:
                yield part

    async def _think(self, thought: Thought) -> None:
        thought.has_begun, held = True, thought.held
        try:
            await self._turn(thought)
        except (LostRunError, NotFoundError):  # taken over, or deleted with its conversation
            log.info("run_lost", run=str(held.id))
        except DOWN as error:  # its lease runs out, and somebody goes on
            log.warning("run_waits_for_the_database", run=str(held.id), error=type(error).__name__)
        finally:
            if self._thoughts.get(held.id) is thought:
                del self._thoughts[held.id]
            thought.tell(None)

    async def _turn(self, thought: Thought) -> None:
        """Think a run to its end, whatever that is. Raises `LostRunError`."""
        ending = await self._thought_out(thought)
        if thought.ends == "lost":
            raise LostRunError()
        is_left, thought.ends = thought.ends == "left", "ended"
        # Nothing that calls the task off from here on may tear the storing.
        await asyncio.shield(self._leave(thought) if is_left else self._end(thought, ending))

    async def _thought_out(self, thought: Thought) -> Ending:
        held, turn = thought.held, None
        if held.taken_over:
            _begin_again(thought)
        if thought.ends is not None or held.stop_asked:
            return Ending("interrupted", held.said)
        if held.taken_over > taking.MOST_TAKEOVERS:
            return Ending("failed", held.said, troubles.given_up(held))
        try:
            turn = await self._make_turn(held, thought.send, lambda: self._keep(thought))
            await turn.think()
        except asyncio.CancelledError:
            thought.note_end("left")
            return Ending("interrupted", turn.said if turn else held.said)
        except LostRunError:
            raise
        except Exception as error:
            if is_away(error):
                raise
            # Whatever else it is, the run has an end and its followers hear of it.
            return Ending("failed", turn.said if turn else held.said, troubles.told_of(error, held))
        return Ending("complete", turn.said)

    async def _leave(self, thought: Thought) -> None:
        async with self._storing:
            await self._database.write(runs.release, thought.held, list(thought.unsaved))
            thought.is_kept(len(thought.unsaved))

    async def _end(self, thought: Thought, ending: Ending) -> None:
        async with self._storing:
            last = await self._database.write(
                endings.store, thought.held, list(thought.unsaved), ending
            )
            thought.is_kept(len(thought.unsaved))
        for part in last:
            thought.tell(part)

    async def _keep(self, thought: Thought) -> None:
        """Store what was sent and how far the thinking is. Raises `LostRunError`, or is called off."""
        # Whoever calls it off does not tear the storing: nobody would know what is stored.
        if await asyncio.shield(self._store_state(thought)):
            thought.call_off("stopped")
            await asyncio.sleep(0)  # here the calling off is heard

    async def _store_state(self, thought: Thought) -> bool:
        async with self._storing:
            batch = list(thought.unsaved)
            is_to_stop = await self._database.write(runs.write, thought.held, batch)
            thought.is_kept(len(batch))
            return is_to_stop

    async def _write_on(self) -> None:
        """Store what all runs send, ten times a second, while there are any."""
        while self._thoughts:
            await asyncio.sleep(BATCH_S)
            thoughts = tuple(self._thoughts.values())
            try:
                await self._store_batch(thoughts)
            except (
                Exception
            ) as error:  # leases are held as long as there are runs, whatever one of them sent
                log.warning("runs_are_kept_later", error=type(error).__name__)
                if not is_away(error):
                    await self._store_each(thoughts)

    async def _store_each(self, thoughts: Collection[Thought]) -> None:
        """Store run by run, so that what cannot be stored keeps nothing back but itself."""
        for thought in thoughts:
            try:
                await self._store_batch((thought,))
            except Exception as error:
                log.error("run_cannot_be_kept", run=str(thought.held.id), kind=type(error).__name__)

    async def _store_batch(self, thoughts: Collection[Thought]) -> None:
        """Store new parts; each second look for stops asked elsewhere, and each ten hold all leases for longer."""
        async with self._storing:
            await self._store_together(thoughts)

    async def _store_together(self, thoughts: Collection[Thought]) -> None:
        now = time.monotonic()
        looks, renews = now - self._looked_at >= LOOK_S, now - self._renewed_at >= RENEW_S
        sending = [thought for thought in thoughts if looks or renews or thought.unsaved]
        if not sending:
            return
        batch = [(thought.held, list(thought.unsaved)) for thought in sending]
        fates = await self._database.write(runs.keep, batch, renews=renews)
        self._looked_at = now if looks else self._looked_at
        self._renewed_at = now if renews else self._renewed_at
        for thought, (held, parts) in zip(sending, batch, strict=True):
            del thought.unsaved[: len(parts)]
            if fates.get(held.id) is None:
                thought.call_off("lost")
            elif fates[held.id]:
                thought.call_off("stopped")


def _begin_again(thought: Thought) -> None:
    """Tell followers to forget what was said of a request that is made again. A whole answer stays, and so do its calls."""
    last, held = thought.held.thread[-1], thought.held
    if not isinstance(last, ModelSaid) and not threads.unanswered(held.thread):
        thought.send("part_reset", {"round": held.rounds + 1})
