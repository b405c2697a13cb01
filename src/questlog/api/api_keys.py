"""API keys over HTTP. A key itself opens none of these doors."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from questlog.api.deps import CurrentUser, Page, PathId, Reader, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.identity import api_keys
from questlog.identity.key_models import ApiKey
from questlog.identity.key_schemas import (
    ApiKeyCreate,
    ApiKeyCreatedResponse,
    ApiKeyPage,
    ApiKeyResponse,
)

router = HouseRouter(prefix="/api-keys", tags=["api-keys"])


@router.post("", status_code=201, response_model=ApiKeyCreatedResponse)
async def create_api_key(body: ApiKeyCreate, me: CurrentUser, session: Writer) -> Mapping[str, Any]:
    """Make a key for a program. The answer shows it, and nothing ever shows it again.

    At most 50 can be in use. Nobody gives a key more than they may do themselves.
    """
    made = await api_keys.create(session, me, body.name, body.scopes, expires_at=body.expires_at)
    return _shown(made.row) | {"key": made.text}


@router.get("", response_model=ApiKeyPage)
async def list_api_keys(request: Request, page: Page, me: CurrentUser, session: Reader) -> Response:
    """List the keys that were not revoked, the newest first."""
    found = await api_keys.page_of(session, me.user_id, page)
    return page_answer(request, found, (_shown(row[0]) for row in found.items))


@router.get("/{key_id}", response_model=ApiKeyResponse)
async def get_api_key(key_id: PathId, me: CurrentUser, session: Reader) -> ApiKey:
    """Give one key, unless it was revoked."""
    return await api_keys.get(session, me.user_id, key_id)


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(key_id: PathId, me: CurrentUser, session: Writer) -> None:
    """Revoke a key: it stops working at once. Doing it again changes nothing."""
    await api_keys.revoke(session, me.user_id, key_id)


def _shown(key: ApiKey) -> dict[str, Any]:
    return ApiKeyResponse.model_validate(key).model_dump()
