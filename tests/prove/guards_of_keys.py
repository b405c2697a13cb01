"""The guards of API keys."""

from tests.prove.guard import Guard

KEYS = (
    Guard(
        "a key opens what its scopes name",
        "api/deps.py",
        "    scopes.check(found, request.method, exchange.route)\n",
        "",
        'tests/api/test_key_scopes.py -k "changes_nothing and create_task and sqlite"',
    ),
    Guard(
        "the right to read is no right to write",
        "api/scopes.py",
        "{'read' if method in SAFE else 'write'}",
        "{'read'}",
        'tests/api/test_key_scopes.py -k "changes_nothing and update_goal and sqlite"',
    ),
    Guard(
        "no key hands out access",
        "api/scopes.py",
        "    if wanted is None:\n        raise PersonNeededError()\n",
        "    if wanted is None:\n        return\n",
        'tests/api/test_key_scopes.py -k "hands_out_access and create_api_key and sqlite"',
    ),
    Guard(
        "a key is stored as its hash",
        "identity/api_keys.py",
        "digest=digest(text),",
        "digest=text,",
        'tests/identity/test_api_keys.py -k "holds_the_hash and sqlite"',
    ),
    Guard(
        "a revoked key is forgotten at once",
        "identity/api_keys.py",
        "        key_presence.forget_key(session, key_id)\n",
        "",
        'tests/identity/test_api_keys.py -k "revoked_here and sqlite"',
    ),
    Guard(
        "a key of a closed account is refused",
        "identity/key_presence.py",
        "            User.deactivated_at.is_(None),\n",
        "",
        'tests/identity/test_api_keys.py -k "s024_the_keys_of_a_closed and sqlite"',
    ),
    Guard(
        "an expired key is refused",
        "identity/key_presence.py",
        "            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),\n",
        "",
        'tests/identity/test_api_keys.py -k "s076_an_expired and sqlite"',
    ),
    Guard(
        "what was read before a change is not remembered after it",
        "identity/memory.py",
        "if memory is not None and forgotten == self._forgotten:",
        "if memory is not None:",
        'tests/identity/test_api_keys.py -k "read_before and sqlite"',
    ),
    Guard(
        "nobody gives a key more than they may do",
        "identity/api_keys.py",
        "        beyond |= set(wanted) & FOR_ADMINS\n",
        "        pass\n",
        'tests/api/test_api_keys.py -k "only_an_administrator and sqlite"',
    ),
    Guard(
        "room for one more key is counted by one at a time",
        "identity/api_keys.py",
        "select(User.id).where(User.id == user_id).with_for_update(key_share=True)",
        "select(User.id).where(User.id == user_id)",
        'tests/api/test_own_api_keys.py -k "fifty and postgresql"',
    ),
)
