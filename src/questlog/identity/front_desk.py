"""What every door of this flat needs, made once at the start: keys, the hasher, the limits, and which doors are open."""

from datetime import timedelta

from questlog.core.config import Settings
from questlog.identity import relying_party, trusted_issuers
from questlog.identity.access_tokens import AccessTokens
from questlog.identity.attempts import SignInLimits
from questlog.identity.elsewhere import Elsewhere
from questlog.identity.issuers import Issuers
from questlog.identity.passwords import HashCost, Passwords
from questlog.identity.presence import Presence

PLACES_THAT_SHOW_CODES = ("local", "development")


class FrontDesk:
    """`cost` and `limits` are for tests and benchmarks to lower and to raise; nothing else changes them."""

    def __init__(
        self,
        settings: Settings,
        *,
        cost: HashCost | None = None,
        limits: SignInLimits | None = None,
    ) -> None:
        tokens = settings.tokens
        self.keyring = tokens.keyring()
        self.access_tokens = AccessTokens(
            self.keyring, tokens.algorithm, timedelta(minutes=tokens.access_minutes)
        )
        self.refresh_days = tokens.refresh_days
        self.registration_open = tokens.registration_enabled
        self.passwords = Passwords(cost or HashCost())
        self.presence = Presence(self.access_tokens)
        self.issuers = Issuers(trusted_issuers.verifiers(settings.issuers), self.presence.elsewhere)
        self.limits = limits or SignInLimits()
        self.elsewhere = Elsewhere(settings)
        self.relying_party = relying_party.of(settings.http)
        self.sends_mail = settings.mail.enabled
        self.shows_codes = (
            not settings.mail.enabled and settings.app.environment in PLACES_THAT_SHOW_CODES
        )

    def close(self) -> None:
        self.passwords.close()
        self.issuers.close()
        self.elsewhere.close()
