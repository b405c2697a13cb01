"""The guards of second factors: asked for at every door, believed once, guessed at five times."""

from tests.prove.guard import Guard

FACTORS = (
    Guard(
        "a sign-in asks for the second factor",
        "identity/sign_in.py",
        "    if not user.has_second_factor:\n        return await open_session",
        "    if True:\n        return await open_session",
        'tests/identity/test_second_factor.py -k "does_not_skip and sqlite"',
    ),
    Guard(
        "no code of an app is good twice",
        "identity/totp.py",
        "SECRETS.c.user_id == user_id, SECRETS.c.last_step < step",
        "SECRETS.c.user_id == user_id",
        'tests/identity/test_factor_codes.py -k "good_twice and sqlite"',
    ),
    Guard(
        "a recovery code is good once",
        "identity/recovery_codes.py",
        "            CODES.c.used_at.is_(None),\n        )\n        .values",
        "        )\n        .values",
        'tests/identity/test_factor_codes.py -k "one_recovery_code_at_once and postgresql"',
    ),
    Guard(
        "a ticket allows five tries",
        "identity/factor_tickets.py",
        ".where(*_open(ticket, purpose), columns.attempts < TRIES)",
        ".where(*_open(ticket, purpose))",
        'tests/identity/test_factor_codes.py -k "s008 and postgresql"',
    ),
    Guard(
        "a passkey answers for its own user's ticket",
        "identity/passkeys.py",
        "    if user_id is not None:\n        mine.append",
        "    if False:\n        mine.append",
        'tests/identity/test_lying_devices.py -k "own_user and sqlite"',
    ),
    Guard(
        "a question to a passkey is answered once",
        "identity/passkeys.py",
        "    await factor_tickets.forget_state(session, ticket)\n",
        "",
        'tests/identity/test_lying_devices.py -k "spends_the_question and sqlite"',
    ),
    Guard(
        "a counter does not go back",
        "identity/passkeys.py",
        "or_(PASSKEYS.c.sign_count < count, without_counter)",
        "or_(True, without_counter)",
        'tests/identity/test_lying_devices.py -k "goes_back and sqlite"',
    ),
    Guard(
        "a device has verified its user",
        "identity/passkey_ceremonies.py",
        "sign_count=0,  # compared with the row, where nobody comes between\n            require_user_verification=True,",
        "sign_count=0,",
        'tests/identity/test_lying_devices.py -k "device_that_lies_is_refused and verified and sqlite"',
    ),
)
