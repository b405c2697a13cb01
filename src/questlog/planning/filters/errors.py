"""What is wrong with a filter, where, and what to write instead."""

from typing import Any

from questlog.core.exceptions import ValidationError
from questlog.planning.filters.tree import Place

LONGEST_NEAR = 60

MISSING = "A condition is missing at character {column}: write one, such as today or #Work."
UNEXPECTED = "“{near}” at character {column} does not belong there: join conditions with & or |."
UNOPENED = "“)” at character {column} closes no bracket: take it out, or open one before it."
UNCLOSED = "A bracket is still open at character {column}: close it with )."
UNCLOSED_QUOTE = "The quotation mark at character {column} is not closed: add another one."
LONE_BACKSLASH = (
    "The backslash at character {column} stands before nothing: write \\\\ for one that is meant."
)
UNKNOWN = (
    "“{near}” at character {column} is no condition. "
    "Write a date, @label, #project, search: words, or a word of docs/filters.md."
)
MEANT = "“{near}” at character {column} is no condition. Did you mean “{meant}”?"
NO_DATE = (
    "“{near}” at character {column} is no date. Write one such as tomorrow, 2026-12-31 or +7 days."
)
NO_VALUE = "“{near}” at character {column} lacks what it asks for."
NOT_ONE_OF = "“{near}” at character {column} is not one of {allowed}."
NO_DURATION = "“{near}” at character {column} is no duration. Write minutes such as 30, or 1h 30m."
TOO_DEEP = "The brackets at character {column} are nested too deep: {most} levels are the most."
TOO_MANY = "The filter has too many conditions at character {column}: {most} are the most."
TOO_LONG = "A filter has at most {most} characters."
TOO_MANY_STARS = "“{near}” at character {column} has too many *: {most} are the most."
PEOPLE = (
    "“{near}” at character {column} asks who works on a task. "
    "Questlog tasks are yours alone: take it out."
)
SECTION = (
    "“{near}” at character {column} asks for a section. "
    "Questlog has none; imported ones became labels: write @ and the name."
)
WORKSPACE = (
    "“{near}” at character {column} asks for a workspace. Questlog has none: "
    "write ## and the name of a goal."
)
UNCOMPLETABLE = (
    "“{near}” at character {column} asks for tasks that cannot be completed. "
    "Every task of Questlog can be: take it out."
)


class FilterSyntaxError(ValidationError):
    """`details` has the place: `position` counts characters from 0, `column` from 1; `near` is what stands there."""

    code = "filter_syntax"
    default_message = "This is no filter."


def at(text: str, place: Place, message: str, **more: Any) -> FilterSyntaxError:
    """Return the error for what stands at a place of the text."""
    near = text[place.start : place.end]
    details = {
        "position": place.start,
        "length": place.end - place.start,
        "column": place.start + 1,
        "near": near if len(near) <= LONGEST_NEAR else near[: LONGEST_NEAR - 1] + "…",
        **more,
    }
    details.setdefault("expected", ["condition"])
    return FilterSyntaxError(message, details)
