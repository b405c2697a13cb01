"""Tokens issued elsewhere: which trusted issuer is asked, and who in this house it speaks of.

A token's `iss` says whose it claims to be, so that nobody else's keys are fetched for it; whether it is theirs, the
issuer's own verifier checks.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from questlog.core.db import Database
from questlog.identity import issuer_tokens
from questlog.identity.access_tokens import BadAccessTokenError
from questlog.identity.issuer_presence import IssuerPresence
from questlog.identity.issuer_tokens import Unverified
from questlog.identity.issuer_verifiers import PublicKeys, Verifier, Vouched
from questlog.identity.principals import Principal

type Welcome = Callable[[Database, Vouched], Awaitable[Principal]]


async def _nobody(_database: Database, _vouched: Vouched) -> Principal:
    raise BadAccessTokenError()


class Issuers:
    """`welcome` is called for somebody who is not known here yet; the application sets it (`main.py`)."""

    def __init__(self, verifiers: Iterable[Verifier], presence: IssuerPresence) -> None:
        self.welcome: Welcome = _nobody
        self._presence = presence
        self.verifiers = tuple(verifiers)
        self._by_issuer: dict[Any, list[Verifier]] = defaultdict(list)
        self._of_any_issuer = [each for each in self.verifiers if each.naming == "any"]
        for each in self.verifiers:
            if each.naming != "any":
                self._by_issuer[each.issuer].append(each)
            if each.naming == "optional" and each.issuer is not None:
                self._by_issuer[None].append(each)

    def __bool__(self) -> bool:
        return bool(self.verifiers)

    async def authenticate(self, database: Database, text: str) -> Principal:
        """Say whom a trusted issuer's token speaks of, opening an account at first sight.

        Asks other servers, so no session may be open. Raises AuthenticationError, `IssuerUnreachableError`,
        `RegistrationClosedError`.
        """
        vouched = await self.verify(text)
        found = await self._presence.find(database, vouched)
        if found is None:
            found = await self._presence.remember(vouched, self.welcome(database, vouched))
        return replace(found, expires=vouched.expires)

    async def verify(self, text: str) -> Vouched:
        """Raises `BadAccessTokenError`, `ExpiredAccessTokenError`, `IssuerUnreachableError`."""
        token = issuer_tokens.read(text)
        refusal = BadAccessTokenError()
        for each in self._asked(token):
            try:
                return await each.verify(token)
            except BadAccessTokenError as error:
                refusal = error
        raise refusal

    def close(self) -> None:
        for each in self.verifiers:
            if isinstance(each, PublicKeys):
                each.keys.close()

    def _asked(self, token: Unverified) -> list[Verifier]:
        issuer = token.claims.get("iss")
        if not isinstance(issuer, str | None):
            return []
        named = self._by_issuer.get(issuer) or self._of_any_issuer
        return [each for each in named if token.algorithm in each.algorithms]
