"""Answers that were not handed in yet: kept in a file, so that going away in the middle of a quiz loses nothing."""

import json
from collections.abc import Mapping
from typing import Any

from questlog.cli import account as accounts
from questlog.cli.account import Account
from questlog.cli.exits import Failure
from questlog.core import private_files

NAME = "quiz-draft.json"

type Answers = dict[str, Any]


def load(account: Account, quiz: Mapping[str, Any]) -> Answers:
    """Return the answers that were given to questions that are still asked this way."""
    kept = _read()
    if kept.get("of") != _owner(account, quiz):
        return {}
    given = kept.get("given")
    found: Answers = {}
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict) and one.get("question") in quiz["questions"]:
            found[one["question"]["question_id"]] = one.get("answer")
    return found


def save(account: Account, quiz: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    given = [
        {"question": one, "answer": answers[one["question_id"]]}
        for one in quiz["questions"]
        if answers.get(one["question_id"]) is not None
    ]
    content = json.dumps({"of": _owner(account, quiz), "given": given}, indent=2)
    place = accounts.home() / NAME
    try:
        private_files.write(place, content.encode())
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}") from error


def forget() -> None:
    (accounts.home() / NAME).unlink(missing_ok=True)


def _owner(account: Account, quiz: Mapping[str, Any]) -> list[str]:
    return [account.server, account.email, quiz["lesson_id"]]


def _read() -> dict[str, Any]:
    try:
        kept = json.loads((accounts.home() / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):  # a draft that cannot be read is no reason not to take the quiz
        return {}
    return kept if isinstance(kept, dict) else {}
