"""Taking back what a deed brought: additive effects to the last point, thresholds unless something was built on them.

A boss rises again if no other was hit since; a quest or a challenge is open again if the next one has not begun
to move; a badge goes when its counter is below the target. What stays is listed as kept and never pays twice, since
its entry still stands (details.md § 1.3). A day that was settled is not judged again, and a potion's use is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update

from questlog.core.db import Session
from questlog.game import badges, bosses, ledger, metrics, objectives, receipts, striving, turns
from questlog.game.badges import Earned as BadgeEarned
from questlog.game.content import content
from questlog.game.days import ONE
from questlog.game.earning import BADGES, COUNTERS, STEPS, STREAK_BEFORE, counts_day
from questlog.game.ledger import BONUSES, LEDGER, Entry
from questlog.game.pursuits import CHALLENGE, PURSUITS, QUEST
from questlog.game.striving import CHANGE, Pursuit, Step
from questlog.game.turns import BOSSES, Boss, Turn


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`shown` is the game's part of a receipt, with negative amounts and what was `kept`.

    `risen_week` is the week whose boss rose again. Whether it is current still is not the game's to know.
    """

    shown: Mapping[str, Any] = field(default_factory=dict)
    risen_week: UUID | None = None

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
    start, stood = len(turn.entries), turn.boss
    before, counted = metrics.values(turn.player), turn.player["counters"]
    kept = await _bosses(session, turn, own, [one for one in bonus if one.source_kind == "boss"])
    for grant in own:
        turn.count({name: -value for name, value in grant.details.get(COUNTERS, {}).items()})
    await _days(session, turn, own)
    first = await _first_of(session, user_id, own[0])
    on = await striving.active(session, user_id)
    reached = {tuple(step) for grant in own for step in grant.details.get(STEPS, ())}
    reached |= {step for pursuit in on for step in _stood(pursuit, before)}
    moved = {one.id: one for one in striving.rebased(turn, on, counted, first)}
    rewards = {one.source_id: one for one in bonus if one.source_kind != "boss"}
    opened, still = await _strivings(session, turn, reached, rewards, moved)
    gone = await _badges(session, turn, own, before)
    _tell(turn, stood, opened, gone)
    await turns.finish(session, turn)
    back = turn.entries[start:]
    return TakenBack(
        receipts.taken_back(turn, back, stood, opened=opened, gone=gone, kept=[*kept, *still]),
        turn.boss.week_id if turn.boss is not None and turn.boss != stood else None,
    )


async def _badges(
    session: Session, turn: Turn, own: Sequence[Entry], before: Mapping[str, int]
) -> list[BadgeEarned]:
    """Take the badges the deed brought by itself, and those whose counter fell below its target."""
    given = [code for grant in own for code in grant.details.get(BADGES, ())]
    fallen = badges.crossed(metrics.values(turn.player), before)
    return await badges.take(session, turn.user_id, {*given, *(badge.code for badge in fallen)})


def _tell(
    turn: Turn, stood: Boss | None, opened: Sequence[Step], gone: Sequence[BadgeEarned]
) -> None:
    if turn.boss is not None and turn.boss != stood:
        turn.tell("boss.returned", ("boss", turn.boss.id), hp_left=turn.hp_left)
    for pursuit in {step.pursuit.id: step.pursuit for step in opened}.values():
        turn.tell(f"{pursuit.kind}.reopened", (pursuit.kind, pursuit.id), code=pursuit.code)
    for badge in gone:
        turn.tell("badge.lost", ("badge", None), code=badge.code)


async def _bosses(
    session: Session, turn: Turn, own: Sequence[Entry], bonuses: Sequence[Entry]
) -> list[dict[str, Any]]:
    """Reverse the deeds themselves, with their damage where the boss can still heal."""
    kept = []
    for bonus in bonuses:
        if await _rises(session, turn, bonus, own):
            turn.enter(ledger.opposite(bonus))
        else:
            kept.append({"kind": "boss", "code": bonus.details.get("boss"), "xp": bonus.xp})
    for grant in own:
        heals = grant.damage and await _can_heal(session, turn, grant)
        back = ledger.opposite(replace(grant, potion=0, hearts=0))
        turn.enter(back if heals else replace(back, damage=0))
    return kept


async def _rises(session: Session, turn: Turn, bonus: Entry, own: Sequence[Entry]) -> bool:
    """Let the boss that fell last rise by the blow that is taken back, if no other boss has lost anything since.

    It has no HP; the reversal of the blow gives back what that took. A blow that was taken back before, when the boss
    could not rise, gives back nothing.
    """
    fallen = await bosses.load(session, turn.user_id, UUID(bonus.source_id))
    if fallen is None or not any(one.damage > 0 and one.boss_id == fallen.id for one in own):
        return False
    since = (LEDGER.c.user_id == turn.user_id, LEDGER.c.id > bonus.id)
    hits = (
        select(LEDGER.c.boss_id)
        .where(*since, LEDGER.c.boss_id.is_not(None), LEDGER.c.boss_id != fallen.id)
        .group_by(LEDGER.c.boss_id)
        .having(func.sum(LEDGER.c.damage) > 0)
    )
    if await session.scalar(hits.limit(1)) is not None:
        return False
    bosses.revive(turn, fallen)
    return True


async def _can_heal(session: Session, turn: Turn, grant: Entry) -> bool:
    """Heal a boss that waits or went away where it is; the present one heals by the entry. One that fell cannot."""
    if grant.boss_id == turn.player["boss_id"]:
        return True
    elsewhere = (
        update(BOSSES)
        .where(
            BOSSES.c.id == grant.boss_id,
            BOSSES.c.user_id == turn.user_id,
            BOSSES.c.state.in_(("waiting", "gone")),
        )
        .values(damage_before=BOSSES.c.damage_before - grant.damage)
        .returning(BOSSES.c.id)
    )
    return await session.scalar(elsewhere) is not None


async def _days(session: Session, turn: Turn, own: Sequence[Entry]) -> None:
    """A day on which no paid completion is left is no day of the streak, unless it was settled."""
    days = {grant.local_day for grant in own if counts_day(grant)}
    taken = {grant.id for grant in own}
    for day in days:
        paid = await ledger.completions_on(session, turn.user_id, day)
        if any(stands and counts_day(one) and one.id not in taken for one, stands in paid):
            continue
        turn.count({"distinct_days": -1})
        if day == turn.today and turn.player["streak_on"] == day:
            _carry_back(turn, [entry for entry, _ in paid])


def _carry_back(turn: Turn, paid: Sequence[Entry]) -> None:
    """Give the streak of before the day back, as the last completion that carried it on found it.

    That completion bridged whatever lay between; so a live streak reaches up to the day before, and no day that was
    passed over is judged a second time.
    """
    carried = [entry.details[STREAK_BEFORE] for entry in paid if STREAK_BEFORE in entry.details]
    if not carried:
        return
    streak, last, best = carried[-1]
    turn.player["streak"], turn.player["best_streak"] = streak, best
    if streak:
        turn.player["streak_on"] = turn.today - ONE
    else:
        turn.player["streak_on"] = None if last is None else date.fromisoformat(last)


async def _first_of(session: Session, user_id: UUID, grant: Entry) -> Entry:
    """Return the first payment for what a grant paid for."""
    if grant.round == 1:
        return grant
    source = (grant.source_kind, grant.source_id, grant.key)
    (first, _), *_ = await ledger.grants_for(session, user_id, *source)
    return first


def _stood(pursuit: Pursuit, before: Mapping[str, int]) -> set[tuple[str, str]]:
    """Return the objectives that were reached and still counted as much, whichever deed had reached them."""
    return {
        (str(pursuit.id), code)
        for code, objective in pursuit.objectives.items()
        if code in pursuit.steps_done and objectives.is_reached(objective, before, pursuit.baseline)
    }


async def _strivings(
    session: Session,
    turn: Turn,
    reached: set[tuple[Any, ...]],
    rewards: Mapping[str, Entry],
    on: Mapping[UUID, Pursuit],
) -> tuple[list[Step], list[dict[str, Any]]]:
    """Open the objectives again that were `reached` until now and are below their target without what is taken back.

    A quest or a challenge that was complete with them pays its reward back, or keeps it. Returns the objectives that are
    open again, and what was kept.
    """
    ids = {UUID(id_) for id_, _ in reached}
    mine = PURSUITS.c.user_id == turn.user_id
    found = await session.execute(select(PURSUITS).where(mine, PURSUITS.c.id.in_(ids)))
    opened: list[Step] = []
    kept = []
    for row in found.all() if ids else ():
        pursuit = on.get(row.id) or Pursuit(*(getattr(row, name) for name in striving.SHOWN))
        fallen = _fallen(pursuit, reached, metrics.values(turn.player))
        reward = rewards.get(str(row.id))
        if reward is not None and not (fallen and await _pays_back(session, turn, row, reward)):
            code = reward.details.get(reward.source_kind)
            kept.append({"kind": reward.source_kind, "code": code, "xp": reward.xp})
        elif fallen and (reward is not None or row.state == "active"):
            left = [code for code in row.steps_done if code not in fallen]
            place = {"its_id": row.id, "its_user_id": turn.user_id}
            turn.writes.append((CHANGE, {**place, "steps_done": left}))
            opened += [_open_step(turn, pursuit, code) for code in fallen]
    return opened, kept


def _open_step(turn: Turn, pursuit: Pursuit, code: str) -> Step:
    objective = pursuit.objectives[code]
    came_to = objectives.progress(objective, metrics.values(turn.player), pursuit.baseline)
    return Step(pursuit, code, came_to, objective.target, is_new=False)


def _fallen(
    pursuit: Pursuit, reached: set[tuple[Any, ...]], values: Mapping[str, int]
) -> list[str]:
    return [
        code
        for code, objective in pursuit.objectives.items()
        if (str(pursuit.id), code) in reached
        and objectives.progress(objective, values, pursuit.baseline) < objective.target
    ]


async def _pays_back(session: Session, turn: Turn, row: Row[Any], reward: Entry) -> bool:
    """Open a completed quest or challenge again, unless what came after it has begun to move or its freeze is used."""
    if reward.freezes > turn.player["streak_freezes"]:
        return False
    may = _challenge_reopens if row.kind == CHALLENGE else _quest_reopens
    if not await may(session, turn, row):
        return False
    again: dict[str, Any] = {"state": "active", "finished_at": None, "progress": {}}
    turn.writes.append((CHANGE, {"its_id": row.id, "its_user_id": turn.user_id, **again}))
    turn.enter(ledger.opposite(reward))
    return True


async def _challenge_reopens(session: Session, turn: Turn, row: Row[Any]) -> bool:
    newer = select(PURSUITS.c.id).where(
        PURSUITS.c.user_id == turn.user_id,
        PURSUITS.c.kind == CHALLENGE,
        PURSUITS.c.code == row.code,
        PURSUITS.c.round > row.round,
    )
    is_newest = await session.scalar(newer.limit(1)) is None
    return is_newest and row.ends_on is not None and row.ends_on >= turn.today


async def _quest_reopens(session: Session, turn: Turn, row: Row[Any]) -> bool:
    codes = [quest.code for quest in content().quests_after(row.code)]
    mine = (PURSUITS.c.user_id == turn.user_id, PURSUITS.c.kind == QUEST)
    found = await session.execute(select(PURSUITS).where(*mine, PURSUITS.c.code.in_(codes)))
    followers = found.all()
    if any(one.state != "active" or one.steps_done for one in followers):
        return False
    ids = [one.id for one in followers]
    turn.writes.append((delete(PURSUITS).where(*mine, PURSUITS.c.id.in_(ids)), {}))
    return True
