"""The table of searches in `tests/data/search/`: what is searched, and what must be found."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "search"


@dataclass(frozen=True)
class Document:
    name: str
    kind: str
    title: str
    description: str | None
    state: str


@dataclass(frozen=True)
class Case:
    """`found` are names in rank order; where the order is open they share a group."""

    query: str
    options: dict[str, str]
    found: list[set[str]]


def documents() -> list[Document]:
    rows = [line.split("|") for line in _lines("documents.txt")]
    return [
        Document(name, kind, title, description or None, state)
        for name, kind, title, description, state in (
            [cell.strip() for cell in row] for row in rows
        )
    ]


def cases() -> list[Case]:
    return [_case(line) for line in _lines("cases.txt")]


def _case(line: str) -> Case:
    asked, _, found = line.rpartition("=>")
    options, bracket, query = asked.rpartition("] ")
    if not bracket or not options.startswith("["):
        options, query = "", asked
    named = dict(part.split("=") for part in options.strip("[").split())
    return Case(
        query.strip(), named, [set(group.split()) for group in found.split(">") if group.split()]
    )


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
