"""Accounts over HTTP: one's own, and for administrators everybody's."""

from fastapi import Request, Response

from questlog.api.auth import get_me, update_me
from questlog.api.deps import (
    AdminId,
    Desk,
    ExpectedVersion,
    Me,
    Page,
    PathId,
    Reader,
    Steps,
    Writer,
)
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows.close_account import close_account
from questlog.identity import users
from questlog.identity.models import User
from questlog.identity.reauthentication import Proof
from questlog.identity.schemas import (
    AccountDeleteRequest,
    UserAdminUpdate,
    UserPage,
    UserResponse,
)

router = HouseRouter(prefix="/users", tags=["users"])

router.get("/me", response_model=UserResponse)(get_me)
router.patch("/me", response_model=UserResponse)(update_me)


@router.delete("/me", status_code=204)
async def delete_me(body: AccountDeleteRequest, me: Me, desk: Desk, database: Steps) -> None:
    """Close one's account and erase all that belongs to it. This cannot be undone."""
    await close_account(database, desk, me, Proof(body.password, body.code))


@router.get("", response_model=UserPage)
async def list_users(request: Request, page: Page, _admin: AdminId, session: Reader) -> Response:
    """List all accounts, the oldest first. For administrators."""
    found = await users.page(session, page)
    items = (UserResponse.model_validate(row[0]).model_dump() for row in found.items)
    return page_answer(request, found, items)


@router.get("/{user_id}", response_model=UserResponse)
async def get_user(user_id: PathId, _admin: AdminId, session: Reader) -> User:
    """Give one account. For administrators."""
    return await users.get_by_id(session, user_id)


@router.patch("/{user_id}", response_model=UserResponse)
async def update_user(
    user_id: PathId,
    body: UserAdminUpdate,
    expected: ExpectedVersion,
    _admin: AdminId,
    session: Writer,
) -> User:
    """Change an account, its role, or whether it is open. For administrators."""
    return await users.update(session, user_id, body.changes, expected_version=expected)
