"""Who one is elsewhere: seeing it, linking more, taking them off."""

from typing import Any

from fastapi import Request, Response

from questlog.api.deps import Clues, Desk, Page, PathId, Reader, Steps, UserId, Writer
from questlog.api.documented import refusing
from questlog.api.oauth import ProviderName, callback_of, keep_sign_in
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows import link_token, oidc_sign_in
from questlog.identity import external_identities
from questlog.identity.oidc_schemas import (
    IdentityPage,
    IdentityResponse,
    LinkRequest,
    LinkResponse,
    TokenLinkRequest,
)

router = HouseRouter(prefix="/identities", tags=["oauth"])


@router.get("", response_model=IdentityPage)
async def list_identities(
    request: Request, user_id: UserId, page: Page, session: Reader
) -> Response:
    """List who one is elsewhere, the oldest link first."""
    found = await external_identities.page(session, user_id, page)
    return page_answer(request, found, (external_identities.shown(row) for row in found.items))


@router.post(
    "",
    status_code=201,
    response_model=IdentityResponse,
    responses={200: {"description": "It was linked already.", "model": IdentityResponse}},
)
async def link_identity_by_token(
    user_id: UserId, response: Response, body: TokenLinkRequest, desk: Desk, database: Steps
) -> dict[str, Any]:
    """Link the identity that a trusted issuer's token speaks of: from now on such tokens open this account.

    If the identity has an account of its own here, that one goes, unless there is something in it.
    """
    linked, is_new = await link_token.link_token(database, desk, user_id, body.token)
    if not is_new:
        response.status_code = 200
    return external_identities.shown(linked)


@router.post("/{provider}/link", response_model=LinkResponse, openapi_extra=refusing(400))
async def link_identity(
    provider: ProviderName,
    user_id: UserId,
    response: Response,
    *,
    desk: Desk,
    clues: Clues,
    database: Steps,
    body: LinkRequest | None = None,
) -> dict[str, Any]:
    """Begin to link an identity. The browser that gets this answer goes on to `authorization_url` within ten minutes."""
    chosen = desk.elsewhere.provider(provider)
    started, address = await oidc_sign_in.begin(
        database,
        desk,
        chosen,
        clues,
        redirect_uri=callback_of(desk.elsewhere, chosen),
        redirect_to=None if body is None else body.redirect_to,
        linking_user_id=user_id,
    )
    keep_sign_in(response, desk.elsewhere, started.state, started.cookie)
    return {"authorization_url": address}


@router.delete("/{identity_id}", status_code=204)
async def unlink_identity(
    identity_id: PathId, user_id: UserId, desk: Desk, session: Writer
) -> None:
    """Take an identity off one's account. The last way to sign in stays."""
    await external_identities.unlink(session, desk, user_id, identity_id)
