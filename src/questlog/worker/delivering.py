"""The loop that tells endpoints what happened: at once when this process committed it, and soon for everybody else's.

Any number of processes may run it. What makes it safe is in `automation/`: places in the log that move by
compare-and-set, and leases. What is here only decides how much is under way at once, so that endpoints that hang, or
take their time, keep nobody else waiting.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from questlog.automation import (
    bells,
    delivery_claims,
    delivery_results,
    delivery_sending,
    delivery_words,
)
from questlog.automation.bells import Bell
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_places import Places
from questlog.automation.delivery_results import Result
from questlog.core.db import Database, Session
from questlog.core.outages import is_away
from questlog.flows.switch_off_webhook import switch_off
from questlog.worker import relaying
from questlog.worker.house import DOWN, House
from questlog.worker.lanes import PATIENCE_S, PLACES, Lane, Lanes

POLL_S = 0.5
BUSY_POLL_S = 0.1
LEAST_PAUSE_S = 0.02
MOST_PAUSE_S = 0.05
CATCH_UP_S = 0.1
"""How long a round writes what was not told yet: what is due goes out meanwhile, and leases are renewed."""
RENEW_S = 10.0
CLAIMED_AT_ONCE = 32
MOST_OF_THE_TIME = 10
"""How many times longer than it took everybody is left alone: looking at all of them costs a tenth of the time at most."""
MOST_KNOWN = 5_000

type Send = Callable[[Sending], Awaitable[Result]]

log = structlog.get_logger(__name__)


async def run_forever(house: House, stop: asyncio.Event) -> None:
    """Keep endpoints told until `stop` is set; then let what is under way end, and give back the rest."""

    async def send(sending: Sending) -> Result:
        allowed = house.settings.webhooks.allowed_networks
        return await delivery_sending.send(sending, house.keyring, allowed=allowed)

    with bells.listen() as bell:
        courier = Courier(house.database, send, bell)
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: bell.wake())
        grace_s = house.grace_s
        try:
            await _go_round(courier, bell, stop)
        except asyncio.CancelledError:
            grace_s = 0
            raise
        finally:
            stopping.cancel()
            await courier.end(grace_s)


class Courier:
    """What one process has under way. `send` makes one request and returns what came of it."""

    def __init__(self, database: Database, send: Send, bell: Bell | None = None) -> None:
        self._database = database
        self._send = send
        self._bell = bell
        self._lanes = Lanes()
        self._results: list[Result] = []
        self._slow: set[UUID] = set()
        self._renewed_at = time.monotonic()
        self._look_at_all = self._probed_at = 0.0
        self._left_behind: set[UUID] | None = set()

    def wants_all(self) -> bool:
        """Say whether it is time to look at everybody, and not only at those this process heard of."""
        return self._left_behind is None or time.monotonic() >= self._look_at_all

    async def safe_round(self, users: set[UUID] | None = None) -> float:
        """Do a round, whatever the database is doing; return how long to wait for the next."""
        try:
            await self.round(users)
        except DOWN as error:
            log.warning("deliveries_wait_for_the_database", error=type(error).__name__)
            return POLL_S
        if self._left_behind is None or self._left_behind:
            return 0
        return BUSY_POLL_S if self._lanes else POLL_S

    async def round(self, users: set[UUID] | None = None) -> None:
        """Write what came back, move endpoints (of `users`, or all) along the log, and send what is due."""
        await self._settle()
        await self._renew()
        self._lanes.make_way()
        left, self._left_behind = self._left_behind, set()
        users = None if users is None or left is None else users | left
        seen = await self._look(users)
        if seen.is_behind:
            await self._catch_up(users)
        if seen.is_due or seen.is_behind:
            for lane in PLACES:
                await self._fill(lane)

    async def _look(self, users: set[UUID] | None) -> relaying.Look:
        began = time.monotonic()
        seen = await self._database.read(relaying.look, users)
        if users is None:
            ended = time.monotonic()
            self._look_at_all = ended + max(POLL_S, MOST_OF_THE_TIME * (ended - began))
        return seen

    async def _catch_up(self, users: set[UUID] | None) -> None:
        """Move endpoints along the log for a moment; what is left then is for the next round."""
        began = time.monotonic()
        await relaying.catch_up(self._database, users, for_s=CATCH_UP_S)
        if time.monotonic() - began >= CATCH_UP_S:
            self._left_behind = users

    async def _settle(self) -> None:
        count = len(self._results)
        if count and not await self._write(count):
            for _ in range(count):
                await self._write(1)

    async def _write(self, count: int) -> bool:
        """Write the oldest results. One that cannot be written holds up nobody else's: its lease runs out."""
        results = self._results[:count]
        try:
            await self._database.write(_store, results)
        except Exception as error:
            if is_away(error):
                raise
            if count > 1:
                return False
            about = str(results[0].sending.id)
            log.error("delivery_result_refused", delivery=about, exc_info=error)
        del self._results[:count]
        return True

    async def _renew(self) -> None:
        if time.monotonic() - self._renewed_at < RENEW_S:
            return
        self._renewed_at = time.monotonic()
        if held := self._lanes.sendings:
            await self._database.write(delivery_claims.renew, held)

    async def _fill(self, lane: Lane) -> None:
        if lane == "slow" and not self._slow:
            return
        if lane == "failing":
            if time.monotonic() - self._probed_at < POLL_S:
                return
            self._probed_at = time.monotonic()
        room, places = self._lanes.room(lane)
        while room > 0:
            most = min(room, CLAIMED_AT_ONCE)
            places.has_refused = False
            taken = await self._claim(lane, most, places)
            for sending in taken:
                self._start(sending, lane)
            if not taken or (len(taken) < most and not places.has_refused):
                return
            await asyncio.sleep(0)
            room, places = self._lanes.room(lane)

    async def _claim(self, lane: Lane, most: int, places: Places) -> list[Sending]:
        hanging = self._lanes.hanging
        lanes: dict[Lane, dict[str, Any]] = {
            "prompt": {"lane": "known", "but_not": hanging | self._slow},
            "new": {"lane": "new", "but_not": hanging},
            "slow": {"lane": "known", "only": self._slow - hanging},
            "failing": {"lane": "failing"},
        }
        claim = delivery_claims.claim
        return await self._database.write(claim, most, places=places, **lanes[lane])

    def _start(self, sending: Sending, lane: Lane) -> None:
        task = asyncio.create_task(self._carry(sending))
        task.add_done_callback(_report)
        self._lanes.start(sending, lane, task)

    async def _carry(self, sending: Sending) -> None:
        began = time.monotonic()
        try:
            result = await self._send(sending)
        except asyncio.CancelledError:
            if not self._lanes.is_broken_off(sending):
                raise
            took = round(1000 * (time.monotonic() - began))
            result = Result(sending, delivery_words.TOO_SLOW, took)
        finally:
            self._lanes.end(sending)
        self._results.append(result)
        if result.failure is None:
            self._learn(sending.webhook.id, time.monotonic() - began)
        if self._bell is not None:
            self._bell.wake()

    def _learn(self, webhook_id: UUID, seconds: float) -> None:
        if seconds > PATIENCE_S["prompt"]:
            _remember(self._slow, webhook_id)
        else:
            self._slow.discard(webhook_id)

    async def done(self) -> None:
        """Wait for everything under way and write what came of it."""
        while self._lanes or self._results:
            await asyncio.gather(*self._lanes.tasks)
            await self._settle()

    async def end(self, grace_s: float) -> None:
        """Give what is under way a moment, and the rest back to whoever works next."""
        try:
            if tasks := self._lanes.tasks:
                await asyncio.wait(tasks, timeout=grace_s)
        finally:
            await self._break_off()

    async def _break_off(self) -> None:
        left, tasks = self._lanes.sendings, self._lanes.tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(*DOWN):  # then the leases run out
            await self._settle()
            if left:
                await self._database.write(delivery_claims.release, left)


async def _go_round(courier: Courier, bell: Bell, stop: asyncio.Event) -> None:
    while not stop.is_set():
        users = bell.users()
        began = time.monotonic()
        pause_s = await courier.safe_round(None if courier.wants_all() else users)
        # What happens meanwhile is looked at in one go, and others come to the database.
        took = time.monotonic() - began
        await asyncio.sleep(min(max(took / 2, LEAST_PAUSE_S), MOST_PAUSE_S))
        await bell.wait(pause_s)


def _remember(known: set[UUID], webhook_id: UUID) -> None:
    if len(known) >= MOST_KNOWN:
        known.clear()
    known.add(webhook_id)


def _report(task: asyncio.Task[None]) -> None:
    """Let a mistake of ours be seen; its message goes out again when its lease has run out."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("delivery_broke_off", error=repr(error))


async def _store(session: Session, results: list[Result]) -> None:
    for doomed in await delivery_results.settle(session, results):
        if await switch_off(session, doomed):
            log.warning("webhook_switched_off", webhook=str(doomed.webhook_id), why=doomed.reason)
