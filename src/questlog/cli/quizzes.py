"""`questlog quiz`: a lesson's quiz, asked at the terminal and graded by the server."""

import time
from collections.abc import Mapping
from typing import IO, Any

import click

from questlog.cli import (
    quiz_asking,
    quiz_drafts,
    quiz_files,
    quiz_keys,
    quiz_results,
    quiz_times,
    references,
    terminal,
)
from questlog.cli.exits import Exit, Failure
from questlog.cli.lessons_found import NEXT, lesson_id, progress_of
from questlog.cli.quiz_drafts import Answers
from questlog.cli.quiz_results import counted
from questlog.cli.remote import Remote, signed_in

LONGEST_WAIT_S = 60
TOO_MANY, CLASH = 429, 409


@click.command()
@click.argument("lesson", metavar="[LESSON]", default=NEXT)
@click.option(
    "--answers",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Hand in the answers of a JSON file (- is the standard input) instead of asking.",
)
@terminal.json_option
def quiz(lesson: str, answers: IO[str] | None, as_json: bool) -> None:
    """Take the quiz of the next lesson, or of the one with this code.

    Nothing counts before it is handed in at the end. Ctrl-C stops, keeps what you answered, and the same command goes
    on from there. With --json it prints the questions, and with --answers as well, the result.

    \b
    questlog quiz
    questlog quiz w1-d3
    questlog quiz knots/w1-d3 --json > questions.json
    questlog quiz knots/w1-d3 --answers answers.json --json
    """
    with signed_in() as remote:
        found = remote.get(f"/quizzes/{lesson_id(remote, lesson)}")
        if as_json and answers is None:
            terminal.print_json(found)
            return
        _check(remote, found)
        if answers is not None:
            result = _submit(remote, found, quiz_files.read(answers, found))
        else:
            result = _take(remote, found)
    if as_json:
        terminal.print_json(result)
    else:
        _tell(result, _name(found))


def _check(remote: Remote, found: Mapping[str, Any]) -> None:
    """Say before the first question why the last one could not be handed in."""
    taken = {one["slug"] for one in progress_of(remote) if one["state"] != "left"}
    if found["course"] not in taken:
        raise Failure(
            f"you do not take this course. Enrol first: questlog courses enroll {found['course']}",
            Exit.REFUSED,
        )
    if not found["questions"]:
        raise Failure("this lesson has no questions", Exit.REFUSED)
    if found["heart_back_at"] is not None:
        raise _no_hearts(remote, found["heart_back_at"])


def _no_hearts(remote: Remote, back_at: str) -> Failure:
    when = quiz_times.in_words(back_at, references.account_of(remote).timezone)
    return Failure(
        f"you have no hearts left. The next one is back {when}. Until then: questlog review",
        Exit.REFUSED,
    )


def _take(remote: Remote, found: Mapping[str, Any]) -> Any:
    account = references.account_of(remote)
    given = quiz_drafts.load(account, found)
    try:
        _introduce(found, given)
        while True:
            _ask_open(remote, found, given)
            left = len(found["questions"]) - len(_said(given))
            if not left or click.confirm(
                f"\n{counted(left, 'question')} left out. Hand in anyway?", default=False
            ):
                return _hand_in(remote, found, given)
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        kept = f"{counted(len(_said(given)), 'answer')} kept" if _said(given) else "nothing is lost"
        terminal.note(
            f"Stopped: nothing was handed in, {kept}. Go on with: questlog quiz {_name(found)}"
        )
        raise click.exceptions.Exit(Exit.FAILED) from None


def _introduce(found: Mapping[str, Any], given: Answers) -> None:
    title = click.style(terminal.printable(found["title"]), bold=True)
    click.echo(f"{title}  {counted(len(found['questions']), 'question')}")
    if not found["attempts"]:
        click.secho(
            "The first attempt pays. Each mistake costs a heart, if you have one.", dim=True
        )
    elif found["passed"]:
        click.secho(f"You have passed it, {found['best_percent']} % at best.", dim=True)
    else:
        click.secho(f"{found['best_percent']} % at best so far.", dim=True)
    click.secho("Enter alone leaves a question out. Ctrl-C stops and keeps your answers.", dim=True)
    if given:
        terminal.note(f"You go on: {counted(len(given), 'answer')} kept from before.")


def _ask_open(remote: Remote, found: Mapping[str, Any], given: Answers) -> None:
    """Ask what has no answer yet, and keep every answer at once."""
    questions = found["questions"]
    for place, one in enumerate(questions, 1):
        if given.get(one["question_id"]) is not None:
            continue
        heading = f"{place} of {len(questions)}  {terminal.printable(one['topic'])}"
        given[one["question_id"]] = quiz_asking.ask(one, heading)
        quiz_drafts.save(references.account_of(remote), found, given)


def _hand_in(remote: Remote, found: Mapping[str, Any], given: Answers) -> Any:
    """Hand in, after the pause between two attempts if need be. Refused answers are asked again the next time."""
    said = _said(given)
    asked = (one["question_id"] for one in found["questions"])
    answers = [{"question_id": id_, "answer": said[id_]} for id_ in asked if id_ in said]
    try:
        result = _submit(remote, found, answers)
    except Failure as failure:
        wait = failure.details.get("seconds")
        if failure.status == TOO_MANY and isinstance(wait, int) and wait <= LONGEST_WAIT_S:
            terminal.note(
                f"The next attempt at this quiz can be handed in in {wait} s. Waiting for it …"
            )
            time.sleep(wait)
            return _hand_in(remote, found, given)
        if failure.exit_code == Exit.REFUSED and failure.status != CLASH:
            quiz_drafts.forget()
        else:
            terminal.note(f"Your answers are kept: questlog quiz {_name(found)}")
        raise
    quiz_drafts.forget()
    return result


def _submit(remote: Remote, found: Mapping[str, Any], answers: list[dict[str, Any]]) -> Any:
    """Hand in under the key of these answers, so that a repeat after a lost result tells that result."""
    key = quiz_keys.key_of(references.account_of(remote), found["lesson_id"], answers)
    try:
        path = f"/quizzes/{found['lesson_id']}/submit"
        result = remote.post(path, {"answers": answers}, key=key)
    except Failure as failure:
        if failure.status == CLASH and "back_at" in failure.details:
            raise _no_hearts(remote, failure.details["back_at"]) from failure
        raise
    quiz_keys.forget(key)
    return result


def _tell(result: Mapping[str, Any], name: str) -> None:
    for place, graded in enumerate(result["answers"], 1):
        for line in quiz_results.verdict(graded, place):
            click.echo(line)
    for line in quiz_results.score(result):
        click.echo(line)
    if not result["passed"]:
        click.echo(f"Read it again: questlog lesson {name}")


def _said(given: Answers) -> Answers:
    return {id_: answer for id_, answer in given.items() if answer is not None}


def _name(found: Mapping[str, Any]) -> str:
    return f"{found['course']}/{found['code']}"
