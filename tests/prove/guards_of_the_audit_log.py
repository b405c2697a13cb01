"""The guards around the audit log and what administrators may do."""

from tests.prove.guard import Guard

AUDIT_LOG = (
    Guard(
        "all of the audit log is for administrators",
        "api/audit.py",
        "    _admin: AdminId,\n",
        "",
        'tests/api/test_reading_the_audit_log.py -k "s084 and sqlite"',
    ),
    Guard(
        "an administrator's door opens to administrators",
        "api/deps.py",
        "    if not me.is_admin:\n        raise AdminOnlyError()\n",
        "",
        'tests/api/test_admin.py -k "s084 and sqlite"',
    ),
    Guard(
        "a reading by an administrator is told",
        "api/deps.py",
        '    if request.method == "GET":\n',
        '    if request.method == "NONE":\n',
        'tests/api/test_audit_log.py -k "readings and sqlite"',
    ),
    Guard(
        "owners do not see where an administrator sits",
        "automation/audit_log.py",
        'if is_other or row.action == "admin.read":',
        "if False:",
        'tests/api/test_reading_the_audit_log.py -k "not_which_one and sqlite"',
    ),
    Guard(
        "a line of the audit log goes with its change",
        "worker/home.py",
        "closing=(audit.write_recorded, events.write_recorded),",
        "closing=(events.write_recorded,),",
        'tests/automation/test_audit.py -k "says_who and sqlite"',
    ),
    Guard(
        "a flood of denials is a line a minute",
        "api/denials.py",
        "if key in self._told or len(self._told) >= MOST_IN_A_WINDOW:",
        "if False:",
        'tests/api/test_audit_log.py -k "s078_a_denial and sqlite"',
    ),
    Guard(
        "controls are escaped at a terminal",
        "core/logging.py",
        "if isinstance(value, str) and not value.isprintable():",
        "if False:",
        'tests/core/test_log_lines.py -k "s147 and console and sqlite"',
    ),
    Guard(
        "somebody else's session is not ended at this account's address",
        "identity/directory.py",
        "        await sessions.revoke_session(session, user_id, session_id)\n",
        "        await sessions._end(session, [SignInSession.id == session_id], 'revoked')\n",
        'tests/api/test_admin.py -k "sought_at_its_owner and sqlite"',
    ),
)
