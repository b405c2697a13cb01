"""Numbers with their nouns, in English and Russian. Pure.

`"{:task|tasks}".format(Count(3))` says “3 tasks”; with three forms, as in Russian, it is «3 задачи».
"""

from typing import Any


class Count(int):
    """A whole number whose format is the forms of what it counts: one and many, or one, few and many."""

    def __format__(self, forms: str) -> str:
        if "|" not in forms:
            return format(int(self), forms)
        words = forms.split("|")
        return f"{int(self)} {words[_place(abs(int(self)), len(words))]}"


def counted(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with every whole number as a `Count`."""
    return {name: Count(value) if type(value) is int else value for name, value in values.items()}


def _place(number: int, forms: int) -> int:
    if forms == 2:
        return 0 if number == 1 else 1
    last, last_two = number % 10, number % 100
    if last == 1 and last_two != 11:
        return 0
    return 1 if 2 <= last <= 4 and not 12 <= last_two <= 14 else 2
