"""The game's content: read from YAML once, checked whole, frozen. What is wrong names its file, its place and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from questlog.game.rules import (
    After,
    BadgeRule,
    Challenge,
    LadderBoss,
    Objective,
    Part,
    Quest,
    Rules,
    ShopItem,
)

FOLDER = Path(__file__).with_name("content")
_asked: dict[str, int] = {}


class ContentError(ValueError):
    """Content that cannot be played. The message is for whoever edits the file."""


class LadderFile(Part):
    ladder: tuple[LadderBoss, ...]


class QuestsFile(Part):
    quests: tuple[Quest, ...]


class ChallengesFile(Part):
    challenges: tuple[Challenge, ...]


class BadgesFile(Part):
    badges: tuple[BadgeRule, ...]


@dataclass(frozen=True)
class Content:
    rules: Rules
    ladder: tuple[LadderBoss, ...]
    quests: tuple[Quest, ...]
    challenges: tuple[Challenge, ...]
    badges: tuple[BadgeRule, ...]

    @cached_property
    def boss(self) -> dict[str, LadderBoss]:
        return {boss.code: boss for boss in self.ladder}

    @cached_property
    def quest(self) -> dict[str, Quest]:
        return {quest.code: quest for quest in self.quests}

    @cached_property
    def challenge(self) -> dict[str, Challenge]:
        return {challenge.code: challenge for challenge in self.challenges}

    @cached_property
    def badge(self) -> dict[str, BadgeRule]:
        return {badge.code: badge for badge in self.badges}

    @cached_property
    def item(self) -> dict[str, ShopItem]:
        return {item.code: item for item in self.rules.shop}

    @cached_property
    def first_quest(self) -> Quest:
        return next(quest for quest in self.quests if quest.starts == "sign_up")

    @cached_property
    def standing(self) -> tuple[Challenge, ...]:
        return tuple(challenge for challenge in self.challenges if challenge.standing)

    def quests_after(self, code: str) -> list[Quest]:
        return [quest for quest in self.quests if quest.starts == After(after=code)]

    def objectives(self) -> Iterable[Objective]:
        yield from (step for quest in self.quests for step in quest.objectives)
        yield from self.challenges
        yield from self.badges

    @cached_property
    def counted(self) -> frozenset[str]:
        """The keys of the counters that any objective asks for."""
        return frozenset(one.key for one in self.objectives())


@cache
def content() -> Content:
    """Return the content that comes with Questlog, with an operator's numbers in it. Raises `ContentError`."""
    made = load(FOLDER)
    hearts = made.rules.hearts.model_copy(update=_asked)
    return replace(made, rules=made.rules.model_copy(update={"hearts": hearts}))


def play_with(*, hearts_max: int) -> None:
    """Let this process play by an operator's number of hearts."""
    if _asked.get("max") != hearts_max:
        _asked["max"] = hearts_max
        content.cache_clear()


def load(folder: Path) -> Content:
    """Read and check a folder of content. Raises `ContentError`."""
    made = Content(
        rules=_read(folder / "rules.yaml", Rules),
        ladder=_read(folder / "bosses.yaml", LadderFile).ladder,
        quests=_read(folder / "quests.yaml", QuestsFile).quests,
        challenges=_read(folder / "challenges.yaml", ChallengesFile).challenges,
        badges=_read(folder / "badges.yaml", BadgesFile).badges,
    )
    _check(made)
    return made


def _read[Kind: BaseModel](path: Path, kind: type[Kind]) -> Kind:
    try:
        raw: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        return kind.model_validate(raw)
    except FileNotFoundError:
        raise ContentError(f"{path.name} is missing in {path.parent}") from None
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name} is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ContentError(f"{path.name}, {place}: {first['msg']}{more}") from error


def _check(made: Content) -> None:
    for name in ("ladder", "quests", "challenges", "badges"):
        _distinct(f"{name} codes", [one.code for one in getattr(made, name)])
    _distinct("shop codes", [item.code for item in made.rules.shop])
    _check_quests(made)
    if not made.ladder or not made.standing:
        raise ContentError("bosses.yaml needs a boss, challenges.yaml one with `standing: true`")
    bosses = {one.filter["boss"] for one in made.objectives() if "boss" in one.filter}
    for boss in bosses - made.boss.keys():
        raise ContentError(f"the boss {boss}, which an objective asks for, does not exist")
    for difficulty in {"trivial", "normal", "hard", "boss"} - made.rules.difficulty.keys():
        raise ContentError(f"rules.yaml, difficulty: {difficulty} has no factor")


def _check_quests(made: Content) -> None:
    for quest in made.quests:
        _distinct(f"objectives of {quest.code}", [step.code for step in quest.objectives])
        if isinstance(quest.starts, After) and quest.starts.after not in made.quest:
            raise ContentError(
                f"quests.yaml, {quest.code}: it starts after {quest.starts.after}, which does not exist"
            )
    if sum(quest.starts == "sign_up" for quest in made.quests) != 1:
        raise ContentError("quests.yaml: exactly one quest has `starts: sign_up`")


def _distinct(what: str, codes: list[str]) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise ContentError(f"{what}: {code} is there twice")
