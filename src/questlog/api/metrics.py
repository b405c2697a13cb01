"""What Prometheus may ask of this process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
WEBHOOKS = {
    "waiting": "Messages that wait to be sent, for the first time or again.",
    "behind": "Endpoints that were not told everything yet.",
    "full": "Endpoints with so much waiting that the rest stays in the log.",
}


class Metrics:
    """Counts and times requests by route template, so that ids in paths make no new series."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "questlog_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = _times(self.registry, "request", "Time to answer.", "route")
        self.refused = Counter(
            "questlog_rate_limited",
            "Requests answered 429 because their sender made too many.",
            ["policy"],
            registry=self.registry,
        )
        self.uncounted = Counter(
            "questlog_rate_limit_uncounted",
            "Requests that passed uncounted because Redis did not answer.",
            registry=self.registry,
        )
        self._lag = _times(self.registry, "event_loop_lag", "By how much the event loop is late.")
        self.sockets = Gauge(
            "questlog_sockets_open",
            "WebSockets and event streams that are open.",
            ["route"],
            registry=self.registry,
        )
        self._webhooks = {
            name: Gauge(f"questlog_webhooks_{name}", about, registry=self.registry)
            for name, about in WEBHOOKS.items()
        }

    def observe_lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def observe_webhooks(self, *, waiting: int, behind: int, full: int) -> None:
        for name, figure in (("waiting", waiting), ("behind", behind), ("full", full)):
            self._webhooks[name].set(figure)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        known = (
            method
            if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
            else "other"
        )
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def page(self) -> bytes:
        return generate_latest(self.registry)


def _times(registry: CollectorRegistry, what: str, about: str, *labels: str) -> Histogram:
    return Histogram(f"questlog_{what}_seconds", about, labels, buckets=BUCKETS, registry=registry)
