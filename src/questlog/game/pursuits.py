"""Quests and challenges somebody is on, or was: how they begin and how they end.

A row holds where its metrics stood when it began; how far it has come is read off the player. So nothing is written
while progress grows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, insert, select, update

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.core.prepared import prepared
from questlog.game import metrics, objectives
from questlog.game.content import content
from questlog.game.models import Pursuit
from questlog.game.rules import After, Challenge, Objective, Quest

PURSUITS = cast(Table, Pursuit.__table__)
OTHER = PURSUITS.alias("other")
INSERT = insert(PURSUITS)
END = update(PURSUITS).where(
    PURSUITS.c.id == bindparam("its_id"),
    PURSUITS.c.user_id == bindparam("its_user_id"),
    PURSUITS.c.state == "active",
)
ONE_DAY = timedelta(days=1)
QUEST, CHALLENGE = "quest", "challenge"


class ChallengeNotFoundError(NotFoundError):
    code = "challenge_not_found"
    default_message = (
        "There is no such challenge. Look at the list of challenges for those there are."
    )


class ChallengeJoinedError(ConflictError):
    code = "challenge_joined"
    default_message = "You are in this challenge already."


class ChallengeRestsError(ConflictError):
    """One round a day, so that a day is not counted for two."""

    code = "challenge_rests"
    default_message = "This challenge ended for you today. Join it again tomorrow."


class ChallengeOverError(ConflictError):
    code = "challenge_over"
    default_message = "This challenge is completed once and for all. Choose another one."


class NotInChallengeError(ConflictError):
    code = "not_in_challenge"
    default_message = "You are not in this challenge. Join it first."


type PursuitRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A pursuit that is over, with the columns that say how."""

    pursuit: PursuitRow
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What the end of a day brings: what is over, and rows, without owner and times, of what begins."""

    ended: Sequence[Ended] = ()
    begun: Sequence[dict[str, Any]] = ()


def begun_quest(quest: Quest, player: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a quest that begins now, without owner and times."""
    values = metrics.values(player)
    before = _baseline(quest.objectives, player)
    steps = objectives.reached_steps(quest.objectives, values, before)
    return _row(QUEST, quest.code, player["day_on"], baseline=before, steps_done=steps)


def begun_challenge(
    challenge: Challenge, player: Mapping[str, Any], *, round_: int = 1
) -> dict[str, Any]:
    """Return the row of a challenge that begins now, without owner and times. Its first day is today."""
    before = _baseline([challenge], player)
    last = player["day_on"] + timedelta(days=challenge.window_days - 1)
    row = _row(CHALLENGE, challenge.code, player["day_on"], baseline=before, ends_on=last)
    return {**row, "round": round_}


def _baseline(wanted: Iterable[Objective], player: Mapping[str, Any]) -> dict[str, int]:
    """A day on which something was done before a pursuit began still counts for it."""
    found = objectives.baseline(wanted, metrics.values(player))
    if found.get("distinct_days") and player["streak_on"] == player["day_on"]:
        return metrics.added(found, {"distinct_days": -1})
    return found


def _row(kind: str, code: str, today: date, **more: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": kind,
        "code": code,
        "round": 1,
        "state": "active",
        "steps_done": [],
        "progress": {},
        "started_on": today,
        "ends_on": None,
        **more,
    }


def progress_of(pursuit: PursuitRow, values: metrics.Counters) -> dict[str, int]:
    """Return how far each objective has come, by code; a challenge is its own only one.

    What its content no longer has is left out.
    """
    if pursuit["state"] != "active":
        return dict(pursuit["progress"])
    before = pursuit["baseline"]
    if pursuit["kind"] == QUEST:
        quest = content().quest.get(pursuit["code"])
        steps = () if quest is None else quest.objectives
        return dict(objectives.progress_of_steps(steps, values, before, done=pursuit["steps_done"]))
    challenge = content().challenge.get(pursuit["code"])
    if challenge is None:
        return {}
    return {challenge.code: objectives.progress(challenge, values, before)}


def ending(
    pursuit: PursuitRow, state: str, values: metrics.Counters, now: datetime
) -> dict[str, Any]:
    """Return the columns of a pursuit that ends; with `completed` all of it is reached."""
    return {"state": state, "progress": progress_of(pursuit, values), "finished_at": now}


def rests(pursuit: PursuitRow, player: Mapping[str, Any]) -> bool:
    """Tell whether a pursuit was completed or left on this very day: the same is not begun twice a day.

    One that expired ended with its last day, whenever that was written down.
    """
    ended: datetime | None = pursuit["finished_at"]
    return pursuit["state"] != "expired" and ended is not None and ended >= player["day_began"]


def challenge_of(code: str) -> Challenge:
    """Raises `ChallengeNotFoundError`."""
    found = content().challenge.get(code)
    if found is None:
        raise ChallengeNotFoundError()
    return found


def check_join(challenge: Challenge, last: PursuitRow | None, player: Mapping[str, Any]) -> None:
    """Raises `ChallengeJoinedError`, `ChallengeOverError`, `ChallengeRestsError`."""
    if last is None:
        return
    if last["state"] == "active":
        raise ChallengeJoinedError(details={"ends_on": last["ends_on"].isoformat()})
    if last["state"] == "completed" and not challenge.repeatable:
        raise ChallengeOverError()
    if rests(last, player):
        raise ChallengeRestsError(details={"from": (player["day_on"] + ONE_DAY).isoformat()})


def can_join(challenge: Challenge, last: PursuitRow | None, player: Mapping[str, Any]) -> bool:
    try:
        check_join(challenge, last, player)
    except ConflictError:
        return False
    return True


def at_rollover(player: Mapping[str, Any], latest: Iterable[PursuitRow], now: datetime) -> Changes:
    """Return what a new day brings to a settled player with these latest rounds. Pure, and nothing on the same day.

    Challenges whose last day is over expire; the standing challenge comes back, unless it was left; quests begin whose
    turn it is.
    """
    known = {_key(row): row for row in latest}
    values, today = metrics.values(player), player["day_on"]
    ended = {
        key: Ended(row, ending(row, "expired", values, now))
        for key, row in known.items()
        if row["state"] == "active" and row["ends_on"] is not None and row["ends_on"] < today
    }
    begun = [
        begun_challenge(challenge, player, round_=_round_after(row))
        for challenge in content().standing
        if (row := known.get(key := (CHALLENGE, challenge.code))) is None
        or key in ended
        or (row["state"] in ("completed", "expired") and not rests(row, player))
    ]
    begun += [
        begun_quest(quest, player)
        for quest in content().quests
        if (QUEST, quest.code) not in known and _may_begin(quest, known)
    ]
    return Changes(tuple(ended.values()), begun)


def _round_after(pursuit: PursuitRow | None) -> int:
    return 1 if pursuit is None else int(pursuit["round"]) + 1


def next_round(
    challenge: Challenge, last: PursuitRow | None, player: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the row of the round that begins now; raises as `check_join`."""
    check_join(challenge, last, player)
    return begun_challenge(challenge, player, round_=_round_after(last))


def left(last: PursuitRow | None, player: Mapping[str, Any], now: datetime) -> Ended:
    """Return the end of a round somebody gives up. Raises `NotInChallengeError`."""
    if last is None or last["state"] != "active":
        raise NotInChallengeError()
    return Ended(last, ending(last, "left", metrics.values(player), now))


def _may_begin(quest: Quest, known: Mapping[tuple[str, str], PursuitRow]) -> bool:
    if not isinstance(quest.starts, After):
        return True
    before = known.get((QUEST, quest.starts.after))
    return before is not None and before["state"] == "completed"


@prepared
def _latest(user_id: Any) -> Any:
    same = (
        OTHER.c.user_id == PURSUITS.c.user_id,
        OTHER.c.kind == PURSUITS.c.kind,
        OTHER.c.code == PURSUITS.c.code,
    )
    last = select(func.max(OTHER.c.round)).where(*same).scalar_subquery()
    times = select(func.count()).where(*same, OTHER.c.state == "completed").scalar_subquery()
    return (
        select(PURSUITS, times.label("times_completed"))
        .where(PURSUITS.c.user_id == user_id, PURSUITS.c.round == last)
        .order_by(PURSUITS.c.id)
    )


async def latest(session: Session, user_id: UUID) -> list[PursuitRow]:
    """Return the last round of every quest and challenge the user was ever on, with `times_completed`."""
    return [dict(row._mapping) for row in await session.execute(*_latest(user_id))]


async def present(
    session: Session, user_id: UUID, player: Mapping[str, Any], now: datetime
) -> dict[tuple[str, str], PursuitRow]:
    """Return the last rounds by kind and code, as they will be when the days of a settled player are written."""
    rows = await latest(session, user_id)
    changes = at_rollover(player, rows, now)
    found: dict[tuple[str, str], PursuitRow] = {_key(row): row for row in rows}
    for ended in changes.ended:
        found[_key(ended.pursuit)] = {**ended.pursuit, **ended.columns}
    for row in changes.begun:
        times = found.get(_key(row), {}).get("times_completed", 0)
        found[_key(row)] = {**row, "times_completed": times, "finished_at": None}
    return found


def _key(row: PursuitRow) -> tuple[str, str]:
    return row["kind"], row["code"]


async def begin(
    session: Session, user_id: UUID, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Write what begins."""
    if rows:
        stamped = [{**row, "user_id": user_id, "created_at": now} for row in rows]
        await session.execute(INSERT, stamped)


async def end(session: Session, user_id: UUID, ended: Iterable[Ended]) -> None:
    """Write what is over."""
    for one in ended:
        place = {"its_id": one.pursuit["id"], "its_user_id": user_id}
        await session.execute(END, {**one.columns, **place})
