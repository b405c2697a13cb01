"""Webhooks: where somebody wants to be told of what happens to them."""

from questlog.automation.webhook_secrets import secrets_of

__all__ = ["secrets_of"]
