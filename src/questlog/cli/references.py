"""What people point at: the numbers of the last list, ids and their ends, names of projects and goals."""

from collections.abc import Iterable
from typing import Any

from questlog.cli import account as accounts
from questlog.cli.account import Account
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote

ID_LENGTH = 36
LONGEST_NUMBER = 4
SHORTEST_PART = 4


def account_of(remote: Remote) -> Account:
    """Return who is signed in; `signed_in()` makes sure that somebody is."""
    if remote.account is None:
        raise Failure("you are not signed in: run `questlog login`", Exit.NOT_SIGNED_IN)
    return remote.account


def task_id(remote: Remote, reference: str, *, in_trash: bool = False) -> str:
    """Return the id of the task that `reference` points at.

    A number is a place in the last list; anything else the beginning or the end of an id (ids of one hour begin alike),
    which is looked for among those that are not in the trash, or among those that are.
    """
    if reference.isdecimal() and len(reference) <= LONGEST_NUMBER:
        return _numbered(account_of(remote), "task", int(reference))
    if len(reference) == ID_LENGTH:
        return reference.lower()
    if len(reference) < SHORTEST_PART:
        raise Failure(
            f"`{reference}` is neither a number of the last list nor enough of an id",
            Exit.NOT_FOUND,
        )
    part = reference.lower()
    found = [
        task["id"]
        for task in remote.pages("/tasks", include_subtasks=True, trash=in_trash or None)
        if task["id"].startswith(part) or task["id"].endswith(part)
    ]
    return _only(found, f"task with `{reference}` in its id")


def project_id(remote: Remote, name: str) -> str:
    return _named(remote, "project", name, remote.pages("/projects"))


def goal_id(remote: Remote, name: str) -> str:
    return _named(remote, "goal", name, remote.pages("/goals"))


def event_id(remote: Remote, reference: str) -> str:
    """Return the id of an event: a number is a place in the last `questlog activity`."""
    return _listed(remote, "event", reference, "questlog activity")


def delivery_id(remote: Remote, reference: str) -> str:
    """Return the id of a delivery: a number is a place in the last `questlog webhooks deliveries`."""
    return _listed(remote, "delivery", reference, "questlog webhooks deliveries")


def _listed(remote: Remote, kind: str, reference: str, list_: str) -> str:
    if reference.isdecimal() and len(reference) <= LONGEST_NUMBER:
        return _numbered(account_of(remote), kind, int(reference))
    if len(reference) == ID_LENGTH:
        return reference.lower()
    raise Failure(f"`{reference}` is neither a number of `{list_}` nor an id", Exit.NOT_FOUND)


def _named(remote: Remote, kind: str, name: str, found: Iterable[dict[str, Any]]) -> str:
    if name.isdecimal() and len(name) <= LONGEST_NUMBER:
        return _numbered(account_of(remote), kind, int(name))
    wanted = name.casefold()
    matching = [each["id"] for each in found if wanted in (each["title"].casefold(), each["id"])]
    if not matching:
        raise Failure(
            f'no {kind} is called `{name}`: make it with `questlog {kind}s add "{name}"`',
            Exit.NOT_FOUND,
        )
    return _only(matching, f"{kind} called `{name}`")


def _numbered(account: Account, kind: str, number: int) -> str:
    ids = accounts.last_list(account, kind)
    if not 1 <= number <= len(ids):
        raise Failure(
            f"there is no {kind} number {number} in your last list: list them again", Exit.NOT_FOUND
        )
    return ids[number - 1]


def _only(found: list[str], what: str) -> str:
    if not found:
        raise Failure(f"there is no {what}", Exit.NOT_FOUND)
    if len(found) > 1:
        raise Failure(
            f"there are {len(found)} of this: {what}. Say more of it, or use a number",
            Exit.NOT_FOUND,
        )
    return found[0]
