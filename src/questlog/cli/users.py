"""`questlog user`: accounts, straight in the database, by whoever runs the server."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from questlog.cli import terminal
from questlog.cli.database import sentence, work_on_database
from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import read_settings
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.core.ids import parse_id
from questlog.flows.erase_account import erase
from questlog.flows.open_account import open_account
from questlog.flows.sign_up import sign_up
from questlog.identity import emails, factor_changes, password_change, passwords, sessions, users
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.passwords import WeakPasswordError

ROLES = ["user", "admin"]
COLUMNS = (
    User.id,
    User.email,
    User.name,
    User.role,
    User.created_at,
    User.last_login_at,
    User.deactivated_at,
)


@click.group()
def user() -> None:
    """Make and manage accounts. Works on the database itself, with or without a running server.

    \b
    questlog user create
    questlog user create --email ada@example.org --superuser
    questlog user set-role ada@example.org --role admin
    """


@user.command()
@click.option("--email", "-e", prompt="E-mail", help="The address to sign in with.")
@click.option(
    "--password",
    "-p",
    envvar="QUESTLOG_PASSWORD",
    help="Asked for, twice and unseen, when it is not given.",
)
@click.option("--invite", is_flag=True, help="Mail them a link to set their password instead.")
@click.option("--superuser", is_flag=True, help="Make an administrator.")
@click.option("--name", default="", help="What they are called.")
@click.option(
    "--timezone", default="UTC", show_default=True, help="Where they live, such as Europe/Berlin."
)
@click.option("--locale", type=click.Choice(["en", "ru"]), default="en", show_default=True)
def create(email: str, superuser: bool, invite: bool, **more: Any) -> None:
    """Open an account, also when REGISTRATION_ENABLED is false.

    With --invite the server mails a link that is good for half an hour; after that they ask for another one
    themselves, as somebody who forgot their password.
    """
    settings = read_settings()
    address, password = _address(email), more.pop("password")
    role = "admin" if superuser else "user"
    if invite and password is not None:
        raise click.UsageError("Give a password or --invite, not both.")
    if invite:
        _invite(settings, address, role=role, **more)
        return
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    _check(settings, password, address)

    async def work(database: Database) -> User:
        hashed = await FrontDesk(settings).passwords.hash(password)
        return await database.write(
            sign_up, address, password_hash=hashed, role=role, email_verified=True, **more
        )

    made = work_on_database(settings, work)
    terminal.success(f"Made {made.role} {made.email}.")


@user.command("list")
@terminal.json_option
def list_(as_json: bool) -> None:
    """List all accounts, oldest first."""
    found = work_on_database(read_settings(), lambda database: database.read(_everybody))
    if as_json:
        terminal.print_json(found)
        return
    terminal.table(
        [(each["email"] or each["id"], each["name"], each["role"], *_when(each)) for each in found],
        headings=("EMAIL", "NAME", "ROLE", "SINCE", "LAST SEEN", ""),
    )


@user.command("set-role")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
def set_role(email: str, role: str) -> None:
    """Make somebody an administrator, or take that away. The last administrator stays one."""
    _change(email, {"role": role})
    terminal.success(f"{email} is now {role}.")


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Close an account and end its sessions. Nothing is deleted; `activate` opens it again."""
    _change(email, {"is_active": False})
    terminal.success(f"{email} is deactivated.")


@user.command()
@click.argument("email")
def activate(email: str) -> None:
    """Open a deactivated account again."""
    _change(email, {"is_active": True})
    terminal.success(f"{email} is active.")


@user.command("set-password")
@click.argument("email")
@click.option(
    "--password",
    "-p",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="QUESTLOG_PASSWORD",
)
def set_password(email: str, password: str) -> None:
    """Give somebody a new password, and end their sessions."""
    settings = read_settings()
    address = _address(email)
    _check(settings, password, address)

    async def work(database: Database) -> None:
        desk = FrontDesk(settings)
        await database.write(_set_password, desk, address, await desk.passwords.hash(password))

    work_on_database(settings, work)
    terminal.success(f"{email} has a new password.")


@user.command("remove-factors")
@click.argument("email")
def remove_factors(email: str) -> None:
    """Remove the second factors of somebody who has lost them, after making sure who is asking."""
    settings = read_settings()
    address = _address(email)

    async def work(database: Database) -> bool:
        return await database.write(_remove_factors, FrontDesk(settings), address)

    found = work_on_database(settings, work)
    terminal.success(f"{email} has no second factor {'any more' if found else 'to remove'}.")


@user.command()
@click.argument("who")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def delete(who: str, yes: bool) -> None:
    """Erase an account and all that belongs to it. WHO is its address, or the id that `list` shows.

    This cannot be undone: `deactivate` only closes it.
    """
    if not terminal.confirmed(f"Erase {who} and all that belongs to it?", yes=yes):
        raise Failure("Nothing was erased. Say --yes where nobody can be asked.", Exit.REFUSED)

    async def work(database: Database) -> None:
        user_id = (await database.read(_find_any, who)).id
        await database.write(users.delete, user_id)
        await erase(database, user_id)

    work_on_database(read_settings(), work)
    terminal.success(f"{who} is erased.")


def _invite(settings: Settings, address: str, **more: str) -> None:
    if not settings.mail.enabled:
        raise Failure(
            "No mail goes out from here: set SMTP_HOST, or give a password.", Exit.REFUSED
        )
    desk = FrontDesk(settings)

    async def work(database: Database) -> None:
        await database.write(open_account, desk, address, **more)

    work_on_database(settings, work)
    terminal.success(f"Made {more['role']} {address}; the running server mails them the link.")


def _change(email: str, changes: dict[str, Any]) -> None:
    address = _address(email)

    async def work(database: Database) -> None:
        await database.write(_update, address, changes)

    work_on_database(read_settings(), work)


async def _update(session: Session, email: str, changes: dict[str, Any]) -> None:
    await users.update(session, (await _find(session, email)).id, changes)


async def _set_password(session: Session, desk: FrontDesk, email: str, password_hash: str) -> None:
    found = await _find(session, email)
    await password_change.set_password(session, desk, found, password_hash)
    await sessions.revoke_others(session, found.id, None, reason="password_changed")


async def _remove_factors(session: Session, desk: FrontDesk, email: str) -> bool:
    return await factor_changes.remove_all(session, desk, (await _find(session, email)).id)


async def _find(session: Session, email: str) -> User:
    found = await users.get_by_email(session, email)
    if found is None:
        raise users.UserNotFoundError()
    return found


async def _find_any(session: Session, who: str) -> User:
    user_id = parse_id(who)
    if user_id is None:
        return await _find(session, _address(who))
    return await users.get_by_id(session, user_id)


async def _everybody(session: Session) -> list[dict[str, Any]]:
    rows = await session.execute(select(*COLUMNS).order_by(User.created_at, User.id))
    return [
        {
            "id": str(row.id),
            "email": row.email,
            "name": row.name,
            "role": row.role,
            "is_active": row.deactivated_at is None,
            "created_at": _iso(row.created_at),
            "last_login_at": _iso(row.last_login_at),
        }
        for row in rows
    ]


def _address(email: str) -> str:
    try:
        return emails.normalise(email)
    except QuestlogError as error:
        raise Failure(sentence(error), Exit.REFUSED) from error


def _check(settings: Settings, password: str, address: str) -> None:
    """Refuse a weak password in production, and only warn of it elsewhere; one that is too long works nowhere."""
    try:
        passwords.check(password, address)
    except WeakPasswordError as error:
        if settings.app.is_production or not password or "most" in error.details:
            raise Failure(sentence(error), Exit.REFUSED) from error
        terminal.note(f"Weak: {sentence(error)} Taken, because this is not production.")


def _when(each: dict[str, Any]) -> tuple[str, str, str]:
    seen = (each["last_login_at"] or "never")[:10]
    return each["created_at"][:10], seen, "" if each["is_active"] else "deactivated"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
