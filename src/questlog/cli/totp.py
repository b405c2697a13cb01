"""Second factors at a terminal: showing one to sign in, and `questlog totp`."""

import sys
from typing import Any

import click

from questlog.cli import terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in
from questlog.identity import qr_codes

TRIES = 5
NO_PASSKEYS = (
    "your second factor is a passkey, which a terminal cannot show: sign in with a browser and add an "
    "authenticator app there, or make an API key"
)
TYPED = ("totp", "recovery_code")
CODE_LENGTH = 6
UNAUTHORISED, FORBIDDEN = 401, 403


@click.group(invoke_without_command=True)
@click.pass_context
def totp(context: click.Context) -> None:
    """Say whether an authenticator app is your second factor; set one up or remove it.

    \b
    questlog totp
    questlog totp enable
    questlog totp codes
    """
    if context.invoked_subcommand is not None:
        return
    with signed_in() as remote:
        state, codes = remote.get("/me/totp"), remote.get("/me/recovery-codes")
    since = f"on since {state['confirmed_at'][:10]}" if state["enabled"] else "off"
    click.echo(f"authenticator app  {since}")
    click.echo(f"recovery codes     {codes['remaining']} left")


@totp.command()
def enable() -> None:
    """Set up an authenticator app: sign-ins ask for its code from then on."""
    with signed_in() as remote:
        begun = _begin(remote)
        _show_secret(begun["secret"], begun["otpauth_uri"])
        code = click.prompt("Code the app shows", type=str).strip()
        confirmed = remote.post("/me/totp/confirm", {"code": code})
    terminal.success("From now on, signing in asks for a code of your app.")
    _show_codes(confirmed["recovery_codes"])


@totp.command()
def disable() -> None:
    """Remove the authenticator app."""
    with signed_in() as remote:
        remote.call("DELETE", "/me/totp", json=_proof())
    terminal.success("Removed. Signing in asks for no code of an app any more.")


@totp.command()
def codes() -> None:
    """Make ten new recovery codes; those before are void."""
    with signed_in() as remote:
        made = remote.post("/me/recovery-codes", _proof())
    _show_codes(made["recovery_codes"])


def finish(remote: Remote, needed: Failure) -> dict[str, Any]:
    """Ask for a second factor until one is right, and return the tokens. Raises Failure."""
    if not set(TYPED).intersection(needed.details["methods"]):
        raise Failure(NO_PASSKEYS, Exit.NOT_SIGNED_IN) from needed
    for _ in range(TRIES - 1):
        try:
            return _show(remote, needed.details["ticket"])
        except Failure as failure:
            if failure.status != UNAUTHORISED:
                raise
            terminal.note(failure.message)
    return _show(remote, needed.details["ticket"])


def is_needed(failure: Failure) -> bool:
    return failure.status == UNAUTHORISED and {"ticket", "methods"} <= failure.details.keys()


def _show(remote: Remote, ticket: str) -> dict[str, Any]:
    typed = click.prompt("Code of your app, or a recovery code", type=str).strip()
    answer: dict[str, Any] = remote.post("/auth/second-factor", {"ticket": ticket, **_named(typed)})
    return answer


def _named(typed: str) -> dict[str, str]:
    """Say which of the two it is: six digits are a code, everything else is meant as a recovery code."""
    digits = typed.replace(" ", "")
    is_code = digits.isdecimal() and digits.isascii() and len(digits) == CODE_LENGTH
    return {"code": digits} if is_code else {"recovery_code": typed}


def _begin(remote: Remote) -> dict[str, Any]:
    """Begin at once after a sign-in, and with the password later."""
    try:
        begun: dict[str, Any] = remote.post("/me/totp")
    except Failure as failure:
        if failure.status != FORBIDDEN:
            raise
        begun = remote.post("/me/totp", _proof())
    return begun


def _proof() -> dict[str, str]:
    password = click.prompt(
        "Password (or nothing, to give a code)", hide_input=True, default="", show_default=False
    )
    if password:
        return {"password": password}
    return _named(click.prompt("Code of your app, or a recovery code", type=str).strip())


def _show_secret(secret: str, uri: str) -> None:
    """Show what an app takes in: a QR code where there is a terminal to scan it from, and the same to be typed."""
    if sys.stdout.isatty():
        for line in qr_codes.blocks(uri):
            # In its own colours: on a light terminal the bare characters would be a negative.
            click.secho(line, fg="bright_white", bg="black")
    click.echo("Scan the code with your app, or type this in:")
    click.echo(f"  {secret}\n  {uri}")


def _show_codes(made: list[str] | None) -> None:
    if made is None:
        return
    click.echo(
        "Recovery codes, each good once. Keep them where your app is not; they are not shown again:"
    )
    for code in made:
        click.echo(f"  {code}")
