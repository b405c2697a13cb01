"""What an onboarding comes to at its end: proposals, statements, and a profile's text. All in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from questlog.coach import profile, profile_text, proposals
from questlog.coach.onboarding_rules import Found
from questlog.coach.onboarding_words import sentence
from questlog.coach.proposals import TooManyProposalsError
from questlog.coach.toolbox import Who
from questlog.coach.tools import TOOLS
from questlog.core.db import Session
from questlog.identity import users

KIND = "onboarding"


@dataclass(frozen=True, slots=True)
class End:
    words: str
    proposals: list[Mapping[str, Any]]
    profile_text: str
    """What the profile would say; it says so already unless `profile_kept` its text, which was written by hand."""
    profile_kept: bool


async def bring_about(
    session: Session, who: Who, found: Found, messages: Mapping[str, UUID]
) -> End:
    """Note and propose what was found; `messages` tells where each question was answered."""
    text, is_kept, unnoted = await _keep_profile(session, who, found, messages)
    made = await _propose(session, who, found)
    return End(_summed_up(found, made, unnoted, who.locale), made, text, is_kept)


async def _keep_profile(
    session: Session, who: Who, found: Found, messages: Mapping[str, UUID]
) -> tuple[str, bool, int]:
    """Note what was said and write the profile's text from it; what was written by hand is kept.

    Returns the text, whether another one was kept, and how many statements found no room.
    """
    user = await users.get_by_id(session, who.user_id)
    written_in = await profile_text.written_in(session, who.user_id)
    is_kept = bool(user.profile_text) and written_in is None
    unnoted = await profile.note_all(
        session, who.user_id, found.said, source=KIND, messages=messages, timezone=who.timezone
    )
    text = await profile_text.text(session, who.user_id, who.locale)
    if text and not is_kept:
        await users.update(session, who.user_id, {"profile_text": text})
    return text, is_kept, len(unnoted)


async def _propose(session: Session, who: Who, found: Found) -> list[Mapping[str, Any]]:
    """Propose as much as may wait for a decision at once."""
    made: list[Mapping[str, Any]] = []
    for number, (name, arguments) in enumerate(found.calls, start=1):
        tool = TOOLS[name]
        wanted = tool.takes.model_validate(arguments)
        call_id = f"{KIND}-{number}"
        try:
            one = await proposals.propose(session, who, tool, wanted, call_id=call_id, origin=KIND)
        except TooManyProposalsError:
            break
        made.append(one.row)
    return made


def _summed_up(found: Found, made: Sequence[Mapping[str, Any]], unnoted: int, locale: str) -> str:
    """Say what was proposed, and what of that which was found had no room."""
    if not found.is_something:
        return sentence("nothing", locale)
    of = Counter(one["tool"] for one in made)
    counts = {kind: of[f"create_{kind[:-1]}"] for kind in ("goals", "projects", "tasks")}
    without_room = {"not_proposed": len(found.calls) - len(made), "not_noted": unnoted}
    said = [sentence("end", locale).format(**counts)]
    said += [sentence(one, locale).format(count=n) for one, n in without_room.items() if n]
    return " ".join(said)
