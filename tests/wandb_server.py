"""A server process that speaks what wandb 0.31 really sends, and keeps all of it.

GraphQL at /graphql, streams at /files/…/<run>/file_stream, uploads by PUT at /blob/<key>.
What it does not know it notes, so that a test shows it.
"""

import base64
import json
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "0123456789abcdef" * 2 + "01234567"
ENTITY = "somebody"


@dataclass
class Kept:
    """What a server was sent, and how it is to behave.

    Attributes
    ----------
    runs
        Id to what was upserted, and `files`: name to lines by number.
    artifacts
        Id to name, type, digest, state, and the run that made or used it.
    behaviour
        "answer", "hang" (take connections and say nothing), "refuse" (the key) or "lose" (uploads).
    """

    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    operations: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    behaviour: str = "answer"
    url: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def lines(self, run: str, file: str) -> list[dict[str, Any]]:
        """Return what a run streamed into a file, in the order of its lines; of a step the last.

        A run that is sent again after it had arrived in part has its lines appended.
        """
        found = self.runs[run]["files"].get(file, {})
        lines = [json.loads(found[number]) for number in sorted(found)]
        steps = {line.get("_step", number): line for number, line in enumerate(lines)}
        return list(steps.values())

    def summary(self, run: str) -> dict[str, Any]:
        """Return the last summary of a run."""
        lines = self.lines(run, "wandb-summary.json")
        return lines[-1] if lines else {}

    def graphql(self, query: str, given: dict[str, Any]) -> Any:
        """Answer an operation, such as UseArtifact, by the method on_use_artifact."""
        found = re.search(r"(?:query|mutation)\s+(\w+)", query)
        name = found[1] if found else query[:40]
        self.operations.append(name)
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
        answer = getattr(self, f"on_{words.lower()}", None)
        if answer is None:
            self.unknown.append(query)
            return None
        return answer(given)

    def bucket(self, run: str) -> dict[str, Any]:
        """Return a run as the SDK wants it."""
        kept = self.runs[run]
        project = {"id": "p", "name": kept["project"], "entity": {"id": "e", "name": ENTITY}}
        return {
            "id": f"id-{run}",
            "name": run,
            "displayName": kept.get("displayName"),
            "description": None,
            "config": kept.get("config"),
            "sweepName": None,
            "project": project,
            "historyLineCount": len(kept["files"].get("wandb-history.jsonl", {})),
        }

    def on_viewer(self, _: Any) -> Any:
        node = {"id": "u", "entity": ENTITY, "username": ENTITY, "email": "", "flags": "{}"}
        return {"viewer": {**node, "teams": {"edges": []}}}

    def on_server_features_query(self, _: Any) -> Any:
        return {"serverInfo": {"features": []}}

    def on_run_resume_status(self, given: Any) -> Any:
        known = self.runs.get(given["name"])
        entity = {"id": "e", "name": ENTITY}
        model = {"id": "p", "name": given["project"], "entity": entity, "bucket": None}
        if known:
            model["bucket"] = {
                **self.bucket(given["name"]),
                "summaryMetrics": json.dumps(self.summary(given["name"])),
                "logLineCount": 0,
                "eventsLineCount": 0,
                "historyTail": "[]",
                "eventsTail": "[]",
                "config": known.get("config"),
                "tags": [],
                "notes": None,
                "wandbConfig": "{}",
            }
        return {"model": model}

    def on_upsert_bucket(self, given: Any) -> Any:
        name = given["name"]
        new = name not in self.runs
        kept = self.runs.setdefault(name, {"files": {}, "ended": []})
        kept.update({key: value for key, value in given.items() if value is not None})
        return {"upsertBucket": {"bucket": self.bucket(name), "inserted": new}}

    def on_create_run_files(self, given: Any) -> Any:
        files = [
            {"name": n, "uploadUrl": f"{self.url}/blob/{given['run']}/{n}"} for n in given["files"]
        ]
        answer = {"runID": f"id-{given['run']}", "uploadHeaders": [], "files": files}
        return {"createRunFiles": answer}

    def on_mark_run_files_uploaded(self, _: Any) -> Any:
        return {"markRunFilesUploaded": {"success": True}}

    def on_fetch_artifact_digest_algorithm(self, _: Any) -> Any:
        return {"project": {"artifactType": None}}

    def on_xx_hash_digests_enabled(self, _: Any) -> Any:
        return {"entity": {"xxhashDigestsEnabled": False}}

    def on_organization_core_weave_organization_id(self, _: Any) -> Any:
        return {"entity": {"organization": None}}

    def on_artifact_type(self, _: Any) -> Any:
        return {"project": None}

    def on_client_id_mapping(self, given: Any) -> Any:
        known = [i for i, a in self.artifacts.items() if a.get("clientID") == given["clientID"]]
        return {"clientIDMapping": {"serverID": known[0]} if known else None}

    def on_create_artifact(self, given: Any) -> Any:
        wanted = given["input"]
        known = [
            i
            for i, a in self.artifacts.items()
            if a["digest"] == wanted["digest"]
            and a["artifactCollectionName"] == wanted["artifactCollectionName"]
        ]
        name = known[0] if known else f"artifact-{len(self.artifacts)}"
        self.artifacts.setdefault(name, {"state": "PENDING", **wanted})
        made = {
            "id": name,
            "state": self.artifacts[name]["state"],
            "artifactSequence": {"latestArtifact": None},
        }
        return {"createArtifact": {"artifact": made}}

    def on_create_artifact_manifest(self, given: Any) -> Any:
        url = f"{self.url}/blob/manifest/{given['artifactID']}"
        file = {"id": "f", "uploadUrl": url, "uploadHeaders": []}
        name = f"manifest-{given['artifactID']}"
        return {"createArtifactManifest": {"artifactManifest": {"id": name, "file": file}}}

    def on_update_artifact_manifest(self, given: Any) -> Any:
        name = given["artifactManifestID"]
        url = f"{self.url}/blob/manifest/{name.removeprefix('manifest-')}"
        file = {"id": "f", "uploadUrl": url, "uploadHeaders": []}
        return {"updateArtifactManifest": {"artifactManifest": {"id": name, "file": file}}}

    def on_create_artifact_files(self, given: Any) -> Any:
        edges = []
        for file in given["input"]["artifactFiles"]:
            key = f"{file['artifactID']}/{file['name']}"
            node: dict[str, Any] = {
                "storagePath": key,
                "uploadUrl": f"{self.url}/blob/{key}",
                "uploadHeaders": [],
                "uploadMultipartUrls": None,
                "artifact": {"id": file["artifactID"]},
            }
            edges.append({"node": node})
        return {"createArtifactFiles": {"files": {"edges": edges}}}

    def on_commit_artifact(self, given: Any) -> Any:
        made = self.artifacts[given["artifactID"]]
        made["state"] = "COMMITTED"
        answer = {"id": given["artifactID"], "digest": made["digest"]}
        return {"commitArtifact": {"artifact": answer}}

    def on_use_artifact(self, given: Any) -> Any:
        wanted = given["input"]
        self.used[wanted["runName"]].add(wanted["artifactID"])
        return {"useArtifact": {"artifact": {"id": wanted["artifactID"]}}}

    def on_arrived(self, given: Any) -> Any:
        name = given["run"]
        if name not in self.runs:
            return {"project": {"run": None}}
        made = {i for i, a in self.artifacts.items() if a.get("runName") == name}

        def edges(ids: set[str]) -> Any:
            nodes = [self.artifacts[i] for i in sorted(ids)]
            return {
                "edges": [{"node": {"digest": a["digest"], "state": a["state"]}} for a in nodes]
            }

        told = {
            "summaryMetrics": json.dumps(self.summary(name)),
            "historyLineCount": self.bucket(name)["historyLineCount"],
            "outputArtifacts": edges(made - self.used[name]),
            "inputArtifacts": edges(self.used[name]),
        }
        return {"project": {"run": told}}

    def stream(self, run: str, sent: dict[str, Any]) -> None:
        """Take a piece of a run's stream."""
        kept = self.runs[run]
        for name, piece in (sent.get("files") or {}).items():
            lines = kept["files"].setdefault(name, {})
            for number, line in enumerate(piece["content"], start=piece["offset"]):
                lines[number] = line
        if sent.get("complete"):
            kept["ended"].append(sent.get("exitcode"))


class Handler(BaseHTTPRequestHandler):
    """Take a request."""

    protocol_version = "HTTP/1.1"
    kept: Kept

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer GraphQL and streams."""
        known = self.path.endswith(("/graphql", "/file_stream"))
        body = self._body(signed=known)
        if body is None:
            return
        if not known:
            # Such as figures of the SDK's own work, which it signs in another way.
            self._answer({}, 404)
            return
        sent = json.loads(body)
        if self.path.endswith("/graphql"):
            self._answer({"data": self.kept.graphql(sent["query"], sent.get("variables") or {})})
        else:
            self.kept.stream(self.path.split("/")[-2], sent)
            self._answer({"exitcode": None, "limits": {}})

    def do_PUT(self) -> None:
        """Take an upload; whoever has its address may send it."""
        body = self._body(signed=False)
        if body is None:
            return
        if self.kept.behaviour == "lose":
            self._answer({"error": "lost"}, 403)
            return
        self.kept.blobs[self.path.removeprefix("/blob/")] = body
        self._answer({})

    def do_GET(self) -> None:
        """Know nothing."""
        self.kept.unknown.append(self.path)
        self._answer({}, 404)

    def _body(self, *, signed: bool = True) -> bytes | None:
        if self.kept.behaviour == "hang":
            self.kept.ended.wait()
            self.close_connection = True
            return None
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = base64.b64encode(f"api:{KEY}".encode()).decode()
        wrong = self.headers.get("Authorization") != f"Basic {token}"
        if signed and (wrong or self.kept.behaviour == "refuse"):
            self._answer({"errors": [{"message": "user is not logged in"}]}, 401)
            return None
        return body

    def _answer(self, content: Any, status: int = 200) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Listener(ThreadingHTTPServer):
    """A server that doesn't mind who hangs up."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that were cut, and all of the rest."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Kept]:
    """Serve on a free port of the loopback."""
    kept = Kept()
    server = Listener(("127.0.0.1", 0), type("Bound", (Handler,), {"kept": kept}))
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
