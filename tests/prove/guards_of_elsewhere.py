"""The guards of signing in elsewhere."""

from tests.prove.guard import Guard

ELSEWHERE = (
    Guard(
        "an answer is good in the browser that asked",
        "identity/oidc_attempts.py",
        "        same(row.browser_digest, digest(cookie))\n        and row.provider == provider",
        "        row.provider == provider",
        'tests/identity/elsewhere/test_sign_in.py -k "another_browsers and sqlite"',
    ),
    Guard(
        "an attempt is burnt by what comes back",
        "identity/oidc_attempts.py",
        "delete(ATTEMPTS).where(ATTEMPTS.c.state_digest == digest(state)).returning(ATTEMPTS)",
        "ATTEMPTS.select().where(ATTEMPTS.c.state_digest == digest(state))",
        'tests/identity/elsewhere/test_sign_in.py -k "a_state_is_good_once and sqlite"',
    ),
    Guard(
        "a token answers the question it was asked with",
        "identity/oidc_tokens.py",
        "if not isinstance(nonce, str) or not same(nonce, expected.nonce):",
        "if not isinstance(nonce, str):",
        'tests/identity/elsewhere/test_id_tokens.py -k "claim_that_is_not and changes0"',
    ),
    Guard(
        "a token is for us",
        "identity/oidc_tokens.py",
        "    if expected.client_id not in audiences:\n",
        "    if False:\n",
        'tests/identity/elsewhere/test_id_tokens.py -k "claim_that_is_not and changes3"',
    ),
    Guard(
        "an address counts when the provider has verified it",
        "flows/oidc_accounts.py",
        "if who.email is None or not who.email_verified:",
        "if who.email is None:",
        'tests/identity/elsewhere/test_accounts.py -k "s066_an_address and sqlite"',
    ),
    Guard(
        "a verified account is linked by its owner",
        "flows/oidc_accounts.py",
        "    else:\n        raise LoginToLinkError()\n",
        "",
        'tests/identity/elsewhere/test_accounts.py -k "s068_a_verified and sqlite"',
    ),
    Guard(
        "the first proof drops what a squatter linked",
        "identity/users.py",
        "for what in (PasswordReset, ExternalIdentity, CalendarLink):",
        "for what in (PasswordReset, CalendarLink):",
        'tests/identity/elsewhere/test_accounts.py -k "s067_a_code and sqlite"',
    ),
    Guard(
        "the first proof drops a squatter's webhooks",
        "identity/users.py",
        "    await webhooks.remove_all(session, user.id)\n",
        "",
        'tests/identity/test_first_proof.py -k "s067 and sqlite"',
    ),
    Guard(
        "the first proof drops where a squatter had pushes sent",
        "identity/users.py",
        "    await notification_settings.forget_push(session, user.id)\n",
        "",
        'tests/identity/test_first_proof.py -k "s067 and sqlite"',
    ),
    Guard(
        "a link under way ends with the sessions",
        "identity/sessions.py",
        "    await oidc_attempts.void_all_of(session, user_id)\n",
        "",
        'tests/identity/elsewhere/test_linking.py -k "under_way and sqlite"',
    ),
    Guard(
        "people come back to listed pages only",
        "identity/elsewhere.py",
        "            raise RedirectNotAllowedError(",
        "            RedirectNotAllowedError(",
        'tests/identity/elsewhere/test_coming_back.py -k "s064 and sqlite"',
    ),
    Guard(
        "a one-time code is good once",
        "identity/exchange_codes.py",
        "delete(CODES).where(CODES.c.code_digest == digest(code)).returning(CODES)",
        "CODES.select().where(CODES.c.code_digest == digest(code))",
        'tests/identity/elsewhere/test_coming_back.py -k "s065_the_code and sqlite"',
    ),
    Guard(
        "the last way in stays",
        "identity/external_identities.py",
        "    await ways_in.require_one_left(session, desk, user_id)\n",
        "",
        'tests/identity/elsewhere/test_linking.py -k "s070_the_last and sqlite"',
    ),
    Guard(
        "a body is read up to its limit",
        "clients/outgoing.py",
        "        if len(body) > most_bytes:\n",
        "        if len(body) < 0:\n",
        'tests/clients/test_outgoing.py -k "too_large"',
    ),
)
