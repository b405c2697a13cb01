"""Questions that stand alone in a file, before and after they are checked. Pure.

A question gets its code from what it says, so that the same file again brings nothing new.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pydantic

from questlog.learning.marked_text import BadFileError, Problem
from questlog.learning.question_forms import QUESTION, QuestionForm

type Fields = dict[str, Any]
type Drafts = Iterable[tuple[int, Fields]]
"""The line each question begins on, and its fields as in a course file, of which `code` may be missing."""

MOST_QUESTIONS = 1000


def forms_of(drafts: Drafts, file: str) -> list[QuestionForm]:
    """Check drafts all together; the same question twice is one. Raises `BadFileError` with everything wrong."""
    found: dict[str, QuestionForm] = {}
    problems: list[Problem] = []
    for line, fields in drafts:
        try:
            form = QUESTION.validate_python({"code": code_of(fields), **fields})
        except pydantic.ValidationError as error:
            problems += [_told(one, fields, file, line) for one in error.errors()]
            continue
        found[form.code] = form
    if not problems and not found:
        problems = [Problem(file, 1, "", "has no question. Add one.")]
    if len(found) > MOST_QUESTIONS:
        message = f"has more than {MOST_QUESTIONS} questions. Split it."
        problems = [Problem(file, None, "", message)]
    if problems:
        raise BadFileError(problems, pointer="/body/file")
    return list(found.values())


def code_of(fields: Mapping[str, Any]) -> str:
    said = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return f"i-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _told(error: Any, fields: Mapping[str, Any], file: str, line: int) -> Problem:
    kind = fields.get("kind")
    place = [str(part) for part in error["loc"] if part != kind]
    message = str(error["msg"]).removeprefix("Value error, ")
    return Problem(file, line, ".".join(place), f"{message}. Correct it.")
