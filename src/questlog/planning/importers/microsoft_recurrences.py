"""How often a task of Microsoft comes back (`patternedRecurrence` of Microsoft Graph), as an RRULE."""

from questlog.planning.importers.json_rows import JsonRow

FREQUENCIES = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "absoluteMonthly": "MONTHLY",
    "relativeMonthly": "MONTHLY",
    "absoluteYearly": "YEARLY",
    "relativeYearly": "YEARLY",
}
DAYS = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA", "sunday": "SU",
}  # fmt: skip
PLACES = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}


def rrule(told: JsonRow) -> str:
    """Return the text of the rule; whether it means anything is for whoever reads it.

    Raises `UnreadableImportError` for a field that is of the wrong kind.
    """
    pattern = told.row("pattern") or JsonRow(told.line, {})
    kind = pattern.text("type") or "?"
    parts = [f"FREQ={FREQUENCIES.get(kind, kind)}", f"INTERVAL={pattern.whole('interval') or 1}"]
    days = ",".join(DAYS.get(day.lower(), "?") for day in pattern.texts("daysOfWeek"))
    if kind == "weekly" and days:
        parts.append(f"BYDAY={days}")
        parts.append(f"WKST={DAYS.get((pattern.text('firstDayOfWeek') or 'sunday').lower(), 'SU')}")
    if kind.endswith("Yearly"):
        parts.append(f"BYMONTH={pattern.whole('month')}")
    if kind.startswith("absolute"):
        parts.append(f"BYMONTHDAY={pattern.whole('dayOfMonth')}")
    if kind.startswith("relative"):
        parts.append(f"BYDAY={days}")
        parts.append(f"BYSETPOS={PLACES.get(pattern.text('index') or 'first', '1')}")
    return ";".join([*parts, *_end(told.row("range"))])


def _end(told: JsonRow | None) -> list[str]:
    kind = None if told is None else told.text("type")
    if told is None or kind not in ("endDate", "numbered"):
        return []
    if kind == "numbered":
        return [f"COUNT={told.whole('numberOfOccurrences')}"]
    last = told.moment("endDate")
    return [] if last is None else [f"UNTIL={last:%Y%m%d}"]
