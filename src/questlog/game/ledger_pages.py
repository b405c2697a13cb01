"""The ledger as its owner reads it: newest first, each entry in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.game import ledger_words
from questlog.game.ledger import AMOUNTS, LEDGER
from questlog.game.ledger_words import Told
from questlog.game.turns import BOSSES

ORIGINAL = LEDGER.alias("original")
NEWEST_FIRST = [SortKey(LEDGER.c.id, descending=True)]
SHOWN = (
    *(
        LEDGER.c[name]
        for name in ("id", "entry", "source_kind", "source_id", "occurrence_key", "local_day")
    ),
    *(LEDGER.c[name] for name in AMOUNTS),
    *(LEDGER.c[name] for name in ("boss_id", "reverses_id", "rule_version", "created_at")),
    func.coalesce(ORIGINAL.c.details, LEDGER.c.details, type_=LEDGER.c.details.type).label(
        "details"
    ),
    BOSSES.c.code.label("boss_code"),
    BOSSES.c.name.label("boss_name"),
)
ENTRIES = (
    select(*SHOWN)
    .outerjoin(
        ORIGINAL,
        (ORIGINAL.c.id == LEDGER.c.reverses_id) & (ORIGINAL.c.user_id == LEDGER.c.user_id),
    )
    .outerjoin(BOSSES, (BOSSES.c.id == LEDGER.c.boss_id) & (BOSSES.c.user_id == LEDGER.c.user_id))
)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Conditions that all hold; None asks for nothing. Both days are included."""

    first: date | None = None
    last: date | None = None
    source_kind: str | None = None


async def page(
    session: Session, user_id: UUID, wanted: LedgerFilter, request: PageRequest, *, locale: str
) -> Slice[dict[str, Any]]:
    """Return what moved the user's balances, newest first, in the words of `locale`."""
    conditions = [
        test(value)
        for test, value in (
            (LEDGER.c.local_day.__ge__, wanted.first),
            (LEDGER.c.local_day.__le__, wanted.last),
            (LEDGER.c.source_kind.__eq__, wanted.source_kind),
        )
        if value is not None
    ]
    statement = ENTRIES.where(LEDGER.c.user_id == user_id, *conditions)
    found = await slice_of(session, statement, NEWEST_FIRST, request)
    items = [_shown(row._asdict(), locale) for row in found.items]
    return Slice(items, found.next_cursor, found.total)


def _shown(row: Mapping[str, Any], locale: str) -> dict[str, Any]:
    told = Told(
        row["entry"],
        row["source_kind"],
        row["source_id"],
        row["occurrence_key"],
        row["local_day"],
        {name: row[name] for name in AMOUNTS},
        row["details"],
        (row["boss_code"], row["boss_name"]),
    )
    return {
        "id": row["id"],
        "entry": row["entry"],
        "source_kind": row["source_kind"],
        "source_id": row["source_id"],
        "day": row["local_day"],
        "xp": row["xp"],
        "gold": row["gold"],
        "hearts": row["hearts"],
        "streak_freezes": row["freezes"],
        "potion": row["potion"],
        "damage": row["damage"],
        "boss_id": row["boss_id"],
        "reverses_id": row["reverses_id"],
        "rule_version": row["rule_version"],
        "words": ledger_words.words(told, locale),
        "created_at": row["created_at"],
    }
