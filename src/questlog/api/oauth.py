"""Signing in elsewhere over HTTP: out to a provider, back from it, and the one-time code in between."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from questlog.api import browser_cookies
from questlog.api.aliases import API
from questlog.api.browser_cookies import EXCHANGE_S, SIGN_IN_S
from questlog.api.deps import Clues, Counted, Desk, Steps
from questlog.api.documented import public
from questlog.api.routing import HouseRouter
from questlog.core.exceptions import QuestlogError
from questlog.flows import oidc_sign_in
from questlog.flows.oidc_sign_in import CameBack, Onward
from questlog.identity.elsewhere import Elsewhere
from questlog.identity.oidc_providers import Provider
from questlog.identity.oidc_schemas import ExchangeRequest, IdentityResponse, ProviderList
from questlog.identity.schemas import TokenResponse
from questlog.identity.sign_in import SignedIn

router = HouseRouter(tags=["oauth"])

ProviderName = Annotated[
    str,
    Path(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="Its name in GET /oauth/providers."),
]
RedirectTo = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=500,
        description="The page to come back to; one of those the settings list.",
    ),
]
Challenge = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9_-]{43}$",
        description="SHA-256 of a secret of the page's own, as base64url: POST /auth/exchange then asks for the secret.",
    ),
]
PRINTABLE = r"^[\x20-\x7e]*$"  # RFC 6749 appendix A: whatever else comes is from no provider
SAID = "As the provider says it (RFC 6749 § 4.1.2, RFC 9207)."
FromProvider = Annotated[str | None, Query(max_length=500, pattern=PRINTABLE, description=SAID)]
CodeFromProvider = Annotated[
    str | None, Query(max_length=2048, pattern=PRINTABLE, description=SAID)
]
TO_PROVIDER: dict[int | str, dict[str, Any]] = {302: {"description": "To the provider."}}
TO_PAGE: dict[int | str, dict[str, Any]] = {
    302: {"description": "To the page, with `code`, `linked` or `error` in the query."}
}


def callback_of(elsewhere: Elsewhere, provider: Provider) -> str:
    """Return the address that is registered at the provider."""
    return f"{elsewhere.base_url}{API}/oauth/{provider.name}/callback"


@router.get(
    "/oauth/providers",
    response_model=ProviderList,
    dependencies=[Counted],
    openapi_extra=public(),
)
async def list_providers(desk: Desk) -> dict[str, Any]:
    """List whom one can sign in with."""
    return {
        "items": [
            {
                "name": each.name,
                "label": each.label,
                "login_url": f"{desk.elsewhere.base_url}{API}/oauth/{each.name}/login",
            }
            for each in desk.elsewhere.providers.values()
        ]
    }


@router.get(
    "/oauth/{provider}/login",
    status_code=302,
    response_class=RedirectResponse,
    responses=TO_PROVIDER,
    dependencies=[Counted],
    openapi_extra=public(400),
)
async def begin_provider_login(
    provider: ProviderName,
    desk: Desk,
    clues: Clues,
    database: Steps,
    *,
    redirect_to: RedirectTo = None,
    exchange_challenge: Challenge = None,
) -> Response:
    """Send a browser to a provider to sign in. It is sent back to `redirect_to` with a one-time code."""
    chosen = desk.elsewhere.provider(provider)
    started, address = await oidc_sign_in.begin(
        database,
        desk,
        chosen,
        clues,
        redirect_uri=callback_of(desk.elsewhere, chosen),
        redirect_to=redirect_to,
        exchange_challenge=exchange_challenge,
    )
    response = RedirectResponse(address, status_code=302)
    keep_sign_in(response, desk.elsewhere, started.state, started.cookie)
    return response


def keep_sign_in(response: Response, elsewhere: Elsewhere, state: str, cookie: str) -> None:
    """Tie a sign-in that is sent away to the browser that gets this answer."""
    encrypted = elsewhere.is_encrypted
    name = browser_cookies.for_sign_in(state, encrypted=encrypted)
    browser_cookies.keep(response, name, cookie, SIGN_IN_S, encrypted=encrypted)


@router.get(
    "/oauth/{provider}/callback",
    response_model=TokenResponse | IdentityResponse,
    responses=TO_PAGE,
    dependencies=[Counted],
    openapi_extra=public(400, 401, 403, 409) | {"x-lenient-query": True},
)
async def finish_provider_login(
    provider: ProviderName,
    request: Request,
    response: Response,
    *,
    desk: Desk,
    clues: Clues,
    database: Steps,
    state: FromProvider = None,
    code: CodeFromProvider = None,
    error: FromProvider = None,
    iss: FromProvider = None,
) -> Any:
    """Take a browser back from a provider.

    It goes on to its page with a one-time code. Without a page the answer holds the tokens, or the identity that was
    linked.
    """
    elsewhere = desk.elsewhere
    chosen = elsewhere.provider(provider)
    name = browser_cookies.for_sign_in(state or "", encrypted=elsewhere.is_encrypted)
    cookie = browser_cookies.read(request, name)
    attempt = await oidc_sign_in.come_back(database, chosen, state, cookie)
    try:
        who = await oidc_sign_in.identify(
            chosen,
            attempt,
            CameBack(code or None, error or None, iss),
            callback_of(elsewhere, chosen),
        )
        outcome = await oidc_sign_in.arrive(database, desk, chosen, attempt, who, clues=clues)
    except QuestlogError as refusal:
        await oidc_sign_in.note_refusal(database, chosen, attempt, refusal)
        if attempt.redirect_to is None or "text/html" not in request.headers.get("accept", ""):
            raise
        outcome = Onward(attempt.redirect_to, {"error": refusal.code})
    answer = _redirect(outcome, elsewhere) if isinstance(outcome, Onward) else outcome
    kept = answer if isinstance(answer, Response) else response
    browser_cookies.drop(kept, name, encrypted=elsewhere.is_encrypted)
    return answer


def _redirect(onward: Onward, elsewhere: Elsewhere) -> Response:
    response = RedirectResponse(f"{onward.page}?{urlencode(onward.query)}", status_code=302)
    if onward.cookie is not None:
        encrypted = elsewhere.is_encrypted
        name = browser_cookies.for_exchange(encrypted=encrypted)
        browser_cookies.keep(response, name, onward.cookie, EXCHANGE_S, encrypted=encrypted)
    return response


@router.post(
    "/auth/exchange",
    response_model=TokenResponse,
    dependencies=[Counted],
    openapi_extra=public(401),
)
async def exchange_code(
    body: ExchangeRequest,
    request: Request,
    response: Response,
    *,
    desk: Desk,
    clues: Clues,
    database: Steps,
) -> SignedIn:
    """Turn the one-time code of a sign-in elsewhere into tokens: once, within a minute, in the same browser."""
    encrypted = desk.elsewhere.is_encrypted
    name = browser_cookies.for_exchange(encrypted=encrypted)
    shown = (browser_cookies.read(request, name), body.verifier)
    signed_in = await oidc_sign_in.exchange(
        database, desk, body.code, tuple(each for each in shown if each is not None), clues
    )
    browser_cookies.drop(response, name, encrypted=encrypted)
    return signed_in
