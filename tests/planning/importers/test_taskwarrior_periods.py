"""How often a Taskwarrior task recurs."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import importers, recurrence
from questlog.planning.importers import ImportPlan


def recurring(period: str) -> ImportPlan:
    task = {
        "uuid": "u1",
        "description": "Sweep",
        "status": "recurring",
        "recur": period,
        "due": "20261101T230000Z",
    }
    return importers.parse("taskwarrior", json.dumps([task]), zone=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("recur", "wire"),
    [
        ("daily", "daily"),
        ("1d", "daily"),
        ("2days", "FREQ=DAILY;INTERVAL=2"),
        ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("week", "weekly"),
        ("3w", "FREQ=WEEKLY;INTERVAL=3"),
        ("fortnight", "biweekly"),
        ("P2W", "biweekly"),
        ("2mo", "FREQ=MONTHLY;INTERVAL=2"),
        ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("2 quarters", "FREQ=MONTHLY;INTERVAL=6"),
        ("semiannual", "FREQ=MONTHLY;INTERVAL=6"),
        ("annual", "yearly"),
        ("P1Y6M", "FREQ=MONTHLY;INTERVAL=18"),
        ("P1Y", "yearly"),
        ("P10D", "FREQ=DAILY;INTERVAL=10"),
    ],
)
def test_a_period_becomes_a_rule(recur: str, wire: str) -> None:
    plan = recurring(recur)

    rule = plan.tasks[0].rule

    assert rule is not None
    assert recurrence.wire_name(rule) == wire
    assert plan.warnings == ()


@pytest.mark.parametrize(
    "recur", ["PT6H", "P1DT6H", "3hours", "hourly", "P1M2D", "now and then", "20y", "P"]
)
def test_a_period_without_a_rule_costs_the_recurrence_and_says_why(recur: str) -> None:
    plan = recurring(recur)

    assert plan.tasks[0].rule is None
    assert plan.tasks[0].due == date(2026, 11, 2)
    assert plan.warnings[0].line == 1
    assert recur in plan.warnings[0].message
