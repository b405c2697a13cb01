"""Who is it: an access token of ours, an API key, or the token of an issuer this server trusts.

The looks of what was shown decide who is asked, so what one of them cannot reach keeps nobody else out (F-27).
"""

from questlog.core.db import Database
from questlog.identity import key_text
from questlog.identity.front_desk import FrontDesk
from questlog.identity.principals import Principal


async def authenticate(desk: FrontDesk, database: Database, token: str) -> Principal:
    """Say who shows this. Raises AuthenticationError."""
    if key_text.looks_like_one(token):
        return await desk.presence.keys.authenticate(database, token)
    return await desk.presence.authenticate(database, token)
