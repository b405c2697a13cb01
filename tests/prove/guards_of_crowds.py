"""The guards that keep a server answering when more come than it can serve, or when they dawdle."""

from tests.prove.guard import Guard

CROWDS = (
    Guard(
        "a crowd has an end",
        "core/crowd.py",
        "return self.waiting >= self.most",
        "return False",
        'tests/api/test_crowd.py -k "l05_who_comes and sqlite"',
    ),
    Guard(
        "all who stand at the door are let in at once",
        "cli/accepting.py",
        "for _ in range(AT_ONCE):",
        "for _ in range(1):",
        "tests/cli/test_accepting.py -k l05_a_hundred",
    ),
    Guard(
        "an answer that nobody reads is given up",
        "cli/http_protocol.py",
        "self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)",
        "pass",
        "tests/cli/test_crowded_server.py -k l06_who_does_not_read",
    ),
)
