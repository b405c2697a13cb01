"""Closing one's own account for good."""

from questlog.core.db import Database
from questlog.identity import users
from questlog.identity.front_desk import FrontDesk
from questlog.identity.principals import Principal
from questlog.identity.reauthentication import Proof, proven_again


async def close(database: Database, desk: FrontDesk, me: Principal, proof: Proof) -> None:
    """Erase the account once its owner has shown again who they are; their tokens are worthless at once.

    Raises what `reauthentication` raises.
    """
    async with proven_again(database, desk, me, proof, "delete_account"):
        await database.write(users.delete, me.user_id)
