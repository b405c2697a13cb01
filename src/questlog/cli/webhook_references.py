"""Which webhook somebody means: the number of the last list, its id, or a part of its address."""

from typing import Any

from questlog.cli import account as accounts
from questlog.cli import references
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote

WEBHOOKS = "/webhooks"


def named(remote: Remote, reference: str) -> dict[str, Any]:
    """Return the webhook that `reference` points at. Raises `Failure` for none and for several."""
    every = list(remote.pages(WEBHOOKS))
    if reference.isdecimal():
        ids = accounts.last_list(references.account_of(remote), "webhook")
        found = [each for each in every if each["id"] in ids[int(reference) - 1 : int(reference)]]
    else:
        wanted = reference.casefold()
        found = [
            each
            for each in every
            if each["id"] == wanted
            or wanted in each["url"].casefold()
            or wanted == each["description"].casefold()
        ]
    if len(found) == 1:
        return found[0]
    said = "no webhook" if not found else "more than one webhook"
    raise Failure(f"{said} is meant by `{reference}`: see `questlog webhooks`", Exit.NOT_FOUND)
