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
        "min(share, at_once - under_way[webhook.id], most - len(chosen))",
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
        "worker/delivering.py",
        'each.lane = "hanging"',
        "each.lane = each.lane",
        'tests/worker/test_delivering.py -k "keep_nobody_waiting and sqlite"',
    ),
)
