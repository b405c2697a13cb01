"""Closing one's own account for good."""

from uuid import UUID

from questlog.core.db import Database, Session
from questlog.identity import users
from questlog.identity.front_desk import FrontDesk
from questlog.identity.principals import Principal
from questlog.identity.reauthentication import Proof, proven_again
from questlog.planning.search import index


async def close_account(database: Database, desk: FrontDesk, me: Principal, proof: Proof) -> None:
    """Erase the account once its owner has shown again who they are; their tokens are worthless at once.

    Raises what `reauthentication` raises.
    """
    async with proven_again(database, desk, me, proof, "delete_account"):
        await database.write(_erase, me.user_id)


async def _erase(session: Session, user_id: UUID) -> None:
    await users.delete(session, user_id)
    await index.remove_all_of(session, user_id)  # no foreign key reaches into FTS5
