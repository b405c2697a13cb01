"""What the coach proposes, and what it may do without asking, over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from questlog.api.deps import CurrentUser, Page, PathId, Reader, Steps, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.coach import allowed_tools, proposal_log, proposals
from questlog.coach.allowed_tools import Switch
from questlog.coach.proposal_schemas import (
    AllowedToolList,
    AllowedToolResponse,
    ProposalPage,
    ProposalResponse,
    State,
    ToolName,
)
from questlog.coach.toolbox import Who
from questlog.identity.principals import Principal

router = HouseRouter(prefix="/ai", tags=["ai"])
Tool = Annotated[ToolName, Path(description="The name of a tool, such as `create_task`.")]


@router.get("/proposals", response_model=ProposalPage)
async def list_proposals(
    request: Request,
    page: Page,
    me: CurrentUser,
    session: Reader,
    state: Annotated[State | None, Query(description="Only those that stand so.")] = None,
) -> Response:
    """List what the coach proposed, the newest first. Proposals wait for a decision for 24 hours.

    A key reads what agents proposed at `/mcp` with tools that it may call itself.
    """
    found = await proposal_log.page(session, me.user_id, page, state=state, scopes=me.scopes)
    return page_answer(request, found, found.items)


@router.get("/proposals/{proposal_id}", response_model=ProposalResponse)
async def get_proposal(proposal_id: PathId, me: CurrentUser, session: Reader) -> Mapping[str, Any]:
    """Give one proposal."""
    return await proposal_log.one(session, me.user_id, proposal_id, scopes=me.scopes)


@router.post("/proposals/{proposal_id}/accept", response_model=ProposalResponse)
async def accept_proposal(
    proposal_id: PathId, me: CurrentUser, database: Steps, response: Response
) -> Mapping[str, Any]:
    """Say yes: what was proposed is done once, exactly as it stands there, as if you had done it yourself.

    What cannot be done answers with the reason, and the proposal is `failed`; so is one that would now change something
    else than when it was proposed (`proposal_outdated`). One that was decided, or whose 24 hours are over, answers 409.
    `Event-Id` names what was done, for an undo.
    """
    decided = await proposals.accept_or_note(database, _who(me), proposal_id)
    if decided.event_id is not None:
        response.headers["Event-Id"] = str(decided.event_id)
    return decided.row


@router.post("/proposals/{proposal_id}/reject", response_model=ProposalResponse)
async def reject_proposal(
    proposal_id: PathId, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Say no."""
    return (await proposals.reject(session, me.user_id, proposal_id)).row


@router.get("/allowed-tools", response_model=AllowedToolList)
async def list_allowed_tools(me: CurrentUser, session: Reader) -> dict[str, Any]:
    """List the tools that change something, and which of them the coach may use without asking you each time."""
    return {"items": await allowed_tools.switches(session, me.user_id, me.locale)}


@router.put("/allowed-tools/{tool}", response_model=AllowedToolResponse)
async def allow_tool(tool: Tool, me: CurrentUser, session: Writer) -> Switch:
    """Let the coach use a tool without asking. What deletes something always asks."""
    return await allowed_tools.allow(session, me.user_id, tool, me.locale)


@router.delete("/allowed-tools/{tool}", status_code=204)
async def disallow_tool(tool: Tool, user_id: UserId, session: Writer) -> None:
    """Let the coach ask again before it uses a tool."""
    await allowed_tools.ask_again(session, user_id, tool)


def _who(me: Principal) -> Who:
    return Who(me.user_id, me.locale, me.timezone, scopes=me.scopes, came_as=me.actor)
