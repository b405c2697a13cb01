"""Where one is signed in, over HTTP."""

from fastapi import Request, Response

from questlog.api.deps import CurrentUser, Page, PathId, Reader, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.identity import sessions
from questlog.identity.schemas import SessionPage

router = HouseRouter(prefix="/sessions", tags=["sessions"])


@router.get("", response_model=SessionPage)
async def list_sessions(request: Request, page: Page, me: CurrentUser, session: Reader) -> Response:
    """List where one is signed in, the newest sign-in first."""
    found = await sessions.get_user_sessions(session, me.user_id, page)
    items = (sessions.shown(row[0], current=me.session_id) for row in found.items)
    return page_answer(request, found, items)


@router.delete("", status_code=204)
async def revoke_other_sessions(me: CurrentUser, session: Writer) -> None:
    """Sign out everywhere but here."""
    await sessions.revoke_others(session, me.user_id, me.session_id)


@router.delete("/{session_id}", status_code=204)
async def revoke_session(session_id: PathId, me: CurrentUser, session: Writer) -> None:
    """Sign out in one place. Doing it again changes nothing."""
    await sessions.revoke_session(session, me.user_id, session_id)
