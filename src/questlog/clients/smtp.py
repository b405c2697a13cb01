"""Handing a mail to an SMTP server."""

import asyncio
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

from questlog.core.outside_settings import MailSettings

TIMEOUT_S = 15.0
WHOLE_S = 45.0
"""For all of it, well within the lease of a mail: each step may be slow, and there are many."""
PERMANENT = 500

type Reason = Literal["refused", "rejected", "timeout", "unreachable"]


class DeliveryError(Exception):
    """The server did not take the mail. `may_pass` says whether trying again can help (RFC 5321 § 4.2.1)."""

    def __init__(self, reason: Reason, *, may_pass: bool) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.may_pass = may_pass


async def deliver(settings: MailSettings, message: EmailMessage) -> None:
    """Send `message`, or raise `DeliveryError`."""
    try:
        async with asyncio.timeout(WHOLE_S):
            await _send(settings, message)
    except (aiosmtplib.SMTPTimeoutError, TimeoutError) as error:
        raise DeliveryError("timeout", may_pass=True) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        raise _refused(max(codes, default=PERMANENT)) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error.code) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise DeliveryError("rejected", may_pass=False) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise DeliveryError("unreachable", may_pass=True) from error


async def _send(settings: MailSettings, message: EmailMessage) -> None:
    password = settings.password
    await aiosmtplib.send(
        message,
        hostname=settings.host,
        port=settings.port,
        username=settings.user,
        password=password.get_secret_value() if password else None,
        use_tls=settings.implicit_tls,
        start_tls=settings.start_tls,
        timeout=TIMEOUT_S,
    )


def _refused(code: int) -> DeliveryError:
    permanent = code >= PERMANENT
    return DeliveryError("rejected" if permanent else "refused", may_pass=not permanent)
