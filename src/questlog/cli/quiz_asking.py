"""Asking one question of any kind at a terminal, until what is typed can be an answer to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

import click

from questlog.cli import lesson_text, terminal
from questlog.cli.lesson_words import code_spans, wrapped
from questlog.learning import numerals

type Question = Mapping[str, Any]

TRUE, FALSE = ("1", "t", "true", "y", "yes", "да", "верно"), ("2", "f", "false", "n", "no", "нет")
GAP = re.compile(r"\{(\d+)\}")
NUMBER_AND_LETTER = re.compile(r"(\d*)[^\w]*([^\W\d_])")


class UnreadableError(ValueError):
    """What was typed cannot be an answer; the message says what can."""


def ask(question: Question, heading: str) -> Any:
    """Show a question and return the answer in the form the server takes, or None where it was left out.

    Raises `click.Abort` when somebody goes away.
    """
    click.echo()
    click.secho(heading, dim=True)
    for line in stem(question, {"bold": True}):
        click.echo(line)
    kind = KINDS[question["kind"]]
    for line in kind.choices(question):
        click.echo(line)
    if question["kind"] == "cloze":
        return _gaps(question)
    while True:
        typed = typed_in(kind.prompt(question))
        if not typed:
            return None
        try:
            return kind.read(question, typed)
        except UnreadableError as error:
            click.secho(str(error), fg="yellow")


def stem(question: Question, style: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what is asked, with gaps that look like gaps."""
    text = question["stem"]
    if question["kind"] == "cloze":
        text = GAP.sub(r"[\1]____", text)
    return wrapped(code_spans(text, style), lesson_text.columns())


def typed_in(prompt: str) -> str:
    typed: str = click.prompt(prompt, default="", show_default=False, prompt_suffix=": ")
    return typed.strip()


class Kind:
    """How questions of a kind are shown and answered; this one is a text, typed as it is."""

    def choices(self, _question: Question) -> Iterator[str]:
        yield from ()

    def prompt(self, _question: Question) -> str:
        return "Your answer"

    def read(self, _question: Question, typed: str) -> Any:
        """Return the answer. Raises `UnreadableError`."""
        return typed


class OneChoice(Kind):
    def choices(self, question: Question) -> Iterator[str]:
        return _listed(question["choices"])

    def prompt(self, question: Question) -> str:
        return f"A number, 1 to {len(question['choices'])}"

    def read(self, question: Question, typed: str) -> Any:
        found = _numbers(typed, len(question["choices"]))
        if len(found) != 1:
            raise UnreadableError("One of the numbers, please.")
        return question["choices"][found[0] - 1]


class SomeChoices(OneChoice):
    def prompt(self, _question: Question) -> str:
        return "All that are right, such as 1 3"

    def read(self, question: Question, typed: str) -> Any:
        found = _numbers(typed, len(question["choices"]))
        return [question["choices"][number - 1] for number in sorted(set(found))]


class Truth(Kind):
    def choices(self, _question: Question) -> Iterator[str]:
        return _listed(["true", "false"])

    def prompt(self, _question: Question) -> str:
        return "1 or 2, t or f"

    def read(self, _question: Question, typed: str) -> Any:
        said = typed.casefold()
        if said not in TRUE + FALSE:
            raise UnreadableError("Type t for true or f for false.")
        return said in TRUE


class Number(Kind):
    def prompt(self, question: Question) -> str:
        unit = f" in {terminal.printable(question['unit'])}" if question["unit"] else ""
        return f"A number{unit}"

    def read(self, question: Question, typed: str) -> Any:
        unit = (question["unit"] or "").strip().casefold()
        if not numerals.readings(typed.casefold().removesuffix(unit).strip()):
            raise UnreadableError("A number, please, such as 12.5 or 1 000.")
        return typed


class Order(Kind):
    def choices(self, question: Question) -> Iterator[str]:
        return _listed(question["items"])

    def prompt(self, question: Question) -> str:
        example = " ".join(str(n) for n in (2, 1, *range(3, len(question["items"]) + 1)))
        return f"All numbers in the right order, such as {example}"

    def read(self, question: Question, typed: str) -> Any:
        items = question["items"]
        found = _numbers(typed, len(items))
        if sorted(found) != list(range(1, len(items) + 1)):
            raise UnreadableError(f"Each number from 1 to {len(items)} once, please.")
        return [items[number - 1] for number in found]


class Pairs(Kind):
    def choices(self, question: Question) -> Iterator[str]:
        left, right = question["left"], question["right"]
        yield from _listed(left)
        for letter, text in zip(ascii_lowercase, right, strict=False):
            yield from _choice(letter, text)

    def prompt(self, question: Question) -> str:
        several = len(question["left"])
        example = " ".join(ascii_lowercase[n] for n in (1, 0, *range(2, several)))
        return f"The letters for 1 to {several}, such as {example}"

    def read(self, question: Question, typed: str) -> Any:
        left, right = question["left"], question["right"]
        places = [ascii_lowercase.find(letter) for letter in _in_order(typed, len(left))]
        if len(places) != len(left) or any(not 0 <= place < len(right) for place in places):
            raise UnreadableError(
                f"{len(left)} letters, a to {ascii_lowercase[len(right) - 1]}, please: one for each number in its order."
            )
        return [
            {"left": one, "right": right[place]} for one, place in zip(left, places, strict=True)
        ]


def _in_order(typed: str, several: int) -> list[str]:
    """Return the letters in the order of the numbers before them, if there are any: `2a 1b` is `b a`."""
    found = NUMBER_AND_LETTER.findall(typed.casefold())
    if not any(number for number, _ in found):
        return [letter for _, letter in found]
    if sorted(number for number, _ in found) != sorted(str(n + 1) for n in range(several)):
        return []
    return [letter for _, letter in sorted(found, key=lambda one: int(one[0]))]


KINDS: Mapping[str, Kind] = {
    "mcq": OneChoice(),
    "multi": SomeChoices(),
    "true_false": Truth(),
    "numeric": Number(),
    "short_text": Kind(),
    "ordering": Order(),
    "matching": Pairs(),
    "cloze": Kind(),
}


def _gaps(question: Question) -> list[str | None] | None:
    """Ask for one gap after the other; those that are left empty are holes."""
    said = [typed_in(f"Gap {number}") or None for number in range(1, question["gaps"] + 1)]
    return said if any(said) else None


def _listed(texts: Sequence[str]) -> Iterator[str]:
    for number, text in enumerate(texts, 1):
        yield from _choice(str(number), text)


def _choice(sign: str, text: str) -> Iterator[str]:
    first = f"  {click.style(sign, fg='cyan')}  "
    return wrapped(code_spans(text), lesson_text.columns(), first=first, rest="     ")


def _numbers(typed: str, most: int) -> list[int]:
    """Return the numbers somebody typed, `1 3`, `1,3` or, below ten, `13`. Raises `UnreadableError`."""
    parts = re.split(r"[\s,;]+", typed.strip(" ,;"))
    if len(parts) == 1 and most < 10 and typed.isdecimal():
        parts = list(typed)
    if not all(part.isdecimal() and len(part) < 3 and 1 <= int(part) <= most for part in parts):
        raise UnreadableError(f"Numbers from 1 to {most}, please.")
    return [int(part) for part in parts]
