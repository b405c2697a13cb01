"""Runs as rows: turns of the agent that outlive whoever watches them and whoever thinks them.

Whoever thinks a run is its only writer and numbers what it sends. It proves so with its lease; a late one whose lease
was taken over writes nothing. Who takes over leaves a gap in the numbers, so that what a client saw last is never the
number of something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import dropwhile
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from questlog.automation import bells
from questlog.clients.language import ModelSaid, Turn, UserSaid
from questlog.coach import conversations, messages, model_uses, run_parts, threads
from questlog.coach.conversations import MESSAGES, PARTS, RUNS
from questlog.coach.messages import Said
from questlog.coach.run_parts import NotYourRunError, Part, Progress, RunNotFoundError
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.core.ids import new_id
from questlog.core.prepared import prepared

__all__ = ["NotYourRunError", "Part", "Progress", "RunNotFoundError"]

LEASE = timedelta(seconds=30)
REMEMBERED = 20
REMEMBERED_CHARACTERS = 40_000
INSERT_RUN, INSERT_PARTS = insert(RUNS), insert(PARTS)
MOVE = (
    update(RUNS)
    .where(
        RUNS.c.id == bindparam("held_id"),
        RUNS.c.user_id == bindparam("held_by"),
        RUNS.c.lease == bindparam("held_under"),
        RUNS.c.state == "running",
    )
    .returning(RUNS.c.stop_asked_at)
)

parts_since = run_parts.parts_since
progress = run_parts.progress
ask_to_stop = run_parts.ask_to_stop


class RunInProgressError(ConflictError):
    code = "run_in_progress"
    default_message = "The coach is still answering in this conversation. Wait for it, or stop it."


class LostRunError(Exception):
    """Somebody else thinks this run now, or it has ended or is gone."""


@dataclass(slots=True)
class Held:
    """A run in the hands of whoever thinks it.

    `made` are its tool calls so far, as its message will keep them; `first` the parts it began with, where it began
    here; `unpaid` the tokens in and out that are not on the user's account yet; `system` what the model is told to be,
    where its first request was counted when the run began.
    """

    id: UUID
    user_id: UUID
    conversation_id: UUID
    lease: UUID
    model: str
    locale: str
    timezone: str
    last_seq: int = 0
    rounds: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    thread: list[Turn] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    taken_over: int = 0
    stop_asked: bool = False
    first: list[Part] = field(default_factory=list)
    unpaid: tuple[int, int] = (0, 0)
    system: str | None = None

    @property
    def said(self) -> str:
        """What the user was told so far in this turn, over all rounds."""
        return threads.said(self.thread)

    @property
    def state(self) -> dict[str, Any]:
        """What another one needs to go on."""
        return {
            "thread": threads.to_json(self.thread),
            "rounds": self.rounds,
            "calls": self.calls,
            "made": self.made,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
        }


async def begin(
    session: Session,
    user_id: UUID,
    where: tuple[UUID, int | None],
    message: str,
    *,
    told: Sequence[tuple[str, dict[str, Any]]],
    model: str,
    locale: str,
    timezone: str,
    material: str = "",
    asked_under: str | None = None,
) -> Held:
    """Keep what the user said and begin a run that answers it, held by the caller; its first parts are `told`.

    `where` is the conversation, and the place in it if the caller has made it for this message.
    `material` is what the model may know besides, told before everything else and never as an instruction;
    `asked_under` names the request, so that it is answered once however often it is made. Raises `RunInProgressError`
    while another run of the conversation goes on, and what `next_place` raises.
    """
    conversation_id, place = where
    if place is None:
        title = messages.title_of(message)
        place = await conversations.next_place(session, user_id, conversation_id, title=title)
    held = Held(new_id(), user_id, conversation_id, new_id(), model, locale, timezone)
    held.first = [Part(seq, *one) for seq, one in enumerate(told, start=1)]
    held.last_seq = len(held.first)
    earlier = await _remembered(session, user_id, conversation_id) if place > 1 else []
    known: list[Turn] = [UserSaid(material)] if material else []
    held.thread = [*known, *earlier, UserSaid(message)]
    try:
        await session.execute(INSERT_RUN, _row(held) | {"asked_under": asked_under})
    except IntegrityError as error:
        raise RunInProgressError() from error
    said = Said(run_id=held.id)
    whose = (user_id, conversation_id)
    await messages.put(session, *whose, place, role="user", content=message, said=said)
    await _insert(session, [(held, held.first)])
    return held


def _row(held: Held) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": held.id,
        "user_id": held.user_id,
        "conversation_id": held.conversation_id,
        "model": held.model,
        "locale": held.locale,
        "timezone": held.timezone,
        "last_seq": held.last_seq,
        "leased_until": now + LEASE,
        "lease": held.lease,
        "created_at": now,
        **held.state,
    }


async def _remembered(session: Session, user_id: UUID, conversation_id: UUID) -> list[Turn]:
    """Return the newest that was said and still fits, from something the user said on: some models begin with no other."""
    said: list[Turn] = []
    room = REMEMBERED_CHARACTERS
    for row in await session.execute(*_newest_said(user_id, conversation_id)):
        room -= len(row.content)
        if room < 0:
            break
        if row.content:
            said.append(UserSaid(row.content) if row.role == "user" else ModelSaid(row.content))
    return list(dropwhile(lambda turn: isinstance(turn, ModelSaid), reversed(said)))


@prepared
def _newest_said(user_id: UUID, conversation_id: UUID) -> Executable:
    mine = (MESSAGES.c.user_id == user_id, MESSAGES.c.conversation_id == conversation_id)
    newest = select(MESSAGES.c.role, MESSAGES.c.content).where(*mine)
    return newest.order_by(MESSAGES.c.seq.desc()).limit(REMEMBERED)


async def write(session: Session, held: Held, parts: Sequence[Part]) -> bool:
    """Store what was sent and how far the thinking is; renew the lease. Return whether somebody asked to stop.

    Raises `LostRunError`.
    """
    return await _move(session, held, parts, {"leased_until": clock.now() + LEASE})


async def release(session: Session, held: Held, parts: Sequence[Part]) -> None:
    """Store what was sent and let somebody else go on at once. Raises `LostRunError`."""
    await _move(session, held, parts, {"leased_until": None, "lease": None})


async def finish(
    session: Session, held: Held, parts: Sequence[Part], *, state: str, error: str | None = None
) -> None:
    """Store the last parts and end a run: `complete`, `failed` or `interrupted`. Raises `LostRunError`."""
    ended = {"state": state, "error": error, "done_at": clock.now()}
    await _move(session, held, parts, {**ended, "leased_until": None, "lease": None})


async def _move(
    session: Session, held: Held, parts: Sequence[Part], values: dict[str, Any]
) -> bool:
    whose = {"held_id": held.id, "held_by": held.user_id, "held_under": held.lease}
    moved = await session.execute(
        MOVE, {**whose, **values, **held.state, "last_seq": held.last_seq}
    )
    row = moved.first()
    if row is None:
        raise LostRunError()
    await _insert(session, [(held, parts)])
    if any(held.unpaid):
        sent, got = held.unpaid
        whose_day = (held.user_id, held.timezone)
        await model_uses.spend(session, *whose_day, tokens_in=sent, tokens_out=got)
    return row.stop_asked_at is not None


async def keep(
    session: Session, sent: Sequence[tuple[Held, Sequence[Part]]], *, renews: bool
) -> dict[UUID, bool]:
    """Store what several runs sent, in few statements; with `renews`, hold them for longer.

    Return for each run that is still its thinker's whether somebody asked it to stop.
    """
    ids, leases = [held.id for held, _ in sent], [held.lease for held, _ in sent]
    ours = (RUNS.c.id.in_(ids), RUNS.c.lease.in_(leases), RUNS.c.state == "running")
    found = await session.execute(
        select(RUNS.c.id, RUNS.c.stop_asked_at).where(*ours).with_for_update(read=True)
    )
    fates = {row.id: row.stop_asked_at is not None for row in found}
    await _insert(session, [(held, parts) for held, parts in sent if held.id in fates])
    if renews:
        await session.execute(update(RUNS).where(*ours).values(leased_until=clock.now() + LEASE))
    return fates


async def _insert(session: Session, sent: Sequence[tuple[Held, Sequence[Part]]]) -> None:
    now = clock.now()
    rows = [
        {
            "run_id": held.id,
            "seq": part.seq,
            "user_id": held.user_id,
            "type": part.type,
            "data": part.data,
            "created_at": now,
        }
        for held, parts in sent
        for part in parts
    ]
    if rows:
        await session.execute(INSERT_PARTS, rows)
        bells.ring_when_committed(session, {held.user_id for held, _ in sent}, is_talk=True)
