"""What came of an answer, a quiz, a review: told in words and colours."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from questlog.cli import lesson_text, terminal
from questlog.cli.game_pictures import bar
from questlog.cli.lesson_words import code_spans, wrapped
from questlog.cli.quiz_asking import stem

RIGHT, WRONG = "✓", "✗"


def verdict(graded: Mapping[str, Any], place: int) -> Iterator[str]:
    """Yield a question with what was answered, what is right, why, and where to read it again."""
    yield ""
    sign, color = (RIGHT, "green") if graded["is_correct"] else (WRONG, "red")
    lines = stem(graded, {"bold": True})
    yield f"{click.style(sign, fg=color)} {place}. {next(lines)}"
    yield from (f"  {line}" for line in lines)
    if not graded["is_correct"]:
        given = graded["answer"]
        yield from _answer("You said: ", "nothing" if given is None else in_words(given), "red")
    yield from why(graded)


def why(graded: Mapping[str, Any], lesson: str = "") -> Iterator[str]:
    """Yield why something is right; unless it was answered so, also what is right and where to read it again.

    The heading stands in `lesson`, which is named where it is not clear.
    """
    wide = lesson_text.columns()
    if not graded["is_correct"]:
        solution = in_words(graded["solution"])
        unit = f" {graded['unit']}" if graded["unit"] else ""
        yield from _answer("Right is: ", solution + unit, "green")
    yield from wrapped(code_spans(graded["explanation"]), wide, first="  ", rest="  ")
    if graded["see"] and not graded["is_correct"]:
        place = f", questlog lesson {lesson}" if lesson else ""
        see = f"Read again: {graded['see']}{place}"
        yield from wrapped(iter([(see, {"dim": True})]), wide, first="  ", rest="  ")


def in_words(answer: Any) -> str:
    """Return an answer of any kind as one would say it."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, dict):
        return f"{answer['left']} → {answer['right']}"
    if isinstance(answer, list):
        return "; ".join("nothing" if one is None else in_words(one) for one in answer) or "none"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    return str(answer)


def score(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result of an attempt and what follows from it."""
    yield ""
    is_passed = result["passed"]
    color = "green" if is_passed else "red"
    told = f"{result['correct']} of {result['total']} right, {result['percent']} %"
    end = "passed" if is_passed else f"not passed yet, {result['pass_percent']} % do it"
    filled = bar(result["correct"], result["total"], color=color)
    yield f"{filled}  {click.style(f'{told}: {end}.', fg=color, bold=True)}"
    if result["hearts_lost"]:
        yield click.style(f"{counted(result['hearts_lost'], 'heart')} lost.", fg="red")
    yield from receipt(result["receipt"])
    if result["lesson"] is not None:
        lesson = result["lesson"].get("lesson") or {}
        far = f" ({lesson['done']} of {lesson['total']} of the course)" if lesson else ""
        yield click.style(f"The lesson is done{far}.", fg="green")
        yield from receipt(result["lesson"])
        yield from _ends(lesson)
    if result["cards"]:
        comes = "comes back as a card" if result["cards"] == 1 else "come back as cards"
        yield f"{counted(result['cards'], 'question')} {comes}: questlog review"


def _ends(lesson: Mapping[str, Any]) -> Iterator[str]:
    if lesson.get("course_completed"):
        yield click.style("That was the last lesson of the course!", fg="green", bold=True)
    elif lesson.get("week_completed"):
        yield click.style("The week is done!", fg="green", bold=True)


def receipt(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what something brought in the game; nothing where it brought nothing."""
    won = [f"+{found[name]} {called}" for name, called in PAID if found.get(name)]
    if won:
        yield click.style(", ".join(won), fg="yellow")
    if found.get("level_after", 0) > found.get("level_before", 0):
        yield click.style(f"Level {found['level_after']}!", fg="yellow", bold=True)
    boss = found.get("boss")
    if boss and boss["damage"]:
        name = terminal.printable(boss["name"])
        end = "is defeated!" if boss["defeated"] else f"lost {boss['damage']} HP."
        yield click.style(f"{name} {end}", fg="magenta")
    for one in (*found.get("quests", ()), *found.get("challenges", ())):
        if one["completed"]:
            yield click.style(f"Completed: {terminal.printable(one['title'])}", fg="green")
    for badge in found.get("badges", ()):
        yield click.style(f"Badge: {terminal.printable(badge['title'])}", fg="cyan")


PAID = (("xp", "XP"), ("gold", "gold"))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _answer(label: str, text: str, color: str) -> Iterator[str]:
    pieces = [(label, {}), *code_spans(terminal.printable(text), {"fg": color})]
    return wrapped(iter(pieces), lesson_text.columns(), first="  ", rest="    ")
