"""Closing one's own account for good."""

from questlog.core.db import Database
from questlog.flows.erase_account import erase
from questlog.identity import users
from questlog.identity.front_desk import FrontDesk
from questlog.identity.principals import Principal
from questlog.identity.reauthentication import Proof, proven_again

STEPS_AT_ONCE = 5


async def close_account(database: Database, desk: FrontDesk, me: Principal, proof: Proof) -> None:
    """Close the account once its owner has shown again who they are, and erase it.

    Tokens and keys are worthless at once. What a few short transactions cannot erase, housekeeping does. Raises what
    `reauthentication` raises.
    """
    async with proven_again(database, desk, me, proof, "delete_account"):
        await database.write(users.delete, me.user_id)
    await erase(database, me.user_id, steps=STEPS_AT_ONCE)
