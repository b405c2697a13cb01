"""Refusals that the audit log tells of: somebody tried what is not theirs, or tried too often."""

import time

from questlog.api.gate.exchange import Exchange
from questlog.automation import audit
from questlog.automation.audit_actions import Action
from questlog.core.exceptions import AuthorizationError, QuestlogError
from questlog.identity.attempts import TooManyAttemptsError
from questlog.identity.clues import network_of

WINDOW_S = 60
MOST_IN_A_WINDOW = 1000


class Denials:
    """Keeps a flood out of the log: a line a minute for each who, where and why, and so many a minute in all.

    Counted by process; the request log has every refusal.
    """

    def __init__(self) -> None:
        self._window = 0
        self._told: set[tuple[str, str, str]] = set()

    async def tell(self, exchange: Exchange, error: QuestlogError) -> None:
        """Write a line if `error` is such a refusal. Called when the request's own unit is over."""
        action = _action(exchange, error)
        if action is None or not self._is_new(exchange, error.code):
            return
        who = exchange.principal
        await audit.record_alone(
            exchange.database,
            action,
            account_id=None if who is None else who.user_id,
            details={
                "code": error.code,
                "method": exchange.method,
                "route": exchange.route or "unknown",
            },
        )

    def _is_new(self, exchange: Exchange, code: str) -> bool:
        window = int(time.monotonic() // WINDOW_S)
        if window != self._window:
            self._window, self._told = window, set()
        who = exchange.principal
        whom = network_of(exchange.address) if who is None else who.actor
        key = (whom, f"{exchange.method} {exchange.route}", code)
        if key in self._told or len(self._told) >= MOST_IN_A_WINDOW:
            return False
        self._told.add(key)
        return True


def _action(exchange: Exchange, error: QuestlogError) -> Action | None:
    if isinstance(error, TooManyAttemptsError):
        return "attempts.exhausted"
    if isinstance(error, AuthorizationError) and exchange.principal is not None:
        return "authz.denied"
    return None
