"""`questlog login`, `logout`, `whoami`."""

import time
from typing import Any

import click

from questlog.cli import account as accounts
from questlog.cli import addresses, references, terminal, totp
from questlog.cli.account import Account
from questlog.cli.addresses import DEFAULT_SERVER
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, by_key, given_key, signed_in

TOO_MANY_REQUESTS = 429


@click.command()
@click.option(
    "--server",
    help=f"Where the server is.  [default: QUESTLOG_SERVER, the last one, or {DEFAULT_SERVER}]",
)
@click.option("--email", "-e", help="Your address; asked for when it is not given.")
@click.option(
    "--password",
    "-p",
    envvar="QUESTLOG_PASSWORD",
    help="Your password; asked for when it is not given.",
)
@click.option(
    "--code",
    is_flag=True,
    help="Sign in with a code sent by mail; makes an account if you have none.",
)
@click.option(
    "--api-key",
    "key",
    is_flag=True,
    help="Sign in with an API key instead; asked for, or taken from QUESTLOG_API_KEY.",
)
def login(
    server: str | None, email: str | None, password: str | None, code: bool, key: bool
) -> None:
    """Sign in to a server; this terminal then stays signed in.

    The tokens are kept in a file that only you may read. A password given as an option can be seen in
    the list of processes: better type it, or set QUESTLOG_PASSWORD.

    \b
    questlog login --email ada@example.org
    questlog login --server https://quest.example.org --code
    questlog login --api-key
    """
    address = addresses.address(server)
    if key:
        _keep_key(address)
        return
    email = email or click.prompt("Email")
    with Remote(address) as remote:
        tokens = _tokens(remote, email, password, by_code=code)
    account = Account(
        server=address,
        email=tokens["user"]["email"],
        timezone=tokens["user"]["timezone"],
        access_token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        expires_at=time.time() + tokens["expires_in"],
    )
    accounts.save(account)
    terminal.success(f"Signed in as {account.email} at {address}.")


@click.command()
def logout() -> None:
    """Sign out: the server ends the session, and the tokens are removed from this machine."""
    try:
        with signed_in() as remote:
            remote.post("/auth/logout", {})
    except Failure as failure:
        if failure.exit_code not in (Exit.NOT_SIGNED_IN, Exit.UNREACHABLE):
            raise
        if failure.exit_code == Exit.UNREACHABLE:
            terminal.note("The server does not answer, so the session ends by itself later.")
    accounts.forget()
    terminal.success("Signed out.")


@click.command()
@click.option("--set-name", help="What you want to be called.")
@click.option(
    "--set-timezone", help="Where you live, such as Europe/Berlin: it says when a day begins."
)
@click.option(
    "--set-locale", type=click.Choice(["en", "ru"]), help="The language of answers and mails."
)
@terminal.json_option
def whoami(
    set_name: str | None, set_timezone: str | None, set_locale: str | None, as_json: bool
) -> None:
    """Say who is signed in, and where; change your name, time zone or language.

    \b
    questlog whoami --set-timezone Europe/Berlin
    """
    wanted = {"name": set_name, "timezone": set_timezone, "locale": set_locale}
    changes = {name: value for name, value in wanted.items() if value is not None}
    with signed_in() as remote:
        me = remote.patch("/auth/me", changes) if changes else remote.get("/auth/me")
        _keep_timezone(remote, me)
    if as_json:
        terminal.print_json(me)
        return
    rows = [(label, str(me.get(name) or "")) for label, name in FACTS.items()]
    for label, value in [*rows, ("server", remote.server)]:
        if value:
            click.echo(f"{label:11}{terminal.printable(value)}")


FACTS = {
    "email": "email",
    "name": "name",
    "role": "role",
    "time zone": "timezone",
    "language": "locale",
}


def _keep_timezone(remote: Remote, me: dict[str, Any]) -> None:
    account = references.account_of(remote)
    if account.timezone != me["timezone"] and given_key() is None:
        accounts.save(Account(**{**vars(account), "timezone": me["timezone"]}))


def _keep_key(address: str) -> None:
    account = by_key(address, given_key() or click.prompt("Key", hide_input=True))
    accounts.save(account)
    terminal.success(f"Signed in with a key as {account.email or 'its owner'} at {address}.")


def _tokens(remote: Remote, email: str, password: str | None, *, by_code: bool) -> dict[str, Any]:
    try:
        return _by_code(remote, email) if by_code else _by_password(remote, email, password)
    except Failure as failure:
        if not totp.is_needed(failure):
            raise
        return totp.finish(remote, failure)


def _by_password(remote: Remote, email: str, password: str | None) -> dict[str, Any]:
    if password is None:
        password = click.prompt("Password", hide_input=True)
    answer: dict[str, Any] = remote.post("/auth/login", {"email": email, "password": password})
    return answer


def _by_code(remote: Remote, email: str) -> dict[str, Any]:
    shown = _send_code(remote, email)
    if shown:
        terminal.note(f"This server sends no mail; the code is {shown}.")
    code = click.prompt("Code", type=str)
    answer: dict[str, Any] = remote.post("/auth/verify", {"email": email, "code": code.strip()})
    return answer


def _send_code(remote: Remote, email: str) -> str | None:
    """Ask for a code and return it if this server shows it; one that was sent a moment ago is still good."""
    try:
        sent: dict[str, Any] = remote.post("/auth/send-code", {"email": email})
    except Failure as failure:
        if failure.status != TOO_MANY_REQUESTS:
            raise
        terminal.note(failure.message)
        return None
    click.echo(f"A code is on its way to {email}.")
    return sent.get("dev_code")
