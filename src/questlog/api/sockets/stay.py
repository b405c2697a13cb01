"""Whether somebody may still be here, asked for as long as they are."""

from dataclasses import dataclass
from typing import Any

from questlog.api import scopes
from questlog.core.exceptions import AuthenticationError
from questlog.identity.principals import Principal
from questlog.identity.standing import Standing


class RoleChangedError(AuthenticationError):
    """What was opened under one role does not live on under another (S-038)."""

    code = "role_changed"
    default_message = "Your role has changed. Connect again."


@dataclass
class Stay:
    """`state` is the application's; `route` decides what a key needs."""

    state: Any
    standing: Standing
    principal: Principal
    route: str

    async def recheck(self) -> None:
        """See a change made in this process at once, and one made elsewhere after 0.8 s.

        Raises AuthenticationError, AuthorizationError.
        """
        found = await self.standing.check(self.state.front_desk, self.state.database)
        scopes.check(found, "GET", self.route)
        if found.role != self.principal.role:
            raise RoleChangedError()
        self.principal = found
