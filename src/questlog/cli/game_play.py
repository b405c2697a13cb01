"""`questlog game shop`, `buy`, `join`, `leave`: what one does in the game."""

from urllib.parse import quote

import click

from questlog.cli import terminal
from questlog.cli.game_pictures import rewarded
from questlog.cli.remote import signed_in


@click.command()
@terminal.json_option
def shop(as_json: bool) -> None:
    """Show what gold buys, and how much of it you have."""
    with signed_in() as remote:
        found = remote.get("/rpg/shop")
    if as_json:
        terminal.print_json(found)
        return
    click.secho(f"You have {found['gold']} gold.", fg="yellow")
    for item in found["items"]:
        title = click.style(terminal.printable(item["title"]), bold=item["can_buy"])
        click.echo(f"{title}  {item['price']} gold  ({item['code']})")
        click.echo(f"  {terminal.printable(item['text'])}")
        if item["refusal"]:
            click.secho(f"  {terminal.printable(item['refusal'])}", dim=True)


@click.command()
@click.argument("item")
@click.option("--quantity", "-q", type=click.IntRange(1, 10), default=1, show_default=True)
@terminal.json_option
def buy(item: str, quantity: int, as_json: bool) -> None:
    """Buy something in the shop, by its code.

    \b
    questlog game shop
    questlog game buy streak-freeze
    """
    with signed_in() as remote:
        bought = remote.post(f"/rpg/shop/{quote(item, safe='')}/buy", {"quantity": quantity})
    if as_json:
        terminal.print_json(bought)
    else:
        terminal.success(
            f"Bought for {bought['price']} gold; {bought['game']['gold']} gold are left."
        )


@click.command()
@click.argument("challenge")
@terminal.json_option
def join(challenge: str, as_json: bool) -> None:
    """Begin a challenge today, by its code in `questlog game challenges`.

    \b
    questlog game join brisk-week
    """
    with signed_in() as remote:
        joined = remote.post(f"/rpg/challenges/{quote(challenge, safe='')}/join")
    if as_json:
        terminal.print_json(joined)
    else:
        terminal.success(
            f"Joined: {terminal.printable(joined['title'])}, until {joined['ends_on']}"
        )
        click.echo(f"It brings {rewarded(joined['reward'])}.")


@click.command()
@click.argument("challenge")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@terminal.json_option
def leave(challenge: str, yes: bool, as_json: bool) -> None:
    """Give a challenge up; its progress is lost."""
    with signed_in() as remote:
        if not terminal.confirmed(f"Give up {challenge}?", yes=yes):
            raise click.Abort()
        gone = remote.post(f"/rpg/challenges/{quote(challenge, safe='')}/leave")
    if as_json:
        terminal.print_json(gone)
    else:
        terminal.success(f"Left: {terminal.printable(gone['title'])}")
