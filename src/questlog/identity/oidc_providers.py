"""Providers people may sign in with: what each says of itself, and what is asked of it."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog

from questlog.clients import outgoing
from questlog.clients.outgoing import OutgoingError, Reply
from questlog.core.exceptions import BadRequestError, UnavailableError
from questlog.core.trusted_parties import OidcProvider
from questlog.identity import oidc_tokens
from questlog.identity.oidc_attempts import Attempt, Started, challenge_of
from questlog.identity.oidc_tokens import BadIdTokenError, Expected, Subject, UnknownKeyError
from questlog.identity.published_keys import IssuerUnreachableError, PublishedKeys

PATIENCE_S = 9.0
FRESH_S = 3600.0
MOST_TOKEN = 32 * 1024

log = structlog.get_logger(__name__)


class ProviderUnavailableError(UnavailableError):
    code = "provider_unavailable"
    default_message = "The provider you sign in with does not answer as it should. Try again soon."


class ProviderRefusedError(BadRequestError):
    code = "sign_in_failed"
    default_message = "The provider did not confirm this sign-in. Begin again."


@dataclass(frozen=True)
class Metadata:
    """What is used of a provider's discovery document (OpenID Connect Discovery § 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: frozenset[str]
    takes_secret_in_form: bool
    names_itself: bool
    """Whether its answers carry `iss` (RFC 9207)."""


class Kept[Value]:
    """A value that is fetched when it is needed and kept for an hour; who asks meanwhile waits for the same fetch."""

    def __init__(self, fetch: Callable[[], Awaitable[Value]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._held: tuple[Value, float] | None = None

    async def get(self) -> Value:
        async with self._lock:
            if self._held is None or time.monotonic() - self._held[1] >= FRESH_S:
                self._held = (await self._fetch(), time.monotonic())
            return self._held[0]


class Provider:
    """One provider. Everything here ends within ten seconds, whatever the other side does (S-071)."""

    def __init__(self, configured: OidcProvider) -> None:
        self.configured = configured
        self.name = configured.name
        self.label = configured.label or configured.name.replace("-", " ").capitalize()
        self._metadata = Kept(self._fetch_metadata)
        self._document = configured.discovery_url or (
            f"{configured.issuer.rstrip('/')}/.well-known/openid-configuration"
        )
        self._keys = PublishedKeys(self.name, self._keys_address, tuple, named_by=self._document)

    @property
    def door(self) -> str:
        """Return the name of this door, as sessions tell it."""
        return f"oidc:{self.name}"[:32]

    def close(self) -> None:
        self._keys.close()

    async def login_address(self, started: Started, redirect_uri: str) -> str:
        """Return where the browser is sent. Raises `ProviderUnavailableError`."""
        async with self._bounded():
            metadata = await self._metadata.get()
        query = {
            "response_type": "code",
            "client_id": self.configured.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.configured.scopes),
            "state": started.state,
            "nonce": started.nonce,
            "code_challenge": challenge_of(started.verifier),
            "code_challenge_method": "S256",
        }
        separator = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        return f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"

    async def redeem(
        self, code: str, attempt: Attempt, redirect_uri: str, *, named: str | None, now: datetime
    ) -> Subject:
        """Exchange the code for an ID token and return whom it names.

        `named` is the issuer the answer claims to come from. Raises `ProviderRefusedError`, `ProviderUnavailableError`.
        """
        async with self._bounded():
            metadata = await self._metadata.get()
            self._check_sender(metadata, named)
            granted = await self._token_answer(metadata, code, attempt, redirect_uri)
            return await self._subject(metadata, granted, attempt.nonce, now)

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Give all that is asked of a provider ten seconds, and one error to all that can go wrong."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except TimeoutError as late:
            raise self._trouble("timeout") from late
        except OutgoingError as error:
            raise self._trouble(error.reason) from error
        except IssuerUnreachableError as error:
            raise self._trouble("keys") from error

    def _trouble(self, reason: str) -> ProviderUnavailableError:
        log.warning("oidc_provider_trouble", provider=self.name, reason=reason)
        return ProviderUnavailableError()

    def _check_sender(self, metadata: Metadata, named: str | None) -> None:
        if named != self.configured.issuer and (named is not None or metadata.names_itself):
            raise self._refusal("sender")

    async def _token_answer(
        self, metadata: Metadata, code: str, attempt: Attempt, redirect_uri: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        name = self.configured.client_id
        secret = self.configured.client_secret.get_secret_value()
        headers = {}
        if metadata.takes_secret_in_form:
            form |= {"client_id": name, "client_secret": secret}
        else:  # RFC 6749 § 2.3.1
            both = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = f"Basic {b64encode(both).decode()}"
        reply = await outgoing.ask(
            metadata.token_endpoint, named_by=self._document, form=form, headers=headers
        )
        if reply.status == 400:
            raise self._refusal("grant")
        return _good(reply).json_object()

    async def _subject(
        self, metadata: Metadata, granted: Mapping[str, Any], nonce: str, now: datetime
    ) -> Subject:
        token, access_token = granted.get("id_token"), granted.get("access_token")
        if not isinstance(token, str) or len(token) > MOST_TOKEN:
            raise self._refusal("no_id_token")
        expected = Expected(
            self.configured.issuer, self.configured.client_id, nonce, metadata.algorithms
        )
        beside = access_token if isinstance(access_token, str) else None
        try:
            try:
                keys = await self._keys.current()
                return oidc_tokens.verify(token, keys, expected, now=now, access_token=beside)
            except UnknownKeyError:
                keys = await self._keys.after_a_miss()
                return oidc_tokens.verify(token, keys, expected, now=now, access_token=beside)
        except BadIdTokenError as error:
            raise self._refusal(error.reason) from error

    def _refusal(self, reason: str) -> ProviderRefusedError:
        log.warning("oidc_refused", provider=self.name, reason=reason)
        return ProviderRefusedError()

    async def _fetch_metadata(self) -> Metadata:
        found = _good(await outgoing.ask(self._document)).json_object()
        if found.get("issuer") != self.configured.issuer:
            raise OutgoingError("issuer")
        methods = _texts(found.get("token_endpoint_auth_methods_supported"))
        announced = _texts(found.get("id_token_signing_alg_values_supported")) or {"RS256"}
        return Metadata(
            self._endpoint(found, "authorization_endpoint"),
            self._endpoint(found, "token_endpoint"),
            self._endpoint(found, "jwks_uri"),
            frozenset(announced & oidc_tokens.FAMILIES.keys()),
            "client_secret_post" in methods,
            found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _endpoint(self, found: Mapping[str, Any], name: str) -> str:
        """Return an address of the document; an encrypted issuer does not send people to one that is not."""
        address = found.get(name)
        is_open = self.configured.issuer.startswith("http:")
        schemes = ("https://", "http://") if is_open else ("https://",)
        if not isinstance(address, str) or not address.startswith(schemes) or "#" in address:
            raise OutgoingError(name)
        if not address.isascii() or not address.isprintable() or " " in address:
            raise OutgoingError(name)
        return address

    async def _keys_address(self) -> str:
        return (await self._metadata.get()).jwks_uri


def _good(reply: Reply) -> Reply:
    if reply.status != 200:
        raise OutgoingError(f"status_{reply.status}")
    return reply


def _texts(value: object) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()
