"""Accounts over HTTP: one's own, and for administrators everybody's."""

from typing import Any

from questlog.api.admin import get_user, list_users
from questlog.api.auth import get_me, update_me
from questlog.api.deps import (
    AdminId,
    CurrentUser,
    Desk,
    ExpectedVersion,
    PathId,
    Steps,
    Writer,
)
from questlog.api.routing import HouseRouter
from questlog.flows.close_account import close_account
from questlog.flows.own_account import change_account
from questlog.game.state_schemas import OwnAccountResponse
from questlog.identity import directory
from questlog.identity.account_schemas import AccountPage, AccountResponse
from questlog.identity.reauthentication import Proof
from questlog.identity.schemas import AccountDeleteRequest, UserAdminUpdate

router = HouseRouter(prefix="/users", tags=["users"])

router.get("/me", response_model=OwnAccountResponse)(get_me)
router.patch("/me", response_model=OwnAccountResponse)(update_me)


@router.delete("/me", status_code=204)
async def delete_me(
    body: AccountDeleteRequest, me: CurrentUser, desk: Desk, database: Steps
) -> None:
    """Close one's account and erase all that belongs to it. This cannot be undone."""
    await close_account(database, desk, me, Proof(body.password, body.code))


router.get("", response_model=AccountPage)(list_users)
router.get("/{user_id}", response_model=AccountResponse)(get_user)


@router.patch("/{user_id}", response_model=AccountResponse)
async def update_user(
    user_id: PathId,
    body: UserAdminUpdate,
    expected: ExpectedVersion,
    _admin: AdminId,
    session: Writer,
) -> dict[str, Any]:
    """Change an account, its role, or whether it is open. For administrators."""
    await change_account(session, user_id, body.changes, expected_version=expected)
    return await directory.get(session, user_id)
