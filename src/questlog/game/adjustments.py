"""Adjustments by an operator: the only way to move a player's balances by hand, and never without a reason (G-22)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from questlog.automation import audit
from questlog.core import caller
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.core.ids import new_id
from questlog.game import turns
from questlog.game.content import content
from questlog.game.ledger import Entry

COLUMNS = {
    "xp": "xp",
    "gold": "gold",
    "gold_debt": "gold_debt",
    "hearts": "hearts",
    "freezes": "streak_freezes",
    "potion": "potion_left",
}
MOST = 1_000_000_000
"""Of anything, so that what is earned later still fits into an integer of four bytes."""


class AdjustmentError(ConflictError):
    code = "adjustment_out_of_range"
    default_message = "This would leave {left} of {what}, and that cannot be. Adjust it by less."


async def adjust(
    session: Session, user_id: UUID, amounts: Mapping[str, int], *, reason: str, timezone: str
) -> Entry:
    """Add `amounts` (xp, gold, hearts, freezes, potion; signed) as one entry, and a line to the audit log.

    Gold below 0 becomes debt. Raises `AdjustmentError` where something would leave its bounds, 0 and `MOST`.
    """
    turn = await turns.begin(session, user_id, timezone=timezone)
    actor = caller.current().actor or str(session.info.get("actor", audit.SYSTEM))
    id_, moved = new_id(), dict[str, Any](amounts)
    entry = turn.enter(
        Entry(
            "change",
            "adjustment",
            str(id_),
            id_,
            turn.today,
            details={"reason": reason, "actor": actor},
            **moved,
        )
    )
    _check_bounds(turn.player)
    turn.tell("player.adjusted", ("user", user_id), reason=reason, **amounts)
    await turns.finish(session, turn)
    told = {"entry": str(entry.id), "reason": reason, **amounts}
    audit.record(session, "game.adjusted", account_id=user_id, details=told)
    return entry


def _check_bounds(player: Mapping[str, int]) -> None:
    most = {"hearts": content().rules.hearts.max}
    for what, column in COLUMNS.items():
        left = player[column]
        if not 0 <= left <= most.get(what, MOST):
            raise AdjustmentError(details={"what": what, "left": left})
