"""What our mails say: a plain text and an HTML form of each, in English and Russian.

What a letter of another flat says comes from there (`others`). Content with a `mailing` in it is of a kind that somebody
may have enough of: such a letter ends with a link that switches it off, and says so to mail programs (RFC 8058).
"""

from collections.abc import Awaitable, Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from questlog.automation import unsubscribing
from questlog.automation.mail import Letter
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.security import Keyring
from questlog.identity import (
    api_keys,
    email_codes,
    external_identities,
    factor_changes,
    password_change,
    password_resets,
    users,
)
from questlog.identity.models import User

LOCALES = ("en", "ru")
MAILING, UNSUBSCRIBE = "mailing", "unsubscribe"

type Content = dict[str, Any]
type ContentOf = Callable[[Session, Letter, User], Awaitable[Content | None]]
"""Return what fills the gaps of the letter's template for its reader, or None when it should not be sent any more."""

_templates = Environment(
    loader=PackageLoader("questlog.identity", "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


async def write(
    session: Session,
    letter: Letter,
    *,
    keyring: Keyring,
    sender: str,
    base_url: str,
    api_url: str,
    others: Mapping[str, ContentOf],
) -> EmailMessage | None:
    """Write a letter as it stands now, or return None when it should not be sent any more.

    Not sent: a code that was used, replaced or has expired, and anything to a closed account. `others` knows the
    letters of other flats by their templates; those are for readers with an account.
    """
    reader = await users.get_by_email(session, letter.to_address)
    if reader is not None and not reader.is_active:
        return None
    if letter.template not in others:
        content = await _content(session, letter, keyring, base_url, reader=reader)
    elif reader is not None:
        content = await others[letter.template](session, letter, reader)
    else:
        return None
    if content is None:
        return None
    content.setdefault("base_url", base_url)
    if reader is not None and MAILING in content:
        token = unsubscribing.token_for(keyring, reader.id, content[MAILING])
        content[UNSUBSCRIBE] = f"{api_url}{unsubscribing.ADDRESS}{token}"
    locale = reader.locale if reader is not None else letter.locale
    return _message(letter, sender, locale if locale in LOCALES else "en", content)


async def _content(
    session: Session, letter: Letter, keyring: Keyring, base_url: str, *, reader: User | None
) -> Content | None:
    """Return what fills the template's gaps. Links begin with the configured address, never with a request's."""
    if letter.template == email_codes.TEMPLATE:
        code_id, purpose = UUID(letter.params["code_id"]), letter.params["purpose"]
        if not await email_codes.is_alive(session, code_id):
            return None
        code = email_codes.digits(keyring, code_id, letter.to_address, purpose)
        return {"code": code, "purpose": purpose, "base_url": base_url}
    if letter.template in (password_resets.TEMPLATE, password_resets.INVITATION):
        secret = await password_resets.open_link(session, keyring, letter)
        if secret is None:
            return None
        return {"link": f"{base_url}/reset-password#token={secret}", "base_url": base_url}
    if letter.template == password_change.NOTICE:
        keys = [] if reader is None else await _keys_of(session, reader)
        return {"base_url": base_url, "keys": keys}
    if letter.template in (factor_changes.NOTICE, external_identities.NOTICE):
        return {"base_url": base_url, **letter.params}
    raise LookupError(letter.template)


async def _keys_of(session: Session, reader: User) -> list[dict[str, Any]]:
    """Return the API keys that a new password leaves alone (S-020), with the owner's day of their last use."""
    zone = clock.zone(reader.timezone)
    return [
        {
            "name": key.name,
            "prefix": key.prefix,
            "used_on": key.last_used_at and key.last_used_at.astimezone(zone).date().isoformat(),
        }
        for key in await api_keys.that_open(session, reader.id)
    ]


def _message(letter: Letter, sender: str, locale: str, content: Content) -> EmailMessage:
    name, address = parseaddr(sender)
    message = EmailMessage()
    text = _templates.get_template(f"{letter.template}.{locale}.txt").render(content)
    subject, _, body = text.partition("\n\n")
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=letter.to_address)
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    # The same for every attempt, so that a mail that arrives twice can be recognised.
    message["Message-ID"] = f"<{letter.id}@{address.rpartition('@')[2] or 'questlog'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = locale
    if UNSUBSCRIBE in content:
        message["List-Unsubscribe"] = f"<{content[UNSUBSCRIBE]}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body)
    html = _templates.get_template(f"{letter.template}.{locale}.html").render(content)
    message.add_alternative(html, subtype="html")
    return message
