"""Being paid for something done: the ledger, the totals, the streak, the boss, pursuits and badges, in this order.

It happens inside the transaction of the deed. What was paid once and taken back is paid again with the very amounts
of the first time, on the first time's day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.game import badges, bosses, deeds, ledger, metrics, receipts, striving, turns
from questlog.game.badges import Earned as BadgeEarned
from questlog.game.content import content
from questlog.game.deeds import Deed, Worth
from questlog.game.ledger import Entry
from questlog.game.striving import Pursuit, Step
from questlog.game.turns import Turn

STREAK_BEFORE = "streak_before"
COUNTERS = "counters"
STEPS = "steps"
BADGES = "badges"
COUNTS_DAY = "counts_day"


@dataclass(frozen=True, slots=True)
class Earned:
    """What one deed brought in all; `is_new` is False for one that was paid for before and still is."""

    is_new: bool
    xp: int = 0
    gold: int = 0
    shown: Mapping[str, Any] = field(default_factory=dict)

    def receipt(self) -> dict[str, Any]:
        """Return the game's part of a receipt, plain JSON; nothing for a repeat."""
        return dict(self.shown)


@dataclass(frozen=True, slots=True)
class Payment:
    """What a deed is worth to a player, before it is entered."""

    worth: Worth
    day: date
    round: int = 1
    first: Entry | None = None
    """The first payment, for a deed that is paid again."""
    has_struck: bool = False
    """A boss lost what it had to lose to the deed, and never got it back."""


async def earn(
    session: Session, user_id: UUID, deed: Deed, *, timezone: str, is_first: bool = False
) -> Earned:
    """Pay for a deed, once. With `is_first` the caller knows that nothing was ever paid for it."""
    asked = None if is_first else (deed.kind, str(deed.source_id), deed.key)
    turn = await turns.begin(session, user_id, timezone=timezone, asked=asked)
    is_first = is_first or not turn.was_paid
    payment = payment_of(turn, deed) if is_first else await _again(session, turn, deed)
    if payment is None:
        await turns.finish(session, turn)
        return Earned(is_new=False)
    earned = await _play(session, turn, deed, payment, await striving.active(session, user_id))
    await turns.finish(session, turn)
    return earned


async def foresee(session: Session, user_id: UUID, deed: Deed, *, timezone: str) -> Earned:
    """Return what `earn` would at this moment. It is thought through in memory, and nothing is written."""
    turn = await turns.look(session, user_id, timezone=timezone)
    payment = await _again(session, turn, deed)
    if payment is None:
        return Earned(is_new=False)
    return await _play(session, turn, deed, payment, await striving.foreseen(session, turn))


async def _play(
    session: Session, turn: Turn, deed: Deed, payment: Payment, on: Sequence[Pursuit]
) -> Earned:
    """Move a turn by a deed with all that follows from it; nothing is written yet."""
    deed = await _first_time(session, turn, deed)
    before, counted = metrics.values(turn.player), turn.player["counters"]
    faced = turn.boss
    entry, damage = _enter(turn, deed, payment)
    await _count_day(session, turn, deed, entry)
    if payment.first is not None:
        on = striving.rebased(turn, on, counted, payment.first)
    fallen = None
    if faced is not None and damage:
        turn.tell("boss.hit", ("boss", faced.id), damage=damage, hp_left=turn.hp_left)
        if turn.hp_left == 0:
            fallen = await bosses.fell(session, turn, deed.cause_id)
    hp_left = 0 if fallen is not None else turn.hp_left
    came = await striving.advance(session, turn, on, before, deed.cause_id)
    given = await _badges(session, turn, deed, before)
    turn.award(given, deed.cause_id)
    _note(entry, came, deed)
    struck = None if faced is None else receipts.blow(turn, faced, damage, hp_left)
    return Earned(
        is_new=True,
        xp=ledger.total(turn.entries, "xp"),
        gold=ledger.total(turn.entries, "gold"),
        shown=receipts.shown(turn, payment.worth, struck, came, given),
    )


async def restore(session: Session, user_id: UUID, cause_id: UUID, *, timezone: str) -> None:
    """Pay again for what was paid because of something and taken back, when the taking back is undone.

    What was never paid for, such as a completion that was imported, is not paid for now either.
    """
    for entry in await ledger.taken_back(session, user_id, cause_id):
        details = entry.details
        deed = Deed(
            kind=entry.source_kind,
            source_id=UUID(entry.source_id),
            key=entry.key,
            cause_id=cause_id,
            title=details["title"],
            base=details["base"],
            difficulty=details.get("difficulty", "normal"),
            is_backdated=details.get("backdated", False),
            course=details.get("course"),
            moved=details[COUNTERS],
        )
        await earn(session, user_id, deed, timezone=timezone)


def payment_of(turn: Turn, deed: Deed) -> Payment:
    """Return what a deed that was never paid for is worth to a player at this moment."""
    player = turn.player
    found = deeds.worth(
        deed,
        content().rules,
        today=turn.today,
        paid_today=player["day_tasks"],
        ahead_today=player["day_ahead"],
        potion_left=player["potion_left"],
    )
    return Payment(found, turn.today)


async def _again(session: Session, turn: Turn, deed: Deed) -> Payment | None:
    """None while a payment stands; one that was taken back is repeated to the point (details.md § 2.3)."""
    prior = await ledger.grants_for(session, turn.user_id, deed.kind, str(deed.source_id), deed.key)
    if not prior:
        return payment_of(turn, deed)
    (first, _), (last, stands) = prior[0], prior[-1]
    if stands:
        return None
    lasting = await ledger.lasting_damage(
        session, turn.user_id, deed.kind, str(deed.source_id), deed.key
    )
    worth = Worth(first.xp, first.gold)
    return Payment(worth, first.local_day, last.round + 1, first, has_struck=lasting > 0)


def _enter(turn: Turn, deed: Deed, payment: Payment) -> tuple[Entry, int]:
    worth = payment.worth
    damage = 0 if payment.has_struck else min(worth.xp, turn.hp_left)
    moved = deed.counters(worth.xp)
    entry = turn.enter(
        Entry(
            "grant",
            deed.kind,
            str(deed.source_id),
            deed.cause_id,
            payment.day,
            key=deed.key,
            round=payment.round,
            xp=worth.xp,
            gold=worth.gold,
            hearts=_hearts(turn, deed.hearts),
            potion=-1 if worth.uses_potion else 0,
            damage=damage,
            boss_id=turn.player["boss_id"] if damage else None,
            details={**deeds.told(deed, worth, turn.today), COUNTERS: moved},
        )
    )
    turn.count(moved)
    if deed.is_capped and payment.round == 1 and worth.xp:
        turn.player["day_tasks"] += 1
        turn.player["day_ahead"] += int(deed.is_ahead_of(turn.today))
    if entry.hearts:
        change = "heart.regained" if entry.hearts > 0 else "heart.lost"
        turn.tell(
            change,
            ("user", turn.user_id),
            by=deed.kind,
            count=abs(entry.hearts),
            hearts=turn.player["hearts"],
        )
    return entry, damage


def _hearts(turn: Turn, wanted: int) -> int:
    """Hearts never rise above their number nor fall below none; switched off, none is lost."""
    if wanted < 0 and turn.player["hearts_off"]:
        return 0
    has: int = turn.player["hearts"]
    most = content().rules.hearts.max
    return max(min(wanted, most - has), -has)


async def _count_day(session: Session, turn: Turn, deed: Deed, entry: Entry) -> None:
    """A paid completion counts its day once; on the present day it carries the streak on."""
    if not (deed.is_completion and entry.xp) or deed.is_backdated:
        return
    _detail(entry, COUNTS_DAY, True)
    player = turn.player
    if entry.local_day != turn.today:
        others = await ledger.completions_on(session, turn.user_id, entry.local_day)
        if not any(stands and counts_day(other) for other, stands in others):
            turn.count({"distinct_days": 1})
        return
    if player["streak_on"] == turn.today:
        return
    last = player["streak_on"]
    before = [player["streak"], None if last is None else last.isoformat(), player["best_streak"]]
    _detail(entry, STREAK_BEFORE, before)
    player["streak"] += 1  # settling the passed days left it above 0 only if it goes on
    player["streak_on"] = turn.today
    player["best_streak"] = max(player["best_streak"], player["streak"])
    turn.count({"distinct_days": 1})
    turn.tell("streak.extended", ("user", turn.user_id), streak=player["streak"])


def counts_day(entry: Entry) -> bool:
    """Tell whether a completion made its day one of the streak."""
    return bool(entry.details.get(COUNTS_DAY))


async def _first_time(session: Session, turn: Turn, deed: Deed) -> Deed:
    """Leave out the badges somebody has, and what they count: a week that was finished is not finished again."""
    has = await badges.held(session, turn.user_id, [code for code, _, _ in deed.badges])
    if not has:
        return deed
    again = {counter for code, _, counter in deed.badges if code in has}
    return replace(
        deed,
        badges=[badge for badge in deed.badges if badge[0] not in has],
        counts={name: count for name, count in deed.counts.items() if name not in again},
    )


async def _badges(
    session: Session, turn: Turn, deed: Deed, before: Mapping[str, int]
) -> list[BadgeEarned]:
    """Return what is earned now: a counter may cross a target again while the badge is still there."""
    own = [BadgeEarned(code, title) for code, title, _ in deed.badges]
    crossed = badges.crossed(before, metrics.values(turn.player))
    has = await badges.held(session, turn.user_id, [badge.code for badge in crossed])
    return [*own, *(badge for badge in crossed if badge.code not in has)]


def _note(entry: Entry, came: Sequence[Step], deed: Deed) -> None:
    """Keep with the entry what taking it back must know."""
    reached = [[str(step.pursuit.id), step.code] for step in came if step.is_new]
    if reached:
        _detail(entry, STEPS, reached)
    if deed.badges:
        _detail(entry, BADGES, [code for code, _, _ in deed.badges])


def _detail(entry: Entry, name: str, value: Any) -> None:
    """An entry is complete when its turn is written; until then its details grow."""
    details: Any = entry.details
    details[name] = value
