"""Signing in elsewhere, as the settings have it: with whom, and where people come back to."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from questlog.core.config import Settings
from questlog.core.exceptions import BadRequestError, NotFoundError
from questlog.identity.oidc_providers import Provider


class UnknownProviderError(NotFoundError):
    code = "provider_not_found"
    default_message = "This server knows no such provider."


class RedirectNotAllowedError(BadRequestError):
    code = "redirect_not_allowed"
    default_message = (
        "People are not sent back to this address after signing in. Its operator has to allow it."
    )


class Elsewhere:
    """`is_encrypted` says whether browsers reach this server over https, which its cookies then insist on."""

    def __init__(self, settings: Settings) -> None:
        http, oidc = settings.http, settings.oidc
        self.providers: Mapping[str, Provider] = {
            each.name: Provider(each) for each in oidc.all_providers
        }
        self.base_url = http.base_url
        self.is_encrypted = http.base_url.startswith("https:")
        self._home = http.frontend_url
        listed = (http.frontend_url, *oidc.redirect_urls)
        self._pages = frozenset(each for each in listed if each is not None)

    def provider(self, name: str) -> Provider:
        """Raises `UnknownProviderError`."""
        if name not in self.providers:
            raise UnknownProviderError()
        return self.providers[name]

    def close(self) -> None:
        for each in self.providers.values():
            each.close()

    def page(self, wanted: str | None) -> str | None:
        """Return the page to come back to, or None for an answer without one.

        Compared letter for letter with the settings: whatever reads an address otherwise than we do finds no gap
        (S-064). Raises `RedirectNotAllowedError`.
        """
        if wanted is None:
            return self._home
        if wanted not in self._pages and wanted.removesuffix("/") not in self._pages:
            raise RedirectNotAllowedError()
        return wanted

    def shares_cookies(self, page: str) -> bool:
        """Return whether what that page asks of this server carries this server's cookies without further ado."""
        return urlsplit(page)[:2] == urlsplit(self.base_url)[:2]
