"""Count what a service does, in Prometheus' text format.

References
----------
Prometheus, Exposition formats, text-based format 0.0.4.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
HELP = {
    "requests_total": "Requests that were answered, by path and status.",
    "rows_total": "Rows that were answered.",
    "predictions_total": "Rows by what was decided.",
    "abstained_total": "Rows that the model was too unsure to decide.",
    "refused_total": "Requests whose rows broke the schema.",
    "unseen_total": "Cells with a category that the schema does not list, by column.",
    "log_failures_total": "Lines of the prediction log that could not be written.",
}
PATHS = ("/ping", "/health", "/metrics", "/invocations")


class Metrics:
    """Counters, and a histogram of seconds by path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], float] = defaultdict(float)
        self._buckets = {path: [0] * (len(BUCKETS) + 1) for path in PATHS}
        self._seconds = dict.fromkeys(PATHS, 0.0)

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Raise a counter."""
        with self._lock:
            self._counts[name, _labels(labels)] += amount

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request, and the seconds from its first line until its answer was ready."""
        known = path if path in PATHS else "other"
        self.add("requests_total", path=known, status=str(status))
        if known != path:
            return
        with self._lock:
            place = sum(seconds > edge for edge in BUCKETS)
            self._buckets[path][place] += 1
            self._seconds[path] += seconds

    def text(self, **now: float) -> str:
        """Return all of it, with some figures that are as they are now."""
        with self._lock:
            return "\n".join([*self._lines(now), ""])

    def _lines(self, now: dict[str, float]) -> Iterator[str]:
        for name, help_ in HELP.items():
            yield f"# HELP {name} {help_}"
            yield f"# TYPE {name} counter"
            found = {k: v for (n, k), v in sorted(self._counts.items()) if n == name}
            for labels, count in (found or {"": 0.0}).items():
                yield f"{name}{labels} {count:g}" if count < 1e6 else f"{name}{labels} {count:.0f}"
        yield "# HELP request_seconds Seconds from its first line until its answer is ready."
        yield "# TYPE request_seconds histogram"
        for path, counts in self._buckets.items():
            total = 0
            for edge, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
                total += count
                yield f'request_seconds_bucket{{path="{path}",le="{edge}"}} {total}'
            yield f'request_seconds_sum{{path="{path}"}} {self._seconds[path]:.6f}'
            yield f'request_seconds_count{{path="{path}"}} {total}'
        for name, value in now.items():
            yield f"# TYPE {name} gauge"
            yield f"{name} {value:.6f}"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
