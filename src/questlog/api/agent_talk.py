"""One client's talk with the agent: what it says is done, and runs are told to it as they go.

Runs belong to the user and not to the socket: they go on when it closes, any number of sockets may follow one, and a
socket that is in a conversation is told of runs that begin there on another device.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from questlog.api import agent_messages
from questlog.api.agent_messages import (
    DecisionMessage,
    PingMessage,
    ResumeMessage,
    SayMessage,
    StopMessage,
)
from questlog.api.gate.exchange import current
from questlog.api.sockets.closes import TROUBLES, Close, ClosingError, meaning
from questlog.api.sockets.race import race
from questlog.api.sockets.room import Visitor
from questlog.coach import proposals, speaking
from questlog.coach.conversations import ConversationNotFoundError
from questlog.coach.proposals import NotYourProposalError, ProposalNotFoundError
from questlog.coach.runs import Held, NotYourRunError, RunNotFoundError
from questlog.coach.speaking import TooManyRunsError
from questlog.coach.thinking import Thinker, TooSlowError
from questlog.coach.toolbox import Who
from questlog.core.db import Database, Session
from questlog.core.exceptions import ConflictError
from questlog.identity.principals import Principal

# What happens to a sign-in elsewhere is seen after this at the latest, and so is a run begun by another process.
RECHECK_S = 3.0
PLACES = 997
FOLLOWED_AT_ONCE = 8
REMEMBERED = 50


class NothingToStopError(ConflictError):
    code = "nothing_to_stop"
    default_message = "Nothing is being answered here."


class Talks:
    """Who talks in this process, so that a run begun on one device is seen on the user's others at once."""

    def __init__(self) -> None:
        self._of_user: dict[UUID, set[Talk]] = {}

    @contextmanager
    def hold(self, talk: "Talk") -> Iterator[None]:
        mine = self._of_user.setdefault(talk.user_id, set())
        mine.add(talk)
        try:
            yield
        finally:
            mine.discard(talk)
            if not mine:
                del self._of_user[talk.user_id]

    def tell(self, held: Held) -> None:
        for talk in self._of_user.get(held.user_id, ()):
            talk.hear_of(held)


class Talk:
    """`model` is the name of what answers."""

    def __init__(self, visitor: Visitor, model: str) -> None:
        state = visitor.line.websocket.app.state
        self.user_id = visitor.stay.principal.user_id
        self._visitor, self._model = visitor, model
        self._thinker: Thinker = state.thinker
        self._database: Database = state.database
        self._talks: Talks = state.talks
        self._conversation: UUID | None = None
        self._newest: UUID | None = None
        self._following: dict[UUID, asyncio.Task[None]] = {}
        self._told: deque[UUID] = deque(maxlen=REMEMBERED)
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def go_on(self) -> None:
        """Talk until the socket ends. Raises what ends a socket."""
        with self._talks.hold(self):
            try:
                await race(self._listen(), self._stay(), self._until_broken())
            finally:
                await self._let_go(*self._following)

    def hear_of(self, held: Held) -> None:
        """Follow a run that began in the conversation this socket is in."""
        if held.conversation_id == self._conversation and held.id not in self._following:
            self._follow(held.id, 0)

    @property
    def _me(self) -> Principal:
        return self._visitor.stay.principal

    @property
    def _who(self) -> Who:
        me = self._me
        return Who(me.user_id, me.locale, me.timezone, came_as=me.actor)

    async def _listen(self) -> None:
        while True:
            message = await self._visitor.receive()
            await self._visitor.stay.recheck()
            await self._answer(message)

    async def _answer(self, message: dict[str, Any]) -> None:
        try:
            await self._do(agent_messages.read(message))
            return
        except ValidationError as error:
            told = agent_messages.misunderstood(error)
        except TROUBLES as error:
            told = agent_messages.failed(meaning(error), self._me.locale)
        told["data"]["answer_to"] = agent_messages.answer_to(message)
        await self._visitor.send(told)

    async def _do(self, message: agent_messages.ClientMessage) -> None:
        match message:
            case SayMessage():
                await self._say(message)
            case ResumeMessage():
                await self._resume(message)
            case DecisionMessage():
                await self._decide(message)
            case StopMessage():
                await self._stop(message)
            case PingMessage():
                await self._visitor.send(agent_messages.told("pong", {}))

    async def _say(self, message: SayMessage) -> None:
        self._check_room()
        is_named = "conversation_id" in message.model_fields_set
        where = message.conversation_id if is_named else self._conversation
        me = self._me
        spoken = {"model": self._model, "locale": me.locale, "timezone": me.timezone}
        said = (me.user_id, message.message, where)
        try:
            opening = self._thinker.opening
            held = await self._written(speaking.say, *said, **spoken, opening=opening)
        except ConversationNotFoundError:
            self._conversation = None if where == self._conversation else self._conversation
            raise
        self._thinker.start(held)
        self._conversation = held.conversation_id
        self._talks.tell(held)

    async def _resume(self, message: ResumeMessage) -> None:
        self._check_room()
        run_id = message.run_id
        if run_id is None and message.conversation_id is not None:
            whose = (self.user_id, message.conversation_id)
            run_id = await self._database.read(speaking.newest_run, *whose)
        if run_id is None:
            raise RunNotFoundError()
        conversation_id = await self._database.read(speaking.conversation_of, self.user_id, run_id)
        await self._database.read(self._note_what_is_over, conversation_id)
        self._conversation = conversation_id
        await self._let_go(run_id)
        self._follow(run_id, message.since)

    async def _note_what_is_over(self, session: Session, conversation_id: UUID) -> None:
        """Take a conversation's last run as told if it has ended: what was before a client came, it reads as messages."""
        whose = (session, self.user_id, conversation_id)
        newest = await speaking.newest_run(*whose)
        if newest is not None and newest != await speaking.newest_run(*whose, is_running=True):
            self._told.append(newest)

    async def _decide(self, message: DecisionMessage) -> None:
        who, proposal_id = self._who, message.proposal_id
        try:
            if message.accept:
                decided = await proposals.accept_or_note(self._database, who, proposal_id)
            else:
                decided = await self._written(proposals.reject, who.user_id, proposal_id)
        except NotYourProposalError:
            raise ProposalNotFoundError() from None
        row = decided.row
        told = proposals.shown(row) | {"result": decided.result}
        if decided.event_id is not None:
            told["event_id"] = str(decided.event_id)
        run_id = None if row["run_id"] is None else str(row["run_id"])
        await self._visitor.send(agent_messages.told("proposal", told) | {"run_id": run_id})

    async def _stop(self, message: StopMessage) -> None:
        run_id = message.run_id or self._newest
        if run_id is None:
            raise NothingToStopError()
        await self._database.read(speaking.conversation_of, self.user_id, run_id)
        await self._thinker.stop(self.user_id, run_id)

    async def _written[Result](
        self, verb: Callable[..., Awaitable[Result]], *args: Any, **kwargs: Any
    ) -> Result:
        """Run a verb in a transaction of its own, in the name of whoever is at the socket."""
        who, request_id = self._who, current.get().request_id

        async def run(session: Session) -> Result:
            who.sign(session)
            session.info["request_id"] = request_id
            return await verb(session, *args, **kwargs)

        return await self._database.write(run)

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(_until_look(self.user_id, time.monotonic()))
            await self._visitor.stay.recheck()
            if self._conversation is None:
                continue
            whose = (self.user_id, self._conversation)
            found = await self._database.read(speaking.newest_run, *whose)
            if found is not None and found not in self._told:
                self._follow(found, 0)

    def _check_room(self) -> None:
        if len(self._following) >= FOLLOWED_AT_ONCE:
            raise TooManyRunsError(retry_after=speaking.RETRY_AFTER_S, most=FOLLOWED_AT_ONCE)

    def _follow(self, run_id: UUID, since: int) -> None:
        task = asyncio.create_task(self._tell(run_id, since))
        self._following[run_id], self._newest = task, run_id
        self._told.append(run_id)
        task.add_done_callback(lambda done: self._note_end(run_id, done))

    async def _tell(self, run_id: UUID, since: int) -> None:
        parts = self._thinker.follow(self.user_id, run_id, since)
        try:
            async with aclosing(parts):
                async for part in parts:
                    await self._visitor.stay.recheck()
                    await self._visitor.send(part.message(run_id))
        except (RunNotFoundError, NotYourRunError):  # its conversation was deleted
            await self._visitor.send(agent_messages.failed(RunNotFoundError(), self._me.locale))
        except TooSlowError:
            raise ClosingError(Close.TOO_SLOW, "too_slow") from None

    def _note_end(self, run_id: UUID, task: asyncio.Task[None]) -> None:
        if self._following.get(run_id) is task:
            del self._following[run_id]
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not self._broken.done():
            self._broken.set_exception(error)

    async def _let_go(self, *run_ids: UUID) -> None:
        tasks = [self._following.pop(id_) for id_ in run_ids if id_ in self._following]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_broken(self) -> None:
        await self._broken


def _until_look(user_id: UUID, now: float) -> float:
    """Return after how many seconds a user's sockets look again: all of one user's together, for that is one reading.

    Users look one after the other, so that those who came together, as after a restart, hold nobody up together.
    """
    own = user_id.int % PLACES / PLACES * RECHECK_S
    return RECHECK_S - (now - own) % RECHECK_S
