"""The link at the end of a mail that switches its kind off: sealed, so that it names nobody to others, and for good."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, get_args
from uuid import UUID

from questlog.automation.notification_settings import Mailing
from questlog.core.exceptions import NotFoundError
from questlog.core.security import Keyring

KEY: Final = "unsubscribe links"
ADDRESS: Final = "/api/v1/notifications/unsubscribe/"
LETTERS: Final = 60
PATTERN: Final = rf"^[A-Za-z0-9_-]{{{LETTERS}}}$"
MAILINGS: tuple[Mailing, ...] = get_args(Mailing.__value__)


class UnsubscribeLinkError(NotFoundError):
    code = "unsubscribe_link_invalid"
    default_message = (
        "This link does not work any more. Sign in and switch the mail off in your settings."
    )


def token_for(keyring: Keyring, user_id: UUID, mailing: Mailing) -> str:
    """Return what a link ends with. It works as long as the server knows the key it was sealed with."""
    clear = bytes([MAILINGS.index(mailing)]) + user_id.bytes
    return urlsafe_b64encode(keyring.seal(KEY, clear)).decode()


def read(keyring: Keyring, token: str) -> tuple[UUID, Mailing]:
    """Return whose mails of what kind a link switches off. Raises `UnsubscribeLinkError`."""
    sealed = urlsafe_b64decode(token) if len(token) == LETTERS and token.isascii() else b""
    clear = keyring.unseal(KEY, sealed)
    if clear is None:
        raise UnsubscribeLinkError()
    return UUID(bytes=clear[1:]), MAILINGS[clear[0]]
