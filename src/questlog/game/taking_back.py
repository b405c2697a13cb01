"""Taking back what a deed brought: additive effects to the last point, thresholds unless something was built on them.

A boss rises again if its follower was not hit yet; a quest or a challenge is open again if the next one has not begun
to move; a badge goes when its counter is below the target. What stays is listed as kept and never pays twice, since
its entry still stands (details.md § 1.3). A day that was settled is not judged again, and a potion's use is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from questlog.core.db import Session
from questlog.game import badges, bosses, ledger, levels, metrics, objectives, turns
from questlog.game.bosses import BOSSES
from questlog.game.content import content
from questlog.game.earning import BADGES, COUNTERS, STEPS, STREAK_BEFORE, counts_day
from questlog.game.ledger import LEDGER, Entry
from questlog.game.pursuits import CHALLENGE, PURSUITS, QUEST
from questlog.game.striving import CHANGE, Pursuit
from questlog.game.turns import Turn

BONUSES = frozenset({"boss", "quest", "challenge"})


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`shown` is the game's part of a receipt, with negative amounts and what was `kept`."""

    shown: Mapping[str, Any] = field(default_factory=dict)

    def receipt(self) -> dict[str, Any]:
        return dict(self.shown)


async def take_back(session: Session, user_id: UUID, cause_id: UUID, *, timezone: str) -> TakenBack:
    """Reverse everything that was paid because of something; nothing when nothing of it stands."""
    turn = await turns.begin(session, user_id, timezone=timezone)
    grants = await ledger.live_grants(session, user_id, cause_id)
    own = [grant for grant in grants if grant.source_kind not in BONUSES]
    bonus = [grant for grant in grants if grant.source_kind in BONUSES]
    if not own:
        await turns.finish(session, turn)
        return TakenBack()
    start = len(turn.entries)
    kept = [
        *await _bosses(session, turn, own, [one for one in bonus if one.source_kind == "boss"]),
        *await _rewards(session, turn, [one for one in bonus if one.source_kind != "boss"]),
    ]
    for grant in own:
        turn.count({name: -value for name, value in grant.details.get(COUNTERS, {}).items()})
    await _days(session, turn, own)
    await _steps(session, turn, own)
    given = [code for grant in own for code in grant.details.get(BADGES, ())]
    values = metrics.values(turn.player)
    gone = await badges.take_back(session, user_id, cause_id, values, given)
    await turns.finish(session, turn)
    return TakenBack(_shown(turn, turn.entries[start:], gone, kept))


async def _bosses(
    session: Session, turn: Turn, own: Sequence[Entry], bonuses: Sequence[Entry]
) -> list[dict[str, Any]]:
    """Reverse the deeds themselves, with their damage where the boss can still heal."""
    kept = []
    for bonus in bonuses:
        if await _rises(session, turn, bonus):
            turn.enter(ledger.opposite(bonus))
        else:
            kept.append({"kind": "boss", "code": bonus.details.get("boss"), "xp": bonus.xp})
    for grant in own:
        heals = grant.damage and await _can_heal(session, turn, grant)
        back = ledger.opposite(replace(grant, potion=0, hearts=0))
        turn.enter(back if heals else replace(back, damage=0))
    return kept


async def _rises(session: Session, turn: Turn, bonus: Entry) -> bool:
    """Let a fallen boss rise with no HP, which the reversal of the blow gives back, if its follower was not hit."""
    fallen = await bosses.load(session, turn.user_id, UUID(bonus.source_id))
    follower = turn.boss
    if fallen is None or follower is None or follower.id == fallen.id:
        return False
    hit = select(LEDGER.c.id).where(
        LEDGER.c.user_id == turn.user_id,
        LEDGER.c.boss_id == follower.id,
        LEDGER.c.damage > 0,
        LEDGER.c.id > bonus.id,
    )
    if await session.scalar(hit.limit(1)) is not None:
        return False
    bosses.revive(turn, fallen, follower, 0)
    return True


async def _can_heal(session: Session, turn: Turn, grant: Entry) -> bool:
    if grant.boss_id == turn.player["boss_id"]:
        return True
    waiting = (
        update(BOSSES)
        .where(
            BOSSES.c.id == grant.boss_id,
            BOSSES.c.user_id == turn.user_id,
            BOSSES.c.state == "waiting",
        )
        .values(damage_before=BOSSES.c.damage_before - grant.damage)
        .returning(BOSSES.c.id)
    )
    return await session.scalar(waiting) is not None


async def _rewards(session: Session, turn: Turn, rewards: Sequence[Entry]) -> list[dict[str, Any]]:
    kept = []
    for reward in rewards:
        if reward.freezes <= turn.player["streak_freezes"] and await _reopens(
            session, turn, reward
        ):
            turn.enter(ledger.opposite(reward))
        else:
            code = reward.details.get(reward.source_kind)
            kept.append({"kind": reward.source_kind, "code": code, "xp": reward.xp})
    return kept


async def _reopens(session: Session, turn: Turn, reward: Entry) -> bool:
    """Open a completed quest or challenge again, unless what came after it has begun to move."""
    code = reward.details[reward.source_kind]
    mine = PURSUITS.c.user_id == turn.user_id
    now_on = await session.execute(select(PURSUITS).where(mine, PURSUITS.c.state == "active"))
    present = {(row.kind, row.code): row for row in now_on}
    place = {"its_id": UUID(reward.source_id), "its_user_id": turn.user_id}
    again: dict[str, Any] = {"state": "active", "finished_at": None, "progress": {}}
    if reward.source_kind == CHALLENGE:
        ends_on = await session.scalar(
            select(PURSUITS.c.ends_on).where(mine, PURSUITS.c.id == place["its_id"])
        )
        if (CHALLENGE, code) in present or ends_on is None or ends_on < turn.today:
            return False
        turn.writes.append((CHANGE, {**place, **again}))
        return True
    followers = [quest.code for quest in content().quests_after(code)]
    begun = [present.get((QUEST, follower)) for follower in followers]
    if any(row is None or row.steps_done for row in begun):
        return False
    gone = [row.id for row in begun if row is not None]
    turn.writes.append((delete(PURSUITS).where(mine, PURSUITS.c.id.in_(gone)), {}))
    turn.writes.append((CHANGE, {**place, **again}))
    return True


async def _days(session: Session, turn: Turn, own: Sequence[Entry]) -> None:
    """A day on which no paid completion is left is no day of the streak, unless it was settled."""
    days = {grant.local_day for grant in own if counts_day(grant)}
    taken = {grant.id for grant in own}
    for day in days:
        paid = await ledger.completions_on(session, turn.user_id, day)
        if any(stands and counts_day(one) and one.id not in taken for one, stands in paid):
            continue
        turn.count({"distinct_days": -1})
        before = next(
            (e.details[STREAK_BEFORE] for e, _ in paid if STREAK_BEFORE in e.details), None
        )
        if day == turn.today and turn.player["streak_on"] == day and before is not None:
            streak, last, best = before
            turn.player["streak"], turn.player["best_streak"] = streak, best
            turn.player["streak_on"] = None if last is None else date.fromisoformat(last)


async def _steps(session: Session, turn: Turn, own: Sequence[Entry]) -> None:
    """Objectives reached by what is taken back are open again when they are below their target."""
    reached = {tuple(step) for grant in own for step in grant.details.get(STEPS, ())}
    if not reached:
        return
    values = metrics.values(turn.player)
    mine = PURSUITS.c.user_id == turn.user_id
    ids = {UUID(id_) for id_, _ in reached}
    found = await session.execute(select(PURSUITS).where(mine, PURSUITS.c.id.in_(ids)))
    reopened = {
        values_["its_id"] for statement, values_ in turn.writes if _opens(statement, values_)
    }
    for row in found:
        if row.state != "active" and row.id not in reopened:
            continue
        pursuit = Pursuit(row.id, row.kind, row.code, row.baseline, row.steps_done)
        left = [code for code in row.steps_done if not _falls(pursuit, code, reached, values)]
        if left != list(row.steps_done):
            place = {"its_id": row.id, "its_user_id": turn.user_id}
            turn.writes.append((CHANGE, {**place, "steps_done": left}))


def _opens(statement: Any, values: Any) -> bool:
    return statement is CHANGE and values.get("state") == "active"


def _falls(
    pursuit: Pursuit, code: str, reached: set[tuple[Any, ...]], values: Mapping[str, int]
) -> bool:
    objective = pursuit.objectives.get(code)
    if objective is None or (str(pursuit.id), code) not in reached:
        return False
    return objectives.progress(objective, values, pursuit.baseline) < objective.target


def _shown(
    turn: Turn,
    back: Sequence[Entry],
    gone: Sequence[str],
    kept: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    boss = None
    if turn.boss is not None:
        boss = {
            "name": bosses.name_of(turn.boss, turn.locale),
            "damage": ledger.total(back, "damage"),
            "hp_left": turn.hp_left,
            "defeated": False,
        }
    return {
        "xp": ledger.total(back, "xp"),
        "gold": ledger.total(back, "gold"),
        "level_before": levels.level_of(turn.before["xp"]),
        "level_after": levels.level_of(turn.player["xp"]),
        "streak": turn.player["streak"],
        "boss": boss,
        "badges": [{"code": code} for code in gone],
        "kept": [dict(one) for one in kept],
    }
