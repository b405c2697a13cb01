"""The events of talks with the coach, and of what it proposes. Part of `event_types.py`."""

from questlog.automation.event_facts import COUNT, DAY, TEXT, TEXTS, EventType, of, told, word

_title = of(TEXT, "Its title.")
_kind = of(TEXT, "`chat` or `onboarding`.")
_tool = of(TEXT, "What would be done, such as `create_task`.")
_summary = of(TEXT, "The same in one line, in the user's language.")

_TALKS = (
    told("conversation.created", "A talk with the coach began.", title=_title, kind=_kind),
    told("conversation.updated", "A talk got another title.", title=_title, kind=_kind),
    told("conversation.deleted", "A talk was deleted.", title=_title, kind=_kind),
)
_PROPOSALS = (
    told(
        "proposal.made",
        "The coach proposed something, which waits for a yes.",
        tool=_tool,
        summary=_summary,
    ),
    told(
        "proposal.accepted",
        "The user said yes, and it was done.",
        tool=_tool,
        summary=_summary,
    ),
    told("proposal.rejected", "The user said no.", tool=_tool, summary=_summary),
    told(
        "proposal.expired",
        "Nobody decided within 24 hours, or its conversation was deleted.",
        tool=_tool,
        summary=_summary,
    ),
    told(
        "proposal.failed",
        "The user said yes, and it could not be done.",
        tool=_tool,
        summary=_summary,
    ),
    told("tool.allowed", "The coach may use a tool without asking.", tool=_tool),
    told("tool.disallowed", "The coach has to ask again before it uses a tool.", tool=_tool),
)

_topic = of(TEXT, "What it is about: `work`, `goal`, `hours`, `obstacle` or `other`.")
_PROFILE = (
    told("statement.noted", "Something a user said of themselves was noted.", topic=_topic),
    told("statement.changed", "A user put a statement of their profile otherwise.", topic=_topic),
    told("statement.deleted", "A statement of a profile was deleted.", topic=_topic),
    told(
        "profile.cleared",
        "A profile was emptied.",
        statements=of(COUNT, "How many statements it had, those replaced before included."),
    ),
)

_week = of(DAY, "The Monday its week began on.")
_REVIEWS = (
    told(
        "retrospective.made",
        "A week was looked back at.",
        week_on=_week,
        source=of(word("rules", "model"), "What wrote it."),
    ),
    told(
        "retrospective.updated",
        "A look back at a week was edited.",
        week_on=_week,
        fields=of(TEXTS, "The sections that changed."),
    ),
    told("retrospective.deleted", "A look back at a week was deleted.", week_on=_week),
)
TYPES: tuple[EventType, ...] = (*_TALKS, *_PROPOSALS, *_PROFILE, *_REVIEWS)
