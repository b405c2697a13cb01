"""`questlog review`: the cards that wait today, one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from questlog.cli import quiz_asking, quiz_results, quiz_times, references, terminal
from questlog.cli.exits import Failure
from questlog.cli.quiz_results import counted
from questlog.cli.remote import Remote, signed_in

RATINGS = ("again", "hard", "good", "easy")
FORBIDDEN, GONE, CLASH = 403, 404, 409


@dataclass
class Session:
    """What was done since the command began. `healed` is the hearts one has more after the day's session."""

    reviewed: int = 0
    right: int = 0
    rated: int = 0
    xp: int = 0
    sessions: int = 0
    healed: int = 0
    hearts: int | None = None
    """What one had at the beginning; None for a key that may not look at the game."""


@click.command()
@click.option("--rate", is_flag=True, help="Say of each answer yourself how hard it was.")
@click.option("--limit", "-n", type=click.IntRange(1, 500), help="Stop after so many cards.")
@terminal.json_option
def review(rate: bool, limit: int | None, as_json: bool) -> None:
    """Review the cards that wait: what you got wrong in quizzes, just before you forget it.

    An answer is graded by the server. Enter alone means that you only thought of it: then you say how well you knew it,
    and nothing is paid. Ctrl-C stops; every card that was answered counts. With --json it prints the cards that wait.

    \b
    questlog review
    questlog review --limit 5          five cards make the day's session, which heals a heart
    questlog review --rate
    """
    with signed_in() as remote:
        daily = remote.get("/reviews/daily")
        if as_json:
            terminal.print_json(daily)
            return
        if daily["items"]:
            click.secho("Enter alone: you only thought of it, and rate yourself.", dim=True)
        done = Session(hearts=_hearts(remote))
        try:
            while daily["items"] and (limit is None or done.reviewed < limit):
                before = done.reviewed
                _review(remote, daily, done, rate=rate, limit=limit)
                daily = remote.get("/reviews/daily")
                if done.reviewed == before:  # the server lists what it does not take: enough
                    break
        except (click.Abort, KeyboardInterrupt):
            click.echo()
            terminal.note("Stopped: every card that was answered counts, and the others wait.")
            daily = remote.get("/reviews/daily")
        _tell(done)
        _say_what_is_left(remote, daily)


def _review(
    remote: Remote, daily: Mapping[str, Any], done: Session, *, rate: bool, limit: int | None
) -> None:
    """Review the cards of one list; those that another device was quicker with are passed over."""
    cards = daily["items"] if limit is None else daily["items"][: limit - done.reviewed]
    for place, card in enumerate(cards, 1):
        state = f", {card['state']}" if card["state"] != "new" else ""
        topic = terminal.printable(card["topic"])
        answer = quiz_asking.ask(card, f"{place} of {len(cards)}  {topic}{state}")
        said: dict[str, Any] = {"answer": answer}
        if answer is None or rate:
            said["rating"] = _rating(is_answered=answer is not None)
        try:
            after = _sent(remote, card, said, done)
        except Failure as failure:
            if failure.status not in (CLASH, GONE):
                raise
            terminal.note(failure.message)
            continue
        _tell_card(remote, after)


def _rating(*, is_answered: bool) -> str:
    listed = "  ".join(f"{number} {name}" for number, name in enumerate(RATINGS, 1))
    question = "If it is right, how hard was it?" if is_answered else "How well did you know it?"
    while True:
        said = quiz_asking.typed_in(f"{question}  {listed}").casefold()
        if said in ("1", "2", "3", "4"):
            return RATINGS[int(said) - 1]
        found = [name for name in RATINGS if said and name.startswith(said)]
        if found:
            return found[0]
        click.secho("1, 2, 3 or 4, please.", fg="yellow")


def _sent(
    remote: Remote, card: Mapping[str, Any], said: dict[str, Any], done: Session
) -> dict[str, Any]:
    after: dict[str, Any] = remote.post(f"/reviews/{card['id']}", said)
    done.reviewed += 1
    done.right += bool(after["is_correct"])
    done.rated += after["is_correct"] is None
    done.xp += after["receipt"].get("xp", 0)
    if after["session_completed"]:
        done.sessions += 1
        have = _hearts(remote)
        done.healed = 0 if have is None or done.hearts is None else max(0, have - done.hearts)
    return after


def _hearts(remote: Remote) -> int | None:
    try:
        found: int = remote.get("/rpg/state")["hearts"]
    except Failure as failure:
        if failure.status != FORBIDDEN:
            raise
        return None
    return found


def _tell_card(remote: Remote, after: Mapping[str, Any]) -> None:
    told = {True: ("✓ Right.", "green"), False: ("✗ Not right.", "red"), None: ("", None)}
    words, color = told[after["is_correct"]]
    if words:
        click.secho(words, fg=color)
    why = quiz_results.why(after, after["lesson_id"])
    for line in (*why, *quiz_results.receipt(after["receipt"])):
        click.echo(line)
    when = quiz_times.in_words(after["due_at"], references.account_of(remote).timezone)
    click.secho(f"It comes back {when}.", dim=True)


def _tell(done: Session) -> None:
    if not done.reviewed:
        return
    click.echo()
    parts = [f"{counted(done.reviewed, 'card')} reviewed"]
    graded = done.reviewed - done.rated
    if graded:
        parts.append(f"{done.right} of {graded} right")
    if done.xp:
        parts.append(f"+{done.xp} XP")
    terminal.success(", ".join(parts) + ".")
    if done.healed:
        click.secho(f"The day's session is done: {counted(done.healed, 'heart')} healed.", fg="red")
    elif done.sessions:
        click.secho("The day's session is done.", fg="green")


def _say_what_is_left(remote: Remote, daily: Mapping[str, Any]) -> None:
    if daily["items"]:
        click.echo(f"{counted(len(daily['items']), 'card')} left for today: questlog review")
    elif not daily["left_today"]:
        click.echo(
            f"That is all for today, {counted(daily['limit'], 'card')}. The rest waits until tomorrow."
        )
    elif daily["next_due_at"] is None:
        click.echo("No cards yet. What you get wrong in a quiz comes back here.")
    else:
        when = quiz_times.in_words(daily["next_due_at"], references.account_of(remote).timezone)
        click.echo(f"No card waits. The next one comes {when}.")
