"""`questlog chat`: the coach at a terminal."""

import json
import sys
from typing import Any

import click

from questlog.cli import agent_view, terminal
from questlog.cli.agent_line import AgentLine
from questlog.cli.agent_view import View
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote, signed_in

YES, NO = frozenset({"y", "yes", "д", "да"}), frozenset({"n", "no", "н", "нет"})
PROMPT, QUESTION = "> ", "  Do it? [y]es, [n]o, Enter leaves it open: "


@click.command()
@click.argument("words", nargs=-1)
@click.option("--last", is_flag=True, help="Go on with the conversation you had last.")
@click.option("--conversation", metavar="ID", help="Go on with this one.")
@terminal.json_option
def chat(words: tuple[str, ...], last: bool, conversation: str | None, as_json: bool) -> None:
    """Talk with the coach: it knows your tasks, proposes changes, and makes them after your yes.

    With WORDS it answers once; without, it goes on until an empty line or Ctrl-D. Ctrl-C stops an answer. What you
    leave undecided stays open for 24 hours. With --json every message is one line, and nothing is asked.

    \b
    questlog chat
    questlog chat "What should I do first today?"
    questlog chat --last "And tomorrow?"
    """
    with signed_in() as remote:
        line = AgentLine(remote, conversation or (_newest(remote) if last else None))
        if words:
            _turn(remote, line, " ".join(words), as_json=as_json)
            return
        while said := _typed(PROMPT):
            try:
                _turn(remote, line, said, as_json=as_json)
            except Failure as failure:
                if failure.exit_code != Exit.REFUSED:
                    raise
                failure.show()


def _newest(remote: Remote) -> str:
    page = remote.get("/conversations", limit=1)
    if not page["items"]:
        raise Failure("you have not talked with the coach yet", Exit.NOT_FOUND)
    return str(page["items"][0]["id"])


def _turn(remote: Remote, line: AgentLine, said: str, *, as_json: bool) -> None:
    view = View()
    for told in line.turn(said):
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        view.show(told, silent=as_json)
        sys.stdout.flush()
    for proposal in () if as_json else view.proposals:
        _decide(remote, proposal)
    if view.problem is not None:
        raise Failure(_words(view.problem), Exit.REFUSED)


def _decide(remote: Remote, proposal: dict[str, Any]) -> None:
    """Show a proposal and do with it what is typed; one that runs already needs no yes."""
    agent_view.show_proposal(proposal)
    if proposal["state"] != "open":
        agent_view.show_decided(proposal)
        return
    while (typed := _typed(QUESTION).casefold()) not in YES | NO | {""}:
        click.secho("  y, n, or Enter", fg="yellow")
    if not typed:
        return
    verb = "accept" if typed in YES else "reject"
    try:
        agent_view.show_decided(remote.post(f"/ai/proposals/{proposal['id']}/{verb}"))
    except Failure as failure:
        if failure.exit_code not in (Exit.REFUSED, Exit.NOT_FOUND):
            raise
        failure.show()


def _typed(prompt: str) -> str:
    """Return a line that was typed, or nothing at the end of the input; only a terminal is prompted."""
    if sys.stdin.isatty():
        click.echo(prompt, nl=False)
    return sys.stdin.readline().strip()


def _words(problem: dict[str, Any]) -> str:
    return str(problem.get("detail") or f"the coach could not answer: {problem['code']}")
