"""Who is it: an access token of ours, an API key, or the token of an issuer this server trusts.

The looks of what was shown decide who is asked, so what one of them cannot reach keeps nobody else out (F-27).
"""

from questlog.core.db import Database
from questlog.identity import key_text
from questlog.identity.front_desk import FrontDesk
from questlog.identity.principals import Principal


async def authenticate(desk: FrontDesk, database: Database, token: str) -> Principal:
    """Say who shows this. No session may be open: an issuer may have to be asked for its keys.

    Raises AuthenticationError, `IssuerUnreachableError`, `RegistrationClosedError`.
    """
    if key_text.looks_like_one(token):
        return await desk.presence.keys.authenticate(database, token)
    if desk.issuers and not desk.access_tokens.is_ours(token):
        return await desk.issuers.authenticate(database, token)
    return await desk.presence.authenticate(database, token)
