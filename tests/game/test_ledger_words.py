"""Every entry of the ledger in words, in both languages."""

import re
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.game.content import content
from questlog.game.ledger_words import DEEDS, Told, words
from questlog.game.rules import Difficulty

DAY = date(2026, 11, 21)
KINDS = (*sorted(DEEDS), "boss", "quest", "challenge", "purchase", "heart", "day", "adjustment")
PLAIN = {"title": "Roof", "base": 10, "difficulty": "normal"}
HARD = {"title": "Roof", "base": 10, "difficulty": "hard", "factors": {"difficulty": 1.5}}
HALF = {**PLAIN, "factors": {"limit": 0.5}}
OVER = {**PLAIN, "factors": {"limit": 0}}
ALL = {**HARD, "factors": {"difficulty": 1.5, "subtask": 0.5, "potion": 1.5}}


def told(kind: str, *, entry: str = "grant", **more: Any) -> Told:
    details = more.pop("details", PLAIN)
    key, source_id = more.pop("key", "once"), more.pop("source_id", "x")
    boss = more.pop("boss", (None, None))
    return Told(entry, kind, source_id, key, DAY, more, details, boss)


CASES = (
    (
        told("task", xp=10, gold=1),
        "Task “Roof” completed: +10 XP, +1 gold.",
        "Задача «Roof» выполнена: опыт +10, золото +1.",
    ),
    (
        told("task", xp=15, gold=1, details=HARD, damage=15, boss=("half-built-bridge", None)),
        "Task “Roof” completed: +15 XP, +1 gold. 10 × 1.5 (difficulty hard) = 15. "
        "The Half-Built Bridge lost 15 HP.",
        "Задача «Roof» выполнена: опыт +15, золото +1. 10 × 1,5 (сложность: высокая) = 15. "
        "Недостроенный мост: здоровье −15.",
    ),
    (
        told("task", xp=11, gold=1, potion=-1, details=ALL),
        "Task “Roof” completed: +11 XP, +1 gold, uses of the focus potion −1. "
        "10 × 1.5 (difficulty hard) × 0.5 (subtask) × 1.5 (focus potion) = 11.25, rounded down to 11.",
        "Задача «Roof» выполнена: опыт +11, золото +1, применения зелья −1. "
        "10 × 1,5 (сложность: высокая) × 0,5 (подзадача) × 1,5 (зелье сосредоточенности) = 11,25, "
        "с округлением вниз 11.",
    ),
    (
        told("task", xp=5, gold=1, details=HALF),
        "Task “Roof” completed: +5 XP, +1 gold. 10 × 0.5 (daily limit) = 5. "
        "The first 30 tasks of a day pay in full, further ones half.",
        "Задача «Roof» выполнена: опыт +5, золото +1. 10 × 0,5 (дневной предел) = 5. "
        "За день полностью оплачиваются первые задачи (30), следующие наполовину.",
    ),
    (
        told("task", details=OVER),
        "Task “Roof” completed: nothing. 10 × 0 (daily limit) = 0. "
        "After 60 tasks a day no further one pays.",
        "Задача «Roof» выполнена: ничего. 10 × 0 (дневной предел) = 0. "
        "Задачи сверх 60 за день не оплачиваются.",
    ),
    (
        told("task", details={**OVER, "ahead": True}),
        "Task “Roof” completed: nothing. 10 × 0 (daily limit) = 0. "
        "Only one task a day pays ahead of its date.",
        "Задача «Roof» выполнена: ничего. 10 × 0 (дневной предел) = 0. "
        "Раньше срока за день оплачивается только одна задача.",
    ),
    (
        told("task", xp=10, details={**PLAIN, "backdated": True}),
        "Task “Roof” completed, for yesterday: +10 XP.",
        "Задача «Roof» выполнена, за вчера: опыт +10.",
    ),
    (
        told(
            "task", entry="reversal", xp=-15, gold=-1, damage=-15, details=HARD, boss=(None, "Rust")
        ),
        "Task “Roof” completed, taken back: −15 XP, −1 gold. Rust got 15 HP back.",
        "Задача «Roof» выполнена, отмена: опыт −15, золото −1. Rust: здоровье +15.",
    ),
    (
        told("lesson", xp=20, gold=2),
        "Lesson “Roof” completed: +20 XP, +2 gold.",
        "Урок «Roof» пройден: опыт +20, золото +2.",
    ),
    (
        told("quiz", xp=14, gold=1, hearts=-1),
        "Quiz “Roof” taken: +14 XP, +1 gold, hearts −1.",
        "Тест «Roof» пройден: опыт +14, золото +1, сердца −1.",
    ),
    (
        told("review", xp=2, hearts=1),
        "Review card “Roof” answered: +2 XP, hearts +1.",
        "Ответ на карточку «Roof»: опыт +2, сердца +1.",
    ),
    (
        told("goal", xp=10),
        "Goal “Roof” reached: +10 XP.",
        "Цель «Roof» достигнута: опыт +10.",
    ),
    (
        told("boss", xp=30, details={"boss": "drawer-of-someday", "title": None}),
        "Boss defeated, The Drawer of Someday: +30 XP.",
        "Побеждён босс, Ящик «Когда-нибудь»: опыт +30.",
    ),
    (
        told("boss", xp=30, details={"boss": "numbers/1", "title": "The Fog"}),
        "Boss defeated, The Fog: +30 XP.",
        "Побеждён босс, The Fog: опыт +30.",
    ),
    (
        told("quest", xp=50, gold=30, freezes=1, details={"quest": "first-steps"}),
        "Quest “First steps” completed: +50 XP, +30 gold, streak freezes +1.",
        "Задание «Первые шаги» выполнено: опыт +50, золото +30, заморозки серии +1.",
    ),
    (
        told("challenge", xp=50, gold=20, details={"challenge": "seven-day-consistency"}),
        "Challenge “7-Day Consistency” completed: +50 XP, +20 gold.",
        "Испытание «Семь дней без пропусков» пройдено: опыт +50, золото +20.",
    ),
    (
        told(
            "purchase", entry="change", gold=-50, freezes=1, details={}, source_id="streak-freeze"
        ),
        "“Streak freeze” bought: −50 gold, streak freezes +1.",
        "Покупка «Заморозка серии»: золото −50, заморозки серии +1.",
    ),
    (
        told(
            "purchase",
            entry="change",
            gold=-40,
            potion=10,
            details={"item": "focus-potion", "quantity": 2},
        ),
        "“Focus potion” bought, quantity 2: −40 gold, uses of the focus potion +10.",
        "Покупка «Зелье сосредоточенности», количество 2: золото −40, применения зелья +10.",
    ),
    (
        told("day", entry="change", key="frozen", freezes=-1, details={}),
        "Nothing was done on 21 November; a freeze kept the streak: streak freezes −1.",
        "21 ноября ничего не сделано, серию сохранила заморозка: заморозки серии −1.",
    ),
    (
        told("day", entry="change", key="broken", hearts=-1, details={"streak": 4}),
        "Nothing was done on 21 November; the streak of 4 ended: hearts −1.",
        "21 ноября ничего не сделано, серия прервалась (дней: 4): сердца −1.",
    ),
    (
        told("heart", entry="change", source_id="time", hearts=2, details={}),
        "Hearts grow back with time: hearts +2.",
        "Сердца восстанавливаются со временем: сердца +2.",
    ),
    (
        told("adjustment", entry="change", gold=5, details={"reason": "a lost day"}),
        "Adjusted by an operator, “a lost day”: +5 gold.",
        "Поправка администратора, «a lost day»: золото +5.",
    ),
)


@pytest.mark.parametrize(("entry", "english", "russian"), CASES)
def test_an_entry_explains_itself(entry: Told, english: str, russian: str) -> None:
    assert words(entry, "en") == english
    assert words(entry, "ru-RU") == russian


@given(
    st.sampled_from(KINDS),
    st.sampled_from(("grant", "reversal", "change")),
    st.dictionaries(st.sampled_from(("xp", "gold", "hearts", "damage")), st.integers(-99, 99)),
    st.text(max_size=20),
    st.sampled_from(get_args(Difficulty.__value__)),
    st.dictionaries(
        st.sampled_from(("difficulty", "subtask", "potion", "limit")),
        st.sampled_from((0, 0.5, 1.5)),
    ),
)
def test_every_entry_has_words_whatever_it_holds(
    kind: str,
    entry: str,
    amounts: dict[str, int],
    title: str,
    difficulty: str,
    factors: dict[str, float],
) -> None:
    details = {"title": title, "base": 10, "difficulty": difficulty, "factors": factors}

    for locale in ("en", "ru"):
        said = words(told(kind, entry=entry, details=details, **amounts), locale)

        assert said.endswith(".")
        for name in ("xp", "gold"):
            count = amounts.get(name, 0)
            assert not count or re.search(rf"[+−]{abs(count)}\b", said)


def test_content_that_is_gone_goes_by_its_code() -> None:
    quest = told("quest", xp=1, details={"quest": "long-gone"})
    boss = told("task", xp=1, damage=1, boss=(None, None))

    assert words(quest, "en") == "Quest “long-gone” completed: +1 XP."
    assert words(boss, "en").endswith("A boss that is gone lost 1 HP.")
    assert "long-gone" not in content().quest
