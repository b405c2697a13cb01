"""What people send as a recurrence, and when a repeating task comes back. Pure: no session, no clock.

A rule meets the calendar through its anchor, the date that started the rhythm: it fixes which weeks of "every two
weeks" count and which day of the month is wanted. `done` is the number of scheduled dates before the present due
date, whether they were completed or missed; it matters to rules that end by COUNT and grows by `used_up`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from itertools import islice, takewhile

from questlog.planning import recurrence_english, rhythm, rrule
from questlog.planning.phrases import recurrences
from questlog.planning.phrases.recurrences import FoundRecurrence
from questlog.planning.recurrence_words import words
from questlog.planning.rrule import Frequency, RecurrenceError, Rule

__all__ = [
    "FoundRecurrence",
    "Frequency",
    "RecurrenceError",
    "Rule",
    "check",
    "first_due",
    "next_due",
    "parse",
    "read",
    "upcoming",
    "used_up",
    "wire_name",
    "words",
]

NAMED = {
    "daily": Rule(Frequency.DAILY),
    "weekly": Rule(Frequency.WEEKLY),
    "biweekly": Rule(Frequency.WEEKLY, 2),
    "monthly": Rule(Frequency.MONTHLY),
    "yearly": Rule(Frequency.YEARLY),
}
NAME_OF = {rule: name for name, rule in NAMED.items()}


# What stands before a rule that counts from completion; no RRULE can say it.
FROM_COMPLETION = "every!"
# A rule is sent back behind those words, and has to fit where it came from.
LONGEST_RULE = rrule.LONGEST_TEXT - len(f"{FROM_COMPLETION} ")
# A phrase that means the same on these two days means the same on every day.
SOME_DAY = datetime(2001, 1, 1, 12, tzinfo=UTC)
ANOTHER_DAY = datetime(2014, 6, 18, 12, tzinfo=UTC)


def parse(text: str, *, zone: tzinfo = UTC) -> Rule:
    """Return the rule of a text that is read on no certain day, such as a cell of a file.

    Raises `RecurrenceError`, also for a phrase that hangs on the day ("until Friday") or names a first date or a time.
    """
    rule = _rule(text, zone)
    if rule is not None:
        return rule
    found = recurrences.read(text, now=SOME_DAY)
    if found.starting or found.time or found != recurrences.read(text, now=ANOTHER_DAY):
        raise RecurrenceError(details={"position": 0, "near": text[: recurrences.LONGEST_QUOTE]})
    return found.rule


def read(text: str, *, now: datetime) -> FoundRecurrence:
    """Return what a recurrence means at `now`, a moment where the user lives.

    It is one of the five words, an RRULE, either of them behind "every!", or a phrase in English or Russian. An UNTIL
    in UTC is read as its day where the user lives. Raises `RecurrenceError`, also for a rule that no date of any
    calendar fits.
    """
    rule = _rule(text, now.tzinfo or UTC)
    if rule is None:
        return recurrences.read(text, now=now)
    return FoundRecurrence(0, len(text), rule)


def _rule(text: str, zone: tzinfo) -> Rule | None:
    """Return the rule of one of the five words or of an RRULE; None for a phrase."""
    plain = text.strip()
    from_completion = plain[: len(FROM_COMPLETION)].lower() == FROM_COMPLETION
    body = plain[len(FROM_COMPLETION) :].strip() if from_completion else plain
    rule = _written(body, zone) if "=" in body else NAMED.get(body.casefold())
    return None if rule is None else replace(rule, from_completion=from_completion)


def _written(text: str, zone: tzinfo) -> Rule:
    rule = rrule.read(text, zone=zone)
    if len(rrule.write(rule)) > LONGEST_RULE:
        raise RecurrenceError("The recurrence is too long.")
    if not rhythm.is_possible(rule):
        raise RecurrenceError("No date fits this rule.", {"rule": rrule.write(rule)})
    return rule


def wire_name(rule: Rule) -> str:
    """Return the word for the rule if it has one of the five, else its RRULE; `read` gives the rule back.

    A rule that counts from completion is "every! 3 days", or "every!" and its RRULE.
    """
    if not rule.from_completion:
        return NAME_OF.get(rule) or rrule.write(rule)
    plain = replace(rule, from_completion=False)
    if plain == Rule(rule.frequency, rule.interval):
        return FROM_COMPLETION + recurrence_english.sentence(plain).removeprefix("every")
    return f"{FROM_COMPLETION} {rrule.write(plain)}"


def check(rule: Rule, anchor: date) -> None:
    """Raise `RecurrenceError` if the rhythm that starts at `anchor` has no other date within twelve years.

    A rule can be sound and still never meet its anchor: every seventh day, Mondays only, starting on a Tuesday.
    """
    if next(rhythm.dates(rule, anchor, after=anchor), None) is None and rule.count != 1:
        raise RecurrenceError(
            "The rule has no date within twelve years.", {"rule": rrule.write(rule)}
        )


def first_due(rule: Rule, *, today: date) -> date:
    """Return the first date of the rule on or after `today`; it becomes the anchor.

    Raises `RecurrenceError` if there is none within twelve years or the rule has ended.
    """
    every = replace(rule, interval=1)
    yesterday = date.fromordinal(max(1, today.toordinal() - 1))
    first = next(rhythm.dates(every, today, after=yesterday), None)
    if first is None:
        raise RecurrenceError(
            "The rule has no date within twelve years.", {"rule": rrule.write(rule)}
        )
    return first


def next_due(rule: Rule, due: date, *, today: date, anchor: date | None, done: int) -> date | None:
    """Return the first date on the rhythm after both `today` and `due`, or None when the series has ended.

    Occurrences that were missed are skipped, they do not pile up. Source: RFC 5545 § 3.3.10.
    """
    start = today if rule.from_completion else anchor or due
    following = next(rhythm.dates(rule, start, after=max(due, today)), None)
    if following is None or rule.count is None:
        return following
    used = done + used_up(rule, due, following, anchor=anchor)
    return following if used < rule.count else None


def used_up(rule: Rule, due: date, following: date, *, anchor: date | None) -> int:
    """Return by how much `done` grows when the task moves from `due` to `following`: one, and one per missed date.

    Rules that count from completion miss nothing; rules without COUNT are not counted and give one.
    """
    if rule.count is None or rule.from_completion:
        return 1
    later = rhythm.dates(rule, anchor or due, after=due)
    missed = takewhile(lambda day: day < following, later)
    return 1 + sum(1 for _ in islice(missed, rule.count))


def upcoming(
    rule: Rule, due: date, *, anchor: date | None, done: int, count: int = 5
) -> list[date]:
    """Return up to `count` dates that follow `due`, as if every one of them were kept."""
    start = due if rule.from_completion else anchor or due
    if rule.count is not None:
        count = min(count, max(0, rule.count - done - 1))
    return list(islice(rhythm.dates(rule, start, after=due), count))
