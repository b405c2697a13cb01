"""The guards of telling people: once, and only who asked to be told."""

from tests.prove.guard import Guard

REMINDERS = (
    Guard(
        "a reminder is told once for each date",
        "flows/remind.py",
        "            REMINDERS.c.told_for.is_distinct_from(due.alarm.due_for),\n",
        "",
        'tests/worker/test_reminding.py -k "ten_who_look and sqlite"',
    ),
    Guard(
        "what waited for the end of the quiet hours is told only of the date it was for",
        "flows/reminder_letter.py",
        '        if not meant[row["id"]].isdisjoint((None, date_of(row)))\n',
        "",
        'tests/worker/test_reminder_mails.py -k "done_or_moved and sqlite"',
    ),
    Guard(
        "a push that is put off takes the place of no other",
        "worker/reminding.py",
        "{uuid5(reader.id, json.dumps(args, sort_keys=True))}",
        "{uuid5(reader.id, args['told'][0])}",
        'tests/worker/test_pushing.py -k "all_come_afterwards and sqlite"',
    ),
    Guard(
        "reminders are mailed to addresses that were proved",
        "flows/remind.py",
        "USERS.c.email.is_not(None), USERS.c.email_verified_at.is_not(None)",
        "USERS.c.email.is_not(None)",
        'tests/worker/test_reminder_mails.py -k "not_proved and sqlite"',
    ),
    Guard(
        "a zone that is unknown here keeps nobody else from being reminded",
        "flows/remind.py",
        '    except Exception as error:  # whatever it is: the others are told\n        log.error("reminder_not_read"',
        '    except TypeError as error:\n        log.error("reminder_not_read"',
        'tests/worker/test_reminding.py -k "unknown_here and sqlite"',
    ),
    Guard(
        "a reader whom the database refuses keeps nobody else from the digest",
        "flows/mail_rounds.py",
        "    except (DataError, IntegrityError) as error:\n",
        "    except DataError as error:\n",
        'tests/worker/test_mail_rounds.py -k "database_refuses and sqlite"',
    ),
    Guard(
        "a change that leaves the date alone loses no reminder",
        "planning/task_rows.py",
        '    dated = {"dated_at": now} if is_dated_anew(row, changed) else {}\n',
        '    dated = {"dated_at": now}\n',
        'tests/worker/test_reminding_of_changed.py -k "before_anybody_looked and sqlite"',
    ),
    Guard(
        "a date that comes back by an undo comes when it does",
        "planning/putting_back.py",
        '    dated = DATED if kind.name == "task" and not set(DATE).isdisjoint(names) else ()\n',
        "    dated = ()\n",
        'tests/worker/test_reminding_of_changed.py -k "comes_back_by_an_undo and sqlite"',
    ),
    Guard(
        "a code goes before the digests of eight",
        "worker/mailing.py",
        "mail.claim, free, patience=PATIENCE",
        "mail.claim, free",
        "tests/worker/test_mail_order.py -k sqlite",
    ),
    Guard(
        "tasks follow to another zone",
        "flows/own_account.py",
        "    moved = await zone_moves.follow(session, user.id, user.timezone)\n",
        "    moved = []\n",
        'tests/flows/test_zone_moves.py -k "one_off and sqlite"',
    ),
    Guard(
        "copies hear of the tasks that follow to another zone",
        "flows/own_account.py",
        "        events.touched_too(session, event_id, moved)\n",
        "        pass\n",
        'tests/flows/test_zone_moves.py -k "copies_hear and sqlite"',
    ),
    Guard(
        "what is reopened stands at the day it is where its user lives now",
        "planning/reopenings.py",
        " | task_dates.in_zone({**row, **columns}, timezone)",
        "",
        'tests/flows/test_zone_moves.py -k "reopened_or_restored and sqlite"',
    ),
    Guard(
        "the address of pushes is looked at before it is kept",
        "flows/show_notification_settings.py",
        "            dialer.check_url(changes[SEALED], allowed=settings.webhooks.allowed_networks)\n",
        "            pass\n",
        'tests/api/test_notifications.py -k "cannot_be_is_refused and sqlite"',
    ),
)
