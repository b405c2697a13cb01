"""Grading: whether an answer is right, and whether it can be one to that question at all. Pure.

An answer is any JSON value; each kind of question has one form that fits it:

| kind       | an answer                                                     |
|------------|---------------------------------------------------------------|
| mcq        | the text of a choice                                          |
| multi      | a list of texts of choices                                    |
| true_false | true or false                                                 |
| numeric    | a number, or a text such as `1 000,5 km`                      |
| short_text | a text                                                        |
| ordering   | the list of items in their order                              |
| matching   | a list of `{left, right}`                                     |
| cloze      | a list of texts, one for each gap                             |

No answer is null, and never right. Texts are compared folded (`question_forms.folded`); their forms see to it that no
two choices, items or sides of one question are alike then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from questlog.learning import numerals
from questlog.learning.question_forms import folded

type Part = Mapping[str, Any]

NOT_A_CHOICE = "An answer here is the text of one of the choices."
NOT_CHOICES = "An answer here is a list with the texts of choices."
NOT_TRUE_FALSE = "An answer here is true or false."
NOT_A_NUMBER = "An answer here is a number."
NOT_A_TEXT = "An answer here is a text."
NOT_THE_ITEMS = "An answer here is the list of the items in their order."
NOT_PAIRS = "An answer here is a list of pairs with `left` and `right`, taken from the two lists."
NOT_GAPS = "An answer here is a list of texts, one for each gap."


@dataclass(frozen=True, slots=True)
class Grader:
    """`fits` asks whether an answer can be one, given what was shown; `is_right` is asked of those only."""

    fits: Callable[[Part, Any], bool]
    is_right: Callable[[Part, Part, Any], bool]
    remedy: str


def is_right(kind: str, shown: Part, key: Part, answer: Any) -> bool:
    """Return whether `answer`, whatever it is, is the right one."""
    grader = GRADERS[kind]
    return answer is not None and grader.fits(shown, answer) and grader.is_right(shown, key, answer)


def misfit(kind: str, shown: Part, answer: Any) -> str | None:
    """Return what an answer to this question looks like, if this one does not; None if it can be one."""
    grader = GRADERS[kind]
    return None if answer is None or grader.fits(shown, answer) else grader.remedy


def _texts(answer: Any, *, holes: bool = False) -> bool:
    return isinstance(answer, list) and all(
        isinstance(one, str) or (holes and one is None) for one in answer
    )


def _among(said: Sequence[str], offered: Sequence[str]) -> bool:
    return {folded(one) for one in said} <= {folded(one) for one in offered}


def _is_choice(shown: Part, answer: Any) -> bool:
    return isinstance(answer, str) and _among([answer], shown["choices"])


def _is_right_choice(_shown: Part, key: Part, answer: str) -> bool:
    return folded(answer) == folded(key["choice"])


def _are_choices(shown: Part, answer: Any) -> bool:
    return _texts(answer) and _among(answer, shown["choices"])


def _are_right_choices(_shown: Part, key: Part, answer: list[str]) -> bool:
    return {folded(one) for one in answer} == {folded(one) for one in key["choices"]}


def _is_truth(_shown: Part, answer: Any) -> bool:
    return isinstance(answer, bool)


def _is_right_truth(_shown: Part, key: Part, answer: bool) -> bool:
    return answer is key["value"]


def _numbers(shown: Part, answer: Any) -> set[Decimal]:
    if not isinstance(answer, str):
        number = numerals.of(answer)
        return set() if number is None else {number}
    unit = folded(shown.get("unit") or "")
    said = folded(answer)
    return numerals.readings(said.removesuffix(unit).rstrip() if unit else said)


def _is_number(shown: Part, answer: Any) -> bool:
    return bool(_numbers(shown, answer))


def _is_right_number(shown: Part, key: Part, answer: Any) -> bool:
    """Decimal, because 12.6 is within 0.1 of 12.5 for everybody but a binary fraction."""
    value, tolerance = (numerals.of(key[name]) or Decimal(0) for name in ("value", "tolerance"))
    return any(abs(number - value) <= tolerance for number in _numbers(shown, answer))


def _is_text(_shown: Part, answer: Any) -> bool:
    return isinstance(answer, str)


def _is_accepted(_shown: Part, key: Part, answer: str) -> bool:
    return _is_one_of(answer, key["accepted"])


def _is_one_of(answer: str, accepted: Sequence[str]) -> bool:
    return folded(answer) in {folded(one) for one in accepted}


def _are_items(shown: Part, answer: Any) -> bool:
    return _texts(answer) and _among(answer, shown["items"])


def _is_right_order(_shown: Part, key: Part, answer: list[str]) -> bool:
    return [folded(one) for one in answer] == [folded(one) for one in key["items"]]


def _are_pairs(shown: Part, answer: Any) -> bool:
    return isinstance(answer, list) and all(_is_pair(shown, one) for one in answer)


def _is_pair(shown: Part, one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.keys() == {"left", "right"}
        and all(isinstance(side, str) for side in one.values())
        and _among([one["left"]], shown["left"])
        and _among([one["right"]], shown["right"])
    )


def _are_right_pairs(_shown: Part, key: Part, answer: list[dict[str, str]]) -> bool:
    said = sorted((folded(one["left"]), folded(one["right"])) for one in answer)
    return said == sorted((folded(left), folded(right)) for left, right in key["pairs"])


def _are_gaps(_shown: Part, answer: Any) -> bool:
    return _texts(answer, holes=True)


def _are_right_gaps(_shown: Part, key: Part, answer: list[str | None]) -> bool:
    gaps = key["gaps"]
    return len(answer) == len(gaps) and all(
        said is not None and _is_one_of(said, accepted)
        for said, accepted in zip(answer, gaps, strict=True)
    )


GRADERS: Mapping[str, Grader] = {
    "mcq": Grader(_is_choice, _is_right_choice, NOT_A_CHOICE),
    "multi": Grader(_are_choices, _are_right_choices, NOT_CHOICES),
    "true_false": Grader(_is_truth, _is_right_truth, NOT_TRUE_FALSE),
    "numeric": Grader(_is_number, _is_right_number, NOT_A_NUMBER),
    "short_text": Grader(_is_text, _is_accepted, NOT_A_TEXT),
    "ordering": Grader(_are_items, _is_right_order, NOT_THE_ITEMS),
    "matching": Grader(_are_pairs, _are_right_pairs, NOT_PAIRS),
    "cloze": Grader(_are_gaps, _are_right_gaps, NOT_GAPS),
}


def solution(kind: str, key: Part) -> Any:
    """Return an answer that is right, in the form an answer has."""
    return SOLUTIONS[kind](key)


SOLUTIONS: Mapping[str, Callable[[Part], Any]] = {
    "mcq": lambda key: key["choice"],
    "multi": lambda key: list(key["choices"]),
    "true_false": lambda key: key["value"],
    "numeric": lambda key: key["value"],
    "short_text": lambda key: key["accepted"][0],
    "ordering": lambda key: list(key["items"]),
    "matching": lambda key: [{"left": left, "right": right} for left, right in key["pairs"]],
    "cloze": lambda key: [accepted[0] for accepted in key["gaps"]],
}
