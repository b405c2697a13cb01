"""Reading YAML and JSON so that whoever wrote it can be told the line. Pure.

What makes small files large or deep (aliases, endless nesting) is refused before anything is built.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from questlog.core.exceptions import ValidationError

LONGEST = 2_000_000
DEEPEST = 20
MOST_PROBLEMS = 100
LONGEST_PLACE = 200
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SURROGATE = re.compile(r"[\ud800-\udfff]")

type Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, where, and what to do about it."""

    file: str
    line: int | None
    place: str
    message: str

    def __str__(self) -> str:
        at = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{at}: {self.place}: {self.message}" if self.place else f"{at}: {self.message}"


class BadFileError(ValidationError):
    """Carries every problem found, each with its file, line, place and remedy, as `details.problems`."""

    code = "invalid_course_file"
    default_message = "This file cannot be read in: {first}"

    def __init__(self, problems: list[Problem], *, pointer: str | None = None) -> None:
        self.problems = problems
        shown = [vars(problem) for problem in problems[:MOST_PROBLEMS]]
        details = {"first": str(problems[0]), "problems": shown, "count": len(problems)}
        super().__init__(details=details, pointer=pointer)


@dataclass(frozen=True)
class Marked:
    """What a file says, and on which line each part of it begins."""

    file: str
    value: Any
    lines: Mapping[Path, int] = field(repr=False)

    def problem(self, path: Path, message: str) -> Problem:
        """Return a problem at `path`, or at what is nearest around it."""
        known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        return Problem(
            self.file, None if known is None else self.lines[known], place_of(path), message
        )


def place_of(path: Path) -> str:
    """Return a path as people write it: `weeks[0].lessons[2].title`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")[:LONGEST_PLACE]


def read(text: str, file: str) -> Marked:
    """Read YAML, or JSON when the name says so. Raises `BadFileError`."""
    if len(text) > LONGEST:
        raise BadFileError(
            [Problem(file, None, "", f"is longer than {LONGEST} characters. Split it.")]
        )
    if file.lower().endswith(".json"):
        return _read_json(text, file)
    try:
        _check_shape(text, file)
        loader = LOADER(text)
        lines: dict[Path, int] = {}
        value = _Reader(loader, file, lines).read(loader.get_single_node(), ())
    except yaml.YAMLError as error:
        raise BadFileError([_said_by_yaml(error, file)]) from error
    return Marked(file, value, lines)


def _read_json(text: str, file: str) -> Marked:
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BadFileError(
            [Problem(file, error.lineno, "", f"is no JSON: {error.msg}.")]
        ) from error
    except (ValueError, RecursionError) as error:
        message = str(error) if isinstance(error, ValueError) else "is nested too deep."
        raise BadFileError([Problem(file, None, "", message)]) from error
    lines: dict[Path, int] = {}
    try:
        _check_shape(text, file)
        loader = LOADER(text)
        _Reader(loader, file, lines).read(loader.get_single_node(), ())
    except (yaml.YAMLError, BadFileError):
        lines.clear()  # tabs and the like, which JSON may have and YAML may not: the place must do
    return Marked(file, value, lines)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for one, next_ in pairwise(sorted(name for name, _ in pairs)):
        if one == next_:
            raise ValueError(f"`{one}` stands twice in one object. Keep one of them.")
    if any(SURROGATE.search(name) for name, _ in pairs):
        raise ValueError("has a name with half a character. Write it out.")
    return dict(pairs)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON. Write a finite one.")


def _check_shape(text: str, file: str) -> None:
    """Walk through the events, which needs no room: afterwards building cannot run away."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "uses an anchor or alias (& or *). Write the text out, or put it in quotes."
            raise BadFileError([Problem(file, line, "", message)])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadFileError(
                [Problem(file, line, "", "is nested too deep. Check the indentation.")]
            )


def _line(part: Any) -> int:
    return int(part.start_mark.line) + 1


def _said_by_yaml(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "it holds a character that does not belong in a text"
    message = (
        f"is no YAML: {said}. Check the indentation, and put texts with `: ` or ` #` in quotes."
    )
    return Problem(file, None if mark is None else mark.line + 1, "", message)


@dataclass(frozen=True)
class _Reader:
    loader: Any
    file: str
    lines: dict[Path, int]

    def read(self, node: Node | None, path: Path) -> Any:
        if node is None:
            return None
        self.lines.setdefault(path, _line(node))
        if isinstance(node, MappingNode):
            return {key: self.read(value, (*path, key)) for key, value in self._entries(node, path)}
        if isinstance(node, SequenceNode):
            return [self.read(value, (*path, n)) for n, value in enumerate(node.value)]
        return self._scalar(cast(ScalarNode, node), path)

    def _entries(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Node]]:
        seen: set[str] = set()
        for name, value in node.value:
            line = _line(name)
            if not isinstance(name, ScalarNode):
                raise self._bad(line, path, "has a name that is no text. Check the brackets.")
            if name.value in seen:
                raise self._bad(line, path, f"has `{name.value}` twice. Keep one of them.")
            seen.add(name.value)
            self.lines[(*path, name.value)] = line
            yield name.value, value

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        try:
            return self.loader.construct_object(node)
        except ValueError as error:
            raise self._bad(_line(node), path, f"{error}. Put it in quotes.") from error

    def _bad(self, line: int, path: Path, message: str) -> BadFileError:
        return BadFileError([Problem(self.file, line, place_of(path), message)])
