"""The letters about plans and about who is told of them, by the names of their templates."""

from collections.abc import Mapping

from questlog.flows import (
    daily_digest,
    remind,
    reminder_letter,
    switch_off_webhook,
    weekly_review,
)
from questlog.identity.letters import ContentOf

CONTENTS: Mapping[str, ContentOf] = {
    remind.TEMPLATE: reminder_letter.content,
    daily_digest.TEMPLATE: daily_digest.content,
    weekly_review.TEMPLATE: weekly_review.content,
    switch_off_webhook.TEMPLATE: switch_off_webhook.content,
}
