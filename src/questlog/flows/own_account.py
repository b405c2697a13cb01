"""Changing an account, with what follows from it; and one's own, with where one stands in the game."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zlib import crc32

from questlog.automation import events
from questlog.core.db import Session
from questlog.flows.roll_over import roll_over
from questlog.game import state, turns
from questlog.identity import users
from questlog.identity.models import User
from questlog.identity.schemas import UserResponse
from questlog.planning import zone_moves

HEARTS = "hearts"


async def own_account(session: Session, user_id: UUID) -> dict[str, Any]:
    """Raises `UserNotFoundError`."""
    user = await users.get_by_id(session, user_id)
    return _shown(user, await state.load(session, user_id, timezone=user.timezone))


async def change_own_account(
    session: Session,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Change what is present in `changes`; tasks follow to another zone at once, the game as its days allow.

    `false` in `settings.hearts` switches hearts off. Raises what `users.update` does.
    """
    user = await change_account(session, user_id, changes, expected_version=expected_version)
    turn = await turns.begin(session, user_id, timezone=user.timezone)
    turn.player["hearts_off"] = user.settings.get(HEARTS) is False
    await turns.finish(session, turn)
    return _shown(user, state.of(turn.player))


async def change_account(
    session: Session,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> User:
    """Change an account, whoever asks for it; what is planned follows to another zone. Raises what `users.update` does."""
    lived_in = (await users.get_by_id(session, user_id)).timezone
    user = await users.update(session, user_id, changes, expected_version=expected_version)
    if user.timezone != lived_in:
        await _move(session, user, lived_in)
    return user


async def _move(session: Session, user: User, lived_in: str) -> None:
    """Tasks before the player, as everywhere. Copies hear of them by the event of the account."""
    event_id = events.last_recorded(session)
    moved = await zone_moves.follow(session, user.id, user.timezone)
    if event_id is not None:
        events.touched_too(session, event_id, moved)
    # Days that are over ended where they were lived.
    await roll_over(session, user.id, timezone=lived_in)


def _shown(user: User, game: dict[str, Any]) -> dict[str, Any]:
    account = {name: getattr(user, name) for name in UserResponse.model_fields}
    # The account's version says nothing of the game, which moves with the clock.
    edition = f"{crc32(repr(game).encode()):08x}"
    return {**account, "game": game, "version": user.version, "edition": edition}
