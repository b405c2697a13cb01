"""Which lesson and which course somebody means: the next one, a code, a name."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from questlog.cli import account as accounts
from questlog.cli import references, terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote

NEXT = "next"
MINE_FIRST = ("active", "finished", "left", None)


def lesson_id(remote: Remote, reference: str) -> str:
    """Return the id of a lesson: `next`, a course's slug for the next one of it, `w1-d2`, `knots/w1-d2`, or an id.

    Of lessons with the same code the one of a course you take is meant.
    """
    if reference.casefold() == NEXT:
        return _next(remote, None)
    try:
        return str(UUID(reference))
    except ValueError:
        pass
    slug, _, code = reference.rpartition("/")
    found = _courses(remote)
    if any(one["slug"] == reference for one in found):
        return _next(remote, reference)
    wanted = [one for one in found if slug in ("", one["slug"])]
    for _, group in groupby(wanted, key=_standing):
        lessons = [pair for course in group for pair in _coded(remote, course, code)]
        if lessons:
            return _only(lessons, code)
    raise Failure(
        f"there is no lesson `{reference}`: `questlog courses show COURSE` lists a course's lessons",
        Exit.NOT_FOUND,
    )


def course(remote: Remote, reference: str) -> dict[str, Any]:
    """Return the course with this slug, this title or this number in the last `questlog courses`."""
    found = list(remote.pages("/courses"))
    number = int(reference) if reference.isdecimal() and len(reference) < 5 else 0
    numbered = accounts.last_list(references.account_of(remote), "course")
    id_ = numbered[number - 1] if 1 <= number <= len(numbered) else None
    wanted = reference.casefold()
    for one in found:
        if one["id"] == id_ or wanted in (one["slug"], one["title"].casefold(), one["id"]):
            return one
    raise Failure(
        f"there is no course `{reference}`: `questlog courses` lists them", Exit.NOT_FOUND
    )


def progress_of(remote: Remote) -> list[dict[str, Any]]:
    """Return how far somebody has come in the courses they take, or took."""
    found: list[dict[str, Any]] = remote.get("/progress")["courses"]
    return found


def _next(remote: Remote, slug: str | None) -> str:
    taken = [one for one in progress_of(remote) if one["state"] != "left"]
    mine = [one for one in taken if slug in (None, one["slug"])]
    ahead = [one for one in mine if one["next_lesson"] is not None]
    if ahead:
        if len(ahead) > 1:
            others = ", ".join(f"`{one['slug']}`" for one in ahead[1:])
            terminal.note(
                f"This is {terminal.printable(ahead[0]['title'])}. You take {others} as well."
            )
        return str(ahead[0]["next_lesson"]["id"])
    if mine:
        raise Failure("every lesson is done: `questlog courses` lists what else there is")
    which = "COURSE" if slug is None else slug
    raise Failure(
        f"you do not take {'any' if slug is None else 'this'} course:"
        f" `questlog courses enroll {which}` begins one",
        Exit.NOT_FOUND,
    )


def _courses(remote: Remote) -> list[dict[str, Any]]:
    return sorted(remote.pages("/courses"), key=_standing)


def _standing(one: dict[str, Any]) -> int:
    return MINE_FIRST.index(one["enrolment"])


def _coded(remote: Remote, found: dict[str, Any], code: str) -> Iterator[tuple[str, str]]:
    for week in remote.get(f"/courses/{found['id']}")["weeks"]:
        for lesson in week["lessons"]:
            if lesson["code"].casefold() == code.casefold():
                yield found["slug"], lesson["id"]


def _only(lessons: list[tuple[str, str]], code: str) -> str:
    if len(lessons) > 1:
        named = ", ".join(f"`{slug}/{code}`" for slug, _ in lessons)
        raise Failure(f"several courses have a lesson `{code}`. Say which: {named}", Exit.NOT_FOUND)
    return lessons[0][1]
