"""What the coach knows of you, over HTTP: every line of it is yours to read, change and delete."""

from typing import Any

from questlog.api.deps import CurrentUser, ExpectedVersion, PathId, Reader, UserId, Writer
from questlog.api.routing import HouseRouter
from questlog.coach import profile
from questlog.coach.models import Statement
from questlog.coach.profile import Said
from questlog.coach.profile_schemas import (
    ProfileResponse,
    ProfileUpdate,
    StatementCreate,
    StatementResponse,
    StatementUpdate,
)

router = HouseRouter(prefix="/ai/profile", tags=["ai"])


@router.get("", response_model=ProfileResponse)
async def get_profile(user_id: UserId, session: Reader) -> dict[str, Any]:
    """Give all that the coach holds to be true of you, and what held once."""
    return await profile.whole(session, user_id)


@router.patch("", response_model=ProfileResponse)
async def update_profile(body: ProfileUpdate, user_id: UserId, session: Writer) -> dict[str, Any]:
    """Write your profile's text yourself; `null` clears it. The statements stay."""
    return await profile.write_text(session, user_id, body.changes)


@router.delete("", status_code=204)
async def clear_profile(user_id: UserId, session: Writer) -> None:
    """Let the coach forget everything: every statement, the dated notes, and the profile's text."""
    await profile.clear(session, user_id)


@router.post("/statements", status_code=201, response_model=StatementResponse)
async def create_statement(body: StatementCreate, me: CurrentUser, session: Writer) -> Statement:
    """Tell the coach something about yourself. Saying the same again changes nothing."""
    said = Said(body.topic, body.words)
    return await profile.note(session, me.user_id, said, source="hand", timezone=me.timezone)


@router.get("/statements/{statement_id}", response_model=StatementResponse)
async def get_statement(statement_id: PathId, user_id: UserId, session: Reader) -> Statement:
    """Give one statement."""
    return await profile.get(session, user_id, statement_id)


@router.patch("/statements/{statement_id}", response_model=StatementResponse)
async def update_statement(
    statement_id: PathId,
    body: StatementUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> Statement:
    """Put a statement in other words."""
    return await profile.change(
        session, user_id, statement_id, body.changes, expected_version=expected
    )


@router.delete("/statements/{statement_id}", status_code=204)
async def delete_statement(
    statement_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Let the coach forget one statement."""
    await profile.remove(session, user_id, statement_id, expected_version=expected)
