"""Answers about second factors."""

from typing import Any

from questlog.api.examples.things import CHANGED, MADE

_codes = ["7d1k-m4pz-0x9c-w2qa", "p0vh-8ttx-2n5e-kq61"]
_passkey = {
    "id": "019a9c3e-7a40-7000-8000-0000000000fa",
    "name": "Ada's phone",
    "transports": ["hybrid", "internal"],
    "created_at": MADE,
    "last_used_at": CHANGED,
}
_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - an example
_uri = f"otpauth://totp/Questlog:ada%40example.org?secret={_secret}&issuer=Questlog"
_svg = '<svg viewBox="0 0 49 49" class="segno"><path fill="#fff" d="M0 0h49v49h-49z"/></svg>'

EXAMPLES: dict[str, Any] = {
    "PasskeyAskedResponse": {
        "ticket": "Zk9vR2Vyb3VzIHRpY2tldHMgYXJlIGxvbmcgYW5kIHNob3J0",
        "options": {
            "challenge": "AAAA",
            "timeout": 300_000,
            "rpId": "quest.example.org",
            "allowCredentials": [],
            "userVerification": "required",
        },
    },
    "PasskeyCreatedResponse": _passkey | {"last_used_at": None, "recovery_codes": _codes},
    "PasskeyList": {"items": [_passkey]},
    "PasskeyResponse": _passkey,
    "RecoveryCodesResponse": {"recovery_codes": _codes},
    "RemainingCodesResponse": {"remaining": 10, "made_at": MADE},
    "TotpBegunResponse": {"secret": _secret, "otpauth_uri": _uri, "qr_svg": _svg},
    "TotpResponse": {"enabled": True, "confirmed_at": MADE},
}
