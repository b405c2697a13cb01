"""Questions in GIFT, Moodle's text format. Pure.

What is read: multiple choice with one or more right answers, true and false, numbers with margins and ranges, short
answers, matching, missing words; titles, formats, comments and the feedback of choices are passed over, the feedback of
a question explains it. What Questlog cannot grade (essays, descriptions) is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from questlog.learning.marked_text import BadFileError, Problem
from questlog.learning.question_forms import QuestionForm
from questlog.learning.written_questions import Fields, forms_of

# A sign that is meant hides behind one that Unicode promises never to give a meaning.
ESCAPED = {sign: chr(0xFDD0 + n) for n, sign in enumerate("~=#{}:\\")} | {"n": "\n"}
MEANT = {hidden: sign for sign, hidden in ESCAPED.items() if sign != "n"}
ESCAPE = re.compile(r"\\([~=#{}:\\n])")
HIDDEN = re.compile("[\ufdd0-\ufdef]")
TITLE = re.compile(r"^::(?:(?!::).)*::\s*", re.DOTALL)
FORMAT = re.compile(r"^\[(?:html|markdown|moodle|plain)\]\s*")
CATEGORY = "$CATEGORY:"
WEIGHT = re.compile(r"^%(-?\d{1,3}(?:\.\d{1,5})?)%")
MARK = re.compile("[~=]")
TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
MISSING_WORD = "_____"
CLOSING = ".,!?;:"


@dataclass(frozen=True)
class Answer:
    """One marked answer; `weight` is in per cent, 100 for one that is wholly right."""

    text: str
    is_right: bool
    weight: float | None

    @property
    def is_wholly_right(self) -> bool:
        return self.weight == 100 or (self.weight is None and self.is_right)


class NoQuestionError(Exception):
    """Why a paragraph is no question that can be graded."""


def read(text: str, file: str) -> list[QuestionForm]:
    """Return the questions of a file. Raises `BadFileError` with everything that is wrong."""
    if found := HIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BadFileError([Problem(file, line, "", "has a sign that is no character. Remove it.")])
    drafts: list[tuple[int, Fields]] = []
    problems: list[Problem] = []
    topic = None
    for line, paragraph in _paragraphs(ESCAPE.sub(lambda match: ESCAPED[match[1]], text)):
        if paragraph.startswith(CATEGORY):
            topic = _topic(paragraph)
            continue
        try:
            fields = _question(paragraph)
        except NoQuestionError as error:
            problems.append(Problem(file, line, "", str(error)))
            continue
        drafts.append((line, fields if topic is None else {**fields, "topic": topic}))
    if problems:
        raise BadFileError(problems, pointer="/body/file")
    return forms_of(drafts, file)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands between blank lines, without comments, and the line it begins on."""
    begins, lines = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.strip():
            begins = begins or number
            lines.append(line)
            if not line.startswith(CATEGORY):
                continue
        if lines:
            yield begins, "\n".join(lines).strip()
        begins, lines = 0, []


def _topic(paragraph: str) -> str | None:
    last = paragraph.removeprefix(CATEGORY).split("/")[-1]
    return _plain(last).casefold()[:80] or None


def _question(paragraph: str) -> Fields:
    stem, braces, rest = TITLE.sub("", paragraph, count=1).partition("{")
    if not braces:
        raise NoQuestionError("has no answers in braces. Add them: {=right ~wrong}.")
    inside, closed, after = rest.partition("}")
    if not closed:
        raise NoQuestionError("has an opening brace that is not closed. Add }, or write \\{.")
    if "{" in after or "{" in inside:
        raise NoQuestionError("has more than one pair of braces. Keep one, or write \\{ and \\}.")
    answers, _, explanation = inside.partition("####")
    fields = {"stem": _stem(stem, after), **_answers(answers.strip())}
    return {**fields, "explanation": _plain(explanation)} if explanation.strip() else fields


def _stem(before: str, after: str) -> str:
    before = FORMAT.sub("", before.strip(), count=1)
    after = after.strip()
    if not after:
        return _plain(before)
    gap = "" if after[0] in CLOSING else " "
    return _plain(f"{before.rstrip()} {MISSING_WORD}{gap}{after}")


def _answers(inside: str) -> Fields:
    if not inside:
        raise NoQuestionError("is an essay, which cannot be graded here. Give it answers.")
    if inside.startswith("#"):
        return _number(inside[1:].strip())
    if inside.partition("#")[0].strip().upper() in TRUTHS:
        truth = TRUTHS[inside.partition("#")[0].strip().upper()]
        return {"kind": "true_false", "answer": truth}
    answers = list(_marked(inside))
    if not any(answer.is_right or answer.weight for answer in answers):
        raise NoQuestionError("has no right answer. Mark one with =.")
    if all(answer.is_right for answer in answers):
        return _pairs(answers) if "->" in answers[0].text else _short(answers)
    return _choices(answers)


def _marked(inside: str) -> Iterator[Answer]:
    """Yield the answers, each of which begins with ~ or =."""
    places = [match.start() for match in MARK.finditer(inside)]
    for begins, ends in pairwise([*places, len(inside)]):
        said = inside[begins + 1 : ends].partition("#")[0].strip()
        weight = WEIGHT.match(said)
        text = said[weight.end() :] if weight else said
        yield Answer(_plain(text), inside[begins] == "=", float(weight[1]) if weight else None)


def _choices(answers: list[Answer]) -> Fields:
    choices = [answer.text for answer in answers]
    right = [answer.text for answer in answers if answer.is_wholly_right]
    if not right:
        right = [answer.text for answer in answers if (answer.weight or 0) > 0]
    if not right:
        raise NoQuestionError("has no right answer. Mark one with =.")
    if len(right) == 1:
        return {"kind": "mcq", "choices": choices, "answer": right[0]}
    return {"kind": "multi", "choices": choices, "answers": right}


def _short(answers: list[Answer]) -> Fields:
    right = [answer.text for answer in answers if answer.is_wholly_right]
    return {"kind": "short_text", "answers": right}


def _pairs(answers: list[Answer]) -> Fields:
    pairs = []
    for answer in answers:
        left, _, right = answer.text.partition("->")
        pairs.append({"left": left.strip(), "right": right.strip()})
    return {"kind": "matching", "pairs": pairs}


def _number(inside: str) -> Fields:
    if inside.startswith(("=", "~")):
        right = [answer for answer in _marked(inside) if answer.is_wholly_right]
        if not right:
            raise NoQuestionError("has no right answer. Mark one with =.")
        inside = right[0].text
    said = inside.partition("#")[0].strip()
    first, is_range, last = said.partition("..")
    if is_range:
        low, high = _read(first), _read(last)
        return {"kind": "numeric", "answer": (low + high) / 2, "tolerance": abs(high - low) / 2}
    value, _, margin = said.partition(":")
    return {"kind": "numeric", "answer": _read(value), "tolerance": _read(margin or "0")}


def _read(said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        shown = _plain(said)[:40]
        raise NoQuestionError(f"says “{shown}”, which is no number. Write digits.") from error


def _plain(said: str) -> str:
    return HIDDEN.sub(lambda match: MEANT[match[0]], said.strip())
