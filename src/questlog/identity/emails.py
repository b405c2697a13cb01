"""E-mail addresses: one spelling for each."""

import unicodedata

import email_validator
from email_validator import EmailNotValidError, validate_email

from questlog.core.exceptions import ValidationError

# Names the library refuses because the internet does not know them. Home networks and tests do.
HOME_DOMAINS = {"arpa", "local", "localhost", "test"}  # of arpa: home.arpa (RFC 8375)
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = [
    name for name in email_validator.SPECIAL_USE_DOMAIN_NAMES if name not in HOME_DOMAINS
]


class InvalidEmailError(ValidationError):
    code = "invalid_email"
    default_message = "This is no e-mail address."


def normalise(address: str) -> str:
    """Return the spelling that is stored and compared: NFKC, folded, the domain in IDNA.

    Addresses of home networks (`me@nas.local`) are taken too. Whether mail arrives is for the code to show. A tag after
    `+` is part of the address, and letters that only look alike stay different. Raises `InvalidEmailError`.
    """
    folded = unicodedata.normalize("NFKC", address.strip(" ")).casefold()
    if not folded.isprintable():
        raise InvalidEmailError(pointer="/body/email")
    try:
        found = validate_email(
            folded, strict=True, check_deliverability=False, globally_deliverable=False
        )
    except EmailNotValidError as error:
        raise InvalidEmailError(pointer="/body/email") from error
    return f"{found.local_part}@{found.ascii_domain or found.domain}"
