"""A turn: one change of one player, thought through in memory and written at once.

Everything that moves a player begins a turn, which locks the player and settles the days that have passed, and ends
it: one statement for the ledger, one for the player, and one each for what changes rarely.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Table, bindparam, insert, select, update

from questlog.automation import events
from questlog.core import clock, lines
from questlog.core.db import Session
from questlog.core.prepared import Bound, prepared
from questlog.game import badges, ledger, levels, metrics, new_day, settling
from questlog.game.content import content
from questlog.game.ledger import Entry
from questlog.game.models import Player, PlayerBoss, SettledDay

PLAYERS = cast(Table, Player.__table__)
BOSSES = cast(Table, PlayerBoss.__table__)
SETTLED = cast(Table, SettledDay.__table__)
BOSS_COLUMNS = ("kind", "code", "name", "round", "hp_max", "bonus_xp", "week_id")
BOSS = [BOSSES.c[name].label(f"boss_{name}") for name in BOSS_COLUMNS]
STORED = [column.name for column in PLAYERS.c if column.name not in ("user_id", "created_at")]

EVER_PAID = "ever_paid"

type PlayerRow = dict[str, Any]
type Asked = tuple[str, str, str]


class NoPlayerError(LookupError):
    """An account without a player: the migration that gives one, or `questlog game recompute`, was not run."""


@dataclass(frozen=True, slots=True)
class Boss:
    """The boss a player faces; `name` is None for one of the ladder, whose names are content."""

    id: UUID
    kind: str
    code: str
    name: str | None
    round: int
    hp_max: int
    bonus_xp: int
    week_id: UUID | None


@dataclass
class Turn:
    """`player` is as it will be, `before` as it was; `entries` are the ledger rows to be written."""

    user_id: UUID
    player: PlayerRow
    before: Mapping[str, Any]
    boss: Boss | None
    now: datetime
    locale: str
    dialect: str
    entries: list[Entry] = field(default_factory=list)
    settled: list[tuple[date, str]] = field(default_factory=list)
    told: list[tuple[str, tuple[str, UUID | None], dict[str, Any]]] = field(default_factory=list)
    writes: list[tuple[Executable, Any]] = field(default_factory=list)
    """Further statements with their values, for what changes rarely."""
    was_paid: bool = True
    """What was asked about may have been paid for before."""

    @property
    def today(self) -> date:
        day: date = self.player["day_on"]
        return day

    @property
    def is_new_day(self) -> bool:
        """Whether the day it was when the player was written is over."""
        return bool(self.today != self.before["day_on"])

    @property
    def hp_left(self) -> int:
        left: int = 0 if self.boss is None else self.boss.hp_max - self.player["boss_damage"]
        return left

    def enter(self, entry: Entry) -> Entry:
        """Add an entry and move the balances by it. Gold that is not there becomes debt, which later gold pays."""
        player = self.player
        player["xp"] += entry.xp
        gold = player["gold"] - player["gold_debt"] + entry.gold
        player["gold"], player["gold_debt"] = max(gold, 0), max(-gold, 0)
        player["hearts"] += entry.hearts
        self._let_hearts_grow()
        player["streak_freezes"] += entry.freezes
        player["potion_left"] += entry.potion
        if entry.damage and entry.boss_id == player["boss_id"]:
            player["boss_damage"] += entry.damage
        self.entries.append(entry)
        return entry

    def _let_hearts_grow(self) -> None:
        if self.player["hearts"] >= content().rules.hearts.max:
            self.player["hearts_at"] = None
        elif self.player["hearts_at"] is None:
            self.player["hearts_at"] = self.now

    def count(self, moved: Mapping[str, int]) -> None:
        """Move the counters."""
        self.player["counters"] = metrics.added(self.player["counters"], moved)

    def award(self, earned: Sequence[badges.Earned], cause_id: UUID) -> None:
        """Hand badges out."""
        if earned:
            given = badges.rows(self.user_id, earned, cause_id, self.today, self.now)
            self.writes.append((badges.GIVE[self.dialect], given))
        for badge in earned:
            self.tell("badge.earned", ("badge", None), code=badge.code)

    def tell(self, type_: str, subject: tuple[str, UUID | None], **payload: Any) -> None:
        """Note an event; it is recorded when the turn ends."""
        self.told.append((type_, subject, payload))


@prepared
def _locked(user_id: Any) -> Any:
    return _mine(user_id).with_for_update(of=PLAYERS, key_share=True)


@prepared
def _locked_asking(user_id: Any, kind: Any, source_id: Any, key: Any) -> Any:
    """Lock, and tell whether something was ever paid for; whoever asks holds what is paid for."""
    ever = ledger.ever_granted(user_id, kind, source_id, key).label(EVER_PAID)
    return _mine(user_id).add_columns(ever).with_for_update(of=PLAYERS, key_share=True)


@prepared
def _read(user_id: Any) -> Any:
    return _mine(user_id)


def _mine(user_id: Any) -> Any:
    return (
        select(PLAYERS, *BOSS).outerjoin(BOSSES, _is_its_boss()).where(PLAYERS.c.user_id == user_id)
    )


def _is_its_boss() -> ColumnElement[bool]:
    return (BOSSES.c.id == PLAYERS.c.boss_id) & (BOSSES.c.user_id == PLAYERS.c.user_id)


STORE = update(PLAYERS).where(PLAYERS.c.user_id == bindparam("its_user_id"))


async def begin(
    session: Session, user_id: UUID, *, timezone: str, asked: Asked | None = None
) -> Turn:
    """Lock a player, settle the days that have passed and return the turn. Raises `NoPlayerError`.

    `asked` is kind, source and key of a deed: `was_paid` says whether it was ever paid for.
    """
    await lines.wait(session, user_id)
    bound = _locked(user_id) if asked is None else _locked_asking(user_id, *asked)
    turn = await _opened(session, user_id, bound)
    apply(turn, settling.settle(turn.player, now=turn.now, timezone=timezone))
    if turn.is_new_day:
        turn.told.extend(await new_day.begin(session, user_id, turn.player, turn.now))
    return turn


async def hold(session: Session, user_id: UUID) -> Turn:
    """Lock a player and return the turn on the day that is written: for repairs, which are no part of a day."""
    return await _opened(session, user_id, _locked(user_id))


async def look(session: Session, user_id: UUID, *, timezone: str, is_held: bool = False) -> Turn:
    """Return a player as they would be if the passed days were settled; nothing is written.

    With `is_held` nobody else moves the player until the commit.
    """
    if is_held:
        await lines.wait(session, user_id)
    turn = await _opened(session, user_id, _locked(user_id) if is_held else _read(user_id))
    apply(turn, settling.settle(turn.player, now=turn.now, timezone=timezone))
    return turn


async def _opened(session: Session, user_id: UUID, bound: Bound) -> Turn:
    row = (await session.execute(*bound)).one_or_none()
    if row is None:
        raise NoPlayerError(f"{user_id} has no player: run `questlog game recompute`")
    found = row._mapping
    player = {column.name: found[column] for column in PLAYERS.c}
    boss = None
    if player["boss_id"] is not None:
        boss = await _boss(session, user_id, player["boss_id"], found)
    locale = str(session.info.get("locale", "en"))
    dialect = session.get_bind().dialect.name
    turn = Turn(user_id, player, dict(player), boss, clock.now(), locale, dialect)
    turn.was_paid = bool(found.get(EVER_PAID, True))
    return turn


async def _boss(session: Session, user_id: UUID, boss_id: UUID, found: Mapping[Any, Any]) -> Boss:
    if found["boss_kind"] is not None:
        return Boss(boss_id, *(found[f"boss_{name}"] for name in BOSS_COLUMNS))
    # PostgreSQL waited for the player, whose boss is newer than what the statement could see.
    newer = await session.execute(
        select(*BOSS).where(BOSSES.c.user_id == user_id, BOSSES.c.id == boss_id)
    )
    return Boss(boss_id, *newer.one())


def apply(turn: Turn, settlement: settling.Settlement) -> None:
    """Enter what the passed days brought."""
    for entry in settlement.entries:
        turn.enter(entry)
    turn.player.update(settlement.columns)
    if turn.is_new_day:
        turn.player["day_tasks"] = turn.player["day_ahead"] = 0
    turn.settled.extend(settlement.days)
    for type_, payload in settlement.events:
        turn.tell(type_, ("user", turn.user_id), **payload)


async def finish(session: Session, turn: Turn) -> None:
    """Write the turn: the ledger, the settled days, the player, and record what is to be told."""
    for statement, values in turn.writes:
        await session.execute(statement, values)
    await ledger.write(session, turn.user_id, turn.entries, turn.now)
    if turn.settled:
        days = [
            {"user_id": turn.user_id, "local_day": day, "outcome": outcome, "settled_at": turn.now}
            for day, outcome in turn.settled
        ]
        await session.execute(insert(SETTLED), days)
    changed = {name: turn.player[name] for name in STORED if _differs(turn, name)}
    if changed:
        stored = {**changed, "version": turn.player["version"] + 1, "updated_at": turn.now}
        await session.execute(STORE, {**stored, "its_user_id": turn.user_id})
    _record(session, turn)


def _differs(turn: Turn, name: str) -> bool:
    return bool(turn.player[name] != turn.before[name])


def _record(session: Session, turn: Turn) -> None:
    reached = levels.level_of(turn.player["xp"])
    if reached > levels.level_of(turn.before["xp"]):
        turn.tell("level.reached", ("user", turn.user_id), level=reached)
    for type_, subject, payload in turn.told:
        events.record(session, turn.user_id, type_, subject, payload=payload, is_consequence=True)
