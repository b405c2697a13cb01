"""The events of what people plan. Part of `event_types.py`."""

from questlog.automation.event_facts import (
    COUNT,
    DAY,
    FLAG,
    ID,
    IDS,
    MOMENT,
    TEXT,
    TEXTS,
    EventType,
    Schema,
    objects,
    of,
    or_null,
    told,
    word,
)

_title: Schema = of(TEXT, "Its title as it was then.")
_name: Schema = of(TEXT, "Its name as it was then.")
_changed: Schema = of(TEXTS, "The fields that changed.")
_scheduled: Schema = of(or_null(DAY), "The date that is meant; null without one.")
_next: Schema = of(or_null(DAY), "Where a series stands now; null when it ended, or is none.")

_TASKS = (
    told("task.created", "A task was made.", title=_title),
    EventType(
        "task.updated",
        "A task was changed.",
        {"title": _title, "fields": _changed},
        {"scope": of(word("this"), "Only this one date of a series was moved.")},
    ),
    told(
        "task.completed",
        "A task was ticked off, or one date of a series.",
        title=_title,
        occurrence_id=of(ID, "The record of this completion."),
        scheduled_on=_scheduled,
        next_due=_next,
    ),
    told(
        "task.reopened",
        "A completion was taken back.",
        title=_title,
        occurrence_id=of(or_null(ID), "The record of the completion."),
        scheduled_on=_scheduled,
    ),
    told(
        "task.skipped",
        "A series went on without the date it stood at.",
        title=_title,
        scheduled_on=of(DAY, "The date that was left out."),
        next_due=_next,
    ),
    told(
        "task.postponed",
        "A task was put off, a series for this one date.",
        title=_title,
        scheduled_on=of(or_null(DAY), "The date it had."),
        until=of(DAY, "The date it has now."),
    ),
    told("task.deleted", "A task went to the trash.", title=_title),
    told("task.restored", "A task came back from the trash.", title=_title),
)
_GOALS = (
    told("goal.created", "A goal was made.", title=_title),
    told("goal.updated", "A goal was changed.", title=_title, changed=_changed),
    told("goal.completed", "A goal was reached.", title=_title),
    told("goal.reopened", "A goal is open again.", title=_title),
    told("goal.deleted", "A goal went to the trash.", title=_title),
    told("goal.restored", "A goal came back from the trash.", title=_title),
)
_PROJECTS = (
    told("project.created", "A project was made.", title=_title),
    told("project.updated", "A project was changed.", title=_title, changed=_changed),
    told("project.archived", "A project was put aside.", title=_title),
    told("project.unarchived", "A project was taken up again.", title=_title),
    told(
        "project.deleted",
        "A project went to the trash.",
        title=_title,
        with_tasks=of(FLAG, "Its tasks went along."),
    ),
    told("project.restored", "A project came back from the trash.", title=_title),
)
_SMALL = (
    told("label.created", "A label was made.", name=_name),
    told("label.updated", "A label was changed.", name=_name, changed=_changed),
    told("label.deleted", "A label was deleted.", name=_name),
    told("filter.created", "A filter was kept.", name=_name),
    told("filter.updated", "A kept filter was changed.", name=_name, changed=_changed),
    told("filter.deleted", "A kept filter was deleted.", name=_name),
    told("item.created", "An item was captured.", title=_title),
    told("item.updated", "An item was changed.", title=_title, changed=_changed),
    told(
        "item.converted",
        "An item became a task.",
        title=_title,
        task_id=of(ID, "The task."),
    ),
    told("item.deleted", "An item was deleted.", title=_title),
)
_when: dict[str, Schema] = {
    "task_id": of(ID, "The task it reminds of."),
    "at": of(or_null(MOMENT), "When, if it has a moment of its own."),
    "minutes_before": of(or_null(COUNT), "How long before the task is due, if it goes by that."),
}
_REMINDERS = (
    EventType("reminder.created", "A reminder was made.", _when),
    EventType("reminder.updated", "A reminder was changed.", _when),
    EventType("reminder.deleted", "A reminder was deleted.", _when),
    EventType(
        "reminder.due",
        "It is time: somebody is reminded of a task.",
        {
            **_when,
            "title": of(TEXT, "The task's title."),
            "due_date": of(or_null(TEXT), "When the task is due: a day, or a moment."),
        },
    ),
)
_WHOLES = (
    EventType(
        "batch.applied",
        "Several changes were made as one; each has an event of its own before this one.",
        {},
        {
            "commands": of(COUNT, "How many commands a batch had."),
            "applied": of(COUNT, "How many of them were carried out."),
            "title": of(TEXT, "The first task of a line that made several things."),
            "tasks": of(COUNT, "How many tasks such a line made."),
        },
    ),
    told(
        "import.applied",
        "A file was brought in.",
        source=of(TEXT, "Where it came from, such as `todoist`."),
        name=of(or_null(TEXT), "The file's name."),
        new=of(COUNT, "How many objects were made."),
        changed=of(COUNT, "How many were changed."),
        unchanged=of(COUNT, "How many were as they are already."),
    ),
    EventType(
        "change.undone",
        "A change was taken back.",
        {"undone": of(objects(id=ID, type=TEXT, seq=COUNT), "The event that told of the change.")},
        {"events": of(IDS, "The events of its parts, for a batch or an import.")},
    ),
)

TYPES: tuple[EventType, ...] = (*_TASKS, *_GOALS, *_PROJECTS, *_SMALL, *_REMINDERS, *_WHOLES)
