"""The letters about plans, by the names of their templates."""

from collections.abc import Mapping

from questlog.flows import daily_digest, remind, reminder_letter, weekly_review
from questlog.identity.letters import ContentOf

CONTENTS: Mapping[str, ContentOf] = {
    remind.TEMPLATE: reminder_letter.content,
    daily_digest.TEMPLATE: daily_digest.content,
    weekly_review.TEMPLATE: weekly_review.content,
}
