"""What a front end keeps with an account: a JSON object that the server does not read."""

import json
from typing import Any

from questlog.core.exceptions import ValidationError

MOST_BYTES = 16_384


class SettingsTooLargeError(ValidationError):
    code = "settings_too_large"
    default_message = "Settings may take {most} bytes as JSON."


def patched(settings: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` after a JSON Merge Patch. Raises `SettingsTooLargeError`."""
    result: dict[str, Any] = merged(settings, patch)
    if len(json.dumps(result, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SettingsTooLargeError(details={"most": MOST_BYTES}, pointer="/body/settings")
    return result


def merged(target: Any, patch: Any) -> Any:
    """Return `target` after a JSON Merge Patch (RFC 7396 § 2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
