"""The numbers of the game's content as its YAML files have them, read without `questlog.game`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import questlog

FOLDER = Path(questlog.__file__).parent / "game" / "content"

type Key = tuple[str, str]
"""A metric and what narrows it: `("tasks_completed", "difficulty=hard")`, or "" for nothing."""


@dataclass(frozen=True)
class Rung:
    hp: int
    bonus: int
    code: str = ""


# Domain § 4, in its order; the codes stand in the file.
WRITTEN = [(70, 30), (95, 40), (70, 50), (80, 60), (160, 80), (90, 100), (200, 150)]


@dataclass(frozen=True)
class Aim:
    code: str
    key: Key
    target: int


@dataclass(frozen=True)
class Prize:
    xp: int = 0
    gold: int = 0
    freezes: int = 0


@dataclass(frozen=True)
class Pursued:
    """A quest or a challenge; `after` names the quest before it."""

    kind: str
    code: str
    aims: list[Aim]
    prize: Prize
    after: str | None = None
    days: int | None = None
    is_standing: bool = False


@dataclass(frozen=True)
class Content:
    pursued: dict[tuple[str, str], Pursued]
    badges: list[Aim]
    ladder: list[Rung]
    quests: list[str] = field(default_factory=list)
    challenges: list[str] = field(default_factory=list)


def read() -> Content:
    quests = [_quest(found) for found in _file("quests")]
    challenges = [_challenge(found) for found in _file("challenges")]
    codes = [found["code"] for found in yaml.safe_load(_text("bosses"))["ladder"]]
    return Content(
        {(one.kind, one.code): one for one in [*quests, *challenges]},
        [_aim(found) for found in _file("badges")],
        [Rung(hp, bonus, code) for (hp, bonus), code in zip(WRITTEN, codes, strict=True)],
        [quest.code for quest in quests],
        [challenge.code for challenge in challenges],
    )


def _text(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def _file(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(_text(name))[name]
    return found


def _aim(found: dict[str, Any]) -> Aim:
    narrowed = [f"{name}={str(value).lower()}" for name, value in found.get("filter", {}).items()]
    return Aim(found["code"], (found["metric"], "".join(narrowed)), found["target"])


def _quest(found: dict[str, Any]) -> Pursued:
    starts = found["starts"]
    after = None if starts == "sign_up" else starts["after"]
    aims = [_aim(step) for step in found["objectives"]]
    return Pursued("quest", found["code"], aims, Prize(**found["reward"]), after)


def _challenge(found: dict[str, Any]) -> Pursued:
    days, standing = found["window_days"], found.get("standing", False)
    prize = Prize(**found["reward"])
    return Pursued("challenge", found["code"], [_aim(found)], prize, None, days, standing)
