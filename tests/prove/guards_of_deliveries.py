"""The guards of telling endpoints."""

from tests.prove.guard import Guard

DELIVERIES = (
    Guard(
        "a place in the log moves by compare-and-set",
        "automation/relay.py",
        "still = (WEBHOOKS.c.told_seq == told, WEBHOOKS.c.disabled_at.is_(None))",
        "still = (WEBHOOKS.c.disabled_at.is_(None),)",
        'tests/automation/test_relay.py -k "behind_another and postgresql"',
    ),
    Guard(
        "a result is written under its lease",
        "automation/delivery_results.py",
        'DELIVERIES.c.lease == bindparam("held"),',
        '(DELIVERIES.c.lease == bindparam("held")) | DELIVERIES.c.lease.is_not(None),',
        'tests/automation/test_delivery_claims.py -k "late_finisher and sqlite"',
    ),
    Guard(
        "an endpoint has four messages under way at most",
        "automation/delivery_claims.py",
        "min(share, most_under_way(lane) - under_way[webhook.id], most - len(chosen))",
        "min(share, most - len(chosen))",
        'tests/automation/test_delivery_claims.py -k "four_at_once and sqlite"',
    ),
    Guard(
        "closed accounts are told nothing",
        "automation/delivery_heads.py",
        "WEBHOOKS.c.disabled_at.is_(None), ACCOUNTS.c.deactivated_at.is_(None)",
        "WEBHOOKS.c.disabled_at.is_(None)",
        'tests/automation/test_delivery_claims.py -k "who_is_gone and closed and sqlite"',
    ),
    Guard(
        "a request that hangs gives its place up",
        "worker/lanes.py",
        'each.lane = "hanging"',
        "each.lane = each.lane",
        'tests/worker/test_delivering.py -k "keep_nobody_waiting and sqlite"',
    ),
    Guard(
        "endpoints nobody knows hang in places of their own",
        "worker/lanes.py",
        "min(most - len(here), places.left), places",
        "most - len(here), places",
        'tests/worker/test_crowded_lanes.py -k "nobody_knows and sqlite"',
    ),
    Guard(
        "what hangs beyond its places is broken off",
        "worker/lanes.py",
        "each.task.cancel()",
        "pass",
        'tests/worker/test_crowded_lanes.py -k "broken_off and sqlite"',
    ),
    Guard(
        "a new address has to answer before it is known",
        "automation/webhook_changes.py",
        "        row.failing_since = row.answered_at = None\n    is_active",
        "        row.failing_since = None\n    is_active",
        'tests/automation/test_known_endpoints.py -k "is_known_once and sqlite"',
    ),
)
