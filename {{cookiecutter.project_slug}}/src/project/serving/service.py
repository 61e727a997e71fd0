"""Answer requests: bytes in, bytes out. `server.py` carries them."""

import json
import time
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from ..data.violations import Violations
from ..errors import DataError
from .journal import Journal
from .lines import json_lines, plain, row_ids, said, table
from .metrics import CONTENT_TYPE, Metrics
from .model import Answers, Model
from .parse import CSV, JSON, KINDS, LINES, WHERE, media_type, parse
from .prepared import ahead
from .screen import Screen, refuse

_METHODS = {"/ping": "GET", "/health": "GET", "/metrics": "GET", "/invocations": "POST"}


@dataclass(frozen=True)
class Response:
    """What goes back: status, type, bytes, further headers, and the rows that were answered."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    rows: int = 0


def problem(status: int, sentence: str, **headers: str) -> Response:
    """Say in one sentence what is wrong."""
    body = json.dumps({"error": sentence}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return Response(status, JSON, body, headers)


class Service:
    """A model behind four paths.

    Parameters
    ----------
    model
        That answers.
    journal
        Takes a line for each row that was answered.
    """

    def __init__(self, model: Model, journal: Journal) -> None:
        self.model, self.journal = model, journal
        self.metrics, self.screen = Metrics(), Screen(model.schema)
        self._answering, self._prepare = ahead(model)
        # The clock may be set meanwhile; how long we have been up goes by another.
        self.started, self._up_since = time.time(), time.monotonic()

    def respond(self, method: str, path: str, headers: Any, body: bytes, request: str) -> Response:
        """Answer a request, whatever it holds.

        Parameters
        ----------
        method, path, headers, body
            As they came; `headers` has `get`.
        request
            The id of the request, for the log.
        """
        wanted = _METHODS.get(path)
        if wanted is None:
            return problem(404, f"there is no such path: ask {', '.join(_METHODS)}")
        if method != wanted:
            return problem(405, f"{path} is asked by {wanted}", Allow=wanted)
        try:
            return self._respond(path, headers, body, request)
        except DataError as error:
            self.metrics.add("refused_total")
            return problem(400, str(error))
        except Exception:
            told = {"level": "error", "request": request, "traceback": traceback.format_exc()}
            Journal("-").write(json.dumps(told).encode() + b"\n")
            return problem(500, f"the service failed: its log tells why, under request {request}")

    def _respond(self, path: str, headers: Any, body: bytes, request: str) -> Response:
        if path == "/ping":
            return Response(200, JSON, b"\n")
        if path == "/health":
            return Response(200, JSON, json.dumps(self.health()).encode() + b"\n")
        if path == "/metrics":
            text = self.metrics.text(uptime_seconds=self._up(), start_time_seconds=self.started)
            return Response(200, CONTENT_TYPE, text.encode())
        return self.invoke(headers, body, request)

    def health(self) -> dict[str, Any]:
        """Say which model answers, and of what kind the answers are."""
        limits = self.model.limits
        return {
            "status": "ok" if not self.journal.failures else "the prediction log can't be written",
            "run": self.model.run,
            "task": self.model.data.task.value,
            "features": self.model.features,
            "classes": self.model.classes,
            "coverage": None if limits.reach is None else limits.coverage,
            "risk": None if limits.sure is None else limits.risk,
            "notes": list(limits.notes),
            "uptime_s": round(self._up(), 3),
        }

    def _up(self) -> float:
        return time.monotonic() - self._up_since

    def invoke(self, headers: Any, body: bytes, request: str) -> Response:
        """Answer the rows of a request in the form that they came in, or that is accepted.

        Raises
        ------
        DataError
            When a column or a row is not as the schema says.
        """
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            return problem(415, "Content-Encoding is not read here: send the rows uncompressed")
        name, more = media_type(headers.get("Content-Type", ""))
        kind = KINDS.get(name)
        if kind is None:
            return problem(415, f"Content-Type must be {CSV}, {JSON} or {LINES}")
        form = _accepted(headers.get("Accept", "*/*"), kind)
        if form is None:
            return problem(406, f"Accept must be {CSV}, {JSON}, {LINES} or */*")
        rows, had_header = parse(body, kind, more.get("header", ""), self.screen)
        found = Violations()
        unseen = self.screen.check_rows(rows, 1, found)
        if len(found):
            raise refuse(WHERE, found)
        answers = self._answering.answer(self._prepare(rows))
        self._count(answers, unseen)
        if self.journal.kept:
            ids = row_ids(self.model.schema.key, rows, f"{request}-1")
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            self._log(table(self.model, rows, answers, ids, now))
        body = self._form(answers, form, had_header)
        return Response(200, form, body, rows=rows.num_rows)

    def _log(self, lines: pa.RecordBatch) -> None:
        before = self.journal.failures
        self.journal.write(json_lines(lines))
        if self.journal.failures > before:
            self.metrics.add("log_failures_total", lines.num_rows)

    def _count(self, answers: Answers, unseen: dict[str, int]) -> None:
        self.metrics.add("rows_total", len(answers.prediction))
        for column, count in unseen.items():
            self.metrics.add("unseen_total", count, column=column)
        if answers.proba is not None:
            for label in answers.prediction.tolist():
                self.metrics.add("predictions_total", decided=str(label))
        if answers.abstain is not None:
            self.metrics.add("abstained_total", int(answers.abstain.sum()))

    def _form(self, answers: Answers, form: str, had_header: bool) -> bytes:
        if form == CSV:
            columns = said(self.model, answers)
            names = [name.removeprefix("said.") for name in columns]
            batch = pa.RecordBatch.from_arrays(list(columns.values()), names=names)
            sink = pa.BufferOutputStream()
            pacsv.write_csv(batch, sink, pacsv.WriteOptions(include_header=had_header))
            return bytes(sink.getvalue())
        found = plain(self.model, answers)
        if form == LINES:
            return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found).encode()
        whole = {"run": self.model.run, "predictions": found}
        return json.dumps(whole, ensure_ascii=False).encode() + b"\n"


def _accepted(text: str, kind: str) -> str | None:
    """Return the form of the answer: the first that is accepted; that of the question for any."""
    for one in text.split(","):
        name = one.partition(";")[0].strip().lower()
        if name in ("", "*/*", "text/*" if kind == CSV else "application/*"):
            return kind
        if name in KINDS:
            return KINDS[name]
    return None
