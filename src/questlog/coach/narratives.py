"""What the facts say in plain sentences, in the user's language, where no model says it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from questlog.coach.facts import Facts
from questlog.coach.review_words import Say
from questlog.coach.weekly_goals import Goal, proposed

ALIKE_PERCENT = 10
GOOD_PERCENT, POOR_PERCENT = 80, 60
FEW_TITLES = 3
MOST_IMPROVEMENTS = 3

type Sections = dict[str, Any]


def analysis(facts: Facts, locale: str) -> str:
    """Return what the facts of some days say, a line for each side of them."""
    say = _say(facts, locale)
    first, last = say.day(facts["first_day"]), say.day(facts["last_day"])
    head = say("period", days=facts["days"], first_day=first, last_day=last)
    return "\n".join([head, *_what_was_done(facts, say), *_what_was_not(facts, say)])


def _say(facts: Facts, locale: str) -> Say:
    return Say(locale, date.fromisoformat(facts["last_day"]).year)


def _what_was_done(facts: Facts, say: Say) -> Iterator[str]:
    if not facts["done"]:
        yield say("nothing_done")
        return
    yield f"{_done(facts, say)} {_trend(facts, say)}"
    yield " ".join(_rhythm(facts, say))
    if facts["planned"]:
        percent = facts["on_time_percent"]
        yield say("on_time", on_time=facts["on_time"], planned=facts["planned"], percent=percent)
    projects = [
        say("project", title=say.quoted(one["title"]), count=one["done"])
        for one in facts["by_project"]
        if one["title"]
    ]
    if projects:
        yield say("projects", projects=say.listed(projects[:FEW_TITLES]))
    if facts["streak"]:
        yield say("streak", streak=facts["streak"], best=facts["best_streak"])


def _what_was_not(facts: Facts, say: Say) -> Iterator[str]:
    yield _overdue(facts, say) or say("none_overdue")
    yield from _delays(facts, say)


def _done(facts: Facts, say: Say) -> str:
    return say("done", **{name: facts[name] for name in ("done", "active_days", "xp")})


def _trend(facts: Facts, say: Say) -> str:
    change = facts["change_percent"]
    if change is None:
        return say("first_weeks")
    if abs(change) < ALIKE_PERCENT:
        return say("as_before")
    return say("more" if change > 0 else "less", percent=abs(change))


def _rhythm(facts: Facts, say: Say) -> Iterator[str]:
    weekday, hour = facts["best_weekday"], facts["best_hour"]
    yield say("rhythm", weekday=say.weekday(weekday["number"]), count=weekday["done"])
    if hour is not None:
        yield say("hour", hour=say.hour(hour["number"]), count=hour["done"])


def _overdue(facts: Facts, say: Say) -> str | None:
    if not facts["overdue_now"]:
        return None
    oldest = facts["overdue_longest"][0]
    title, due = say.quoted(oldest["title"]), say.day(oldest["due"])
    return say("overdue", count=facts["overdue_now"], title=title, due=due)


def _delays(facts: Facts, say: Say) -> Iterator[str]:
    if facts["postponed_most"]:
        most = facts["postponed_most"][0]
        title, times = say.quoted(most["title"]), most["times"]
        yield say("postponed", count=facts["postponed"], title=title, times=times)
    if facts["skipped"]:
        yield say("skipped", count=facts["skipped"])


def retrospective(facts: Facts, last_goals: list[Goal], locale: str) -> Sections:
    """Return the sections of a week's review. `last_goals` are those set the week before, judged."""
    say = _say(facts, locale)
    return {
        "achievements": list(_achievements(facts, last_goals, say)),
        "difficulties": list(_difficulties(facts, last_goals, say)),
        "improvements": list(_improvements(facts, say))[:MOST_IMPROVEMENTS],
        "weekly_goals": proposed(facts, say),
    }


def _achievements(facts: Facts, last_goals: list[Goal], say: Say) -> Iterator[str]:
    if facts["done"]:
        change = facts["change_percent"]
        better = change is not None and change >= ALIKE_PERCENT
        yield f"{_done(facts, say)} {_trend(facts, say)}" if better else _done(facts, say)
    if facts["finished"]:
        titles = [say.quoted(title) for title in facts["finished"][:FEW_TITLES]]
        yield say("week_finished", titles=say.listed(titles))
    if (facts["on_time_percent"] or 0) >= GOOD_PERCENT and not facts["due_not_done"]:
        yield say("week_punctual", percent=facts["on_time_percent"])
    yield from (say("goal_met", goal=one["text"]) for one in last_goals if one["met"])


def _difficulties(facts: Facts, last_goals: list[Goal], say: Say) -> Iterator[str]:
    change, on_time = facts["change_percent"], facts["on_time_percent"]
    if not facts["done"]:
        yield say("week_nothing")
    elif change is not None and change <= -ALIKE_PERCENT:
        yield _trend(facts, say)
    overdue = _overdue(facts, say)
    yield from () if overdue is None else (overdue,)
    if on_time is not None and on_time < POOR_PERCENT:
        yield say("week_late", percent=on_time)
    yield from _delays(facts, say)
    yield from (say("goal_missed", goal=one["text"]) for one in last_goals if one["met"] is False)


def _improvements(facts: Facts, say: Say) -> Iterator[str]:
    if not facts["done"]:
        yield say("begin_small")
    for each in facts["postponed_most"][:1]:
        if each["times"] > 1:
            yield say("split", title=say.quoted(each["title"]), times=each["times"])
    for oldest in facts["overdue_longest"][:1]:
        yield say("decide", title=say.quoted(oldest["title"]), due=say.day(oldest["due"]))
    on_time: Any = facts["on_time_percent"]
    if on_time is not None and on_time < POOR_PERCENT:
        yield say("plan_less")
    if facts["best_hour"] is not None:
        yield say("use_hour", hour=say.hour(facts["best_hour"]["number"]))
    yield say("tomorrow")


def is_empty(sections: Mapping[str, Any]) -> bool:
    return not any(sections[name] for name in ("achievements", "difficulties", "improvements"))
