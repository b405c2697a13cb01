"""The ledger: every movement of a player's balances. Rows are added, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, exists, func, insert, select

from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.prepared import prepared
from questlog.game.content import content
from questlog.game.models import LedgerEntry

LEDGER = cast(Table, LedgerEntry.__table__)
REVERSAL = LEDGER.alias("reversal")
INSERT = insert(LEDGER)
BONUSES = frozenset({"boss", "quest", "challenge"})
"""What is paid for on top of a deed."""
AMOUNTS = ("xp", "gold", "hearts", "freezes", "potion", "damage")

type Kind = Literal["grant", "reversal", "change"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row before it is written; the amounts are signed. `models.LedgerEntry` says what the columns mean."""

    entry: Kind
    source_kind: str
    source_id: str
    cause_id: UUID
    local_day: date
    key: str = "once"
    round: int = 1
    reverses_id: UUID | None = None
    xp: int = 0
    gold: int = 0
    hearts: int = 0
    freezes: int = 0
    potion: int = 0
    damage: int = 0
    boss_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)

    def row(self, user_id: UUID, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "user_id": user_id,
            "entry": self.entry,
            "source_kind": self.source_kind,
            "source_id": self.source_id,
            "occurrence_key": self.key,
            "round": self.round,
            "cause_id": self.cause_id,
            "reverses_id": self.reverses_id,
            **{name: getattr(self, name) for name in AMOUNTS},
            "boss_id": self.boss_id,
            "rule_version": content().rules.version,
            "local_day": self.local_day,
            "details": dict(self.details),
            "created_at": now,
        }


def opposite(granted: Entry) -> Entry:
    """Return the entry that takes a grant back to the last point."""
    amounts = {name: -getattr(granted, name) for name in AMOUNTS}
    return replace(
        granted, entry="reversal", reverses_id=granted.id, id=new_id(), details={}, **amounts
    )


async def write(session: Session, user_id: UUID, entries: Sequence[Entry], now: datetime) -> None:
    """Add entries. What was paid to the bearer of an API key says so: a script plays by the same rules (G-19)."""
    if not entries:
        return
    rows = [entry.row(user_id, now) for entry in entries]
    if str(session.info.get("actor", "")).startswith("key:"):
        for row in rows:
            if row["entry"] == "grant":
                row["details"]["source"] = "api"
    await session.execute(INSERT, rows)


@prepared
def _live_of(user_id: Any, cause_id: Any) -> Any:
    return (
        select(LEDGER)
        .outerjoin(REVERSAL, REVERSAL.c.reverses_id == LEDGER.c.id)
        .where(
            LEDGER.c.user_id == user_id,
            LEDGER.c.cause_id == cause_id,
            LEDGER.c.entry == "grant",
            REVERSAL.c.id.is_(None),
        )
        .order_by(LEDGER.c.id)
    )


async def live_grants(session: Session, user_id: UUID, cause_id: UUID) -> list[Entry]:
    """Return what was paid because of something and not taken back since, in the order it was paid."""
    return [_entry(row) for row in await session.execute(*_live_of(user_id, cause_id))]


async def taken_back(session: Session, user_id: UUID, cause_id: UUID) -> list[Entry]:
    """Return the first grants for what was done because of something, where none of their rounds stands."""
    found = await session.execute(
        select(LEDGER, REVERSAL.c.id.label("taken_back"))
        .outerjoin(REVERSAL, REVERSAL.c.reverses_id == LEDGER.c.id)
        .where(
            LEDGER.c.user_id == user_id,
            LEDGER.c.cause_id == cause_id,
            LEDGER.c.entry == "grant",
            LEDGER.c.source_kind.not_in(BONUSES),
        )
        .order_by(LEDGER.c.id)
    )
    first: dict[tuple[str, str, str], Entry] = {}
    standing = set()
    for row in found:
        name = (row.source_kind, row.source_id, row.occurrence_key)
        first.setdefault(name, _entry(row))
        if row.taken_back is None:
            standing.add(name)
    return [entry for name, entry in first.items() if name not in standing]


async def grants_for(
    session: Session, user_id: UUID, kind: str, source_id: str, key: str
) -> list[tuple[Entry, bool]]:
    """Return the first and the last grant for one thing done, and whether each stands; only the last one can."""
    mine = _grants_of(user_id, kind, source_id, key)
    last = select(func.max(LEDGER.c.round)).where(*mine).scalar_subquery()
    found = await session.execute(
        select(LEDGER, REVERSAL.c.id.label("taken_back"))
        .outerjoin(REVERSAL, REVERSAL.c.reverses_id == LEDGER.c.id)
        .where(*mine, LEDGER.c.round.in_((1, last)))
        .order_by(LEDGER.c.round)
    )
    return [(_entry(row), row.taken_back is None) for row in found]


async def lasting_damage(
    session: Session, user_id: UUID, kind: str, source_id: str, key: str
) -> int:
    """Return what bosses lost to one thing done and never got back, however often it was taken back."""
    statement = select(func.sum(LEDGER.c.damage)).where(
        LEDGER.c.user_id == user_id,
        LEDGER.c.source_kind == kind,
        LEDGER.c.source_id == source_id,
        LEDGER.c.occurrence_key == key,
    )
    return await session.scalar(statement) or 0


async def completions_on(session: Session, user_id: UUID, day: date) -> list[tuple[Entry, bool]]:
    """Return the paid completions of one day, oldest first, and whether each still stands."""
    found = await session.execute(
        select(LEDGER, REVERSAL.c.id.label("taken_back"))
        .outerjoin(REVERSAL, REVERSAL.c.reverses_id == LEDGER.c.id)
        .where(
            LEDGER.c.user_id == user_id,
            LEDGER.c.local_day == day,
            LEDGER.c.source_kind.in_(("task", "lesson")),
            LEDGER.c.entry == "grant",
            LEDGER.c.xp > 0,
        )
        .order_by(LEDGER.c.id)
    )
    return [(_entry(row), row.taken_back is None) for row in found]


def ever_granted(user_id: Any, kind: Any, source_id: Any, key: Any) -> Any:
    """Return the condition that one thing was ever paid for, taken back or not."""
    return exists().where(*_grants_of(user_id, kind, source_id, key))


def _grants_of(
    user_id: Any, kind: Any, source_id: Any, key: Any
) -> tuple[ColumnElement[bool], ...]:
    return (
        LEDGER.c.user_id == user_id,
        LEDGER.c.source_kind == kind,
        LEDGER.c.source_id == source_id,
        LEDGER.c.occurrence_key == key,
        LEDGER.c.entry == "grant",
    )


async def rounds_of(session: Session, user_id: UUID, kind: str, source_id: str, key: str) -> int:
    """Return how often one thing was paid for, taken back or not."""
    statement = select(func.count()).where(*_grants_of(user_id, kind, source_id, key))
    return await session.scalar(statement) or 0


def total(entries: Iterable[Entry], name: str) -> int:
    return sum(getattr(entry, name) for entry in entries)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        entry=row.entry,
        source_kind=row.source_kind,
        source_id=row.source_id,
        cause_id=row.cause_id,
        local_day=row.local_day,
        key=row.occurrence_key,
        round=row.round,
        reverses_id=row.reverses_id,
        boss_id=row.boss_id,
        details=row.details,
        id=row.id,
        **{name: getattr(row, name) for name in AMOUNTS},
    )
