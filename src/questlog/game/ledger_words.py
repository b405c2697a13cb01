"""Every entry of the ledger in words, English and Russian: what it is for, what it moves, and how that came about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Any

from questlog.game import ledger_english, ledger_russian
from questlog.game.content import content
from questlog.game.ledger_phrases import Phrases
from questlog.game.rules import Challenge, Quest, ShopItem

AMOUNTS = ("xp", "gold", "hearts", "freezes", "potion")
DEEDS = frozenset({"task", "lesson", "quiz", "review", "goal", "course"})
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says of itself; a reversal has the details of what it takes back.

    `boss` is the code and the own name of the boss that was struck; one of the ladder has no own name.
    """

    entry: str
    source_kind: str
    source_id: str
    key: str
    local_day: date
    amounts: Mapping[str, int]
    details: Mapping[str, Any]
    boss: tuple[str | None, str | None] = (None, None)


def words(told: Told, locale: str) -> str:
    """Return the entry in words: one to four short sentences."""
    language = "ru" if locale.startswith("ru") else "en"
    phrases = ledger_russian.PHRASES if language == "ru" else ledger_english.PHRASES
    what = _what(told, phrases, language)
    if told.entry == "reversal":
        what = phrases.taken_back.format(what=what)
    sentences = [f"{what}: {_amounts(told.amounts, phrases)}"]
    if told.entry == "grant" and told.source_kind in DEEDS:
        sentences += [*_reckoning(told.details, phrases), *_limits(told.details, phrases)]
    if damage := told.amounts.get("damage"):
        name = boss_name(*told.boss, language) or phrases.some_boss
        strike = phrases.damage if damage > 0 else phrases.healed
        sentences.append(strike.format(boss=name, count=abs(damage)))
    return " ".join(f"{sentence}." for sentence in sentences)


def boss_name(code: str | None, own_name: str | None, locale: str) -> str | None:
    """Return what a boss is called: by its course, by the content, or by its code."""
    known = content().boss.get(code or "")
    return own_name or (known.name.in_(locale) if known is not None else code)


def _what(told: Told, phrases: Phrases, language: str) -> str:
    details, kind = told.details, told.source_kind
    if kind in DEEDS:
        what = phrases.deeds[kind].format(title=details.get("title", ""))
        return what + phrases.for_yesterday if details.get("backdated") else what
    if kind == "boss":
        name = boss_name(details.get("boss"), details.get("title"), language)
        return phrases.boss.format(name=name or phrases.some_boss)
    if kind in ("quest", "challenge", "purchase"):
        code = str(details.get(kind, details.get("item", told.source_id)))
        what = phrases.named[kind].format(title=_title(kind, code, language))
        count = details.get("quantity", 1)
        return what if count == 1 else what + phrases.quantity.format(count=count)
    if kind == "adjustment":
        return phrases.adjustment.format(reason=details.get("reason", ""))
    if kind == "day":
        phrase = phrases.day.get(told.key, phrases.day["broken"])
        return phrase.format(day=phrases.date(told.local_day), streak=details.get("streak", 0))
    return phrases.heart.get(told.source_id, phrases.heart["time"])


def _title(kind: str, code: str, language: str) -> str:
    known = content()
    kinds: Mapping[str, Mapping[str, Quest | Challenge | ShopItem]] = {
        "quest": known.quest,
        "challenge": known.challenge,
        "purchase": known.item,
    }
    found = kinds[kind].get(code)
    return code if found is None else found.title.in_(language)


def _amounts(amounts: Mapping[str, int], phrases: Phrases) -> str:
    moved = [
        phrases.amounts[name].format(count=f"+{count}" if count > 0 else f"{MINUS}{-count}")
        for name in AMOUNTS
        if (count := amounts.get(name, 0))
    ]
    return ", ".join(moved) or phrases.nothing


def _reckoning(details: Mapping[str, Any], phrases: Phrases) -> list[str]:
    """Show how XP came out of its factors, where there is anything to multiply."""
    factors: Mapping[str, float] = details.get("factors") or {}
    if not factors or "base" not in details:
        return []
    parts = [phrases.number(details["base"])]
    for name, value in factors.items():
        why = phrases.factors[name].format(
            difficulty=phrases.difficulties.get(details.get("difficulty", ""), "")
        )
        parts.append(f"{phrases.number(value)} ({why})")
    value = prod(factors.values(), start=details["base"])
    rounded = "" if value == int(value) else phrases.rounded.format(count=int(value))
    return [f"{' × '.join(parts)} = {phrases.number(value)}{rounded}"]


def _limits(details: Mapping[str, Any], phrases: Phrases) -> list[str]:
    limit = (details.get("factors") or {}).get("limit", 1)
    if limit == 1:
        return []
    cap = content().rules.cap
    if limit:
        return [phrases.half.format(full=cap.full)]
    if details.get("ahead"):
        return [phrases.ahead]
    return [phrases.over.format(most=cap.full + cap.half)]
