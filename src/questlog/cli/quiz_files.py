"""Answers to a quiz out of a file, for programs."""

import json
from collections.abc import Mapping
from typing import IO, Any

from questlog.cli.exits import Exit, Failure

FORMS = (
    'Take what the API takes, {"answers": [{"question_id": …, "answer": …}]},'
    " or a list with one answer for each question in their order"
)


def read(file: IO[str], quiz: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return answers as the server takes them."""
    try:
        content = json.load(file)
    except ValueError as error:
        raise Failure(f"{file.name} is no JSON: {error}", Exit.REFUSED) from error
    if isinstance(content, dict) and isinstance(content.get("answers"), list):
        found: list[dict[str, Any]] = content["answers"]
        return found
    questions = quiz["questions"]
    if not isinstance(content, list):
        raise Failure(f"{file.name} has no answers. {FORMS}.", Exit.REFUSED)
    if len(content) != len(questions):
        told = f"{file.name} has {len(content)} answers to {len(questions)} questions"
        raise Failure(f"{told}. {FORMS}; null is no answer.", Exit.REFUSED)
    return [
        {"question_id": one["question_id"], "answer": answer}
        for one, answer in zip(questions, content, strict=True)
    ]
