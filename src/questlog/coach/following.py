"""Following a run: what is stored, then what is said here, then what others store; in order, each part once."""

from collections.abc import AsyncGenerator
from uuid import UUID

from questlog.automation import bells
from questlog.coach import run_parts
from questlog.coach.run_parts import Part
from questlog.coach.thoughts import Thought
from questlog.core.db import Database

POLL_S = 0.2
# What a run ends with, as `endings` stores it.
LAST_PARTS = frozenset({"complete", "error"})


class Follower:
    """Somebody who has seen a run up to the number `last`."""

    def __init__(self, database: Database, user_id: UUID, run_id: UUID, since: int) -> None:
        self._database, self._user_id, self._run_id = database, user_id, run_id
        self.last = since
        self.has_heard_the_end = False

    def is_new(self, part: Part) -> bool:
        """Tell whether a part was not seen yet, and take it as seen."""
        if part.seq <= self.last:
            return False
        self.last = part.seq
        self.has_heard_the_end = part.type in LAST_PARTS
        return True

    async def overhear(self, thought: Thought) -> AsyncGenerator[Part]:
        """Yield what a run of this process sent and sends, until it is thought here no more. Raises `TooSlowError`."""
        with thought.overheard() as listener:
            missed = thought.recent_since(self.last)
            if missed is None:
                unsaved = list(thought.unsaved)
                async for part in self.stored():
                    yield part
                missed = unsaved
            for part in missed:
                if self.is_new(part):
                    yield part
            while (part_or_end := await listener.next()) is not None:
                if self.is_new(part_or_end):
                    yield part_or_end

    async def stored(self) -> AsyncGenerator[Part]:
        while found := await self._database.read(
            run_parts.parts_since, self._user_id, self._run_id, self.last
        ):
            for part in found:
                if self.is_new(part):
                    yield part

    async def poll(self) -> AsyncGenerator[Part]:
        """Yield what is stored, and what others store, until the run has ended."""
        if self.has_heard_the_end:
            return
        with bells.listen(of_talk=True) as bell:
            while True:
                seen = await self._database.read(run_parts.progress, self._user_id, self._run_id)
                async for part in self.stored():
                    yield part
                if seen.state != "running":
                    return
                await bell.wait(POLL_S)
                bell.users()
