"""The game once more, in plain Python and by its written rules alone: what the real one is held against.

Nothing of it comes from `questlog.game`. It keeps a list of what was done and counts it again whenever it is asked,
where the real one adds and subtracts.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.game.reference_bosses import Boss, Bosses
from tests.game.reference_content import Aim, Content, Key, Pursued
from tests.game.reference_deeds import (
    COMPLETIONS,
    DIFFICULTY,
    HALF,
    POTION,
    Deed,
    Moved,
    Striving,
    What,
)
from tests.game.reference_life import HEARTS, Life

PAID_IN_FULL, PAID_BY_HALF = 30, 30
PRICES = {"streak-freeze": 50, "heart-refill": 100, "focus-potion": 20}
FREEZES_HELD, POTION_LASTS = 2, 5


class Reference:
    """One player. `purse` is the gold, below 0 while there is a debt."""

    def __init__(self, now: datetime, zone: str, content: Content) -> None:
        self.content = content
        self.life = Life(now, zone)
        self.xp = self.purse = self.potion = 0
        self.paid_today = self.ahead_today = 0
        self.bosses = Bosses(content.ladder)
        self.deeds: dict[Any, Deed] = {}
        self.number = 0
        self.badges: set[str] = set()
        self.strivings: list[Striving] = []
        for rule in content.pursued.values():
            if rule.is_standing or (rule.kind == "quest" and rule.after is None):
                self._begin(rule)

    @property
    def boss(self) -> Boss:
        return self.bosses.present

    @property
    def fallen(self) -> list[Boss]:
        return self.bosses.fallen

    def wait_until(self, now: datetime) -> None:
        before = self.life.day
        self.life.go_on(now)
        if self.life.day == before:
            return
        self.paid_today = self.ahead_today = 0
        for one in self._active():
            if one.ends is not None and one.ends < self.life.day:
                one.state = "expired"
        for rule in self.content.pursued.values():
            last = self._last(rule)
            if rule.is_standing and last is not None and last.state != "active":
                self._begin(rule)
        self._give_badges()

    # what is done

    def do(self, key: Any, what: What) -> Moved:
        """Pay for a deed: once for each key, and with the first amounts when it was taken back."""
        deed = self.deeds.get(key)
        if deed is not None and deed.stands:
            return Moved()
        xp, purse = self.xp, self.purse
        if deed is None:
            deed = self.deeds[key] = self._priced(what)
        deed.stands = True
        deed.what = replace(deed.what, counts=what.counts)
        self.xp += deed.xp
        self.purse += deed.gold
        self.life.move_hearts(deed.what.hearts)
        if deed.makes_a_day and deed.day == self.life.day and not self.life.was_active:
            self.life.extend()
        damage = deed.dealt = self._strike(deed)
        self._advance(deed)
        self._give_badges()
        return Moved(self.xp - xp, self.purse - purse, damage, is_new=True)

    def _priced(self, what: What) -> Deed:
        worth = Fraction(what.base)
        is_completion, is_task = what.kind in COMPLETIONS, what.kind == "task"
        if is_completion:
            worth *= DIFFICULTY[what.difficulty] * (HALF if what.is_subtask else 1)
            worth *= POTION if self.potion else 1
        xp = int(worth * self._share(what)) if is_task else int(worth)
        gold = xp // 10
        if is_completion and xp:
            gold = max(gold, int(DIFFICULTY[what.difficulty] >= 1))
            self.potion = max(self.potion - 1, 0)
            self.paid_today += is_task
            self.ahead_today += is_task and what.is_ahead
        self.number += 1
        return Deed(what, self.number, self.life.day, xp, gold)

    def _share(self, what: What) -> Fraction:
        if what.is_ahead and self.ahead_today:
            return Fraction(0)
        if self.paid_today < PAID_IN_FULL:
            return Fraction(1)
        return HALF if self.paid_today < PAID_IN_FULL + PAID_BY_HALF else Fraction(0)

    def _strike(self, deed: Deed) -> int:
        """What a boss lost to a deed and never got back is not lost again."""
        if deed.boss is not None:
            return 0
        deed.damage = min(deed.xp, self.boss.hp - self.boss.lost)
        if deed.damage:
            deed.boss = self.boss
            self.boss.lost += deed.damage
        if self.boss.lost == self.boss.hp:
            deed.felled = self.bosses.fall()
            self.xp += deed.felled.rung.bonus
        return deed.damage

    # what is taken back

    def take_back(self, key: Any) -> Moved:
        """Reverse a deed: amounts to the last point, thresholds where nothing was built on them."""
        deed = self.deeds[key]
        if not deed.stands:
            return Moved()
        xp, purse, before = self.xp, self.purse, self._totals()
        each = [(one, aim) for one in self._active() for aim in one.rule.aims]
        full = [(of, aim) for of, aim in each if self.progress(of, aim) == aim.target]
        deed.stands = False
        self.xp -= deed.xp
        self.purse -= deed.gold
        days = {one.day for one in self.deeds.values() if one.stands and one.makes_a_day}
        if deed.makes_a_day and deed.day == self.life.day and deed.day not in days:
            self.life.shorten()
        damage = self._heal(deed)
        self.bosses.follow(self.bosses.week)
        self._lose(deed, full)
        after = self._totals()
        for aim in self.content.badges:
            if before[aim.key] >= aim.target > after[aim.key]:
                self.badges.discard(aim.code)
        return Moved(self.xp - xp, self.purse - purse, -damage, is_new=True)

    def _heal(self, deed: Deed) -> int:
        felled, deed.felled = deed.felled, None
        if felled is not None and self.bosses.rise(felled):
            self.xp -= felled.rung.bonus
        struck, damage = deed.boss, deed.damage
        if struck is None or not deed.dealt or struck in self.fallen:
            return 0
        struck.lost -= damage
        deed.boss, deed.damage = None, 0
        return damage

    def _lose(self, deed: Deed, full: list[tuple[Striving, Aim]]) -> None:
        won, deed.won = deed.won, []
        reached, deed.reached = deed.reached, []
        for one in won:
            own = [aim for of, aim in reached if of is one]
            if any(self.progress(one, aim) < aim.target for aim in own) and self._can_reopen(one):
                one.state, one.ended = "active", None
                self._reward(one, -1)
        for one, aim in [*reached, *full]:
            if one.state == "active" and self.progress(one, aim) < aim.target:
                one.done.discard(aim.code)

    def _can_reopen(self, one: Striving) -> bool:
        if one.freezes > self.life.freezes:
            return False
        if one.rule.kind == "challenge":
            is_on = self._last(one.rule) is not one
            return not is_on and one.ends is not None and one.ends >= self.life.day
        followers = [each for each in self.strivings if each.rule.after == one.rule.code]
        if any(each.done or each.state != "active" for each in followers):
            return False
        self.strivings = [each for each in self.strivings if each not in followers]
        return True

    # what is striven for

    def join(self, code: str) -> bool:
        """Begin a challenge, unless somebody is on it, or completed it on this very day."""
        rule = self.content.pursued["challenge", code]
        last = self._last(rule)
        if last is not None and (last.state == "active" or last.ended == self.life.day):
            return False
        self._begin(rule)
        return True

    def progress(self, one: Striving, aim: Aim) -> int:
        """Count what was first done since it began; days from its first day on, what somebody is as it stands."""
        metric = aim.key[0]
        if metric == "distinct_days":
            return min(len({day for day in self._days() if day >= one.started}), aim.target)
        if aim.key == ("bosses_defeated", ""):
            return min(max(len(self.fallen) - one.fallen_before, 0), aim.target)
        return min(self._totals(after=one.since)[aim.key], aim.target)

    def _totals(self, *, after: int = 0) -> Counter[Key]:
        total: Counter[Key] = Counter()
        for deed in self.deeds.values():
            if deed.stands and deed.number > after:
                total.update(deed.counters())
        total["distinct_days", ""] = len(self._days())
        total["streak_days", ""] = self.life.streak
        total["days_with_product", ""] = self.life.days
        total["bosses_defeated", ""] = len(self.fallen)
        total.update(("bosses_defeated", f"boss={boss.rung.code}") for boss in self.fallen)
        return total

    def _days(self) -> set[Any]:
        return {deed.day for deed in self.deeds.values() if deed.stands and deed.makes_a_day}

    def _give_badges(self) -> None:
        now = self._totals()
        self.badges.update(aim.code for aim in self.content.badges if now[aim.key] >= aim.target)

    def _advance(self, deed: Deed) -> None:
        for one in self._active():
            new = [
                aim
                for aim in one.rule.aims
                if aim.code not in one.done and self.progress(one, aim) == aim.target
            ]
            one.done.update(aim.code for aim in new)
            deed.reached += [(one, aim) for aim in new]
            if new and len(one.done) == len(one.rule.aims):
                self._win(deed, one)

    def _win(self, deed: Deed, one: Striving) -> None:
        one.state, one.ended = "completed", self.life.day
        deed.won.append(one)
        self._reward(one, 1)
        for rule in self.content.pursued.values():
            if rule.kind == "quest" and rule.after == one.rule.code:
                self._begin(rule)

    def _reward(self, one: Striving, sign: int) -> None:
        prize = one.rule.prize
        if sign > 0:
            one.freezes = min(prize.freezes, FREEZES_HELD - self.life.freezes)
        self.xp += sign * prize.xp
        self.purse += sign * prize.gold
        self.life.freezes += sign * one.freezes

    def _begin(self, rule: Pursued) -> None:
        last = self._last(rule)
        ends = None if rule.days is None else self.life.day + timedelta(days=rule.days - 1)
        round_ = 1 if last is None else last.round + 1
        begun = Striving(rule, round_, self.number, len(self.fallen), self.life.day, ends)
        begun.done = {a.code for a in rule.aims if self.progress(begun, a) == a.target}
        self.strivings.append(begun)

    def _active(self) -> list[Striving]:
        return [one for one in self.strivings if one.state == "active"]

    def _last(self, rule: Pursued) -> Striving | None:
        return next((one for one in reversed(self.strivings) if one.rule is rule), None)

    # what is bought

    def buy(self, item: str) -> bool:
        """Buy what one can pay for and may have."""
        full = {
            "streak-freeze": self.life.freezes >= FREEZES_HELD,
            "heart-refill": self.life.hearts >= HEARTS,
        }
        if self.purse < PRICES[item] or full.get(item):
            return False
        self.purse -= PRICES[item]
        self.life.freezes += item == "streak-freeze"
        self.life.move_hearts(HEARTS if item == "heart-refill" else 0)
        self.potion += POTION_LASTS if item == "focus-potion" else 0
        return True
