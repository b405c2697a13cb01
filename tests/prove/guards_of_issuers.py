"""The guards of tokens issued elsewhere."""

from tests.prove.guard import Guard

ISSUERS = (
    Guard(
        "a token is meant for us",
        "identity/issuer_verifiers.py",
        'audience=wanted["aud"],',
        'audience=token.claims.get("aud"),',
        'tests/identity/issuers/test_claims.py -k "s050_audiences and sqlite"',
    ),
    Guard(
        "a token is its issuer's",
        "identity/issuer_verifiers.py",
        'issuer=wanted["iss"],',
        "issuer=None,",
        'tests/identity/issuers/test_claims.py -k "s050_a_verifier and sqlite"',
    ),
    Guard(
        "a verifier has its algorithms",
        "identity/issuer_verifiers.py",
        "algorithms=sorted(self.algorithms),",
        "algorithms=[token.algorithm],",
        'tests/identity/issuers/test_tokens.py -k "s043_a_verifier and sqlite"',
    ),
    Guard(
        "a verifier has one family of algorithms",
        "identity/issuer_verifiers.py",
        "if not self.algorithms or not self.algorithms <= self.family:",
        "if not self.algorithms:",
        "tests/core/test_trusted_issuers.py -k s043_a_verifier",
    ),
    Guard(
        "a claim stands once",
        "identity/issuer_tokens.py",
        "if len(found) != len(pairs):",
        "if False:",
        'tests/identity/issuers/test_tokens.py -k "s052_what_could and sqlite"',
    ),
    Guard(
        "a token ends",
        "identity/issuer_tokens.py",
        "if expires + LEEWAY_S <= now:",
        "if False:",
        'tests/identity/issuers/test_claims.py -k "s048 and sqlite"',
    ),
    Guard(
        "unknown keys are asked for seldom",
        "identity/published_keys.py",
        "if now - self._missed_at >= BETWEEN_MISSES_S:",
        "if True:",
        'tests/identity/issuers/test_keys.py -k "s046_a_thousand and sqlite"',
    ),
    Guard(
        "a withdrawn key is noticed",
        "identity/published_keys.py",
        "if age >= TOO_OLD_S or (age >= OLD_S and not is_failing):",
        "if age >= TOO_OLD_S:",
        'tests/identity/issuers/test_keys.py -k "s055 and sqlite"',
    ),
    Guard(
        "only people of Supabase come in",
        "identity/issuer_claims.py",
        'if claims.get("role") != "authenticated" or claims.get("is_anonymous", False) is not False:',
        "if False:",
        'tests/identity/issuers/test_presets.py -k "s056_nobody and sqlite"',
    ),
    Guard(
        "an address counts when it was verified",
        "identity/issuer_claims.py",
        'is_verified=claims.get("email_verified") is True)',
        "is_verified=True)",
        'tests/identity/issuers/test_first_sight.py -k "s058_an_address_that and sqlite"',
    ),
    Guard(
        "first sights of one person take turns",
        "identity/external_identities.py",
        "await session.execute(select(func.pg_advisory_xact_lock(key)))",
        "pass",
        'tests/identity/issuers/test_first_sight.py -k "s058_twenty and postgresql"',
    ),
    Guard(
        "another's name is no address of one's own",
        "api/user_tasks.py",
        "and (me.subject is None or user_id != me.subject):",
        "and me.subject is None:",
        'tests/identity/issuers/test_own_address.py -k "s083_any_other and sqlite"',
    ),
    Guard(
        "an account with something in it is not given up",
        "flows/absorb_account.py",
        "    if holds:\n",
        "    if not holds:\n",
        'tests/identity/issuers/test_absorbing.py -k "with_something_in_it and sqlite"',
    ),
)
