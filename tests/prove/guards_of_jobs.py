"""The guards of work for later."""

from tests.prove.guard import Guard

JOBS = (
    Guard(
        "who lost a lease writes nothing",
        "automation/jobs.py",
        "return JOBS.c.id.in_([job.id for job in held]) & JOBS.c.lease.in_(leases)",
        "return JOBS.c.id.in_([job.id for job in held])",
        'tests/automation/test_jobs.py -k "too_late and sqlite"',
    ),
    Guard(
        "a claim takes no more than it asked for",
        "automation/jobs.py",
        "        .limit(most)\n",
        "",
        'tests/automation/test_jobs.py -k "many_suspects and sqlite"',
    ),
    Guard(
        "what may have killed a process is begun alone",
        "worker/hands.py",
        "return self._alone in self.busy and time.monotonic() < self._alone_until",
        "return False",
        'tests/worker/test_hands.py -k "begun_alone and sqlite"',
    ),
    Guard(
        "a task is part of its caller's transaction",
        "worker/taskiq_app.py",
        "if (session := writer_around()) is not None:",
        "if (session := writer_around()) is not None and False:",
        'tests/worker/test_taskiq.py -k "rolled_back and sqlite"',
    ),
)
