"""Coming nearer to quests and challenges: what was reached is written down and paid for, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from questlog.core.db import Session
from questlog.core.prepared import prepared
from questlog.game import ledger, metrics, objectives, pursuits
from questlog.game.content import content
from questlog.game.ledger import Entry
from questlog.game.pursuits import PURSUITS, QUEST
from questlog.game.rules import Challenge, Objective, Quest, Reward
from questlog.game.turns import Turn

CHANGE = update(PURSUITS).where(
    PURSUITS.c.id == bindparam("its_id"), PURSUITS.c.user_id == bindparam("its_user_id")
)

DAYS = "distinct_days"
SHOWN = ("id", "kind", "code", "baseline", "steps_done", "started_on")


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A quest or a challenge somebody is on; `baseline` has the counters of its beginning."""

    id: UUID
    kind: str
    code: str
    baseline: Mapping[str, int]
    steps_done: Sequence[str]
    started_on: date

    @property
    def rule(self) -> Quest | Challenge | None:
        """None when the content no longer has it."""
        known = content()
        return known.quest.get(self.code) if self.kind == QUEST else known.challenge.get(self.code)

    @property
    def objectives(self) -> dict[str, Objective]:
        """Return what is to be reached, by code; a challenge is its own only one."""
        rule = self.rule
        if isinstance(rule, Quest):
            return {step.code: step for step in rule.objectives}
        return {} if rule is None else {rule.code: rule}


@dataclass(frozen=True, slots=True)
class Step:
    """How far one objective has come."""

    pursuit: Pursuit
    code: str
    progress: int
    target: int
    is_new: bool
    """It was reached just now."""


@prepared
def _active(user_id: Any) -> Any:
    return (
        select(*(PURSUITS.c[name] for name in SHOWN))
        .where(PURSUITS.c.user_id == user_id, PURSUITS.c.state == "active")
        .order_by(PURSUITS.c.kind.desc(), PURSUITS.c.id)
    )


async def active(session: Session, user_id: UUID) -> list[Pursuit]:
    """Return what somebody is on: quests first, each kind by its beginning."""
    return [Pursuit(*row) for row in await session.execute(*_active(user_id))]


async def foreseen(session: Session, turn: Turn) -> list[Pursuit]:
    """Return the same for a turn that only looks: as if the passed days had been written."""
    if not turn.is_new_day:
        return await active(session, turn.user_id)
    present = await pursuits.present(session, turn.user_id, turn.player, turn.now)
    on = [row for row in present.values() if row["state"] == "active"]
    on.sort(key=lambda row: (row["kind"] != QUEST, row["id"]))
    return [Pursuit(*(row[name] for name in SHOWN)) for row in on]


def rebased(
    turn: Turn, on: Sequence[Pursuit], before: Mapping[str, int], first: Entry
) -> list[Pursuit]:
    """Let what was paid for first before a pursuit began, and is taken back or repeated now, not move it.

    `before` are the counters until then. Without this the same old deeds could be done again for every challenge.
    """
    after = turn.player["counters"]
    names = before.keys() | after.keys()
    moved = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return [_rebased(turn, pursuit, moved, first) for pursuit in on]


def _rebased(turn: Turn, pursuit: Pursuit, moved: Mapping[str, int], first: Entry) -> Pursuit:
    is_older, is_of_a_day_before = first.id < pursuit.id, first.local_day < pursuit.started_on
    keys = {one.key for one in pursuit.objectives.values()}
    shift = {
        key: moved.get(key, 0) for key in keys if (is_of_a_day_before if key == DAYS else is_older)
    }
    if not any(shift.values()):
        return pursuit
    baseline = metrics.added(pursuit.baseline, shift)
    place = {"its_id": pursuit.id, "its_user_id": turn.user_id}
    turn.writes.append((CHANGE, {**place, "baseline": baseline}))
    return replace(pursuit, baseline=baseline)


def steps(pursuit: Pursuit, before: Mapping[str, int], after: Mapping[str, int]) -> list[Step]:
    """Return the objectives of a pursuit that came nearer, those that were reached before not among them."""
    found = []
    for code, objective in pursuit.objectives.items():
        if code in pursuit.steps_done:
            continue
        came_to = objectives.progress(objective, after, pursuit.baseline)
        is_reached = came_to == objective.target
        if is_reached or came_to > objectives.progress(objective, before, pursuit.baseline):
            found.append(Step(pursuit, code, came_to, objective.target, is_reached))
    return found


async def advance(
    session: Session,
    turn: Turn,
    on: Sequence[Pursuit],
    before: Mapping[str, int],
    cause_id: UUID,
) -> list[Step]:
    """Write down what was reached and pay for what is complete; return every objective that came nearer."""
    after = metrics.values(turn.player)
    found: list[Step] = []
    for pursuit in on:
        moved = steps(pursuit, before, after)
        found.extend(moved)
        _tell(turn, moved)
        new = [step.code for step in moved if step.is_new]
        if new:
            done = {*pursuit.steps_done, *new}
            in_order = [code for code in pursuit.objectives if code in done]
            reached = replace(pursuit, steps_done=in_order)
            await _reach(session, turn, reached, cause_id)
    return found


async def _reach(session: Session, turn: Turn, pursuit: Pursuit, cause_id: UUID) -> None:
    place = {"its_id": pursuit.id, "its_user_id": turn.user_id}
    done = {"steps_done": list(pursuit.steps_done)}
    if len(pursuit.steps_done) < len(pursuit.objectives):
        turn.writes.append((CHANGE, {**place, **done}))
        return
    targets = {code: one.target for code, one in pursuit.objectives.items()}
    ended = {"state": "completed", "finished_at": turn.now, "progress": targets}
    turn.writes.append((CHANGE, {**place, **done, **ended}))
    rule = pursuit.rule
    if rule is not None:
        await _pay(session, turn, pursuit, rule.reward, cause_id)
        turn.tell(f"{pursuit.kind}.completed", (pursuit.kind, pursuit.id), code=pursuit.code)
    if pursuit.kind == QUEST:
        for quest in content().quests_after(pursuit.code):
            row = pursuits.begun_quest(quest, turn.player)
            stamped = {**row, "user_id": turn.user_id, "created_at": turn.now}
            turn.writes.append((insert(PURSUITS), stamped))


async def _pay(
    session: Session, turn: Turn, pursuit: Pursuit, reward: Reward, cause_id: UUID
) -> None:
    rounds = await ledger.rounds_of(session, turn.user_id, pursuit.kind, str(pursuit.id), "once")
    hold = content().item["streak-freeze"].hold or reward.freezes
    room = max(hold - turn.player["streak_freezes"], 0)
    turn.enter(
        Entry(
            "grant",
            pursuit.kind,
            str(pursuit.id),
            cause_id,
            turn.today,
            round=rounds + 1,
            xp=reward.xp,
            gold=reward.gold,
            freezes=min(reward.freezes, room),
            details={pursuit.kind: pursuit.code},
        )
    )


def _tell(turn: Turn, found: Sequence[Step]) -> None:
    for step in found:
        subject = (step.pursuit.kind, step.pursuit.id)
        payload = {"code": step.pursuit.code, "progress": step.progress, "target": step.target}
        if step.pursuit.kind == QUEST and step.is_new:
            turn.tell("quest.advanced", subject, **payload, objective=step.code)
        elif step.pursuit.kind != QUEST:
            turn.tell("challenge.advanced", subject, **payload)
