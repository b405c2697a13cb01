"""The guards of the house: what each looks like, what stands there when it is off, and the test that must miss it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """`file` is relative to `src/questlog`; `on` stands there once; `test` is what pytest is told, as in a shell."""

    name: str
    file: str
    on: str
    off: str
    test: str


PLANNING = (
    Guard(
        "a completion compares and sets the version",
        "planning/task_rows.py",
        'TASKS.c.version == bindparam("its_version")',
        'TASKS.c.version >= bindparam("its_version")',
        'tests/flows/test_complete_task.py -k "fifty and postgresql"',
    ),
    Guard(
        "a date stands completed once",
        "../../migrations/versions/0001_people_plans_and_events.py",
        '"uq_occurrences_standing",\n            ["task_id", "key"],\n            unique=True,',
        '"uq_occurrences_standing",\n            ["task_id", "key"],\n            unique=False,',
        'tests/flows/test_complete_series.py -k "completed_before_counts_once and sqlite"',
    ),
    Guard(
        "a task is read by its owner",
        "planning/task_rows.py",
        'MINE = (TASKS.c.id == bindparam("its_id"), TASKS.c.user_id == bindparam("its_owner"))',
        'MINE = (TASKS.c.id == bindparam("its_id"),)',
        'tests/planning/test_tasks.py -k "s078 and sqlite"',
    ),
    Guard(
        "a list of tasks is its owner's",
        "planning/queries.py",
        "select(*columns).where(TASKS.c.user_id == USER_ID, *_place(shape))",
        "select(*columns).where(*_place(shape))",
        'tests/planning/test_task_lists.py -k "s082_others and sqlite"',
    ),
    Guard(
        "goals, projects, labels and items are read by their owner",
        "planning/ownership.py",
        "select(model).where(columns.id == object_id, columns.user_id == user_id)",
        "select(model).where(columns.id == object_id)",
        'tests/planning/test_projects.py -k "s078 and sqlite"',
    ),
    Guard(
        "an id in a body names something of one's own",
        "planning/references.py",
        "columns.id == object_id, columns.user_id == user_id, *alive(model)",
        "columns.id == object_id, *alive(model)",
        'tests/planning/test_tasks.py -k "s080 and sqlite"',
    ),
    Guard(
        "a goal does not hang under itself",
        "planning/goal_tree.py",
        "if moved in above:",
        "if False:",
        "tests/planning/test_goal_tree.py -k s088_a_goal_cannot",
    ),
    Guard(
        "the shape of goals is held while it changes",
        "planning/goals.py",
        "await session.execute(select(func.pg_advisory_xact_lock(key)))",
        "pass",
        'tests/planning/test_goals.py -k "s088_two_moves and postgresql"',
    ),
    Guard(
        "a task does not hang under itself",
        "planning/task_tree.py",
        "if moved is not None and parent.is_below:",
        "if False:",
        'tests/planning/test_task_moves.py -k "s088_no_task and sqlite"',
    ),
    Guard(
        "a task that moved on is not overwritten",
        "planning/task_rows.py",
        "if expected_version is not None and row.version != expected_version:",
        "if False:",
        'tests/api/test_input_gate.py -k "tag_that_no_longer and sqlite"',
    ),
    Guard(
        "a goal that moved on is not overwritten",
        "planning/ownership.py",
        "if expected_version is not None and found.version != expected_version:",
        "if False:",
        'tests/planning/test_goals.py -k "what_moved_on and sqlite"',
    ),
    Guard(
        "the trash is in no list",
        "planning/queries.py",
        "    alive = TASKS.c.deleted_at.is_(None)\n",
        "    alive = TASKS.c.version > 0\n",
        'tests/planning/test_task_trash.py -k "s089 and sqlite"',
    ),
    Guard(
        "a search takes wildcards as they stand",
        "planning/items.py",
        "autoescape=True",
        "autoescape=False",
        'tests/planning/test_items.py -k "s103 and sqlite"',
    ),
    Guard(
        "what was imported before is known again",
        "planning/import_comparison.py",
        "where(rows.user_id == user_id, rows.source == source)",
        'where(rows.user_id == user_id, rows.source == "")',
        'tests/api/test_imports.py -k "comes_in_once and sqlite"',
    ),
    Guard(
        "an import is one transaction",
        "flows/import_tasks.py",
        "    refused = await _move(batch)\n",
        "    await session.commit()\n    refused = await _move(batch)\n",
        'tests/flows/test_import_tasks.py -k "nothing_remains and sqlite"',
    ),
)

CORE = (
    Guard(
        "the commit comes before the answer",
        "api/deps.py",
        'Writer = Annotated[Session, Depends(write_session, scope="function")]',
        'Writer = Annotated[Session, Depends(write_session, scope="request")]',
        'tests/core/test_commit_first.py -k "new_task and sqlite"',
    ),
    Guard(
        "the closing hooks write the events",
        "core/db.py",
        "    for hook in closing:\n        await hook(session)\n",
        "",
        'tests/core/test_commit_first.py -k "completion and sqlite"',
    ),
    Guard(
        "an event is written in the transaction of its change",
        "core/db.py",
        "    for hook in closing:\n        await hook(session)\n    try:\n        await session.commit()\n",
        "    await session.commit()\n    for hook in closing:\n        await hook(session)\n"
        "    try:\n        await session.commit()\n",
        'tests/faults/test_statement_boundaries.py -k "completing and sqlite"',
    ),
    Guard(
        "events are numbered without gaps",
        "automation/events.py",
        "start=last - len(mine) + 1)",
        "start=last)",
        'tests/faults/test_statement_boundaries.py -k "registering and sqlite"',
    ),
    Guard(
        "a commit that failed is rolled back",
        "core/db.py",
        "        await session.rollback()\n        raise\n",
        "        raise\n",
        'tests/faults/test_statement_boundaries.py -k "deleting and sqlite"',
    ),
    Guard(
        "nothing but the database is awaited inside a unit",
        "core/db.py",
        '    raise RuntimeError("nothing but the database may be awaited inside a unit of work")\n',
        "    return None\n",
        "tests/core/test_units.py -k awaits",
    ),
    Guard(
        "a writer takes the right to write when it begins",
        "core/sqlite.py",
        'exec_driver_sql("BEGIN IMMEDIATE")',
        'exec_driver_sql("BEGIN")',
        "tests/core/test_units.py -k processes",
    ),
    Guard(
        "a placeholder is no secret in production",
        "core/config.py",
        "            yield from group.dangers()\n            yield from group.weak_secrets()\n",
        "            yield from group.dangers()\n",
        "tests/core/test_config_refusals.py -k s148",
    ),
    Guard(
        "a backup is what its manifest says",
        "cli/backup_files.py",
        "if _digest(backup, progress) != manifest.sha256:",
        "if False:",
        "tests/cli/test_backups.py -k f23_a_changed_backup",
    ),
)

GATE = (
    Guard(
        "a body is measured while it is read",
        "api/gate/body_limit.py",
        "if self.read > self.limit:",
        "if False:",
        'tests/api/test_input_gate.py -k "s099 and sqlite"',
    ),
    Guard(
        "a body is not nested too deep",
        "api/gate/json_body.py",
        "> MAX_DEPTH and _depth(value) > MAX_DEPTH:",
        "> MAX_DEPTH and False:",
        'tests/api/test_input_gate.py -k "s100 and sqlite"',
    ),
    Guard(
        "text can be stored",
        "api/gate/json_body.py",
        "if UNSTORABLE.search(string):",
        "if False:",
        'tests/api/test_input_gate.py -k "s093_settings and sqlite"',
    ),
    Guard(
        "a name stands once",
        "api/gate/json_body.py",
        "if len(found) != len(pairs):",
        "if False:",
        'tests/api/test_input_gate.py -k "hostile_bodies and twice and sqlite"',
    ),
    Guard(
        "NaN is no number",
        "api/gate/json_body.py",
        'raise json.JSONDecodeError(f"{name} is no JSON", "", 0)',
        "return float(name)  # type: ignore[misc]",
        'tests/api/test_input_gate.py -k "hostile_bodies and NaN and sqlite"',
    ),
    Guard(
        "text and booleans are no numbers",
        "core/schemas.py",
        "Field(ge=least, le=most, strict=True)",
        "Field(ge=least, le=most)",
        'tests/api/test_input_gate.py -k "hostile_bodies and numeric and sqlite"',
    ),
    Guard(
        "an unknown field is refused",
        "core/schemas.py",
        'model_config = ConfigDict(extra="forbid")',
        'model_config = ConfigDict(extra="ignore")',
        'tests/api/test_every_route.py -k "s086 and sqlite"',
    ),
    Guard(
        "an unknown query parameter is refused",
        "api/routing.py",
        "if name not in known or name in seen:",
        "if name in seen:",
        'tests/api/test_input_gate.py -k "s097 and unknown and sqlite"',
    ),
    Guard(
        "administrators only",
        "api/deps.py",
        "if not me.is_admin:",
        "if False:",
        'tests/api/test_users.py -k "nobody_else and sqlite"',
    ),
    Guard(
        "an Idempotency-Key is claimed before the work",
        "api/idempotency.py",
        "        await exchange.database.write(_insert_claim, user_id, asked)\n",
        "        return\n",
        'tests/api/test_input_gate.py -k "s105_ten and sqlite"',
    ),
    Guard(
        "an Idempotency-Key is of one request",
        "api/idempotency.py",
        "if row.fingerprint != asked.fingerprint:",
        "if False:",
        'tests/api/test_input_gate.py -k "s105_the_same and sqlite"',
    ),
)

IDENTITY = (
    Guard(
        "a refresh token is good for one turn",
        "identity/sessions.py",
        "SignInSession.counter == token.number,",
        "SignInSession.counter >= token.number,",
        'tests/identity/test_refresh.py -k "s028_a_grandparent and sqlite"',
    ),
    Guard(
        "a copied refresh token ends its family",
        "identity/sessions.py",
        'await _end(session, [SignInSession.id == held.id], "refresh_reused")',
        "pass",
        'tests/identity/test_refresh.py -k "s028_a_used_token and sqlite"',
    ),
    Guard(
        "a session is ended by its owner",
        "identity/sessions.py",
        "    mine = [SignInSession.user_id == user_id, SignInSession.id == session_id]\n"
        "    if await _end(",
        "    mine = [SignInSession.id == session_id]\n    if await _end(",
        'tests/api/test_sessions.py -k "s033 and sqlite"',
    ),
    Guard(
        "who is remembered is forgotten when a session ends",
        "identity/sessions.py",
        "presence.forget_session(session, session_id)",
        "pass",
        'tests/api/test_sessions.py -k "s032_a_session and sqlite"',
    ),
    Guard(
        "a code takes five guesses",
        "identity/email_codes.py",
        "EmailCode.attempts < GUESSES,",
        "EmailCode.attempts < GUESSES * 100,",
        'tests/identity/test_email_codes.py -k "s008 and sqlite"',
    ),
    Guard(
        "a code is used once",
        "identity/email_codes.py",
        "            EmailCode.used_at.is_(None),\n",
        "",
        'tests/identity/test_email_codes.py -k "s009_a_used and sqlite"',
    ),
    Guard(
        "only the newest code counts",
        "identity/email_codes.py",
        "EmailCode.id == newest,",
        "EmailCode.email == email,",
        'tests/identity/test_email_codes.py -k "s011 and sqlite"',
    ),
    Guard(
        "wrong codes are counted by address",
        "identity/attempts.py",
        "code_per_email: Limit = Limit(20, 86_400)",
        "code_per_email: Limit = Limit(20_000, 86_400)",
        'tests/identity/test_email_codes.py -k "s006 and sqlite"',
    ),
    Guard(
        "attempts to sign in are counted",
        "identity/attempts.py",
        'where=COUNTS.c.count < bindparam("most"),',
        'where=COUNTS.c.count < bindparam("most") + 10_000,',
        'tests/api/test_auth.py -k "s023_forty and sqlite"',
    ),
    Guard(
        "attempts to sign in are counted by account",
        "identity/users.py",
        '        budget("login:account", email, limits.login_per_account),\n',
        "",
        'tests/api/test_auth.py -k "s023_failed and sqlite"',
    ),
    Guard(
        "an unknown address costs a hash",
        "identity/users.py",
        "    verdict = await desk.passwords.verify(password, stored[1] if stored else None)\n",
        "    if stored is None:\n        raise InvalidCredentialsError()\n"
        "    verdict = await desk.passwords.verify(password, stored[1])\n",
        'tests/api/test_auth.py -k "s002 and sqlite"',
    ),
    Guard(
        "an address has one account",
        "../../migrations/versions/0001_people_plans_and_events.py",
        'batch_op.create_index("ix_user_email", ["email"], unique=True)',
        'batch_op.create_index("ix_user_email", ["email"], unique=False)',
        'tests/api/test_registration.py -k "s016 and sqlite"',
    ),
    Guard(
        "a password that moved on does not let in",
        "identity/users.py",
        "            User.password_hash == proven.password_hash,\n",
        "",
        'tests/identity/test_passwords.py -k "changed_while and sqlite"',
    ),
    Guard(
        "the last administrator stays",
        "identity/users.py",
        "if set(admins) <= {user_id}:",
        "if False:",
        'tests/api/test_users.py -k "last_administrator and sqlite"',
    ),
    Guard(
        "registration can be closed",
        "flows/register.py",
        "if not desk.registration_open:",
        "if False:",
        'tests/api/test_registration.py -k "closed_registration and sqlite"',
    ),
    Guard(
        "a code is shown to this machine only",
        "identity/email_codes.py",
        "shown = desk.shows_codes and clues.is_local",
        "shown = desk.shows_codes",
        'tests/identity/test_sending_codes.py -k "s014 and sqlite"',
    ),
    Guard(
        "a code is shown to developers only",
        "identity/front_desk.py",
        "not settings.mail.enabled and settings.app.environment in PLACES_THAT_SHOW_CODES",
        "not settings.mail.enabled",
        'tests/identity/test_sending_codes.py -k "s013 and sqlite"',
    ),
)

GUARDS = (*CORE, *GATE, *IDENTITY, *PLANNING)
